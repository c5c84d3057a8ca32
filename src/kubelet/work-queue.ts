// When each pod is due for its next sync. Receives due times, gives the pods whose time has come when the one-second tick of
// the sync loop asks. Follows pkg/kubelet/util/queue/work_queue.go (K2.2).

import type { Micros } from '../core/time.js';
import { NEVER } from '../core/time.js';

/** Due times of the pods of one node, by pod number. */
export class WorkQueue {
	#due: Float64Array;
	/** No pod is due before this. */
	#earliest: Micros = NEVER;

	/** @param pods number of pods expected; it grows as needed. */
	constructor(pods = 32) {
		this.#due = new Float64Array(pods).fill(NEVER);
	}

	/** Puts a pod in the queue. A later call replaces the due time, whether it is earlier or later. */
	enqueue(pod: number, due: Micros): void {
		if (pod >= this.#due.length) {
			const wider = new Float64Array(Math.max(pod + 1, 2 * this.#due.length)).fill(NEVER);
			wider.set(this.#due);
			this.#due = wider;
		}
		this.#due[pod] = due;
		if (due < this.#earliest) this.#earliest = due;
	}

	/** A lower bound of the due times, `NEVER` when the queue is empty: a tick at or before it finds nothing. */
	get earliest(): Micros {
		return this.#earliest;
	}

	/** Removes and returns the pods due strictly before `now`, in ascending order of their numbers. */
	take(now: Micros): number[] {
		const taken: number[] = [];
		if (this.#earliest >= now) return taken;
		let earliest = NEVER;
		for (let pod = 0; pod < this.#due.length; pod++) {
			const due = this.#due[pod] as number;
			if (due < now) {
				taken.push(pod);
				this.#due[pod] = NEVER;
			} else if (due < earliest) {
				earliest = due;
			}
		}
		this.#earliest = earliest;
		return taken;
	}
}
