import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventGapLaw, gapLaw, residualLaw } from '../../src/analytic/gap.js';
import { lastOf } from '../../src/analytic/law.js';
import { draw, streamKey } from '../../src/core/random.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
	assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

const gaps = suite('gap between syncs');

gaps('S = 60 s: uniform on 61 to 90 s, with a sliver moved from 61 to 91 (K2.4)', () => {
	const { probabilities, min, max, mean, meanSquare } = gapLaw({ syncFrequency: 60 * SECOND, syncDuration: 30 * MILLISECOND });
	assert.is(probabilities.length, 92);
	for (let k = 62; k <= 90; k++) assertNear(probabilities[k] as number, 1 / 30, 1e-12, `${k} s`);
	assertNear(probabilities[61] as number, (1 - 0.03) / 30, 1e-12, '61 s');
	assertNear(probabilities[91] as number, 0.03 / 30, 1e-12, '91 s');
	assert.equal([min, max], [61 * SECOND, 91 * SECOND]);
	assertNear(mean / SECOND, 75.53, 1e-9, 'mean: 1.25 S + 0.5 + D');
	assertNear(Math.sqrt(meanSquare - mean * mean) / SECOND, 8.66, 0.02, 'deviation');
});

gaps('without any sync duration: mean 75.5 s, mean square 5775.2', () => {
	const gap = gapLaw({ syncFrequency: 60 * SECOND });
	assertNear(gap.mean / SECOND, 75.5, 1e-9, 'mean');
	assertNear(gap.meanSquare / SECOND ** 2, 5775.2, 0.05, 'mean square');
	assert.is(gap.max, 90 * SECOND);
});

gaps('S = 10 s as recorded: 11 to 15 s equally often, 16 s in some of 20,557 gaps', () => {
	const { probabilities, mean } = gapLaw({ syncFrequency: 10 * SECOND, syncDuration: MILLISECOND });
	for (let k = 11; k <= 15; k++) assertNear(probabilities[k] as number, 0.2, 3e-4, `${k} s`);
	assertNear((probabilities[16] as number) * 20_557, 4.1, 0.1, 'recorded 4');
	assertNear(mean / SECOND, 13, 0.01, 'mean');
});

gaps('chances add up to one for any settings, odd ones too', () => {
	const durations = [
		0,
		1,
		30 * MILLISECOND,
		999_999,
		2_500_000,
		{ min: 5 * MILLISECOND, max: 30 * MILLISECOND },
		{ min: 0, max: 3 * SECOND },
	];
	for (const syncFrequency of [1, 1_234_567, 5 * SECOND, 10 * SECOND, 61_500_000, 300 * SECOND]) {
		for (const syncDuration of durations) {
			const gap = gapLaw({ syncFrequency, syncDuration });
			assertNear(
				gap.probabilities.reduce((a, b) => a + b, 0),
				1,
				1e-9,
				`S ${syncFrequency}`,
			);
			assert.ok(gap.probabilities.every((p) => p >= 0));
			assert.is(gap.probabilities[0], 0);
		}
	}
});

gaps('a range of sync durations is the average over it', () => {
	const syncFrequency = 20 * SECOND;
	const range = { min: 0, max: 2 * SECOND };
	const averaged = new Float64Array(34);
	for (let i = 0; i < 1000; i++) {
		const { probabilities } = gapLaw({ syncFrequency, syncDuration: ((i + 0.5) / 1000) * range.max });
		probabilities.forEach((p, k) => (averaged[k] = (averaged[k] as number) + p / 1000));
	}
	gapLaw({ syncFrequency, syncDuration: range }).probabilities.forEach((p, k) => assertNear(p, averaged[k] as number, 1e-6, `${k} s`));
});

gaps('drawn by the rule itself', () => {
	const key = streamKey(1, 'gaps');
	const syncFrequency = 7_300_000;
	const { probabilities } = gapLaw({ syncFrequency, syncDuration: { min: 0, max: 900_000 } });
	const counts = new Float64Array(probabilities.length);
	const total = 200_000;
	for (let i = 0; i < total; i++) {
		const due = draw(key, 2 * i) * 900_000 + syncFrequency * (1 + 0.5 * draw(key, 2 * i + 1));
		const k = Math.floor(due / SECOND) + 1;
		counts[k] = (counts[k] as number) + 1;
	}
	probabilities.forEach((p, k) => assertNear((counts[k] as number) / total, p, 5 * Math.sqrt((p * (1 - p)) / total) + 1e-9, `${k} s`));
});

