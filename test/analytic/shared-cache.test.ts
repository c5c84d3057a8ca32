// The fixed point against a simulation of its own (cache-simulation.ts), against what is exact, and against recordings.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gapLaw, residualLaw } from '../../src/analytic/gap.js';
import { sharedCache } from '../../src/analytic/shared-cache.js';
import { SECOND } from '../../src/core/time.js';
import { simulateSharedCache } from './cache-simulation.js';

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
const gapOf = (seconds: number, duration = 0.03): ReturnType<typeof gapLaw> =>
	gapLaw({ syncFrequency: seconds * SECOND, syncDuration: duration * SECOND });

const test = suite('shared cache');

/** S, TTL, pods, allowed relative error of the fetch interval, allowed error of each quantile in seconds. */
const CASES: readonly (readonly [number, number, number, number, number])[] = [
	[60, 90, 1, 0.003, 0.25],
	[60, 300, 1, 0.003, 0.6],
	[60, 15, 2, 0.003, 0.2],
	[60, 15, 3, 0.004, 0.2],
	[60, 15, 4, 0.008, 0.2],
	[60, 30, 5, 0.008, 0.2],
	[60, 15, 20, 0.003, 0.2],
	[60, 60, 20, 0.003, 0.2],
	[60, 300, 20, 0.003, 0.4],
	[10, 15, 20, 0.003, 0.1],
];

for (const [syncFrequency, ttl, pods, interval, quantile] of CASES) {
	test(`S = ${syncFrequency} s, TTL ${ttl} s, ${pods} pods: within the stated error of the simulation`, () => {
		const law = sharedCache(gapOf(syncFrequency), ttl, pods);
		const size = { nodes: pods > 4 ? 20 : pods > 1 ? 60 : 150, seconds: syncFrequency > 10 ? 60_000 : 20_000 };
		const simulated = simulateSharedCache({ syncFrequency, syncDuration: 0.03, ttl, pods, ...size, seed: 1 });
		const ratio = law.meanFetchInterval / SECOND / simulated.meanFetchInterval;
		assert.ok(Math.abs(ratio - 1) < interval, `the fetch interval is off by ${((ratio - 1) * 100).toFixed(2)} %`);
		for (const p of QUANTILES) {
			const difference = law.delay.quantile(p) / SECOND - simulated.quantile(p);
			assert.ok(Math.abs(difference) < quantile, `p ${p} is off by ${difference.toFixed(2)} s`);
		}
	});
}

test('one pod whose gaps all outlive the TTL fetches at each read, so the TTL does not show', () => {
	const gap = gapOf(60);
	for (const ttl of [1, 15, 30, 60]) {
		const law = sharedCache(gap, ttl, 1);
		const read = residualLaw(gap);
		assert.ok(Math.abs(law.meanFetchInterval - gap.mean) < 1);
		for (const p of QUANTILES) assert.ok(Math.abs(law.delay.quantile(p) - read.quantile(p)) < 1);
	}
});

test('with very many pods there is a read in every tick: fetches come a TTL apart, the delay is uniform plus the wait', () => {
	const gap = gapOf(10, 0);
	const ttl = 60;
	const { meanFetchInterval, delay } = sharedCache(gap, ttl, 2000);
	assert.ok(Math.abs(meanFetchInterval / SECOND - ttl) < 0.02);
	const mean = ttl / 2 + residualLaw(gap).mean / SECOND;
	assert.ok(Math.abs(delay.mean / SECOND - mean) < 0.02, `${delay.mean / SECOND}, not ${mean}`);
});

test('recorded with real kubelets, S = 10 s: 15.53 s, 60.9 s, and 65.5 to 65.9 s between fetches (K20.16)', () => {
	const interval = (ttl: number, pods: number): number => sharedCache(gapOf(10, 0.001), ttl, pods).meanFetchInterval / SECOND;
	assert.ok(Math.abs(interval(15, 20) - 15.53) < 0.1, `${interval(15, 20)}`);
	assert.ok(Math.abs(interval(60, 20) - 60.9) < 0.35, `${interval(60, 20)}`);
	assert.ok(Math.abs(interval(60, 1) - 65.7) < 0.25, `${interval(60, 1)}`);
});

test('more pods fetch more often, a longer TTL less often, and nothing takes longer than TTL and the longest gap', () => {
	const gap = gapOf(60);
	const interval = (ttl: number, pods: number): number => sharedCache(gap, ttl, pods).meanFetchInterval;
	assert.ok(interval(30, 1) > interval(30, 2) && interval(30, 2) > interval(30, 5) && interval(30, 5) > interval(30, 20));
	assert.ok(interval(15, 5) < interval(30, 5) && interval(30, 5) < interval(60, 5));
	assert.is(sharedCache(gap, 60, 5).delay.max, (60 + 91) * SECOND);
});

test('what it cannot compute is refused', () => {
	const gap = gapOf(60);
	for (const ttl of [0, -1, 1.5, Number.NaN]) assert.throws(() => sharedCache(gap, ttl, 1), /whole number of seconds/);
	for (const pods of [0, 1.5]) assert.throws(() => sharedCache(gap, 60, pods), /integer >= 1/);
});

test.run();
