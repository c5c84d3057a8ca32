import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR } from '../../../../src/core/time.js';
import { type Plan, type Segment, simulate } from '../../../../src/index.js';
import { action, object, plan, rotate, secretVolume, variant, workload } from '../../../support/plans.js';

const test = suite('nodes under Get whose requests wait for client tokens');

/** One node whose client is limited to so many requests a second and at once; each pod asks 0.04 times a second. */
function smallClient(pods: number, kubeAPIQPS: number, kubeAPIBurst: number): Plan {
	const names = Array.from({ length: pods }, (_, pod) => `own-${pod}`);
	const every = { kind: 'every', period: HOUR / 4, from: 0, until: 2 * HOUR, times: null, jitter: HOUR / 4 } as const;
	return plan([
		variant({
			strategy: 'Get',
			duration: 2 * HOUR,
			objects: [...names, 'shared'].map((name) => object(name, { password: '1' })),
			workloads: names.map((name, pod) =>
				workload(`pod-${pod}`, 1, [secretVolume(name), secretVolume('shared')], { automountServiceAccountToken: true }, 'Pod'),
			),
			actions: ['shared', 'own-3'].map((name) => action(name, every, rotate(name))),
			cluster: {
				nodes: 1,
				nodePools: [{ count: 1, labels: {}, kubelet: { kubeAPIQPS, kubeAPIBurst } }],
				network: {
					watchLatency: { min: 5_000, max: 20_000 },
					requestLatency: { min: 2_000, max: 8_000 },
					watchCacheLag: { min: 0, max: 5_000 },
					podWatchLatency: { min: 5_000, max: 20_000 },
				},
			},
		}),
	]);
}

function only(study: Plan, engine: 'fast' | 'reference'): Segment {
	return simulate(study, { engine }).segments[0] as Segment;
}

test('the fast path follows their waits', () => {
	const study = smallClient(30, 2, 4);
	const fast = only(study, 'fast');
	const reference = only(study, 'reference');
	assert.is(fast.engine, 'fast');
	assert.ok(fast.counters.throttled > 0);
	assert.equal(fast, { ...reference, engine: 'fast' });
});

test('waits of an overloaded client that reach into the next syncs are left to the reference path', () => {
	const study = smallClient(40, 1, 1);
	const fast = only(study, 'fast');
	assert.is(fast.engine, 'reference');
	assert.equal(fast, only(study, 'reference'));
});

test.run();