gaps('after an event: the wait for the tick is added, so anything from S to 1.5 S + 1 s', () => {
	const law = eventGapLaw({ syncFrequency: 60 * SECOND, syncDuration: 30 * MILLISECOND });
	assertNear(law.mean / SECOND, 75.53, 1e-6, 'mean');
	assert.is(law.cdf(60.03 * SECOND), 0);
	assertNear(law.cdf(75.53 * SECOND), 0.5, 1e-9, 'symmetric about the mean');
	assertNear(law.cdf(70.53 * SECOND), 1 / 3, 1e-9, 'linear in between');
	assert.is(law.cdf(91.03 * SECOND), 1);
	assertNear(law.quantile(0.5) / SECOND, 75.53, 1e-6, 'median');
});

gaps('a syncFrequency that is not positive is refused', () => {
	for (const syncFrequency of [0, -1, Number.NaN]) assert.throws(() => gapLaw({ syncFrequency }), /positive/);
});

gaps.run();

const residual = suite('residual life');

residual('the closed form for S = 60 s, at every kind of x', () => {
	const law = residualLaw(gapLaw({ syncFrequency: 60 * SECOND }));
	for (const x of [0, 1, 17.3, 60, 61]) assertNear(law.cdf(x * SECOND), x / 75.5, 1e-12, `${x} s`);
	for (const [m, f] of [
		[0, 0.5],
		[1, 0],
		[10, 0.25],
		[20, 0.9],
		[28, 1],
	] as const) {
		const expected = (61 + m - (m * (m + 1)) / 60 + (f * (29 - m)) / 30) / 75.5;
		assertNear(law.cdf((61 + m + f) * SECOND), expected, 1e-12, `61 + ${m} + ${f} s`);
	}
	assert.is(law.cdf(-1), 0);
	assert.is(law.cdf(90 * SECOND), 1);
	assertNear(law.mean / SECOND, 38.2, 0.05, 'mean');
});

residual('general S: the mean is near 0.633 S + 0.25 s', () => {
	for (const seconds of [10, 30, 60, 120, 300]) {
		assertNear(
			residualLaw(gapLaw({ syncFrequency: seconds * SECOND })).mean / SECOND,
			0.633 * seconds + 0.25,
			0.003 * seconds,
			`S ${seconds} s`,
		);
	}
});

residual('published numbers P1: mean 38.2, p50 37.8, p90 69.3, p99 83.7 s, 20.6 % beyond 60 s', () => {
	const law = residualLaw(gapLaw({ syncFrequency: 60 * SECOND }));
	assertNear(law.mean / SECOND, 38.2, 0.05, 'mean');
	assertNear(law.quantile(0.5) / SECOND, 37.8, 0.051, 'p50');
	assertNear(law.quantile(0.9) / SECOND, 69.3, 0.1, 'p90');
	assertNear(law.quantile(0.99) / SECOND, 83.7, 0.1, 'p99');
	assertNear(1 - law.cdf(60 * SECOND), 0.206, 0.001, 'beyond 60 s');
});

residual('published numbers P2: median time to the last of N replicas', () => {
	const law = residualLaw(gapLaw({ syncFrequency: 60 * SECOND }));
	for (const [count, seconds] of [
		[3, 59.9],
		[10, 73.1],
		[50, 82.6],
		[100, 84.9],
		[1000, 88.7],
	] as const) {
		assertNear(lastOf(law, count).quantile(0.5) / SECOND, seconds, 0.1, `${count} replicas`);
	}
});

residual('quantile and distribution function are inverse to each other', () => {
	const law = residualLaw(gapLaw({ syncFrequency: 13 * SECOND, syncDuration: { min: 1, max: 400_000 } }));
	for (let i = 0; i <= 100; i++) assertNear(law.cdf(law.quantile(i / 100)), i / 100, 1e-9, `${i} %`);
});

residual.run();
