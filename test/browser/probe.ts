// What the bundle is asked to do in Node, in a bare JavaScript context and in a browser: a rotation under all three strategies, in two
// shards. The same plan must give the same text everywhere.

import { merge, simulate, summarise } from '../../src/index.js';
import { action, object, plan, rotate, S, secretVolume, variant, workload } from '../support/plans.js';

const NETWORK = {
	watchLatency: { min: 5_000, max: 20_000 },
	requestLatency: { min: 2_000, max: 8_000 },
	watchCacheLag: { min: 0, max: 5_000 },
	podWatchLatency: { min: 5_000, max: 20_000 },
};

/** The result of a small study as JSON. */
export function probe(): string {
	const every = { kind: 'every', period: 100 * S, from: 10 * S, until: 500 * S, times: null, jitter: 90 * S } as const;
	const study = plan(
		(['Watch', 'Cache', 'Get'] as const).map((strategy) =>
			variant({
				strategy,
				duration: 600 * S,
				cluster: { nodes: 5, network: NETWORK },
				objects: [object('db', { password: '1' })],
				workloads: [workload('web', 20, [secretVolume('db')], { automountServiceAccountToken: true })],
				actions: [action('rotate', every, rotate('db', 'password'))],
			}),
		),
	);
	const shards = [0, 1].map((index) => simulate(study, { shard: { index, count: 2 } }));
	return JSON.stringify(summarise(merge(shards)));
}
