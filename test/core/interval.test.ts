import { binomialDistribution, gammaln, mean, sampleStandardDeviation } from 'simple-statistics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { meanInterval, quantileInterval, quantileRanks, unitsNeeded } from '../../src/core/interval.js';
import { draw, streamKey } from '../../src/core/random.js';
import { binomialAtMost, incompleteBeta, logGamma, studentAtMost, studentQuantile } from '../../src/core/special-functions.js';

function assertNear(actual: number, expected: number, relative: number, what: string): void {
	assert.ok(Math.abs(actual - expected) <= relative * Math.max(1e-300, Math.abs(expected)), `${what}: ${actual}, not ${expected}`);
}

const special = suite('special functions');

special('log-gamma against the C library', () => {
	const table: readonly (readonly [number, number])[] = [
		[0.1, 2.2527126517342055],
		[0.5, 0.5723649429247004],
		[1.5, -0.12078223763524543],
		[10, 12.801827480081467],
		[100, 359.1342053695754],
		[1_000_000, 12815504.569147611],
	];
	for (const [x, expected] of table) assertNear(logGamma(x), expected, 1e-13, `logGamma(${x})`);
	for (const x of [0.7, 3, 12.25, 77]) assertNear(logGamma(x), gammaln(x), 1e-10, `simple-statistics at ${x}`);
});

special('the incomplete beta function: closed forms and symmetry', () => {
	assertNear(incompleteBeta(0.5, 2, 3), 0.6875, 1e-14, 'I(0.5; 2, 3)');
	for (const x of [0.01, 0.2, 0.5, 0.93]) {
		assertNear(incompleteBeta(x, 1, 4), 1 - (1 - x) ** 4, 1e-13, 'a = 1');
		assertNear(incompleteBeta(x, 7, 1), x ** 7, 1e-13, 'b = 1');
		assertNear(incompleteBeta(x, 3.5, 9) + incompleteBeta(1 - x, 9, 3.5), 1, 1e-13, 'symmetry');
	}
	assert.is(incompleteBeta(0, 2, 2), 0);
	assert.is(incompleteBeta(1, 2, 2), 1);
});

special("the binomial distribution function is the sum of simple-statistics' probabilities", () => {
	for (const [n, p] of [
		[1, 0.3],
		[20, 0.5],
		[72, 0.95],
		[150, 0.01],
	] as const) {
		let sum = 0;
		binomialDistribution(n, p)?.forEach((probability, k) => {
			sum += probability;
			assertNear(binomialAtMost(k, n, p), sum, 1e-9, `P(Bin(${n}, ${p}) <= ${k})`);
		});
	}
	assert.is(binomialAtMost(-1, 5, 0.5), 0);
	assert.is(binomialAtMost(5, 5, 0.5), 1);
});

special('Student quantiles against the printed table', () => {
	const table: readonly (readonly [number, number, number])[] = [
		[0.975, 1, 12.706204736],
		[0.975, 2, 4.3026527297],
		[0.975, 5, 2.5705818356],
		[0.975, 10, 2.228138852],
		[0.975, 19, 2.0930240544],
		[0.975, 30, 2.0422724563],
		[0.975, 100, 1.9839715185],
		[0.95, 10, 1.8124611228],
		[0.995, 10, 3.1692726726],
		[0.975, 1e7, 1.9599642],
	];
	for (const [p, freedom, expected] of table) {
		assertNear(studentQuantile(p, freedom), expected, 1e-7, `t(${p}, ${freedom})`);
		assertNear(studentQuantile(1 - p, freedom), -expected, 1e-7, `t(${1 - p}, ${freedom})`);
		assertNear(studentAtMost(expected, freedom), p, 1e-7, `P(T <= ${expected})`);
	}
	assert.throws(() => studentQuantile(1, 5), /0 < p < 1/);
});

special.run();

const test = suite('intervals');

test('units needed at 95 %: 6 for the median, 72 for p95, 368 for p99, 3,688 for p99.9', () => {
	assert.equal(
		[0.5, 0.75, 0.9, 0.95, 0.99, 0.999].map((q) => unitsNeeded(q)),
		[6, 13, 36, 72, 368, 3688],
	);
	assert.is(unitsNeeded(0.05), 72);
	assert.is(unitsNeeded(0.99, 0.9), 299);
	assert.is(unitsNeeded(0.5, 0.5), 2);
});

