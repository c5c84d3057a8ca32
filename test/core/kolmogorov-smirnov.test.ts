import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kolmogorovTail, oneSamplePValue, oneSampleTest, twoSampleTest } from '../../src/core/kolmogorov-smirnov.js';
import { draw, streamKey } from '../../src/core/random.js';

const uniform = (x: number): number => Math.min(1, Math.max(0, x));

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
	assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

/** All subsets of `size` of the numbers below `total`, ascending. */
function* subsets(total: number, size: number, from = 0): Generator<number[]> {
	if (size === 0) yield [];
	else
		for (let first = from; first <= total - size; first++) for (const rest of subsets(total, size - 1, first + 1)) yield [first, ...rest];
}

const test = suite('Kolmogorov-Smirnov');

test("small samples: exact, against rational arithmetic by Steck's determinant", () => {
	// The first row is the example of Marsaglia, Tsang and Wang (2003).
	const table: readonly (readonly [number, number, number])[] = [
		[10, 0.274, 0.6284796154565043],
		[1, 0.7, 0.4],
		[2, 0.6, 0.68],
		[5, 0.4, 0.6912],
		[20, 0.29408, 0.9500058397279596],
		[40, 0.2, 0.9295181238311553],
		[60, 0.1, 0.4478038740710713],
		[80, 0.17, 0.9827882371679143],
		[100, 0.13403, 0.9500056875991857],
	];
	for (const [n, distance, below] of table) assertNear(oneSamplePValue(n, distance), 1 - below, 1e-11, `n ${n}, D ${distance}`);
});

test("large samples: Kolmogorov's limit with its printed critical values", () => {
	for (const [x, p] of [
		[1.2238, 0.1],
		[1.3581, 0.05],
		[1.4802, 0.025],
		[1.6276, 0.01],
	] as const)
		assertNear(kolmogorovTail(x), p, 5e-5, `K ${x}`);
	// Marsaglia, Tsang and Wang give P(D < 0.04) = 0.9967694319171325 for n = 2000.
	assertNear(oneSamplePValue(2000, 0.04), 1 - 0.9967694319171325, 5e-5, 'n 2000, D 0.04');
	assert.is(kolmogorovTail(0), 1);
	assert.ok(kolmogorovTail(0.21) > 1 - 1e-9);
});

test('the exact and the asymptotic p-value meet where one takes over from the other', () => {
	for (const distance of [0.05, 0.08, 0.1, 0.13, 0.16, 0.2])
		assertNear(oneSamplePValue(100, distance), oneSamplePValue(101, distance), 0.006, `D ${distance}`);
});

test('one-sample distance by hand', () => {
	assertNear(oneSampleTest(Float64Array.of(0.1, 0.4, 0.7), uniform).distance, 0.3, 1e-12, 'above the last');
	assertNear(oneSampleTest(Float64Array.of(0.9), uniform).distance, 0.9, 1e-12, 'below the first');
	assert.throws(() => oneSampleTest(new Float64Array(), uniform), /at least one/);
});

test('a law with atoms is compared on both sides of the atom', () => {
	// Half of the mass at 0, the rest uniform: the sample fits perfectly.
	const cdf = (x: number): number => (x < 0 ? 0 : 0.5 + 0.5 * uniform(x));
	const before = (x: number): number => (x <= 0 ? 0 : cdf(x));
	const sample = Float64Array.of(0, 0, 0, 0, 0.25, 0.5, 0.75, 1);
	assertNear(oneSampleTest(sample, cdf, before).distance, 0.125, 1e-12, 'with the left limit');
	assertNear(oneSampleTest(sample, cdf).distance, 0.5, 1e-12, 'without it');
});

test('p-values of true hypotheses are uniform: one sample, two sizes of the method', () => {
	for (const n of [25, 400]) {
		const rejected = { at05: 0, at50: 0 };
		for (let trial = 0; trial < 1000; trial++) {
			const key = streamKey(1, 'one', n, trial);
			const { pValue } = oneSampleTest(Float64Array.from({ length: n }, (_, i) => draw(key, i)).sort(), uniform);
			if (pValue < 0.05) rejected.at05++;
			if (pValue < 0.5) rejected.at50++;
		}
		// Four standard deviations of 1000 trials.
		assertNear(rejected.at05, 50, 28, `n ${n} at 5 %`);
		assertNear(rejected.at50, 500, 64, `n ${n} at 50 %`);
	}
});

test('p-values of true hypotheses are uniform: two samples', () => {
	let rejected = 0;
	for (let trial = 0; trial < 1000; trial++) {
		const key = streamKey(2, 'two', trial);
		const sample = (size: number, from: number): Float64Array => Float64Array.from({ length: size }, (_, i) => draw(key, from + i)).sort();
		if (twoSampleTest(sample(150, 0), sample(200, 150)).pValue < 0.05) rejected++;
	}
	assertNear(rejected, 50, 28, 'at 5 %');
});

test('a shifted law is found out', () => {
	const key = streamKey(3, 'shift');
	const sample = Float64Array.from({ length: 2500 }, (_, i) => draw(key, i)).sort();
	assert.ok(oneSampleTest(sample, uniform).pValue > 0.01);
	assert.ok(oneSampleTest(sample, (x) => uniform(x * 1.08)).pValue < 1e-6);
	assert.ok(
		twoSampleTest(
			sample,
			sample.map((x) => x + 0.08),
		).pValue < 1e-6,
	);
});

test('two small samples: the p-value is the share of all interleavings that lie as far apart', () => {
	for (const [n, m] of [
		[1, 4],
		[3, 3],
		[4, 5],
		[5, 3],
	] as const) {
		const total = n + m;
		const samples = [...subsets(total, n)].map((ranks) => {
			const first = Float64Array.from(ranks);
			const second = Float64Array.from({ length: total }, (_, i) => i).filter((i) => !ranks.includes(i));
			return twoSampleTest(first, second);
		});
		for (const { distance, pValue } of samples) {
			const share = samples.filter((other) => other.distance >= distance - 1e-12).length / samples.length;
			assertNear(pValue, share, 1e-12, `n ${n}, m ${m}, D ${distance}`);
		}
	}
});

test('two-sample distance is that of the definition, with ties, in either order', () => {
	const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 20 });
	fc.assert(
		fc.property(values, values, (a, b) => {
			const share = (list: number[], limit: number): number => list.filter((x) => x <= limit).length / list.length;
			const expected = Math.max(...[...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x))));
			const [first, second] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
			const result = twoSampleTest(first, second);
			assertNear(result.distance, expected, 1e-12, 'distance');
			assertNear(twoSampleTest(second, first).pValue, result.pValue, 1e-12, 'symmetry');
			assert.ok(result.pValue >= 0 && result.pValue <= 1);
		}),
		{ seed: 1, numRuns: 500 },
	);
});

test('known two-sample p-values', () => {
	const first = Float64Array.from({ length: 10 }, (_, i) => i);
	assertNear(
		twoSampleTest(
			first,
			first.map((x) => x + 5.5),
		).pValue,
		0.05245,
		5e-6,
		'n = m = 10, D = 0.6',
	);
	assertNear(twoSampleTest(Float64Array.of(1, 2, 3, 4, 5), Float64Array.of(6, 7, 8, 9, 10)).pValue, 2 / 252, 1e-12, 'apart');
	assert.is(twoSampleTest(first, first).pValue, 1);
	assert.throws(() => twoSampleTest(first, new Float64Array()), /at least one/);
});

test.run();
