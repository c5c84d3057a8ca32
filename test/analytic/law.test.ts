import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { delayedBy, lastOf, lawOf, piecewiseLinearLaw, sumOfUniforms } from '../../src/analytic/law.js';
import { draw, streamKey } from '../../src/core/random.js';

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
	assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

const uniform = piecewiseLinearLaw(100, Float64Array.of(0, 1));
const test = suite('laws');

test('a piecewise linear law: uniform on 0 to 100', () => {
	assert.equal([uniform.mean, uniform.max], [50, 100]);
	for (const x of [0, 25, 99]) assert.is(uniform.cdf(x), x / 100);
	assert.equal([uniform.cdf(-1), uniform.cdf(100), uniform.cdf(1e9)], [0, 1, 1]);
	for (const p of [0, 0.25, 1]) assert.is(uniform.quantile(p), p * 100);
	for (const p of [-0.1, 1.1, Number.NaN]) assert.throws(() => uniform.quantile(p), /probability/);
});

test('flat parts: a quantile is the smallest value that reaches it', () => {
	const law = piecewiseLinearLaw(1, Float64Array.of(0, 0.5, 0.5, 1, 1, 1));
	assert.is(law.quantile(0.5), 1);
	assert.is(law.quantile(0.75), 2.5);
	assert.is(law.quantile(1), 3);
	assert.is(law.max, 3);
	assert.is(law.mean, 1.5);
});

test('the last of N uniform ones has mean N / (N + 1)', () => {
	for (const count of [1, 2, 9, 50]) {
		const last = lastOf(uniform, count);
		assertNear(last.mean, (100 * count) / (count + 1), 1e-4, `mean of ${count}`);
		assertNear(last.cdf(last.quantile(0.3)), 0.3, 1e-12, `quantile of ${count}`);
	}
	for (const count of [0, 1.5, -2]) assert.throws(() => lastOf(uniform, count), /integer >= 1/);
});

test('fixed delays shift, uniform delays smooth, no delay changes nothing', () => {
	assert.is(delayedBy(uniform, [{ min: 0, max: 0 }]), uniform);
	const shifted = delayedBy(uniform, [{ min: 5, max: 5 }]);
	assert.equal([shifted.cdf(5), shifted.cdf(55), shifted.max, shifted.mean], [0, 0.5, 105, 55]);
	const smooth = delayedBy(uniform, [
		{ min: 0, max: 10 },
		{ min: 2, max: 4 },
	]);
	assert.equal([smooth.mean, smooth.max], [58, 114]);
	assertNear(smooth.cdf(58), 0.5, 1e-9, 'symmetric');
	assertNear(smooth.cdf(30), 0.22, 1e-9, 'as shifted by the mean delay where the density is constant');
	assertNear(smooth.quantile(0.5), 58, 0.01, 'median');
});

test('a law of a continuous function finds its own mean and quantiles', () => {
	const law = lawOf((x) => (x / 1000) ** 2, 1000);
	assertNear(law.mean, 2000 / 3, 1e-3, 'mean');
	assertNear(law.quantile(0.25), 500, 1e-2, 'quantile');
	assert.equal([law.cdf(-5), law.cdf(2000)], [0, 1]);
});

test('sums of uniform durations: closed forms and drawn values', () => {
	assert.equal([sumOfUniforms([{ min: 3, max: 3 }])(2.9), sumOfUniforms([{ min: 3, max: 3 }])(3)], [0, 1]);
	const triangle = sumOfUniforms([
		{ min: 0, max: 1 },
		{ min: 10, max: 11 },
	]);
	assertNear(triangle(10.5), 0.125, 1e-12, 'lower half of a triangle');
	assertNear(triangle(11), 0.5, 1e-12, 'its middle');
	assertNear(triangle(11.5), 0.875, 1e-12, 'upper half');
	const ranges = [
		{ min: 0, max: 7 },
		{ min: 1, max: 2 },
		{ min: 0, max: 3 },
	];
	const cdf = sumOfUniforms(ranges);
	const key = streamKey(1, 'sums');
	const total = 100_000;
	for (const x of [2, 4, 6, 8, 10]) {
		let below = 0;
		for (let i = 0; i < total; i++) {
			const sum = ranges.reduce((value, { min, max }, j) => value + min + (max - min) * draw(key, 3 * i + j), 0);
			if (sum <= x) below++;
		}
		assertNear(cdf(x), below / total, 0.008, `x ${x}`);
	}
});

test.run();
