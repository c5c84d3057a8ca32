// The few special functions that the statistics need: log-gamma, the incomplete beta function and what follows from it
// (binomial and Student distributions). Reporting only, never the model: Math.log and Math.exp may differ in the last bit
// between JavaScript engines. Methods: Lanczos approximation (g = 7, 9 terms) and the modified Lentz continued fraction.

const LANCZOS: readonly number[] = [
	0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
	-0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for `x > 0`; about 15 digits. */
export function logGamma(x: number): number {
	if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
	const y = x - 1;
	let sum = LANCZOS[0] as number;
	for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (y + i);
	const t = y + 7.5;
	return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * The regularised incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is at most `x`.
 *
 * @param x 0..1 (values outside are clamped).
 * @param a shape, > 0.
 * @param b shape, > 0.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
	if (x <= 0) return 0;
	if (x >= 1) return 1;
	const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
	// The continued fraction converges fast on one side of the mean; the symmetry covers the other.
	return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
	const tiny = 1e-300;
	const guard = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
	let c = 1;
	let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
	let result = d;
	for (let m = 1; m <= 100_000; m++) {
		const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
		d = 1 / guard(1 + even * d);
		c = guard(1 + even / c);
		result *= d * c;
		const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / guard(1 + odd * d);
		c = guard(1 + odd / c);
		const factor = d * c;
		result *= factor;
		if (Math.abs(factor - 1) < 1e-15) break;
	}
	return result;
}

/** Probability that a binomial variable of `n` trials with chance `p` is at most `k`. */
export function binomialAtMost(k: number, n: number, p: number): number {
	if (k < 0) return 0;
	if (k >= n) return 1;
	return incompleteBeta(1 - p, n - k, k + 1);
}

/** Probability that a Student variable with `freedom` degrees of freedom is at most `t`. */
export function studentAtMost(t: number, freedom: number): number {
	const tail = 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
	return t > 0 ? 1 - tail : tail;
}

/**
 * The value that a Student variable with `freedom` degrees of freedom does not exceed with probability `p`.
 *
 * @param p strictly between 0 and 1.
 * @param freedom >= 1.
 */
export function studentQuantile(p: number, freedom: number): number {
	if (!(p > 0 && p < 1)) throw new RangeError(`a Student quantile needs 0 < p < 1, got ${p}`);
	if (p < 0.5) return -studentQuantile(1 - p, freedom);
	let high = 1;
	while (studentAtMost(high, freedom) < p) high *= 2;
	let low = 0;
	for (let step = 0; step < 100 && low < high; step++) {
		const middle = (low + high) / 2;
		if (middle === low || middle === high) break;
		if (studentAtMost(middle, freedom) < p) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}