test('units needed is the least number for which all of them rarely lie on one side', () => {
	for (const q of [0.3, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]) {
		for (const confidence of [0.5, 0.8, 0.9, 0.95, 0.99]) {
			const units = unitsNeeded(q, confidence);
			const farther = Math.max(q, 1 - q);
			// The tolerance is for decimal confidences such as 0.9, whose complement is not exact.
			assert.ok(farther ** units <= (1 - confidence) / 2 + 1e-12);
			assert.ok(farther ** (units - 1) > (1 - confidence) / 2 - 1e-12);
			assert.is(quantileRanks(units - 1, q, confidence), null);
			assert.is.not(quantileRanks(units, q, confidence), null);
		}
	}
});

test('ranks as in the tables for the median', () => {
	// Distribution-free 95 % limits for the median (Conover, Practical Nonparametric Statistics, from the binomial table).
	assert.equal(
		[6, 10, 15, 20, 25, 30, 50].map((n) => quantileRanks(n, 0.5)),
		[
			[1, 6],
			[2, 9],
			[4, 12],
			[6, 15],
			[8, 18],
			[10, 21],
			[18, 33],
		],
	);
	// The same definition worked out in rational arithmetic.
	assert.equal(quantileRanks(72, 0.95), [64, 72]);
	assert.equal(quantileRanks(72, 0.05), [1, 9]);
	assert.equal(quantileRanks(100, 0.9), [84, 96]);
	assert.equal(quantileRanks(400, 0.99), [392, 400]);
	assert.equal(quantileRanks(40, 0.75), [24, 36]);
});

test('ranks keep what they promise and cannot be drawn closer', () => {
	for (const n of [6, 20, 72, 100, 368, 5000, 200_000]) {
		for (const q of [0.05, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]) {
			const ranks = quantileRanks(n, q);
			if (ranks === null) continue;
			const [lower, upper] = ranks;
			const missedBelow = binomialAtMost(lower - 1, n, q);
			const missedAbove = 1 - binomialAtMost(upper - 1, n, q);
			assert.ok(missedBelow <= 0.025 && missedAbove <= 0.025 + 1e-12, `n ${n}, q ${q}`);
			assert.ok(binomialAtMost(lower, n, q) > 0.025, `the lower rank for n ${n}, q ${q} could be higher`);
			assert.ok(1 - binomialAtMost(upper - 2, n, q) > 0.025, `the upper rank for n ${n}, q ${q} could be lower`);
		}
	}
});

test('the interval of a quantile covers the true one about as often as it says', () => {
	const key = streamKey(1, 'coverage');
	let covered = 0;
	for (let trial = 0; trial < 2000; trial++) {
		const sample = Float64Array.from({ length: 100 }, (_, i) => draw(key, trial * 100 + i)).sort();
		const [low, high] = quantileInterval(sample, 0.9) as [number, number];
		if (low <= 0.9 && 0.9 <= high) covered++;
	}
	// At least 95 %, and not much more: ranks are whole numbers. Three standard deviations of 2000 trials are 1.5 %.
	assert.ok(covered >= 1870 && covered <= 1980, `${covered} of 2000`);
});

test('an infinite upper end is no interval, an infinite value beyond it does no harm', () => {
	const sample = Float64Array.from({ length: 20 }, (_, i) => i + 1);
	assert.equal(quantileInterval(sample, 0.5), [6, 15]);
	sample.fill(Number.POSITIVE_INFINITY, 15);
	assert.equal(quantileInterval(sample, 0.5), [6, 15]);
	sample[14] = Number.POSITIVE_INFINITY;
	assert.is(quantileInterval(sample, 0.5), null);
});

test('the interval of a mean against simple-statistics and the table of t', () => {
	const values = [61, 75, 90, 66.5, 80.25, 71];
	const [low, high] = meanInterval(values) as [number, number];
	const half = (2.5705818356 * sampleStandardDeviation(values)) / Math.sqrt(values.length);
	assertNear(low, mean(values) - half, 1e-9, 'lower end');
	assertNear(high, mean(values) + half, 1e-9, 'upper end');
});

test('a mean of fewer than two values, or with an infinite one, has no interval', () => {
	assert.is(meanInterval([]), null);
	assert.is(meanInterval([4]), null);
	assert.is(meanInterval([4, Number.POSITIVE_INFINITY, 5]), null);
	assert.equal(meanInterval([4, 4, 4]), [4, 4]);
});

test('a quantile or a confidence of 0 or 1 is refused', () => {
	for (const p of [0, 1, Number.NaN, -1]) {
		assert.throws(() => unitsNeeded(p), /strictly between/);
		assert.throws(() => unitsNeeded(0.5, p), /strictly between/);
		assert.throws(() => meanInterval([1, 2], p), /strictly between/);
	}
});

test.run();
