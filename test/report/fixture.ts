// A result as a run of the default scenario gives it, typed by the contract, for the tests of the reports. The figures
// are the closed form's for Watch and Get; they only have to look like a run, nothing is derived from them.

import type { Outcomes, RequestCount, Results, RunResult, Summary, VariantResult } from '../../src/measure/result.js';

/** A summary with plausible figures. */
export function summaryFixture(change: Partial<Summary> = {}): Summary {
	return {
		count: 60_000,
		mean: 38.2417,
		min: 0.0873,
		p50: 37.81,
		p75: 56.7,
		p90: 69.33,
		p95: 75.48,
		p99: 83.79,
		p999: 88.4,
		max: 91.166,
		interval95: {
			mean: [37.9, 38.6],
			p50: [37.12, 38.44],
			p75: [56.1, 57.2],
			p90: [69.0, 69.7],
		},
		needs: { p95: 72, p99: 368, p999: 3688 },
		units: { kind: 'replication', count: 20 },
		exact: true,
		relativeError: 0,
		...change,
	};
}

/** Outcomes, none by default. */
export function outcomesFixture(change: Partial<Outcomes> = {}): Outcomes {
	return {
		shown: 0,
		superseded: 0,
		unchanged: 0,
		blocked: 0,
		detached: 0,
		frozen: 0,
		podGone: 0,
		pending: 0,
		...change,
	};
}

/** One kind of request. */
export function requestFixture(change: Partial<RequestCount> = {}): RequestCount {
	return {
		verb: 'GET',
		resource: 'secrets',
		resourceVersion: 'unset',
		code: 200,
		origin: 'workload',
		count: 286_000,
		perSecond: 7.951,
		peakPerSecond: 24,
		...change,
	};
}

/** One variant. */
export function variantFixture(name = 'Watch', change: Partial<VariantResult> = {}): VariantResult {
	const outcomes = outcomesFixture({ shown: 59_400, superseded: 600 });
	return {
		name,
		settings: {
			'cluster.kubelet.configMapAndSecretChangeDetectionStrategy': name,
		},
		engine: {
			path: 'reference',
			coupled: false,
			why: 'the only engine of this release',
		},
		nodes: 20,
		pods: 600,
		volumes: 600,
		injectedVolumes: 600,
		writes: 100,
		propagation: {
			delaySeconds: summaryFixture(),
			shownDelaySeconds: summaryFixture({ count: 59_400 }),
			outcomes,
			neverUpdating: { subPath: 0, env: 0, notMounted: 0 },
		},
		timeToLastReplicaSeconds: summaryFixture({
			count: 100,
			p50: 88.21,
			p75: 89.04,
			p90: 90.1,
			p95: 90.4,
			p99: 91.1,
			p999: 91.16,
			max: 91.166,
		}),
		apiserver: {
			requests: [
				requestFixture(),
				requestFixture({
					resource: 'configmaps',
					origin: 'injected',
					perSecond: 7.949,
					count: 285_900,
				}),
			],
			openWatches: { mean: 40, max: 60 },
			connections: { max: 20 },
			watchEvents: 2000,
			bookmarks: 38_112,
			etcdReads: 571_900,
			etcdReadsPerSecond: 15.9,
			bytesSent: 1_204_331_002,
		},
		kubelet: {
			syncs: 286_100,
			refreshes: 572_200,
			swaps: 59_400,
			throttledSeconds: 0,
			events: [],
		},
		byObject: [],
		byWorkload: [],
		...change,
	};
}

/** One run with the three strategies. */
export function runFixture(change: Partial<RunResult> = {}): RunResult {
	return {
		scenario: {
			name: 'rotate-database-password',
			file: 'scenarios/rotate-database-password.yaml',
			seed: 1,
			replications: 20,
			kubernetes: '1.36',
			durationSeconds: 1800,
			warmUpSeconds: 180,
			planDigest: '0123456789abcdef0123456789abcdef',
			randomAlgorithm: 'secretsim-key/1',
		},
		variants: [
			variantFixture('Watch', {
				apiserver: {
					...variantFixture().apiserver,
					requests: [
						requestFixture({
							verb: 'WATCH',
							perSecond: 0.012,
							count: 430,
							peakPerSecond: 3,
						}),
					],
					etcdReads: 430,
					etcdReadsPerSecond: 0.012,
				},
			}),
			variantFixture('Cache'),
			variantFixture('Get'),
		],
		comparisons: [
			{
				metric: 'propagation.delaySeconds.p99',
				variant: 'Get',
				against: 'Watch',
				pairedDifference: 0.0051,
				interval95: [-0.0021, 0.0117],
			},
			{
				metric: 'timeToLastReplicaSeconds.p50',
				variant: 'Cache',
				against: 'Watch',
				pairedDifference: 12.4,
				interval95: [11.2, 13.9],
			},
			{
				metric: 'apiserver.requestsPerSecond',
				variant: 'Get',
				against: 'Watch',
				pairedDifference: 15.89,
				interval95: null,
			},
		],
		expectations: [
			{
				metric: 'propagation.delaySeconds.p99',
				variant: 'Watch',
				limit: 'max 92s',
				value: 83.79,
				met: true,
			},
			{
				metric: 'apiserver.requests.GET.perSecond',
				variant: 'Get',
				limit: 'max 0.1',
				value: 15.9,
				met: false,
			},
		],
		assumptions: [
			'Pods are long-running: their first sync is drawn from the steady state, and volumes are mounted before time 0.',
			'network.watchLatency is 5ms..20ms.',
		],
		warnings: ['Service default/db plays no role here and was skipped (manifests/database.yaml:41).'],
		...change,
	};
}

/** A whole document. */
export function resultsFixture(...runs: readonly RunResult[]): Results {
	return {
		schema: 'secretsim.results/v1',
		program: {
			version: '0.1.0',
			command: 'secretsim run scenarios/rotate-database-password.yaml --seed 1 --replications 20',
		},
		runs: runs.length === 0 ? [runFixture()] : runs,
	};
}
