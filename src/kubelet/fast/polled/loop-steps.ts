// How far a loop of the kubelet has come from one sync of a pod to the next, without a division for each: the gaps between syncs are few,
// so what they leave of the loop's period is known ahead. Receives the loop.

import { type Micros, SECOND } from '../../../core/time.js';
import type { Loop } from '../visit-clock.js';

/** Gaps up to before this many ticks are known ahead: those of the usual sync frequency of a minute and its jitter. */
export const KNOWN_GAPS = 128;

/** One loop. */
export class LoopSteps {
	readonly period: Micros;
	/** By gap in ticks: what is left of it after whole periods. */
	readonly ofGap: Int32Array = new Int32Array(KNOWN_GAPS);
	readonly #loop: Loop;

	constructor(loop: Loop) {
		this.#loop = loop;
		this.period = loop.period;
		for (let gap = 0; gap < KNOWN_GAPS; gap++) this.ofGap[gap] = (gap * SECOND) % loop.period;
	}

	/** From the last pass at or before an instant to that instant. @param since the first tick. */
	since(since: Micros): Micros {
		return this.period - this.#loop.next(since);
	}
}
