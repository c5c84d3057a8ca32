// The scenario that `npm start` runs, against the law: what a user sees first must be right.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { delayLaw } from '../../src/analytic/delay.js';
import type { Law } from '../../src/analytic/law.js';
import type { VariantPlan } from '../../src/cluster/plan.js';
import { SECOND } from '../../src/core/time.js';
import { simulate, summarise } from '../../src/index.js';
import { loadScenario } from '../../src/node.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('default scenario');

/** Twenty nodes have a TTL of 0 (A7.1), so two pods of a node that share the Secret do not matter. */
function lawOf({ cluster }: VariantPlan): Law {
	const { kubelet, timing, network } = cluster;
	const { syncFrequency, configMapAndSecretChangeDetectionStrategy: strategy } = kubelet;
	const { syncDuration, setUp } = timing;
	return delayLaw({ strategy, syncFrequency, syncDuration, setUp, ...network, ttl: 0 });
}

test('p50 of every strategy equals the law, and the law lies in the intervals', async () => {
	const plan = await loadScenario(repositoryPath('scenarios', 'rotate-database-password.yaml'));
	const { variants } = summarise(simulate(plan));
	assert.equal(
		variants.map(({ name }) => name),
		['Watch', 'Cache', 'Get'],
	);
	for (const [index, { name, propagation }] of variants.entries()) {
		const law = lawOf(plan.variants[index] as VariantPlan);
		const { count, p50, interval95 } = propagation.delaySeconds;
		const expected = law.quantile(0.5) / SECOND;
		assert.is(count, 4000, name);
		// The standard error of a median of 4,000 delays is 0.6 s.
		assert.ok(Math.abs((p50 as number) - expected) < 0.6, `${name}: p50 ${p50} s, computed ${expected} s`);
		for (const [field, q] of [
			['p50', 0.5],
			['p90', 0.9],
			['p95', 0.95],
			['p99', 0.99],
		] as const) {
			const [low, high] = interval95[field] as readonly [number, number];
			const truth = law.quantile(q) / SECOND;
			// A 95 % interval misses the truth now and then; 0.2 s of grace keep a neighbouring seed from failing.
			assert.ok(low - 0.2 <= truth && truth <= high + 0.2, `${name}: ${field} in ${low} to ${high} s, computed ${truth} s`);
		}
		const [low, high] = interval95['mean'] as readonly [number, number];
		assert.ok(low <= law.mean / SECOND && law.mean / SECOND <= high, `${name}: mean`);
	}
});

test.run();
