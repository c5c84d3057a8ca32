// Renewals of tokens are the reference path's although most of them are never looked at alone.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR } from '../../../src/core/time.js';
import { type Plan, type Strategy, simulate } from '../../../src/index.js';
import { Refresher } from '../../../src/kubelet/fast/refresher.js';
import { object, plan, secretVolume, variant, workload } from '../../support/plans.js';

const test = suite('token renewals');

/** Pods of several nodes, each with the injected token volume and nothing that is ever written. */
function resting(strategy: Strategy, warmUp: number): Plan {
	// Of up to 100 nodes nothing is kept under Cache.
	const nodes = strategy === 'Cache' ? 110 : 10;
	const names = Array.from({ length: strategy === 'Cache' ? 330 : 40 }, (_, pod) => `own-${pod}`);
	return plan([
		variant({
			strategy,
			warmUp,
			duration: 11 * HOUR,
			objects: names.map((name) => object(name, { password: '1' })),
			workloads: names.map((name, pod) => workload(`pod-${pod}`, 1, [secretVolume(name)], { automountServiceAccountToken: true }, 'Pod')),
			actions: [],
			cluster: { nodes },
		}),
	]);
}

for (const [strategy, warmUp] of [
	['Watch', 0],
	['Watch', 2 * HOUR + 1_234_567],
	['Cache', 0],
	['Cache', 2 * HOUR + 1_234_567],
	['Get', 0],
] as const) {
	test(`are under ${strategy} those of the reference path when the window begins at ${warmUp}, and are told many at a time`, () => {
		const swapTokens = Refresher.prototype.swapTokens;
		const told = { times: 0, tokens: 0 };
		Refresher.prototype.swapTokens = function (volume, tokens, issuedAt, measured) {
			told.times += 1;
			told.tokens += tokens;
			swapTokens.call(this, volume, tokens, issuedAt, measured);
		};
		try {
			const [fast] = simulate(resting(strategy, warmUp), { engine: 'fast' }).segments;
			const [reference] = simulate(resting(strategy, warmUp), { engine: 'reference' }).segments;
			assert.equal(fast, { ...reference, engine: 'fast' });
		} finally {
			Refresher.prototype.swapTokens = swapTokens;
		}
		// Each token is replaced about every 48 minutes; one in seven takes chance to decide.
		assert.ok(told.tokens > 300 && told.tokens > 2.5 * told.times, `${told.tokens} tokens, told in ${told.times} times`);
	});
}

test.run();
