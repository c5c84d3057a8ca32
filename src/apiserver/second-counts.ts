// How often something happened in each second of the run, told many seconds at a time. The cells of a day are more than a processor
// keeps at hand, and what a node tells is spread over all of them; so it is kept until it is worth while to go through them.

import { SecondLog } from './second-log.js';

/** Seconds that are kept at most; what is told in longer lists than the other number is counted at once, since keeping it costs more. */
const MOST_KEPT = 0x1_0000;
const LONGEST_KEPT = 0x4000;

/** Counts by second. */
export class SecondCounts {
	readonly #perSecond: Uint32Array;
	readonly #kept = new SecondLog();
	readonly #last: number;

	/** @param last number of the last second; what happens later is counted in it, what happened before the run in the first one. */
	constructor(last: number) {
		this.#last = last;
		this.#perSecond = new Uint32Array(last + 1);
	}

	/** Something happened in a second. */
	add(second: number): void {
		this.#change(second, 1);
	}

	/** It happened in the first `count` of these seconds. @param change -1 for what was told too often. */
	addAll(seconds: Int32Array, count: number, change: 1 | -1): void {
		if (change === -1 || count > LONGEST_KEPT) {
			this.#count(seconds, count, change);
			return;
		}
		this.#kept.append(seconds, count);
		if (this.#kept.length >= MOST_KEPT) this.#countKept();
	}

	/** All counts, by second. */
	perSecond(): Uint32Array {
		this.#countKept();
		return this.#perSecond;
	}

	#countKept(): void {
		this.#count(this.#kept.seconds, this.#kept.length, 1);
		this.#kept.length = 0;
	}

	/** Four at a time: a step of so short a loop costs more than what is done in it. */
	#count(seconds: Int32Array, count: number, change: 1 | -1): void {
		const perSecond = this.#perSecond;
		const last = this.#last;
		const fours = count & ~3;
		for (let i = 0; i < fours; i += 4) {
			const a = seconds[i] as number;
			const b = seconds[i + 1] as number;
			const c = seconds[i + 2] as number;
			const d = seconds[i + 3] as number;
			// The sign tells whether one of them lies before the run or after it.
			if ((a | b | c | d | (last - a) | (last - b) | (last - c) | (last - d)) >= 0) {
				perSecond[a] = (perSecond[a] as number) + change;
				perSecond[b] = (perSecond[b] as number) + change;
				perSecond[c] = (perSecond[c] as number) + change;
				perSecond[d] = (perSecond[d] as number) + change;
			} else this.#countEach(seconds, i, i + 4, change);
		}
		this.#countEach(seconds, fours, count, change);
	}

	/** Apart from the long loop: compiled while it first runs, that one would not yet know what comes after it, and fail at its end each time. */
	#countEach(seconds: Int32Array, from: number, to: number, change: 1 | -1): void {
		for (let i = from; i < to; i++) this.#change(seconds[i] as number, change);
	}

	#change(second: number, change: 1 | -1): void {
		const cell = Math.min(this.#last, Math.max(0, second));
		this.#perSecond[cell] = (this.#perSecond[cell] as number) + change;
	}
}
