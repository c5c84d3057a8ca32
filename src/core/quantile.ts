// Quantiles of samples of durations. A sample may hold `Infinity` (writes that no volume had shown when the run ended),
// so a quantile can be "not finite"; every function here says that with null, which is what the results print.

/**
 * Sorts a sample in place, numerically, infinite values last.
 *
 * @returns the same array, for chaining.
 */
export function sortSample(sample: Float64Array): Float64Array {
	return sample.sort();
}

/**
 * Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996; the default of R and NumPy).
 *
 * @param sorted ascending; may end in `Infinity`.
 * @param q 0..1.
 * @returns null for an empty sample, and when the quantile falls on an infinite value or between one and a finite value.
 * @throws {RangeError} if `q` is outside 0..1.
 */
export function quantile(sorted: Float64Array, q: number): number | null {
	checkProbability(q);
	const n = sorted.length;
	if (n === 0) return null;
	const position = (n - 1) * q;
	const below = Math.floor(position);
	const share = position - below;
	const low = sorted[below] as number;
	if (share === 0 || below + 1 >= n) return finite(low);
	const high = sorted[below + 1] as number;
	return finite(low === high ? low : low + share * (high - low));
}

/**
 * Quantile by nearest rank: the smallest sample value that at least the share `q` of the sample does not exceed.
 *
 * @param sorted ascending; may end in `Infinity`.
 * @param q 0..1; 0 gives the minimum.
 * @returns null for an empty sample, and when that value is infinite.
 * @throws {RangeError} if `q` is outside 0..1.
 */
export function nearestRankQuantile(sorted: Float64Array, q: number): number | null {
	if (sorted.length === 0) {
		checkProbability(q);
		return null;
	}
	return finite(sorted[nearestRank(sorted.length, q) - 1] as number);
}

/**
 * The rank (from 1) of the nearest-rank quantile among `count` values: `ceil(q * count)`, at least 1. Products such as
 * 0.07 * 100 that lie a rounding error above a whole number count as that number.
 *
 * @throws {RangeError} if `q` is outside 0..1.
 */
export function nearestRank(count: number, q: number): number {
	checkProbability(q);
	const product = q * count;
	const whole = Math.round(product);
	const rank = Math.abs(product - whole) <= 1e-12 * count ? whole : Math.ceil(product);
	return Math.max(1, Math.min(count, rank));
}

/** Throws unless `q` is a probability. */
export function checkProbability(q: number): void {
	if (!(q >= 0 && q <= 1)) throw new RangeError(`a probability lies in 0..1, got ${q}`);
}

function finite(value: number): number | null {
	return Number.isFinite(value) ? value : null;
}
