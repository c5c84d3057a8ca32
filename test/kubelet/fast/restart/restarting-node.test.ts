// Restarts of a kubelet that are told by their rules: nothing of such a node is stepped through, and the figures are those of the reference.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR, MINUTE } from '../../../../src/core/time.js';
import type { Plan, Strategy } from '../../../../src/index.js';
import { both } from '../../../support/engines.js';
import { action, object, plan, rotate, S, secretVolume, type VariantFields, variant, workload } from '../../../support/plans.js';

const test = suite('restarts by their rules');

const PODS = 12;

/** One node with a few pods, each with a Secret of its own and one that all share, whose kubelet restarts at 40 and at 100 minutes. */
function restarting(strategy: Strategy, fields: VariantFields = {}): Plan {
	const names = Array.from({ length: PODS }, (_, pod) => `own-${pod}`);
	const every = { kind: 'every', period: HOUR / 6, from: 0, until: 3 * HOUR, times: null, jitter: HOUR / 6 } as const;
	const target = { names: [], sharePpm: 1_000_000, stagger: 0 };
	const { cluster, ...rest } = fields;
	return plan([
		variant({
			strategy,
			duration: 3 * HOUR,
			objects: [...names, 'shared'].map((name) => object(name, { password: '1' })),
			workloads: names.map((name) =>
				workload(name, 1, [secretVolume(name), secretVolume('shared')], { automountServiceAccountToken: true }, 'Pod'),
			),
			actions: [
				...['shared', 'own-3'].map((name) => action(name, every, rotate(name))),
				...[40, 100].map((at) => action(`restart-${at}`, at * MINUTE, { kind: 'restartKubelet', target })),
				// While the kubelet is down.
				action('meanwhile', 40 * MINUTE + S, rotate('own-5')),
			],
			...rest,
			cluster: {
				nodes: 1,
				nodeTTL: 60 * S,
				network: { requestLatency: { min: 2_000, max: 8_000 }, watchLatency: { min: 5_000, max: 20_000 } },
				timing: {
					syncDuration: { min: 10_000, max: 30_000 },
					syncToReprocess: { min: 1_000, max: 5_000 },
					setUp: { min: 1_000, max: 5_000 },
					loopRunTime: { min: 200, max: 2_000 },
					kubeletRestart: { min: 2 * S, max: 5 * S },
				},
				...cluster,
			},
		}),
	]);
}

for (const strategy of ['Watch', 'Cache', 'Get'] as const) {
	test(`${strategy}: two restarts, nothing in pieces`, () => {
		const { fast, reference, pieces } = both(restarting(strategy));
		assert.is(pieces, 0);
		assert.equal(fast, { ...reference, engine: 'fast' });
	});

	for (const kubernetes of ['1.24', '1.30', '1.33'] as const) {
		test(`${strategy}, ${kubernetes}: the same, or in pieces where a release asks for more`, () => {
			const { fast, reference, pieces } = both(restarting(strategy, { kubernetes }));
			assert.equal(fast, { ...reference, engine: 'fast' });
			// Until 1.28 each registration drops what is kept.
			assert.is(pieces, strategy === 'Cache' && kubernetes === '1.24' ? 1 : 0);
		});
	}

	test(`${strategy}: a pod that waits in vain is left to the reference path`, () => {
		const study = restarting(strategy);
		const [one] = study.variants;
		const failing = workload('failing', 1, [secretVolume('missing')], {}, 'Pod');
		const { fast, reference, pieces } = both({
			...study,
			variants: [{ ...one, workloads: [...(one?.workloads ?? []), failing] } as never],
		});
		assert.is(pieces, 1);
		assert.equal(fast, { ...reference, engine: 'fast' });
	});
}

test('Get: requests that wait for client tokens after the start are told, with those of the status manager between them', () => {
	const { fast, reference, pieces } = both(restarting('Get', { kubeAPIQPS: 10, kubeAPIBurst: 20 }));
	assert.is(pieces, 0);
	assert.ok(fast.counters.throttled > 0);
	assert.equal(fast, { ...reference, engine: 'fast' });
});

test('Watch: with fewer tokens than the start needs, its requests take turns; where these are LISTs it is stepped through', () => {
	const small = { kubeAPIQPS: 2, kubeAPIBurst: 14 };
	for (const [kubernetes, expected] of [
		['1.36', 0],
		['1.30', 1],
	] as const) {
		const { fast, reference, pieces } = both(restarting('Watch', { ...small, kubernetes }));
		assert.is(pieces, expected, kubernetes);
		assert.equal(fast, { ...reference, engine: 'fast' });
	}
});

test.run();
