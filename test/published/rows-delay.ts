// Published delays: the law of one pod, the last of many, the end-to-end suite's bound, the nudge, an external store.

import { delayLaw } from '../../src/analytic/delay.js';
import { oneSampleTest } from '../../src/core/kolmogorov-smirnov.js';
import { quantile } from '../../src/core/quantile.js';
import { MILLISECOND, MINUTE, SECOND } from '../../src/core/time.js';
import type { Partial, Plan } from '../../src/index.js';
import type { VariantResult } from '../../src/measure/result.js';
import { MISSING_OPTIONAL_FAILS, NO_JITTER, NOT_NUDGED } from '../support/mistakes.js';
import { atMost, type Check, expectations, near, type PublishedRow, type Study } from './check.js';
import { e2eVolumeChecks } from './e2e-volumes.js';

/** Of 40 tests at 5 %, two reject on average and more than five once in 70 times. */
const REJECTIONS_ALLOWED = 5;
const LEVEL = 0.05;

/** Mean and quantiles of the law, as published, in seconds. */
const LAW_QUANTILES: readonly (readonly [number, number])[] = [
	[0.5, 37.8],
	[0.9, 69.3],
	[0.99, 83.7],
];

/** Delays in seconds of one variant, ascending, by replication. */
function delays(study: Study, partial: Partial, variant: string): Float64Array[] {
	const lists = new Map<number, number[]>();
	for (const row of study.program.library.sampleRows(partial)) {
		if (row.variant !== variant) continue;
		const list = lists.get(row.replication) ?? [];
		list.push(row.delaySeconds ?? Number.POSITIVE_INFINITY);
		lists.set(row.replication, list);
	}
	return [...lists.values()].map((list) => Float64Array.from(list).sort());
}

function pooled(lists: readonly Float64Array[]): Float64Array {
	return Float64Array.from(lists.flatMap((list) => [...list])).sort();
}

async function delayLawChecks(study: Study): Promise<Check[]> {
	const { partial, result } = await study.run();
	const checks = [expectations(result)];
	for (const { name } of result.variants) {
		const strategy = name as 'Watch' | 'Get';
		const law = delayLaw({ strategy, syncFrequency: MINUTE, syncDuration: { min: MILLISECOND, max: MILLISECOND } });
		const seeds = delays(study, partial, name);
		const refused = seeds.filter((seed) => oneSampleTest(seed, (seconds) => law.cdf(seconds * SECOND)).pValue < LEVEL).length;
		const all = pooled(seeds);
		const mean = all.reduce((sum, delay) => sum + delay, 0) / all.length;
		checks.push(
			{
				what: `${name}: Kolmogorov-Smirnov against the closed form`,
				published: `at most ${REJECTIONS_ALLOWED} of 40 seeds rejected at 5 %`,
				simulated: `${refused} of ${seeds.length}`,
				met: refused <= REJECTIONS_ALLOWED,
			},
			near(`${name}: mean`, 38.2, mean, 0.3),
			...LAW_QUANTILES.map(([q, published]) => near(`${name}: p${q * 100}`, published, quantile(all, q), 0.3)),
			near(`${name}: share above 60 s`, 20.6, (100 * all.filter((delay) => delay > 60).length) / all.length, 0.5, '%'),
		);
	}
	return checks;
}

/**
 * Replicas, published median, and replications of fifty rotations: 2,000 rotations, and more for few replicas, so that a median
 * is known to a third of the tolerance.
 */
const LAST_REPLICA: readonly (readonly [number, number, number])[] = [
	[3, 59.9, 400],
	[10, 73.1, 200],
	[50, 82.6, 40],
	[100, 84.9, 40],
	[1000, 88.7, 40],
];
/** The size that a negative control looks at, and how often. */
const CONTROLLED: readonly (readonly [number, number, number])[] = [[50, 82.6, 4]];

async function lastReplicaChecks(study: Study): Promise<Check[]> {
	const checks: Check[] = [];
	for (const [replicas, median, replications] of study.isSmall ? CONTROLLED : LAST_REPLICA) {
		const { result } = await study.run(`cluster.nodes=${replicas}`, `replications=${replications}`);
		const [variant] = result.variants as [VariantResult];
		checks.push(
			near(`${replicas} replicas, ${variant.writes} rotations`, median, variant.timeToLastReplicaSeconds.p50, 0.5),
			expectations(result),
		);
	}
	return checks;
}

/** The run without the annotations: the same luck. */
function withoutNudge(plan: Plan): Plan {
	const variants = plan.variants.map((variant) => ({ ...variant, actions: variant.actions.filter(({ id }) => id !== 'nudge') }));
	return { ...plan, variants };
}

