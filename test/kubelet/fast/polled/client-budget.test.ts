// What is said of a client's tokens from the seconds of its requests is never too hopeful: a bucket that is followed request by
// request, each sent at the worst moment of its second, has a token for every one whenever the judgement says so.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../../../src/core/time.js';
import { NodeBooks } from '../../../../src/kubelet/fast/node-books.js';
import { neverWaits, surelyNeverWaits } from '../../../../src/kubelet/fast/polled/client-budget.js';
import type { NodeInput } from '../../../../src/kubelet/node-input.js';

const test = suite('client tokens');

const END = 400 * SECOND;
const settingsOf = (kubeAPIQPS: number, kubeAPIBurst: number): NodeInput['settings'] =>
	({ kubeAPIQPS, kubeAPIBurst, syncFrequency: 20 * SECOND }) as NodeInput['settings'];

/** Whether a bucket has a token for each request. */
function bucketHolds(qps: number, burst: number, sent: readonly number[]): boolean {
	let level = burst;
	let since = 0;
	for (const at of [...sent].sort((a, b) => a - b)) {
		level = Math.min(burst, level + ((at - since) * qps) / SECOND) - 1;
		since = at;
		if (level < -1e-9) return false;
	}
	return true;
}

function booksOf(posts: readonly number[], gets: readonly number[]): NodeBooks {
	const books = new NodeBooks();
	books.open(0, END);
	const post = books.log('POST', 'serviceaccounts/token', 'unset', 201, 'injected');
	const get = books.log('GET', 'secrets', 'unset', 200, 'workload');
	for (const at of posts) books.request(post, at, 1);
	for (const at of gets) books.request(get, at, 1);
	return books;
}

const instants = fc.array(fc.integer({ min: 0, max: END - 1 }), { maxLength: 120 });
const bursts = fc.array(fc.tuple(fc.integer({ min: 0, max: END - SECOND }), fc.integer({ min: 1, max: 12 })), { maxLength: 10 });

test('a judgement from all requests is never too hopeful', () => {
	let hopeful = 0;
	const property = fc.property(
		instants,
		bursts,
		fc.integer({ min: 1, max: 6 }),
		fc.integer({ min: 1, max: 40 }),
		(single, many, qps, burst) => {
			const sent = [...single, ...many.flatMap(([at, count]) => Array.from({ length: count }, () => at))];
			const says = neverWaits(settingsOf(qps, burst), booksOf([], sent), END, 0);
			if (says) {
				hopeful += 1;
				assert.ok(bucketHolds(qps, burst, sent));
			}
		},
	);
	fc.assert(property, { seed: 3, numRuns: 2_000 });
	assert.ok(hopeful > 200 && hopeful < 1_900, `says yes ${hopeful} times`);
});

test('a judgement from token requests alone is never too hopeful', () => {
	let hopeful = 0;
	const pods = fc.array(
		fc.record({ first: fc.integer({ min: 0, max: 20 }), gaps: fc.array(fc.integer({ min: 21, max: 31 }), { maxLength: 18 }) }),
		{
			minLength: 1,
			maxLength: 12,
		},
	);
	const property = fc.property(pods, instants, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 60 }), (list, all, qps, burst) => {
		const reads = list.flatMap(({ first, gaps }) => {
			let tick = first;
			return [tick, ...gaps.map((gap) => (tick += gap))].filter((at) => at * SECOND < END).map((at) => at * SECOND);
		});
		const posts = all.slice(0, 10);
		const says = surelyNeverWaits(settingsOf(qps, burst), list.length, booksOf(posts, reads), END, 0);
		if (says) {
			hopeful += 1;
			assert.ok(bucketHolds(qps, burst, [...posts, ...reads]));
			assert.ok(bucketHolds(qps, burst, [...posts, ...reads.map((at, place) => at + ((place * 370_001) % SECOND))]));
		}
	});
	fc.assert(property, { seed: 4, numRuns: 2_000 });
	assert.ok(hopeful > 200 && hopeful < 1_900, `says yes ${hopeful} times`);
});

test('a client without a limit never waits', () => {
	const books = booksOf(
		[],
		Array.from({ length: 500 }, () => 5),
	);
	assert.is(neverWaits(settingsOf(-1, 1), books, END, 0), true);
	assert.is(neverWaits(settingsOf(5, 10), books, END, 0), false);
	assert.is(surelyNeverWaits(settingsOf(-1, 1), 30, books, END, 0), true);
});

test.run();
