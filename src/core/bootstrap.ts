// Percentile bootstrap over independent units (replications, or whole nodes): values of one unit hang together, so units
// are drawn with replacement, never single values. A statistic is a function of how often each unit was drawn; several
// statistics, and the difference of one statistic between two variants, are judged on the same draws, which is what makes
// a difference paired. The draws are keyed: the same key gives the same interval.

import type { Interval } from './interval.js';
import { nearestRank } from './quantile.js';
import { drawLanes, type StreamKey } from './random.js';

/**
 * A statistic of a resample: it is given how often each unit was drawn and gives a number, or null when that is not
 * finite. It must not keep `weights`, which is reused.
 */
export type UnitStatistic = (weights: Uint32Array) => number | null;

/** How a bootstrap is done. */
export interface BootstrapOptions {
	/** Key of the draws. */
	readonly key: StreamKey;
	/** Number of resamples; default 1000. */
	readonly resamples?: number;
	/** Default 0.95. */
	readonly confidence?: number;
}

/**
 * Percentile intervals of several statistics over the same `units` independent units.
 *
 * @param units how many there are.
 * @param statistics what is computed from each resample.
 * @returns one interval per statistic; null when there are fewer than two units, or so many resamples in which the
 *   statistic is not finite that an end of the interval could be one of them.
 */
export function bootstrapIntervals(units: number, statistics: readonly UnitStatistic[], options: BootstrapOptions): (Interval | null)[] {
	const { key, resamples = 1000, confidence = 0.95 } = options;
	if (units < 2) return statistics.map(() => null);
	const outcomes = statistics.map(() => new Float64Array(resamples));
	const defined = statistics.map(() => 0);
	const weights = new Uint32Array(units);
	for (let resample = 0; resample < resamples; resample++) {
		weights.fill(0);
		for (let i = 0; i < units; i++) {
			const unit = Math.floor(drawLanes(key.a, key.b, resample * units + i) * units);
			weights[unit] = (weights[unit] as number) + 1;
		}
		statistics.forEach((statistic, s) => {
			const value = statistic(weights);
			if (value === null || !Number.isFinite(value)) return;
			(outcomes[s] as Float64Array)[defined[s] as number] = value;
			defined[s] = (defined[s] as number) + 1;
		});
	}
	return outcomes.map((values, s) => percentileInterval(values.subarray(0, defined[s]).sort(), resamples, confidence));
}

/** {@link bootstrapIntervals} of one statistic. */
export function bootstrapInterval(units: number, statistic: UnitStatistic, options: BootstrapOptions): Interval | null {
	return bootstrapIntervals(units, [statistic], options)[0] as Interval | null;
}

/** Resamples without a finite value may belong at either end, so they are counted at both. */
function percentileInterval(values: Float64Array, resamples: number, confidence: number): Interval | null {
	const tail = (1 - confidence) / 2;
	const missing = resamples - values.length;
	const lower = nearestRank(resamples, tail) - missing;
	const upper = resamples + 1 - nearestRank(resamples, tail);
	return lower < 1 || upper > values.length ? null : [values[lower - 1] as number, values[upper - 1] as number];
}

/**
 * The nearest-rank quantiles of everything that the drawn units hold together.
 *
 * @param units one ascending array per unit; may end in `Infinity`; a unit may be empty. They are kept, not copied.
 * @param q 0..1.
 */
export function pooledQuantile(units: readonly Float64Array[], q: number): UnitStatistic {
	return quantileOfPool(poolOf(units), q);
}

/** {@link pooledQuantile} for several `q` at the price of one sort. */
export function pooledQuantiles(units: readonly Float64Array[], qs: readonly number[]): UnitStatistic[] {
	const pool = poolOf(units);
	return qs.map((q) => quantileOfPool(pool, q));
}

/** The mean of everything that the drawn units hold together; null when a drawn unit holds an infinite value. */
export function pooledMean(units: readonly Float64Array[]): UnitStatistic {
	const sums = Float64Array.from(units, (unit) => unit.reduce((sum, value) => sum + value, 0));
	const counts = Float64Array.from(units, (unit) => unit.length);
	return ratio(sums, counts);
}

/** The sum of one number per unit divided by the sum of another: a rate, or a mean over units when the second is all ones. */
export function ratio(numerators: ArrayLike<number>, denominators: ArrayLike<number>): UnitStatistic {
	return (weights) => {
		let top = 0;
		let bottom = 0;
		for (let unit = 0; unit < weights.length; unit++) {
			const weight = weights[unit] as number;
			if (weight === 0) continue;
			top += weight * (numerators[unit] as number);
			bottom += weight * (denominators[unit] as number);
		}
		return bottom === 0 ? null : top / bottom;
	};
}

/**
 * The paired difference `statistic - against`: both are given the same units, so what the two variants have in common
 * (the same seed, the same replication) cancels.
 */
export function pairedDifference(statistic: UnitStatistic, against: UnitStatistic): UnitStatistic {
	return (weights) => {
		const value = statistic(weights);
		const other = against(weights);
		return value === null || other === null ? null : value - other;
	};
}

/** All values of all units in order, from which the pivots of the search are taken, beside the units themselves. */
interface Pool {
	readonly units: readonly Float64Array[];
	readonly sorted: Float64Array;
}

