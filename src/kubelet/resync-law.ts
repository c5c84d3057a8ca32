// The law of the gap between two syncs of an undisturbed pod, as exact integer counts, and the draw of the first sync of a
// pod that has been running for long: a write or the beginning of a run meets the renewal process of syncs at the
// equilibrium residual life of its gap (K2.4).

import { type Micros, SECOND } from '../core/time.js';
import { SYNC_TICK } from './loop-phases.js';

/**
 * Draws how many whole ticks after the first tick of the run a pod's first sync comes.
 *
 * The gap is floor((D + S + J) / 1 s) + 1 seconds with J a whole number of microseconds, uniform in [0, S/2). The residual in
 * whole ticks is r with probability P(gap > r) / E[gap]; all counts are integers below 2^53.
 *
 * @param syncFrequency S in microseconds.
 * @param syncDuration D in microseconds.
 * @param u a draw in [0, 1).
 */
export function residualTicks(syncFrequency: Micros, syncDuration: Micros, u: number): number {
	const jitters = Math.max(1, Math.floor(syncFrequency / 2));
	const longer = (ticks: number): number => Math.min(jitters, Math.max(0, jitters - (ticks * SYNC_TICK - syncDuration - syncFrequency)));
	const longest = Math.floor((syncDuration + syncFrequency + jitters) / SYNC_TICK) + 1;
	let total = 0;
	for (let ticks = 0; ticks < longest; ticks++) total += longer(ticks);
	let left = Math.floor(u * total);
	for (let ticks = 0; ticks < longest; ticks++) {
		left -= longer(ticks);
		if (left < 0) return ticks;
	}
	return longest - 1;
}

/** Mean gap between two syncs of an undisturbed pod in microseconds: 1.25 S + D + half a tick (K2.4). */
export function meanGap(syncFrequency: Micros, syncDuration: Micros): Micros {
	return Math.round(1.25 * syncFrequency + syncDuration + SECOND / 2);
}
