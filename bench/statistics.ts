// The arithmetic of the benchmarks: medians, the exponent of a power law, and the comparison of two runs by ranks (Mann and Whitney's
// test and the interval that belongs to it), which assumes nothing about the shape of the times.

import { quantile, sortSample } from '../src/core/quantile.js';

/** @throws {Error} for an empty list. */
export function median(values: readonly number[]): number {
	const middle = quantile(sortSample(Float64Array.from(values)), 0.5);
	if (middle === null) throw new Error('the median of nothing');
	return middle;
}

/** Three significant digits: more would claim a precision that a shared machine does not have. */
export function round3(value: number): number {
	return Number(value.toPrecision(3));
}

/**
 * The exponent b of y = a x^b: the slope of the least-squares line through (log x, log y).
 *
 * @throws {Error} for fewer than two different x, or a number that is not positive.
 */
export function exponent(points: readonly { readonly x: number; readonly y: number }[]): number {
	if (points.some(({ x, y }) => !(x > 0 && y > 0))) throw new Error('an exponent needs positive numbers');
	const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
	const mean = (of: (point: { readonly x: number; readonly y: number }) => number): number =>
		logs.reduce((sum, point) => sum + of(point), 0) / logs.length;
	const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
	const spread = mean(({ x }) => (x - mx) ** 2);
	if (!(spread > 0)) throw new Error('an exponent needs two sizes');
	return mean(({ x, y }) => (x - mx) * (y - my)) / spread;
}

/** How two samples of times compare: by what factor the second differs from the first. */
export interface Change {
	/** Median of all ratios after/before (Hodges and Lehmann's estimate, on logarithms). */
	readonly factor: number;
	/** Interval of at least the asked confidence for the factor; null when there are too few values for any. */
	readonly interval: readonly [number, number] | null;
	/** Confidence that the interval has, which is a little more than what was asked for. */
	readonly confidence: number | null;
}

/**
 * Compares two independent samples of positive times.
 *
 * The interval holds all factors that a two-sided exact Mann-Whitney test would not reject: from the k-th smallest to the k-th
 * largest ratio of a value after to a value before. Four values on each side are the least for 95 %.
 */
export function change(before: readonly number[], after: readonly number[], confidence = 0.95): Change {
	const ratios = after.flatMap((y) => before.map((x) => y / x)).sort((a, b) => a - b);
	const logs = ratios.map((ratio) => Math.log(ratio));
	const factor = Math.exp(median(logs));
	const counts = mannWhitneyCounts(before.length, after.length);
	const total = counts.reduce((sum, count) => sum + count, 0);
	let below = 0;
	let k = 0;
	// The largest k whose tail of the distribution is still small enough.
	while (k < counts.length && (below + (counts[k] as number)) / total <= (1 - confidence) / 2) below += counts[k++] as number;
	if (k === 0) return { factor, interval: null, confidence: null };
	return { factor, interval: [ratios[k - 1] as number, ratios[ratios.length - k] as number], confidence: 1 - (2 * below) / total };
}

/** In how many of the orders of m + n different values the statistic U is 0, 1, ..., m n. */
export function mannWhitneyCounts(m: number, n: number): readonly number[] {
	// Number of ways to choose m of m + n ranks with a given sum: the Gaussian binomial coefficient, built factor by factor.
	let counts = [1];
	for (let i = 1; i <= m; i++) counts = divide(multiply(counts, n + i), i);
	return counts;
}

/** (1 - q^k) times a polynomial. */
function multiply(counts: readonly number[], k: number): number[] {
	const product = [...counts, ...new Array<number>(k).fill(0)];
	for (const [i, count] of counts.entries()) product[i + k] = (product[i + k] as number) - count;
	return product;
}

/** A polynomial divided by (1 - q^k), which it is a multiple of. */
function divide(counts: readonly number[], k: number): number[] {
	const quotient = [...counts];
	for (let i = k; i < quotient.length; i++) quotient[i] = (quotient[i] as number) + (quotient[i - k] as number);
	return quotient.slice(0, counts.length - k);
}
