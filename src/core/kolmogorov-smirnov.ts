// The Kolmogorov-Smirnov tests: does a sample follow a given law, do two samples follow the same law. For independent
// values only. Exact where that is cheap (Marsaglia, Tsang and Wang 2003 for one small sample; counting lattice paths for
// two small ones), else Kolmogorov's limit with Stephens' correction (1970), which is good to about 0.001 in p.
// Both p-values assume continuous laws. Where a law has atoms, or values are tied, they are too large: the test then
// rejects less often than it says (it is conservative), never more often.

/** Result of a test. */
export interface KolmogorovSmirnov {
	/** Largest vertical distance between the two distribution functions. */
	readonly distance: number;
	/** Chance of a distance at least as large if the hypothesis is true. */
	readonly pValue: number;
}

/** Up to this many values the one-sample p-value is exact. */
const EXACT_ONE_SAMPLE = 100;
/** Up to this product of sizes the two-sample p-value is exact. */
const EXACT_TWO_SAMPLE = 10_000;

/**
 * One sample against a law.
 *
 * @param sorted ascending, finite, independent.
 * @param cdf the law's distribution function P(X <= x).
 * @param cdfBefore P(X < x); give it when the law has atoms, default `cdf`.
 * @throws {RangeError} if the sample is empty.
 */
export function oneSampleTest(sorted: Float64Array, cdf: (x: number) => number, cdfBefore: (x: number) => number = cdf): KolmogorovSmirnov {
	const n = sorted.length;
	if (n === 0) throw new RangeError('a test needs at least one value');
	let distance = 0;
	for (let i = 0; i < n; ) {
		const value = sorted[i] as number;
		let end = i + 1;
		while (end < n && sorted[end] === value) end++;
		distance = Math.max(distance, Math.abs(end / n - cdf(value)), Math.abs(cdfBefore(value) - i / n));
		i = end;
	}
	return { distance, pValue: oneSamplePValue(n, distance) };
}

/**
 * Two samples against each other.
 *
 * @param first ascending, independent.
 * @param second ascending, independent, and independent of `first`.
 * @throws {RangeError} if one of them is empty.
 */
export function twoSampleTest(first: Float64Array, second: Float64Array): KolmogorovSmirnov {
	const n = first.length;
	const m = second.length;
	if (n === 0 || m === 0) throw new RangeError('a test needs at least one value on either side');
	// Kept as the integer |i*m - j*n|, so that the exact count below compares without rounding.
	let scaled = 0;
	let i = 0;
	let j = 0;
	while (i < n && j < m) {
		const value = Math.min(first[i] as number, second[j] as number);
		while (i < n && first[i] === value) i++;
		while (j < m && second[j] === value) j++;
		scaled = Math.max(scaled, Math.abs(i * m - j * n));
	}
	const distance = scaled / (n * m);
	const pValue = n * m <= EXACT_TWO_SAMPLE ? pathsBeyond(n, m, scaled) : stephensTail((n * m) / (n + m), distance);
	return { distance, pValue };
}

/** Chance that the one-sample distance of `n` values reaches `distance`. */
export function oneSamplePValue(n: number, distance: number): number {
	if (distance <= 0) return 1;
	if (distance >= 1) return 0;
	return n <= EXACT_ONE_SAMPLE ? clamp(1 - marsagliaTsangWang(n, distance)) : stephensTail(n, distance);
}

/** Kolmogorov's limit law, `P(sqrt(n) D > x)`, at the argument that Stephens' correction gives for `n` values. */
function stephensTail(n: number, distance: number): number {
	const root = Math.sqrt(n);
	return kolmogorovTail((root + 0.12 + 0.11 / root) * distance);
}

/** `P(K > x)` of Kolmogorov's limit law: 2 * sum over k of (-1)^(k-1) exp(-2 k^2 x^2). */
export function kolmogorovTail(x: number): number {
	if (x < 0.2) return 1; // The sum is 1 to 13 digits there and converges slowly.
	let sum = 0;
	for (let k = 1; k <= 100; k++) {
		const term = Math.exp(-2 * k * k * x * x);
		sum += k % 2 === 1 ? term : -term;
		if (term < 1e-17) break;
	}
	return clamp(2 * sum);
}

/** P(D < distance) for `n` values, exact: the k,k entry of the n-th power of Durbin's matrix, times n!/n^n. */
function marsagliaTsangWang(n: number, distance: number): number {
	const k = Math.floor(n * distance) + 1;
	const size = 2 * k - 1;
	const h = k - n * distance;
	const matrix = new Float64Array(size * size);
	for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j] = i - j + 1 < 0 ? 0 : 1;
	const add = (i: number, j: number, value: number): void => {
		matrix[i * size + j] = (matrix[i * size + j] as number) + value;
	};
	for (let i = 0; i < size; i++) {
		add(i, 0, -(h ** (i + 1)));
		add(size - 1, i, -(h ** (size - i)));
	}
	if (2 * h - 1 > 0) add(size - 1, 0, (2 * h - 1) ** size);
	for (let i = 0; i < size; i++) {
		for (let j = 0; j < size; j++) {
			for (let g = 1; g <= i - j + 1; g++) matrix[i * size + j] = (matrix[i * size + j] as number) / g;
		}
	}
	// n!/n^n is multiplied in one factor per step of the power, so nothing leaves the range of a double for n <= 100.
	let row = new Float64Array(size);
	row[k - 1] = 1;
	for (let step = 1; step <= n; step++) {
		const next = new Float64Array(size);
		for (let i = 0; i < size; i++) {
			const weight = ((row[i] as number) * step) / n;
			if (weight === 0) continue;
			for (let j = 0; j < size; j++) next[j] = (next[j] as number) + weight * (matrix[i * size + j] as number);
		}
		row = next;
	}
	return row[k - 1] as number;
}

/**
 * The share of lattice paths from (0,0) to (n,m) that touch |i*m - j*n| >= limit: the exact two-sample p-value without ties.
 * Works with the chance that a random path is at (i, j) and has not touched the limit, so no binomial overflows.
 */
function pathsBeyond(n: number, m: number, limit: number): number {
	if (limit === 0) return 1;
	const inside = (i: number, j: number): boolean => Math.abs(i * m - j * n) < limit;
	const chance = new Float64Array(m + 1);
	for (let i = 0; i <= n; i++) {
		for (let j = 0; j <= m; j++) {
			if (i === 0 && j === 0) {
				chance[0] = 1;
				continue;
			}
			// A uniformly random path leaves (i, j) upward with chance (n - i) / (remaining steps).
			const fromLeft = i === 0 ? 0 : ((chance[j] as number) * (n - i + 1)) / (n - i + 1 + m - j);
			const fromBelow = j === 0 ? 0 : ((chance[j - 1] as number) * (m - j + 1)) / (n - i + m - j + 1);
			chance[j] = inside(i, j) ? fromLeft + fromBelow : 0;
		}
	}
	return clamp(1 - (chance[m] as number));
}

function clamp(p: number): number {
	return Math.min(1, Math.max(0, p));
}
