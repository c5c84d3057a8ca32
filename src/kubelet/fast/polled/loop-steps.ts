// How far a loop of the kubelet has come from one sync of a pod to the next, without a division for each: the gaps between syncs are few,
// so what they leave of the loop's period is known ahead. Receives phase and period of the loop.

import { type Micros, SECOND } from '../../../core/time.js';

/** Gaps up to before this many ticks are known ahead: those of the usual sync frequency of a minute and its jitter. */
export const KNOWN_GAPS = 128;

/** One loop, as a grid of passes. */
export class LoopSteps {
	readonly period: Micros;
	/** By gap in ticks: what is left of it after whole periods. */
	readonly ofGap: Int32Array = new Int32Array(KNOWN_GAPS);
	readonly #phase: Micros;

	constructor(phase: Micros, period: Micros) {
		this.#phase = phase;
		this.period = period;
		for (let gap = 0; gap < KNOWN_GAPS; gap++) this.ofGap[gap] = (gap * SECOND) % period;
	}

	/** From the last pass at or before an instant to that instant. @param at no more than a period before the first pass. */
	since(at: Micros): Micros {
		const from = at - this.#phase;
		return from - Math.floor(from / this.period) * this.period;
	}
}
