// What is said of requests that come late is what a bucket says that takes them one by one, or less hopeful.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../../../src/core/time.js';
import { TokenBucket } from '../../../../src/kubelet/client/token-bucket.js';
import { neverWaitedAfter, neverWaitsBeside } from '../../../../src/kubelet/fast/polled/late-requests.js';
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

test('where tokens come is not asked for only when no request would wait wherever they came', () => {
	const LIFE = 20 * SECOND;
	let yes = 0;
	fc.assert(
		fc.property(
			fc.array(fc.array(fc.integer({ min: 0, max: 5 * SECOND }), { minLength: 6, maxLength: 6 }), { maxLength: 8 }),
			fc.array(fc.integer({ min: 0, max: END }), { maxLength: 60 }),
			fc.integer({ min: 1, max: 3 }),
			fc.integer({ min: 1, max: 20 }),
			(volumes, others, qps, burst) => {
				const mine = volumes.flatMap((pauses) => {
					let at = AFTER + 1 - LIFE;
					return pauses.map((pause) => {
						at += LIFE + pause;
						return at;
					});
				});
				if (!neverWaitsBeside(AFTER, inputOf(qps, burst), { tokens: volumes.length, life: LIFE }, ascending(others))) return;
				yes += 1;
				assert.is(neverWaitedAfter(AFTER, { ...inputOf(qps, burst), end: 4 * END }, mine, ascending(others)), true);
			},
		),
		{ seed: 8, numRuns: 2_000 },
	);
	assert.ok(yes > 300, `${yes} times yes`);
});

test('a client without a limit makes nobody wait', () => {
	assert.is(neverWaitedAfter(0, inputOf(-1, 0), [1, 1, 1], [1, 1]), true);
});

test.run();
