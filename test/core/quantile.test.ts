import fc from 'fast-check';
import { quantileSorted } from 'simple-statistics';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nearestRank, nearestRankQuantile, quantile, sortSample } from '../../src/core/quantile.js';

const INFINITE = Number.POSITIVE_INFINITY;
const test = suite('quantiles');

test('type 7 gives the values of Python\'s statistics.quantiles(method="inclusive")', () => {
	const sample = Float64Array.of(15, 20, 35, 40, 50, 51.5, 70, 71, 100, 120.25);
	const twentieths = [
		17.25, 19.5, 25.25, 32.0, 36.25, 38.5, 41.5, 46.0, 50.075, 50.75, 51.425, 58.9, 67.225, 70.3, 70.75, 76.8, 89.85, 102.025, 111.1375,
	];
	twentieths.forEach((expected, i) => {
		const actual = quantile(sample, (i + 1) / 20) as number;
		assert.ok(Math.abs(actual - expected) < 1e-9, `${i + 1}/20: ${actual}, not ${expected}`);
	});
	const other = Float64Array.of(3, 6, 7, 8, 8, 10, 13, 15, 16, 20);
	assert.equal(
		[0.25, 0.5, 0.75].map((q) => quantile(other, q)),
		[7.25, 9, 14.5],
	);
});

test('type 7 agrees with simple-statistics', () => {
	const values = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });
	fc.assert(
		fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, q) => {
			const sorted = sortSample(Float64Array.from(list));
			const expected = quantileSorted([...sorted], q);
			assert.ok(Math.abs((quantile(sorted, q) as number) - expected) <= 1e-12 * expected);
		}),
		{ seed: 1, numRuns: 1000 },
	);
});

test('nearest rank is the smallest value that the wanted share does not exceed', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 }),
			fc.integer({ min: 1, max: 100 }),
			(values, percent) => {
				const sorted = sortSample(Float64Array.from(values));
				const result = nearestRankQuantile(sorted, percent / 100) as number;
				const share = (limit: number): number => 100 * values.filter((value) => value <= limit).length;
				assert.ok(share(result) >= percent * values.length);
				assert.ok(share(result - 1) < percent * values.length);
			},
		),
		{ seed: 2, numRuns: 2000 },
	);
});

test('ranks are not shifted by rounding of q x n', () => {
	for (let n = 1; n <= 2000; n++) for (let i = 1; i <= 100; i += 3) assert.is(nearestRank(n * 100, i / 100), n * i);
	assert.is(nearestRank(100, 0.07), 7);
	assert.is(nearestRank(10_000_000, 0.999), 9_990_000);
	assert.is(nearestRank(10_000_001, 0.999), 9_990_001);
	assert.is(nearestRank(5, 0), 1);
});

test('both kinds lie within the sample and rise with q', () => {
	const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
	const probability = fc.double({ min: 0, max: 1, noNaN: true });
	fc.assert(
		fc.property(values, probability, probability, (list, p, q) => {
			const sorted = sortSample(Float64Array.from(list));
			for (const kind of [quantile, nearestRankQuantile]) {
				const [low, high] = [kind(sorted, Math.min(p, q)), kind(sorted, Math.max(p, q))] as [number, number];
				assert.ok((sorted[0] as number) <= low && low <= high && high <= (sorted.at(-1) as number));
			}
		}),
		{ seed: 3, numRuns: 1000 },
	);
});

test('a quantile on or beside an infinite value is null', () => {
	const sorted = Float64Array.of(1, 2, 3, INFINITE, INFINITE);
	assert.is(quantile(sorted, 0.5), 3);
	assert.is(quantile(sorted, 0.51), null);
	assert.is(quantile(sorted, 1), null);
	assert.is(nearestRankQuantile(sorted, 0.6), 3);
	assert.is(nearestRankQuantile(sorted, 0.61), null);
	assert.is(quantile(Float64Array.of(INFINITE), 0), null);
});

test('an empty sample has no quantile, a single value is all of them', () => {
	for (const kind of [quantile, nearestRankQuantile]) {
		assert.is(kind(new Float64Array(), 0.5), null);
		for (const q of [0, 0.3, 1]) assert.is(kind(Float64Array.of(7), q), 7);
		assert.throws(() => kind(Float64Array.of(7), 1.5), /probability/);
		assert.throws(() => kind(new Float64Array(), Number.NaN), /probability/);
	}
});

test.run();
