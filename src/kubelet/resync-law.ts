// The law of the gap between two syncs of an undisturbed pod, as exact integer counts, and the draw of the first sync of a
// pod that has been running for long: a write or the beginning of a run meets the renewal process of syncs at the
// equilibrium residual life of its gap (K2.4).

import { type Micros, SECOND } from '../core/time.js';
import { SYNC_TICK } from './loop-phases.js';

/**
 * How many whole ticks after the first tick of the run a pod's first sync comes.
 *
 * The gap is floor((D + S + J) / 1 s) + 1 seconds with J a whole number of microseconds, uniform in [0, S/2). The residual in
 * whole ticks is r with probability P(gap > r) / E[gap]; all counts are integers below 2^53.
 */
export class ResidualLaw {
	/** By number of ticks: how many of the equally likely places in a gap leave so many ticks or fewer. */
	readonly #places: number[] = [];

	/** @param syncFrequency S in microseconds. @param syncDuration D in microseconds. */
	constructor(syncFrequency: Micros, syncDuration: Micros) {
		const jitters = Math.max(1, Math.floor(syncFrequency / 2));
		const longest = Math.floor((syncDuration + syncFrequency + jitters) / SYNC_TICK) + 1;
		let places = 0;
		for (let ticks = 0; ticks < longest; ticks++) {
			places += Math.min(jitters, Math.max(0, jitters - (ticks * SYNC_TICK - syncDuration - syncFrequency)));
			this.#places.push(places);
		}
	}

	/** The residual for a draw in [0, 1). */
	ticks(u: number): number {
		const places = this.#places;
		let high = places.length - 1;
		const place = Math.floor(u * (places[high] as number));
		let low = 0;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((places[middle] as number) > place) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}

/** Mean gap between two syncs of an undisturbed pod in microseconds: 1.25 S + D + half a tick (K2.4). */
export function meanGap(syncFrequency: Micros, syncDuration: Micros): Micros {
	return Math.round(1.25 * syncFrequency + syncDuration + SECOND / 2);
}
