// A small study in which nearly everything happens that partial results have to merge.

import type { Plan } from '../../src/index.js';
import { action, object, plan, pods, rotate, S, secretVolume, variant, workload } from './plans.js';

/** Several strategies, shared and own Secrets, nudges, restarts and failures on seven nodes. */
export function busyPlan(replications = 2): Plan {
	const network = {
		watchLatency: { min: 5_000, max: 20_000 },
		requestLatency: { min: 2_000, max: 8_000 },
		watchCacheLag: { min: 0, max: 5_000 },
		podWatchLatency: { min: 5_000, max: 20_000 },
	};
	const timing = {
		syncDuration: { min: 1_000, max: 30_000 },
		syncToReprocess: { min: 0, max: 1_000 },
		loopRunTime: { min: 200, max: 1_000 },
		setUp: { min: 500, max: 2_000 },
	};
	const every = { kind: 'every', period: 90 * S, from: 10 * S, until: 900 * S, times: null, jitter: 75 * S } as const;
	const variants = (['Watch', 'Cache', 'Get'] as const).map((strategy) =>
		variant({
			strategy,
			duration: 600 * S,
			objects: [object('shared', { k: '1' }), object('own', { k: '1' }), object('frozen', { k: '1' }, { immutable: true })],
			workloads: [
				workload('web', 15, [secretVolume('shared'), secretVolume('frozen')], { automountServiceAccountToken: true }),
				workload('job', 3, [secretVolume('own'), secretVolume('missing', { optional: true })]),
				workload('broken', 2, [secretVolume('nowhere')]),
			],
			actions: [
				action('rotate', every, rotate('shared')),
				action('own', every, rotate('own')),
				action('nudge', 200 * S, { kind: 'annotate', target: pods('web', { sharePpm: 500_000, stagger: S }) }),
				action('restart', 300 * S, { kind: 'restartKubelet', target: { names: [], sharePpm: 300_000, stagger: 5 * S } }),
				action('crash', 350 * S, { kind: 'restartContainer', target: pods('job'), container: null, how: 'crash' }),
				action('gone', 400 * S, { kind: 'deletePods', target: pods('web-3') }),
				action('recreate', 450 * S, {
					kind: 'recreate',
					objectKind: 'Secret',
					namespace: 'default',
					name: 'frozen',
					gap: S,
					data: { k: [{ kind: 'random', length: 8 }] },
					immutable: true,
				}),
			],
			cluster: { nodes: 7, network, timing },
		}),
	);
	return plan(variants, { replications });
}
