// Nodes under Cache whose kubelets have few client tokens, and what the fast path once told of them in another way than the reference.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR, MINUTE } from '../../../src/core/time.js';
import { smallClientPlan } from '../../laws/random-plan.js';
import { both } from '../../support/engines.js';
import { action, object, plan, rotate, S, secretVolume, variant, workload } from '../../support/plans.js';

const test = suite('small clients');

const target = { names: [], sharePpm: 1_000_000, stagger: 0 };
const names = Array.from({ length: 12 }, (_, pod) => `own-${pod}`);

test('a node that restarts is told by its rules, waits and all', () => {
	const every = { kind: 'every', period: MINUTE, from: 0, until: 3 * HOUR, times: null, jitter: MINUTE } as const;
	const { fast, reference, pieces } = both(
		plan([
			variant({
				strategy: 'Cache',
				kubeAPIQPS: 2,
				kubeAPIBurst: 3,
				duration: 3 * HOUR,
				objects: [...names, 'shared'].map((name) => object(name, { password: '1' })),
				workloads: names.map((name) => workload(name, 1, [secretVolume(name), secretVolume('shared')], {}, 'Pod')),
				actions: [action('shared', every, rotate('shared')), action('restart', HOUR, { kind: 'restartKubelet', target })],
				cluster: {
					nodeTTL: 60 * S,
					network: { requestLatency: { min: 2_000, max: 8_000 } },
					timing: { syncDuration: { min: 10_000, max: 30_000 }, kubeletRestart: { min: 2 * S, max: 5 * S } },
				},
			}),
		]),
	);
	assert.ok(reference.counters.throttled > 0);
	assert.is(pieces, 0);
	assert.equal(fast, { ...reference, engine: 'fast' });
});

for (const [seed, number, what] of [
	[5, 2_423, 'requests of the status manager take their tokens in time'],
	[5, 709, 'who reads an object waits for its request also when that would leave after the end'],
	[32, 1_720, 'a pod whose next error is another one tells its status'],
	[6, 1_208, 'a pod whose wait for its volumes is about to end takes its tokens in time'],
] as const) {
	test(`${what}: plan ${number} of seed ${seed}`, () => {
		const { fast, reference } = both(smallClientPlan(seed, number));
		assert.equal(fast.counters, reference.counters);
		assert.equal(fast.ledger, reference.ledger);
	});
}

test.run();