/** When each write was settled in the pods that nobody annotates, in seconds. */
function settledLeftAlone(study: Study, partial: Partial, variant: string): number[] {
	const rows = [...study.program.library.sampleRows(partial)];
	return rows
		.filter((row) => row.variant === variant && row.pod.startsWith('default/left-alone-'))
		.map(({ settledSeconds }) => settledSeconds ?? Number.POSITIVE_INFINITY);
}

/** Milliseconds by which the answers to GETs may differ: the width of `requestLatency` and `setUp`, rounded up. */
const LATENCY_SPREAD_MS = 10;

async function nudgeChecks(study: Study): Promise<Check[]> {
	const { simulate } = study.program.library;
	const { partial, result } = await study.run();
	const nudged = (variant: VariantResult) =>
		variant.byWorkload.find((group) => group.name === 'Deployment/default/nudged')?.delaySeconds.p99 ?? null;
	const undisturbed = simulate(withoutNudge(await study.plan()));
	const moved = (name: string): number => {
		const before = settledLeftAlone(study, undisturbed, name);
		const differences = settledLeftAlone(study, partial, name).map((settled, index) => Math.abs(settled - (before[index] as number)));
		return 1000 * Math.max(...differences);
	};
	return [
		...result.variants.map((variant) => atMost(`${variant.name}: p99 of the nudged`, 1.5, nudged(variant))),
		...result.variants.map(({ name }) =>
			atMost(`${name}: the others, against the run without annotations`, name === 'Watch' ? 0 : LATENCY_SPREAD_MS, moved(name), 'ms'),
		),
		expectations(result),
	];
}

/** The external change is on the dot, every ten minutes; what the driver adds is the jitter of the action. */
const EXTERNAL_PERIOD = 600;
/** `--rotation-poll-interval` of the driver: two minutes. */
const POLL_SECONDS = 120;

/** Kolmogorov's limit at 1 %: a distance of more than this over the root of the number of samples refuses the law. */
const KOLMOGOROV_1_PERCENT = 1.628;

async function externalChecks(study: Study): Promise<Check[]> {
	const { partial, result } = await study.run();
	const waits = new Map<string, number>();
	let sum = 0;
	let count = 0;
	for (const { replication, write, commitSeconds, delaySeconds } of study.program.library.sampleRows(partial)) {
		const noticed = commitSeconds % EXTERNAL_PERIOD;
		waits.set(`${replication} ${write}`, noticed);
		sum += noticed + (delaySeconds ?? Number.POSITIVE_INFINITY);
		count++;
	}
	const sorted = Float64Array.from(waits.values()).sort();
	const { distance } = oneSampleTest(sorted, (seconds) => Math.min(1, seconds / POLL_SECONDS));
	const limit = KOLMOGOROV_1_PERCENT / Math.sqrt(sorted.length);
	return [
		near('mean, external change to file', 98, sum / count, 2),
		{
			what: `the driver's part, ${sorted.length} changes: distance from uniform on 0 to ${POLL_SECONDS} s`,
			published: `uniform: at most ${limit.toFixed(4)}`,
			simulated: distance.toFixed(4),
			met: distance <= limit,
		},
		expectations(result),
	];
}

/** Rows about delays. */
export const DELAY_ROWS: readonly PublishedRow[] = [
	{
		id: 'P1',
		fact: 'delay of one undisturbed pod under Watch and Get: the residual life of gaps that are uniform on {61, ..., 90} s',
		source: 'kubelet source; closed form of K2.4',
		scenario: 'p1-delay-law.yaml',
		check: delayLawChecks,
		controls: [{ ...NO_JITTER, set: ['cluster.nodes=100', 'replications=10'] }],
	},
	{
		id: 'P2',
		fact: 'median time until all of N independent replicas have it',
		source: 'arithmetic on P1',
		scenario: 'p2-last-replica.yaml',
		check: lastReplicaChecks,
		controls: [{ ...NO_JITTER, set: ['cluster.nodes=50'] }],
	},
	{
		id: 'P3',
		fact: 'volume updates follow within 240 s and the TTL: update, and for optional volumes delete, changed keys, late create; four forms',
		source: 'kubernetes test/e2e/common/storage',
		scenario: 'p3-e2e-volumes.yaml',
		check: e2eVolumeChecks,
		controls: [MISSING_OPTIONAL_FAILS],
	},
	{
		id: 'P17',
		fact: 'annotating a pod right after the write collapses its delay to about a second or less; other pods are unchanged',
		source: 'fdb-kubernetes-operator#734, cloud-on-k8s#486',
		scenario: 'p17-annotation-nudge.yaml',
		check: nudgeChecks,
		controls: [NOT_NUDGED],
	},
	{
		id: 'P22',
		fact: 'Secrets Store CSI driver, rotation poll 2 min: the external change adds a uniform 0 to 120 s',
		source: 'driver documentation and load test',
		scenario: 'p22-external-rotation.yaml',
		check: externalChecks,
		controls: [{ ...NO_JITTER, set: ['replications=20'] }],
	},
];
