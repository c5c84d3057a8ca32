// A virtual clock with callbacks, for the harnesses of this folder only: the model itself has no closures in its queues.

import type { Micros } from '../../src/core/time.js';

interface Happening {
	readonly at: Micros;
	readonly act: (now: Micros) => void;
}

/** Runs callbacks in the order of (time, order of scheduling). */
export class VirtualLoop {
	readonly #happenings: Happening[] = [];
	now: Micros = 0;

	/** @throws Error for an instant in the past. */
	at(at: Micros, act: (now: Micros) => void): void {
		if (!Number.isInteger(at) || at < this.now) throw new Error(`cannot schedule at ${at}, it is ${this.now}`);
		let position = this.#happenings.length;
		while (position > 0 && (this.#happenings[position - 1] as Happening).at > at) position--;
		this.#happenings.splice(position, 0, { at, act });
	}

	/** Runs everything due up to and including an instant, and stands there. */
	runTo(until: Micros): void {
		while (this.#happenings.length > 0 && (this.#happenings[0] as Happening).at <= until) this.#step();
		this.now = until;
	}

	/** Runs until a condition holds, then everything else that is due at that instant. @throws Error when it never holds. */
	runUntil(holds: () => boolean): void {
		while (!holds()) {
			if (this.#happenings.length === 0) throw new Error('nothing is left that could happen');
			this.#step();
		}
		this.runTo(this.now);
	}

	#step(): void {
		const { at, act } = this.#happenings.shift() as Happening;
		this.now = at;
		act(at);
	}
}
