// A refresh under Cache that fails in the last sync of a pod before the end of the run: it was not noticed, so that its events and the
// attempts after it were missing.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MINUTE } from '../../../../src/core/time.js';
import { both } from '../../../support/engines.js';
import { action, object, plan, S, secretVolume, variant, workload } from '../../../support/plans.js';

const test = suite('the last sync under Cache');

const names = Array.from({ length: 12 }, (_, pod) => `own-${pod}`);

test('a refresh that fails in it is told', () => {
	let failures = 0;
	for (let seed = 0; seed < 10; seed++) {
		const deleted = { kind: 'delete', objectKind: 'Secret', namespace: 'default', name: 'own-0' } as const;
		const { fast, reference } = both(
			plan(
				[
					variant({
						strategy: 'Cache',
						duration: 10 * MINUTE,
						drain: 0,
						objects: names.map((name) => object(name, { password: '1' })),
						workloads: names.map((name) => workload(name, 1, [secretVolume(name)], {}, 'Pod')),
						actions: [action('delete', 500 * S, deleted)],
						cluster: {
							nodeTTL: 60 * S,
							network: { requestLatency: { min: 2_000, max: 8_000 } },
							timing: { syncDuration: { min: 10_000, max: 30_000 } },
						},
					}),
				],
				{ seed },
			),
		);
		assert.equal(fast.events, reference.events, `seed ${seed}`);
		failures += reference.events.reduce((sum, { count }) => sum + count, 0);
	}
	assert.ok(failures > 0);
});

test.run();
