// Renewals of tokens are the reference path's although most of them are never looked at alone.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR } from '../../../../src/core/time.js';
import { type Plan, simulate } from '../../../../src/index.js';
import { Refresher } from '../../../../src/kubelet/fast/refresher.js';
import { object, plan, secretVolume, variant, workload } from '../../../support/plans.js';

const test = suite('token renewals');

/** Pods of several nodes, each with the injected token volume and nothing that is ever written. */
function resting(warmUp: number): Plan {
	const names = Array.from({ length: 40 }, (_, pod) => `own-${pod}`);
	return plan([
		variant({
			strategy: 'Watch',
			warmUp,
			duration: 11 * HOUR,
			objects: names.map((name) => object(name, { password: '1' })),
			workloads: names.map((name, pod) => workload(`pod-${pod}`, 1, [secretVolume(name)], { automountServiceAccountToken: true }, 'Pod')),
			actions: [],
			cluster: { nodes: 10 },
		}),
	]);
}

for (const warmUp of [0, 2 * HOUR + 1_234_567]) {
	test(`are those of the reference path when the window begins at ${warmUp}, and are told many at a time`, () => {
		const swapTokens = Refresher.prototype.swapTokens;
		const told = { times: 0, tokens: 0 };
		Refresher.prototype.swapTokens = function (volume, tokens, issuedAt) {
			told.times += 1;
			told.tokens += tokens;
			swapTokens.call(this, volume, tokens, issuedAt);
		};
		try {
			const [fast] = simulate(resting(warmUp), { engine: 'fast' }).segments;
			const [reference] = simulate(resting(warmUp), { engine: 'reference' }).segments;
			assert.equal(fast, { ...reference, engine: 'fast' });
		} finally {
			Refresher.prototype.swapTokens = swapTokens;
		}
		// Each of the 40 tokens is replaced about every 48 minutes; one in seven takes chance to decide.
		assert.ok(told.tokens > 300 && told.tokens > 2.5 * told.times, `${told.tokens} tokens, told in ${told.times} times`);
	});
}

test.run();
