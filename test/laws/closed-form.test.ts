// The simulator against the law that follows from the kubelet's source by arithmetic (P1, P2): independent samples, a fixed
// list of seeds, and a bound on how many of them may reject. One pod a node, writes at least 20 sync periods apart.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { delayLaw } from '../../src/analytic/delay.js';
import { type Law, lastOf } from '../../src/analytic/law.js';
import type { Strategy } from '../../src/cluster/plan.js';
import { oneSampleTest } from '../../src/core/kolmogorov-smirnov.js';
import { quantile } from '../../src/core/quantile.js';
import { SECOND } from '../../src/core/time.js';
import { simulate } from '../../src/index.js';
import { NO_JITTER } from '../support/mistakes.js';
import { mutant } from '../support/mutant.js';
import { delaysByWrite, planOf, pooled, SYNC_DURATION } from './study.js';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
/** Of 40 tests at 5 %, two reject on average and more than five once in 70 times. */
const REJECTIONS_ALLOWED = 5;
const LEVEL = 0.05;
const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99];
/** Quantiles of all seeds together must meet the law within this share of `syncFrequency`. */
const QUANTILE_TOLERANCE = 0.005;
/** 102,400 samples in all: a median is then known to 0.2 % of `syncFrequency` (one standard error). */
const NODES = 320;
const WRITES = 8;

type Simulate = typeof simulate;

/** One seed's delays in seconds: one array per write, one value per pod. */
function delays(run: Simulate, strategy: Strategy, syncSeconds: number, nodes: number, seed: number): readonly Float64Array[] {
	const syncFrequency = syncSeconds * SECOND;
	const times = { from: SECOND, period: 20 * syncFrequency, writes: WRITES, jitter: 2 * syncFrequency };
	return delaysByWrite(run(planOf({ strategy, syncFrequency, nodes, podsPerNode: 1, ...times, seed })));
}

const simulated = new Map<string, (readonly Float64Array[])[]>();

/** All seeds, simulated once: a list per seed, in it an array per write. */
function delaysOfSeeds(strategy: Strategy, syncSeconds: number): readonly (readonly Float64Array[])[] {
	const key = `${strategy} ${syncSeconds}`;
	const known = simulated.get(key) ?? SEEDS.map((seed) => delays(simulate, strategy, syncSeconds, NODES, seed));
	simulated.set(key, known);
	return known;
}

function lawOf(strategy: Strategy, syncSeconds: number): Law {
	return delayLaw({ strategy, syncFrequency: syncSeconds * SECOND, syncDuration: SYNC_DURATION });
}

/** How many samples the Kolmogorov-Smirnov test refuses. */
function rejections(law: Law, samples: readonly Float64Array[]): number {
	return samples.filter((sample) => oneSampleTest(sample, (seconds) => law.cdf(seconds * SECOND)).pValue < LEVEL).length;
}

/** The largest difference of a quantile, as a share of `syncFrequency`. */
function quantileError(law: Law, syncSeconds: number, sample: Float64Array): number {
	const errors = QUANTILES.map((q) => Math.abs((quantile(sample, q) ?? Number.POSITIVE_INFINITY) - law.quantile(q) / SECOND));
	return Math.max(...errors) / syncSeconds;
}

const test = suite('closed form');

for (const strategy of ['Watch', 'Get'] as const) {
	for (const syncSeconds of [10, 60, 300]) {
		test(`${strategy}, syncFrequency ${syncSeconds} s: the residual life of the gaps`, () => {
			const law = lawOf(strategy, syncSeconds);
			const samples = delaysOfSeeds(strategy, syncSeconds).map(pooled);
			const all = pooled(samples);
			assert.is(all.length, SEEDS.length * NODES * WRITES);
			const refused = rejections(law, samples);
			assert.ok(refused <= REJECTIONS_ALLOWED, `${refused} of ${SEEDS.length} seeds reject`);
			const error = quantileError(law, syncSeconds, all);
			assert.ok(error < QUANTILE_TOLERANCE, `a quantile is off by ${(100 * error).toFixed(2)} % of syncFrequency`);
		});
	}
}

test('with no latency Watch and Get see every write at the same instant', () => {
	for (const syncSeconds of [10, 60, 300]) {
		const watch = delaysOfSeeds('Watch', syncSeconds).flat();
		delaysOfSeeds('Get', syncSeconds)
			.flat()
			.forEach((pods, write) => {
				const different = pods.findIndex((seconds, pod) => seconds !== watch[write]?.[pod]);
				assert.is(different, -1, `syncFrequency ${syncSeconds} s: write ${write}, pod ${different}`);
			});
	}
});

test('one write in five takes longer than 60 s, and none longer than 91.2 s', () => {
	const sample = pooled(delaysOfSeeds('Watch', 60).map(pooled));
	const share = sample.filter((seconds) => seconds > 60).length / sample.length;
	assert.ok(Math.abs(share - 0.206) < 0.005, `${(100 * share).toFixed(2)} %`);
	assert.ok((sample.at(-1) as number) <= 91.2);
});

test('time until the last of N independent replicas (P2)', () => {
	const law = lawOf('Watch', 60);
	const writes = delaysOfSeeds('Watch', 60).flat();
	for (const [replicas, published] of [
		[3, 59.9],
		[10, 73.1],
		[50, 82.6],
		[100, 84.9],
	] as const) {
		const last: number[] = [];
		for (const pods of writes) {
			for (let from = 0; from + replicas <= pods.length; from += replicas) last.push(Math.max(...pods.subarray(from, from + replicas)));
		}
		const median = quantile(Float64Array.from(last).sort(), 0.5) as number;
		assert.ok(Math.abs(median - published) < 0.5, `${replicas} replicas: ${median} s, published ${published} s`);
		assert.ok(Math.abs(median - lastOf(law, replicas).quantile(0.5) / SECOND) < 0.5);
	}
});

test('negative control: without resync jitter the law is refused', async () => {
	const wrong = await mutant<{ simulate: Simulate }>('no-jitter', 'index', NO_JITTER.edits);
	const samples = SEEDS.slice(0, 10).map((seed) => pooled(delays(wrong.simulate, 'Watch', 60, 100, seed)));
	const refused = rejections(lawOf('Watch', 60), samples);
	assert.ok(refused > REJECTIONS_ALLOWED, `only ${refused} of 10 seeds reject`);
	assert.ok(quantileError(lawOf('Watch', 60), 60, pooled(samples)) > QUANTILE_TOLERANCE);
});

test.run();
