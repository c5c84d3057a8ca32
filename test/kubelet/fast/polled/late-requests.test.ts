// What is said of requests that come late is what a bucket says that takes them one by one, or less hopeful.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../../../src/core/time.js';
import { TokenBucket } from '../../../../src/kubelet/client/token-bucket.js';
import { neverWaitedAfter } from '../../../../src/kubelet/fast/polled/late-requests.js';
import type { NodeInput } from '../../../../src/kubelet/node-input.js';

const test = suite('late requests');

const END = 140 * SECOND;
const AFTER = 60 * SECOND;
const inputOf = (kubeAPIQPS: number, kubeAPIBurst: number): Pick<NodeInput, 'settings' | 'end'> => ({
	settings: { kubeAPIQPS, kubeAPIBurst } as NodeInput['settings'],
	end: END,
});
const ascending = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);

test('none has waited exactly when a bucket says so that takes them one by one', () => {
	const instants = (from: number): fc.Arbitrary<number[]> => fc.array(fc.integer({ min: from, max: END }), { maxLength: 120, size: 'max' });
	let [yes, no] = [0, 0];
	fc.assert(
		fc.property(
			instants(AFTER + 1),
			instants(0),
			fc.integer({ min: 1, max: 2 }),
			fc.integer({ min: 1, max: 12 }),
			(mine, others, qps, burst) => {
				const bucket = new TokenBucket(qps, burst);
				const waited = ascending([...mine, ...others]).filter((at) => bucket.reserve(at) > at && at > AFTER).length;
				const says = neverWaitedAfter(AFTER, inputOf(qps, burst), mine, ascending(others));
				assert.is(says, waited === 0);
				if (says) yes += 1;
				else no += 1;
			},
		),
		{ seed: 4, numRuns: 2_000 },
	);
	assert.ok(yes > 300 && no > 100, `${yes} times yes, ${no} times no`);
});

test('a client without a limit makes nobody wait', () => {
	assert.is(neverWaitedAfter(0, inputOf(-1, 0), [1, 1, 1], [1, 1]), true);
});

test.run();
