import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
	bootstrapInterval,
	bootstrapIntervals,
	pairedDifference,
	pooledMean,
	pooledQuantile,
	pooledQuantiles,
	ratio,
} from '../../src/core/bootstrap.js';
import { nearestRankQuantile } from '../../src/core/quantile.js';
import { draw, streamKey } from '../../src/core/random.js';

const key = streamKey(1, 'bootstrap');

/** The resample written out, value by value. */
function expanded(units: readonly Float64Array[], weights: Uint32Array): Float64Array {
	return Float64Array.from(units.flatMap((unit, u) => new Array<number[]>(weights[u] as number).fill([...unit]).flat())).sort();
}

const unitsWithWeights = fc
	.array(
		fc.tuple(
			fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Number.POSITIVE_INFINITY)), { maxLength: 12 }),
			fc.integer({ min: 0, max: 3 }),
		),
		{
			minLength: 1,
			maxLength: 8,
		},
	)
	.map((pairs) => ({
		units: pairs.map(([values]) => Float64Array.from(values).sort()),
		weights: Uint32Array.from(pairs, ([, weight]) => weight),
	}));

const test = suite('bootstrap');

test('a pooled quantile is the nearest-rank quantile of the written-out resample', () => {
	fc.assert(
		fc.property(unitsWithWeights, fc.double({ min: 0, max: 1, noNaN: true }), ({ units, weights }, q) => {
			const statistic = pooledQuantile(units, q);
			const expected = nearestRankQuantile(expanded(units, weights), q);
			assert.is(statistic(weights), expected);
			assert.is(statistic(weights), expected, 'a statistic keeps nothing from one resample to the next');
		}),
		{ seed: 1, numRuns: 2000 },
	);
});

test('many units: likely resamples and far-fetched ones give the quantile of what was drawn', () => {
	const source = streamKey(5, 'many');
	const units = Array.from({ length: 300 }, (_, unit) => {
		const level = 50 * draw(source, unit);
		return Float64Array.from({ length: 20 }, (_, i) => Math.floor(level + 100 * draw(source, 1000 + unit * 20 + i))).sort();
	});
	const likely = (resample: number): Uint32Array => {
		const weights = new Uint32Array(300);
		for (let i = 0; i < 300; i++) {
			const unit = Math.floor(draw(source, 10_000 + resample * 300 + i) * 300);
			weights[unit] = (weights[unit] as number) + 1;
		}
		return weights;
	};
	const single = (unit: number): Uint32Array => Uint32Array.from(units, (_, other) => (other === unit ? 300 : 0));
	const draws = [...Array.from({ length: 30 }, (_, resample) => likely(resample)), single(0), single(17), single(299)];
	for (const q of [0, 0.01, 0.5, 0.9, 0.99, 1]) {
		const statistic = pooledQuantile(units, q);
		for (const weights of draws) assert.is(statistic(weights), nearestRankQuantile(expanded(units, weights), q));
	}
});

test('several quantiles at once are the same as one by one', () => {
	const units = [Float64Array.of(1, 5, 9), Float64Array.of(2, 2, 30), Float64Array.of(4)];
	const qs = [0.1, 0.5, 0.99];
	const weights = Uint32Array.of(2, 0, 1);
	assert.equal(
		pooledQuantiles(units, qs).map((statistic) => statistic(weights)),
		qs.map((q) => pooledQuantile(units, q)(weights)),
	);
});

test('a pooled mean is the mean of the written-out resample, null with an infinite value in a drawn unit', () => {
	fc.assert(
		fc.property(unitsWithWeights, ({ units, weights }) => {
			const values = expanded(units, weights);
			const expected = values.reduce((sum, value) => sum + value, 0) / values.length;
			const actual = pooledMean(units)(weights);
			if (!Number.isFinite(expected)) assert.ok(actual === null || !Number.isFinite(actual));
			else assert.ok(Math.abs((actual as number) - expected) < 1e-9);
		}),
		{ seed: 2, numRuns: 500 },
	);
});

test('the same key gives the same interval, another key another one', () => {
	const statistic = pooledMean([3, 8, 1, 9, 4, 7].map((value) => Float64Array.of(value, value * value)));
	const interval = bootstrapInterval(6, statistic, { key });
	assert.equal(bootstrapInterval(6, statistic, { key }), interval);
	assert.not.equal(bootstrapInterval(6, statistic, { key: streamKey(2, 'bootstrap') }), interval);
});

