// Delays of volumes and pods that were failing when the write came: they are not read at the next sync but when a back-off
// ends. Follows K4.1 (pkg/util/goroutinemap/exponentialbackoff) for volumes and K2.1 for pods.

import { MILLISECOND, type Micros, SECOND } from '../core/time.js';
import { gapLaw, residualLaw } from './gap.js';
import { delayedBy, type Law, piecewiseLinearLaw } from './law.js';

/** First back-off after a failed SetUp (K4.1). */
export const SET_UP_BACK_OFF_FIRST: Micros = 500 * MILLISECOND;
/** Longest back-off: 2 min 2 s (K4.1). */
export const SET_UP_BACK_OFF_MAX: Micros = 122 * SECOND;
/** Pause of the reconciler, which retries a volume on its first pass after the back-off (K3.1). */
const RECONCILER_PAUSE: Micros = 100 * MILLISECOND;
/** Base of the retry of a pod whose sync failed (K2.1). */
const SYNC_RETRY_BASE: Micros = 10 * SECOND;

/** The back-offs of a volume that keeps failing: 0.5, 1, 2 ... 64 s, then 122 s for ever. */
export function setUpBackOffs(): Micros[] {
	const pauses: Micros[] = [];
	for (let pause = SET_UP_BACK_OFF_FIRST; pause < SET_UP_BACK_OFF_MAX; pause *= 2) pauses.push(pause);
	return [...pauses, SET_UP_BACK_OFF_MAX];
}

/**
 * The back-off in force for a volume that has been failing for some time; passes of the reconciler count as half of its pause.
 *
 * @param failingFor since the first failed attempt, microseconds.
 */
export function backOffInForce(failingFor: Micros): Micros {
	let attempt = 0;
	for (const pause of setUpBackOffs()) {
		attempt += pause + RECONCILER_PAUSE / 2;
		if (failingFor < attempt) return pause;
	}
	return SET_UP_BACK_OFF_MAX;
}

/**
 * Delay of a good object in a volume whose refresh has been failing, from the moment at which the node can read it: uniform
 * over the back-off in force, then up to one pause of the reconciler.
 *
 * @param backOff the back-off in force, for example from {@link backOffInForce}.
 */
export function backOffDelayLaw(backOff: Micros): Law {
	if (!(backOff > 0)) throw new RangeError(`a back-off is positive, got ${backOff}`);
	return delayedBy(piecewiseLinearLaw(backOff, Float64Array.of(0, 1)), [{ min: 0, max: RECONCILER_PAUSE }]);
}

/**
 * Delay in a pod whose syncs fail fast but whose volumes are fine (an image that cannot be pulled, up to 1.34): the
 * retries, 10 to 15 s apart, refresh the volumes too.
 *
 * @param syncDuration how long a failing sync takes; default 0.
 */
export function failingPodDelayLaw(syncDuration: Micros = 0): Law {
	return residualLaw(gapLaw({ syncFrequency: SYNC_RETRY_BASE, syncDuration }));
}
