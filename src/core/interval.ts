// Confidence intervals that assume independent units: for a quantile by order statistics (no assumption on the law), for a
// mean by Student's t. A quantile far out in the tail has no such interval until there are enough units; then these
// functions say null, and `unitsNeeded` says how many it takes.

import { nearestRank } from './quantile.js';
import { binomialAtMost, studentQuantile } from './special-functions.js';

/** Lower and upper end. */
export type Interval = readonly [number, number];

/**
 * How many independent units an equal-tailed order-statistic interval of the quantile `q` needs: so many that the chance
 * of all of them lying on one side of it is at most half of what the interval may miss. At 95 %: 6 for the median, 72 for
 * p95, 368 for p99, 3,688 for p99.9.
 *
 * @param q strictly between 0 and 1.
 * @param confidence strictly between 0 and 1; default 0.95.
 */
export function unitsNeeded(q: number, confidence = 0.95): number {
	checkOpen(q, 'quantile');
	checkOpen(confidence, 'confidence');
	const tail = (1 - confidence) / 2;
	const farther = Math.max(q, 1 - q);
	const units = Math.max(1, Math.ceil(Math.log(tail) / Math.log(farther)));
	// The logarithms may be off by a rounding error when the quotient is a whole number.
	if (farther ** (units - 1) <= tail) return units - 1;
	return farther ** units <= tail ? units : units + 1;
}

/**
 * The ranks (from 1) of the order statistics that enclose the quantile `q` of the law that `count` independent values
 * come from, with at least the given confidence and at most half of the rest on either side (Hahn and Meeker, 1991).
 *
 * @returns null when `count` is below {@link unitsNeeded}.
 */
export function quantileRanks(count: number, q: number, confidence = 0.95): Interval | null {
	if (count < unitsNeeded(q, confidence)) return null;
	const tail = (1 - confidence) / 2;
	// The lower rank is the largest l with P(fewer than l values lie below) <= tail; the upper one mirrors it.
	const lower = largest(1, nearestRank(count, q), (rank) => binomialAtMost(rank - 1, count, q) <= tail);
	const upper = count + 1 - largest(1, count, (rank) => binomialAtMost(rank - 1, count, 1 - q) <= tail);
	return [lower, upper];
}

/**
 * Interval of a quantile from independent values.
 *
 * @param sorted ascending; may end in `Infinity`.
 * @param q strictly between 0 and 1.
 * @returns null when there are too few values, or when the upper end is infinite.
 */
export function quantileInterval(sorted: Float64Array, q: number, confidence = 0.95): Interval | null {
	const ranks = quantileRanks(sorted.length, q, confidence);
	if (ranks === null) return null;
	const upper = sorted[ranks[1] - 1] as number;
	return Number.isFinite(upper) ? [sorted[ranks[0] - 1] as number, upper] : null;
}

/**
 * Interval of a mean from independent values, by Student's t.
 *
 * @returns null for fewer than two values, or when one of them is infinite.
 */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): Interval | null {
	checkOpen(confidence, 'confidence');
	const n = values.length;
	if (n < 2) return null;
	let mean = 0;
	let squares = 0;
	for (let i = 0; i < n; i++) {
		// Welford's recurrence: no cancellation when the spread is small against the mean.
		const value = values[i] as number;
		if (!Number.isFinite(value)) return null;
		const step = value - mean;
		mean += step / (i + 1);
		squares += step * (value - mean);
	}
	const half = studentQuantile(1 - (1 - confidence) / 2, n - 1) * Math.sqrt(squares / (n - 1) / n);
	return [mean - half, mean + half];
}

/** The largest integer of `from..to` for which a predicate holds that holds up to some point and never after; `from` must fit. */
function largest(from: number, to: number, fits: (value: number) => boolean): number {
	let low = from;
	let high = to;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (fits(middle)) low = middle;
		else high = middle - 1;
	}
	return low;
}

function checkOpen(p: number, what: string): void {
	if (!(p > 0 && p < 1)) throw new RangeError(`a ${what} lies strictly between 0 and 1, got ${p}`);
}
