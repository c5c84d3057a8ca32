// A pod under Cache without a TTL two volumes of which read one object: one waits for the other's request, so that the last request of a
// sync may be received a second later. Such requests were booked as if each volume went its way alone.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR } from '../../../../src/core/time.js';
import { type Segment, simulate } from '../../../../src/index.js';
import type { Volume } from '../../../../src/kubernetes/objects.js';
import { object, plan, S, secretVolume, variant, workload } from '../../../support/plans.js';

const test = suite('an object that two volumes of a pod read');

const many = {
	name: 'many',
	projected: {
		defaultMode: 0o644,
		sources: ['shared', 'second', 'third'].map((name) => ({ secret: { name, items: [{ key: 'k', path: name }] } })),
	},
} as unknown as Volume;

test('every request is booked in the second in which the server receives it', () => {
	for (let seed = 0; seed < 12; seed++) {
		const study = plan(
			[
				variant({
					strategy: 'Cache',
					syncFrequency: 5 * S,
					duration: 2 * HOUR,
					objects: ['shared', 'second', 'third'].map((name) => object(name, { k: '1' })),
					workloads: [workload('web', 1, [secretVolume('shared'), many], {}, 'Pod')],
					cluster: {
						nodeTTL: 0,
						network: { requestLatency: { min: 60_000, max: 61_000 } },
						timing: { syncDuration: { min: 1_000, max: 1_000 } },
					},
				}),
			],
			{ seed },
		);
		const [fast, reference] = (['fast', 'reference'] as const).map((engine) => simulate(study, { engine }).segments[0] as Segment);
		assert.is(fast?.engine, 'fast');
		assert.equal(fast?.ledger, reference?.ledger, `seed ${seed}`);
	}
});

test.run();