function poolOf(units: readonly Float64Array[]): Pool {
	const sorted = new Float64Array(units.reduce((sum, unit) => sum + unit.length, 0));
	let at = 0;
	for (const unit of units) {
		sorted.set(unit, at);
		at += unit.length;
	}
	return { units, sorted: sorted.sort() };
}

/**
 * Finds the smallest pooled value up to which the drawn units hold at least the wanted number of values. That value nearly
 * always lies close to the quantile of the whole pool, so the values around it are laid out once and a resample walks
 * along them; what lies outside, or in pools of few large units, is found by bisection.
 */
function quantileOfPool(pool: Pool, q: number): UnitStatistic {
	const { units, sorted } = pool;
	const sizes = Uint32Array.from(units, (unit) => unit.length);
	const window = windowOf(pool, q);
	const bisect = bisection(pool, sizes);
	return (weights) => {
		const total = weighted(weights, sizes);
		if (total === 0) return null;
		const wanted = nearestRank(total, q);
		const value = (window === null ? null : walk(window, weights, wanted)) ?? (sorted[bisect(weights, wanted)] as number);
		return Number.isFinite(value) ? value : null;
	};
}

function weighted(weights: Uint32Array, counts: Uint32Array): number {
	let sum = 0;
	for (let unit = 0; unit < counts.length; unit++) sum += (weights[unit] as number) * (counts[unit] as number);
	return sum;
}

/** The part of a pool in which a resample's quantile is expected. */
interface Window {
	/** Values of each unit that lie below it. */
	readonly below: Uint32Array;
	/** Its values in order, and the unit that each belongs to. */
	readonly values: Float64Array;
	readonly owners: Uint32Array;
}

/** Half the width of a window in standard deviations of the quantile's rank from resample to resample. */
const WINDOW_DEVIATIONS = 6;

/** Null when walking through the window would cost more than bisection. */
function windowOf({ units, sorted }: Pool, q: number): Window | null {
	if (sorted.length === 0) return null;
	const centre = nearestRank(sorted.length, q) - 1;
	let variance = 0;
	for (const unit of units) variance += (upperBound(unit, sorted[centre] as number, 0, unit.length) - q * unit.length) ** 2;
	const half = Math.ceil(WINDOW_DEVIATIONS * Math.sqrt(variance)) + 1;
	const first = sorted[Math.max(0, centre - half)] as number;
	const last = sorted[Math.min(sorted.length - 1, centre + half)] as number;
	const below = Uint32Array.from(units, (unit) => lowerBound(unit, first));
	const above = Uint32Array.from(units, (unit) => upperBound(unit, last, 0, unit.length));
	const places: { readonly value: number; readonly unit: number }[] = [];
	const worthwhile = units.length * Math.log2(sorted.length + 1);
	if (above.reduce((sum, end, unit) => sum + end - (below[unit] as number), 0) > worthwhile) return null;
	for (const [unit, values] of units.entries()) {
		for (const value of values.subarray(below[unit], above[unit])) places.push({ value, unit });
	}
	places.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
	return {
		below,
		values: Float64Array.from(places, ({ value }) => value),
		owners: Uint32Array.from(places, ({ unit }) => unit),
	};
}

/** The value of the wanted rank in a resample, or null when it does not lie in the window. */
function walk({ below, values, owners }: Window, weights: Uint32Array, wanted: number): number | null {
	let reached = weighted(weights, below);
	if (reached >= wanted) return null;
	for (let place = 0; place < values.length; place++) {
		reached += weights[owners[place] as number] as number;
		if (reached >= wanted) return values[place] as number;
	}
	return null;
}

/**
 * The place in the pool of the wanted rank of a resample. Each unit keeps the part of it that is still in question, so this
 * costs about `units x log2(values)` steps.
 */
function bisection({ units, sorted }: Pool, sizes: Uint32Array): (weights: Uint32Array, wanted: number) => number {
	const from = new Uint32Array(units.length);
	const to = new Uint32Array(units.length);
	const cut = new Uint32Array(units.length);
	return (weights, wanted) => {
		from.fill(0);
		to.set(sizes);
		let low = 0;
		let high = sorted.length - 1;
		while (low < high) {
			const middle = (low + high) >>> 1;
			const pivot = sorted[middle] as number;
			let reached = 0;
			for (let unit = 0; unit < units.length; unit++) {
				const weight = weights[unit] as number;
				if (weight === 0) continue;
				const end = upperBound(units[unit] as Float64Array, pivot, from[unit] as number, to[unit] as number);
				cut[unit] = end;
				reached += weight * end;
			}
			if (reached >= wanted) {
				high = middle;
				to.set(cut);
			} else {
				low = middle + 1;
				from.set(cut);
			}
		}
		return low;
	};
}

/** Number of values of an ascending array that are at most `limit`, known to lie in `from..to`. */
function upperBound(sorted: Float64Array, limit: number, from: number, to: number): number {
	let low = from;
	let high = to;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((sorted[middle] as number) <= limit) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Number of values of an ascending array that lie below `limit`. */
function lowerBound(sorted: Float64Array, limit: number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((sorted[middle] as number) < limit) low = middle + 1;
		else high = middle;
	}
	return low;
}
