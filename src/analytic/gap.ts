// How long it is from one sync of an undisturbed, healthy pod to the next, and how long a write that knows nothing of the
// kubelet waits for the next sync. Follows K2.1 to K2.4 (pod_workers.go completeWork, work_queue.go, the sync loop's ticker).

import { type Micros, type MicrosRange, SECOND } from '../core/time.js';
import { type Law, lawOf, piecewiseLinearLaw, sumOfUniforms } from './law.js';

/** Period of the sync loop's ticker, on which due pods are looked up (K1.1). */
export const SYNC_TICK: Micros = SECOND;
/** A successful sync queues the next one after `syncFrequency` times 1 to 1 + this (K2.1). */
export const RESYNC_JITTER = 0.5;

/** What the law of the gaps depends on. */
export interface SyncSettings {
	/** `syncFrequency` of the kubelet; for a pod that fails at each sync, the 10 s of K2.1 instead. */
	readonly syncFrequency: Micros;
	/** How long `SyncPod` takes (K2.4's D); default 0. */
	readonly syncDuration?: Micros | MicrosRange;
}

/** Law of the gap between two syncs that both start on the tick: a whole number of ticks. */
export interface GapLaw {
	readonly tick: Micros;
	/** `probabilities[k]` is the chance of a gap of k ticks. */
	readonly probabilities: Float64Array;
	/** Expected gap. */
	readonly mean: Micros;
	/** Expected square of the gap, in square microseconds. */
	readonly meanSquare: number;
	/** Shortest and longest possible gap. */
	readonly min: Micros;
	readonly max: Micros;
}

/**
 * The gap after a sync that the ticker started (K2.4): the next sync starts on the first tick strictly after
 * `D + S * (1 + 0.5 U)`. With S = 60 s and small D: uniform on 61..90 s, and a sliver of probability D / 30 s moved
 * from 61 to 91 s.
 *
 * @throws {RangeError} if `syncFrequency` is not positive.
 */
export function gapLaw(settings: SyncSettings): GapLaw {
	const due = dueLaw(settings);
	const ticks = Math.floor(due.max / SYNC_TICK) + 1;
	const probabilities = new Float64Array(ticks + 1);
	for (let k = 1; k <= ticks; k++) probabilities[k] = due.cdf(k * SYNC_TICK) - due.cdf((k - 1) * SYNC_TICK);
	let mean = 0;
	let meanSquare = 0;
	let min = 0;
	let max = 0;
	probabilities.forEach((probability, k) => {
		if (probability <= 0) return;
		const gap = k * SYNC_TICK;
		mean += probability * gap;
		meanSquare += probability * gap * gap;
		if (min === 0) min = gap;
		max = gap;
	});
	return { tick: SYNC_TICK, probabilities, mean, meanSquare, min, max };
}

/**
 * The gap after a sync that an event started, off the tick grid: `D + S * (1 + 0.5 U)` and then the wait for the next
 * tick, which is uniform on (0, 1 s] (K2.4).
 */
export function eventGapLaw(settings: SyncSettings): Law {
	const ranges = [...dueRanges(settings), { min: 0, max: SYNC_TICK }];
	const max = ranges.reduce((sum, range) => sum + range.max, 0);
	const mean = ranges.reduce((sum, range) => sum + (range.min + range.max) / 2, 0);
	return lawOf(sumOfUniforms(ranges), max, mean);
}

/**
 * Residual life: how long a write at a time independent of the kubelet waits for the next sync,
 * `P(R <= x) = (1 / E[G]) * integral from 0 to x of P(G > y) dy`. It is also, but for some 10^-5 in probability, the wait
 * for the next *read* of the volume: reads come 0 to 0.2 s after the sync, which shifts them and adds nothing on average.
 */
export function residualLaw(gap: GapLaw): Law {
	const { probabilities, tick } = gap;
	const values = new Float64Array(probabilities.length);
	let surviving = 1;
	let area = 0;
	for (let k = 1; k < probabilities.length; k++) {
		area += surviving * tick;
		values[k] = k * tick >= gap.max ? 1 : area / gap.mean;
		surviving -= probabilities[k] as number;
	}
	return piecewiseLinearLaw(tick, values);
}

/** When the next sync is due, counted from the start of the last one. */
function dueLaw(settings: SyncSettings): { readonly cdf: (x: Micros) => number; readonly max: Micros } {
	const ranges = dueRanges(settings);
	const max = ranges.reduce((sum, range) => sum + range.max, 0);
	const sum = sumOfUniforms(ranges);
	return { cdf: (x) => (x >= max ? 1 : sum(x)), max };
}

function dueRanges({ syncFrequency, syncDuration = 0 }: SyncSettings): MicrosRange[] {
	if (!(syncFrequency > 0)) throw new RangeError(`a syncFrequency is positive, got ${syncFrequency}`);
	const duration = typeof syncDuration === 'number' ? { min: syncDuration, max: syncDuration } : syncDuration;
	return [{ min: syncFrequency, max: (1 + RESYNC_JITTER) * syncFrequency }, duration];
}
