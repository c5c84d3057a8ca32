// Exponents and the comparison by ranks, against values worked out by hand and against published tables.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { change, exponent, mannWhitneyCounts, median, round3 } from '../../bench/statistics.js';

const test = suite('benchmark statistics');

const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('the exponent of a power law is found whatever its factor', () => {
	for (const b of [0, 0.5, 1, 1.05, 2]) near(exponent([1, 10, 700].map((x) => ({ x, y: 3 * x ** b }))), b);
});

test('the exponent is the least-squares slope, not the slope of the ends', () => {
	// Logarithms to base 2: (0, 0), (1, 3), (2, 2): slope ((-1)(-5/3) + 0 + (1)(1/3)) / 2 = 1.
	near(
		exponent([
			{ x: 1, y: 1 },
			{ x: 2, y: 8 },
			{ x: 4, y: 4 },
		]),
		1,
	);
});

test('an exponent of one size or of nothing positive is an error', () => {
	assert.throws(
		() =>
			exponent([
				{ x: 2, y: 1 },
				{ x: 2, y: 2 },
			]),
		/two sizes/,
	);
	assert.throws(
		() =>
			exponent([
				{ x: 2, y: 1 },
				{ x: 3, y: 0 },
			]),
		/positive/,
	);
	assert.throws(() => exponent([]), /two sizes/);
});

test('the median of nothing is an error, and three digits are kept', () => {
	assert.throws(() => median([]), /the median of nothing/);
	assert.is(median([3, 1, 2, 10]), 2.5);
	assert.is(round3(123_456), 123_000);
	assert.is(round3(0.0012345), 0.00123);
});

test('the distribution of U counts every order once', () => {
	assert.equal(mannWhitneyCounts(2, 2), [1, 1, 2, 1, 1]);
	assert.equal(mannWhitneyCounts(3, 2), [1, 1, 2, 2, 2, 1, 1]);
	const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
	assert.is(sum(mannWhitneyCounts(5, 5)), 252);
	assert.is(sum(mannWhitneyCounts(4, 7)), 330);
});

test('the interval ends where the published critical values of U say', () => {
	// Two-sided 5 %: U <= 2 rejects for 5 and 5, U <= 0 for 4 and 4, U <= 8 for 7 and 7; nothing does for 3 and 3.
	for (const [n, critical] of [
		[5, 2],
		[4, 0],
		[7, 8],
	] as const) {
		const before = Array.from({ length: n }, (_, i) => 1 + i / 1000);
		const after = Array.from({ length: n }, (_, i) => 2 + i / 10);
		const ratios = after.flatMap((y) => before.map((x) => y / x)).sort((a, b) => a - b);
		const { interval, confidence } = change(before, after);
		assert.equal(interval, [ratios[critical], ratios[n * n - 1 - critical]]);
		assert.ok((confidence ?? 0) >= 0.95);
	}
	assert.is(change([1, 2, 3], [10, 11, 12]).interval, null);
});

test('the factor of a scaled sample is the scale, and 1 lies in the interval of a sample with itself', () => {
	const times = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 4, maxLength: 8 });
	fc.assert(
		fc.property(times, fc.double({ min: 0.1, max: 10, noNaN: true }), (before, scale) => {
			const same = change(before, before);
			near(same.factor, 1);
			assert.ok((same.interval?.[0] ?? 2) <= 1 && (same.interval?.[1] ?? 0) >= 1);
			const scaled = change(
				before,
				before.map((time) => time * scale),
			);
			assert.ok(Math.abs(scaled.factor / scale - 1) < 1e-9);
		}),
		{ seed: 6, numRuns: 200 },
	);
});

test('an interval of 95 % holds the truth in 95 of 100 runs or more', () => {
	const draws = fc.sample(fc.double({ min: 0.5, max: 1.5, noNaN: true, noDefaultInfinity: true }), { seed: 7, numRuns: 4_000 });
	let held = 0;
	for (let run = 0; run < 400; run++) {
		const own = draws.slice(run * 10, run * 10 + 10);
		const { interval } = change(own.slice(0, 5), own.slice(5));
		if (interval !== null && interval[0] <= 1 && interval[1] >= 1) held++;
	}
	assert.ok(held >= 372, `${held} of 400`);
	assert.ok(held < 400, 'an interval that always holds says nothing');
});

test.run();
