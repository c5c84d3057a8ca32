import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HISTOGRAM_RELATIVE_ERROR, Histogram } from '../../src/core/histogram.js';
import { nearestRankQuantile } from '../../src/core/quantile.js';

/** Durations of all magnitudes, "never" now and then. */
const micros = fc.oneof(
	{ weight: 3, arbitrary: fc.integer({ min: 0, max: 4096 }) },
	{ weight: 5, arbitrary: fc.integer({ min: 0, max: 400_000_000 }) },
	{ weight: 1, arbitrary: fc.maxSafeNat() },
	{ weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
);
const sample = fc.array(micros, { maxLength: 60 });

function histogramOf(values: readonly number[]): Histogram {
	const histogram = new Histogram();
	for (const value of values) histogram.record(value);
	return histogram;
}

function merged(...parts: readonly Histogram[]): Histogram {
	const result = new Histogram();
	for (const part of parts) result.merge(part);
	return result;
}

const test = suite('histogram');

test('merging is the same as recording everything in one', () => {
	fc.assert(
		fc.property(sample, sample, (a, b) => {
			assert.equal(merged(histogramOf(a), histogramOf(b)).toData(), histogramOf([...a, ...b]).toData());
		}),
		{ seed: 1, numRuns: 300 },
	);
});

test('merging is associative and commutative', () => {
	fc.assert(
		fc.property(sample, sample, sample, (a, b, c) => {
			const [x, y, z] = [histogramOf(a), histogramOf(b), histogramOf(c)];
			const expected = merged(merged(x, y), z).toData();
			assert.equal(merged(x, merged(y, z)).toData(), expected);
			assert.equal(merged(z, y, x).toData(), expected);
		}),
		{ seed: 2, numRuns: 300 },
	);
});

test('merging leaves the other one alone', () => {
	const other = histogramOf([5, 70_000]);
	const before = other.toData();
	const target = new Histogram();
	target.merge(other);
	target.record(5);
	assert.equal(other.toData(), before);
});

test('recording n times is n recordings', () => {
	fc.assert(
		fc.property(micros, fc.integer({ min: 0, max: 50 }), (value, n) => {
			const once = new Histogram();
			once.record(value, n);
			assert.equal(once.toData(), histogramOf(new Array<number>(n).fill(value)).toData());
		}),
		{ seed: 3, numRuns: 300 },
	);
});

test('count, sum, minimum and maximum are exact', () => {
	fc.assert(
		fc.property(sample, (values) => {
			const histogram = histogramOf(values);
			const finite = values.filter(Number.isFinite);
			assert.is(histogram.count, values.length);
			assert.is(histogram.infinite, values.length - finite.length);
			assert.is(
				histogram.sum,
				finite.reduce((sum, value) => sum + BigInt(value), 0n),
			);
			assert.is(histogram.min, finite.length === 0 ? null : Math.min(...finite));
			assert.is(histogram.max, finite.length === 0 ? null : Math.max(...finite));
		}),
		{ seed: 4, numRuns: 500 },
	);
});

test('quantiles are within the stated error of the sample quantile', () => {
	fc.assert(
		fc.property(fc.array(micros, { minLength: 1, maxLength: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
			const expected = nearestRankQuantile(Float64Array.from(values).sort(), q);
			const actual = histogramOf(values).quantile(q);
			if (expected === null || actual === null) {
				assert.is(actual, expected);
				return;
			}
			assert.ok(Math.abs(actual - expected) <= HISTOGRAM_RELATIVE_ERROR * expected, `${actual} for ${expected}`);
			if (expected < 2048) assert.is(actual, expected);
		}),
		{ seed: 5, numRuns: 2000 },
	);
});

test('every value lies in the bucket that it was put into, at all powers of two', () => {
	for (let power = 0; power < 53; power++) {
		for (const value of [2 ** power - 1, 2 ** power, 2 ** power + 1]) {
			const [bucket, ...others] = [...histogramOf([value]).buckets()];
			if (bucket === undefined) throw new Error(`${value} is in no bucket`);
			assert.is(others.length, 0);
			assert.ok(bucket.from <= value && value < bucket.to, `${value} in ${bucket.from}..${bucket.to}`);
			assert.ok(bucket.to - bucket.from <= Math.max(1, value / 1024));
		}
	}
});

test('the plain form survives JSON and structured cloning', () => {
	fc.assert(
		fc.property(sample, sample, (a, b) => {
			const data = histogramOf(a).toData();
			const copy = Histogram.fromData(JSON.parse(JSON.stringify(structuredClone(data))));
			assert.equal(copy.toData(), data);
			copy.merge(histogramOf(b));
			assert.equal(copy.toData(), histogramOf([...a, ...b]).toData());
		}),
		{ seed: 6, numRuns: 300 },
	);
});

test('mean: exact beyond 2^53, null with nothing or with "never"', () => {
	const large = new Histogram();
	large.record(2 ** 52, 3_000_001);
	large.record(1, 1);
	assert.is(large.sum, BigInt(2 ** 52) * 3_000_001n + 1n);
	assert.is(large.mean, Number(large.sum / 3_000_002n));
	assert.is(histogramOf([1, 2]).mean, 1.5);
	assert.is(new Histogram().mean, null);
	assert.is(histogramOf([1, Number.POSITIVE_INFINITY]).mean, null);
});

test('an empty histogram has no quantile', () => {
	assert.is(new Histogram().quantile(0.5), null);
	assert.is(new Histogram().min, null);
	assert.is(new Histogram().max, null);
});

test('what is no duration, no count or no probability is refused', () => {
	const histogram = new Histogram();
	for (const value of [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53])
		assert.throws(() => histogram.record(value), /integer >= 0/);
	for (const n of [-1, 0.5, Number.NaN]) assert.throws(() => histogram.record(1, n), /integer >= 0/);
	for (const q of [-0.1, 1.1, Number.NaN]) assert.throws(() => histogram.quantile(q), /probability/);
	assert.throws(() => Histogram.fromData({ ...new Histogram().toData(), subBits: 9 }), /sub-bits/);
	assert.is(histogram.count, 0);
});

test.run();