test('statistics do not disturb each other', () => {
	const units = [3, 8, 1, 9, 4, 7].map((value) => Float64Array.of(value, value + 1));
	const statistics = [pooledMean(units), pooledQuantile(units, 0.5), ratio([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1])];
	assert.equal(
		bootstrapIntervals(6, statistics, { key }),
		statistics.map((statistic) => bootstrapInterval(6, statistic, { key })),
	);
});

test('the mean of two units has the percentiles of the binomial law', () => {
	// A mean over two units that hold 0 and 1 is 0, 1/2 or 1 with chances 1/4, 1/2, 1/4.
	const statistic = pooledMean([Float64Array.of(0), Float64Array.of(1)]);
	assert.equal(bootstrapInterval(2, statistic, { key, confidence: 0.6 }), [0, 1]);
	assert.equal(bootstrapInterval(2, statistic, { key, confidence: 0.4 }), [0.5, 0.5]);
});

test('values of one unit hang together: the interval follows the number of units, not of values', () => {
	const values = Array.from({ length: 30 }, (_, i) => draw(streamKey(9, 'values'), i));
	const single = values.map((value) => Float64Array.of(value));
	const repeated = values.map((value) => new Float64Array(500).fill(value));
	const width = (units: readonly Float64Array[]): number => {
		const [low, high] = bootstrapInterval(units.length, pooledQuantile(units, 0.5), { key }) as [number, number];
		return high - low;
	};
	assert.is(width(repeated), width(single));
});

test('intervals of a mean cover the truth about as often as they say', () => {
	let covered = 0;
	for (let trial = 0; trial < 400; trial++) {
		const stream = streamKey(3, 'trial', trial);
		const units = Array.from({ length: 40 }, (_, unit) => {
			const level = draw(stream, unit);
			return Float64Array.from({ length: 3 }, (_, i) => level + 0.1 * (draw(stream, 1000 + unit * 3 + i) - 0.5));
		});
		const [low, high] = bootstrapInterval(40, pooledMean(units), { key: stream, resamples: 400 }) as [number, number];
		if (low <= 0.5 && 0.5 <= high) covered++;
	}
	// The percentile method falls a little short of 95 % with 40 units; three standard deviations of 400 trials are 3.3 %.
	assert.ok(covered >= 363 && covered <= 396, `${covered} of 400`);
});

test('a paired difference of equal variants is exactly zero, of shifted ones exactly the shift', () => {
	const units = [3, 8, 1, 9, 4].map((value) => Float64Array.of(value, value + 2, value * 3));
	const shifted = units.map((unit) => unit.map((value) => value + 5));
	for (const q of [0.5, 0.9]) {
		const [first, second] = [pooledQuantile(units, q), pooledQuantile(shifted, q)];
		assert.equal(bootstrapInterval(5, pairedDifference(first, first), { key }), [0, 0]);
		assert.equal(bootstrapInterval(5, pairedDifference(second, first), { key }), [5, 5]);
	}
});

test('an end that may be infinite makes the interval null', () => {
	const finite = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((value) => Float64Array.of(value));
	const oneNever = [...finite, Float64Array.of(Number.POSITIVE_INFINITY)];
	assert.is(bootstrapInterval(10, pooledMean(oneNever), { key }), null);
	assert.is(bootstrapInterval(10, pooledQuantile(oneNever, 1), { key }), null);
	// The median is infinite only when the unit is drawn six times of ten, once in 7,000.
	assert.is.not(bootstrapInterval(10, pooledQuantile(oneNever, 0.5), { key }), null);
	assert.is(bootstrapInterval(10, pairedDifference(pooledMean(finite), pooledMean(oneNever)), { key }), null);
});

test('fewer than two units, or units without a value, have no interval', () => {
	assert.is(bootstrapInterval(0, pooledMean([]), { key }), null);
	assert.is(bootstrapInterval(1, pooledMean([Float64Array.of(1)]), { key }), null);
	assert.is(bootstrapInterval(3, pooledQuantile([new Float64Array(), new Float64Array(), new Float64Array()], 0.5), { key }), null);
});

test.run();
