import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../../src/core/time.js';
import { TokenBucket } from '../../../src/kubelet/client/token-bucket.js';

const test = suite('token bucket (A2)');

/** The same bucket, stepped microsecond by microsecond, with a queue of those who wait. */
function stepped(qps: number, burst: number, arrivals: readonly number[]): number[] {
	const served: number[] = [];
	const full = burst * 1_000_000;
	let level = full;
	let arrived = 0;
	for (let now = arrivals[0] ?? 0; served.length < arrivals.length; now++) {
		while (arrived < arrivals.length && (arrivals[arrived] as number) <= now) arrived++;
		while (served.length < arrived && level >= 1_000_000) {
			level -= 1_000_000;
			served.push(now);
		}
		level += qps;
		// What flows while somebody waits is not lost.
		if (served.length === arrived) level = Math.min(full, level);
	}
	return served;
}

test('grants at the same microseconds as a bucket that is stepped', () => {
	const scenario = fc.record({
		// Rates at which a token takes 2 to 100 microseconds, divisors of a second and others.
		qps: fc.integer({ min: 10_000, max: 500_000 }),
		burst: fc.integer({ min: 1, max: 5 }),
		gaps: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 })), { minLength: 1, maxLength: 40 }),
	});
	fc.assert(
		fc.property(scenario, ({ qps, burst, gaps }) => {
			let now = 0;
			const arrivals = gaps.map((gap) => (now += gap));
			const bucket = new TokenBucket(qps, burst);
			const granted = arrivals.map((at, place) => {
				const alike = arrivals.slice(place).filter((later) => later === at).length;
				return { ready: bucket.readyAt(alike, at), reserved: bucket.reserve(at), last: place + alike - 1 };
			});
			assert.equal(
				granted.map(({ reserved }) => reserved),
				stepped(qps, burst, arrivals),
			);
			for (const { ready, last } of granted) assert.is(ready, granted[last]?.reserved, 'foretold for those who ask at once');
		}),
		{ seed: 20, numRuns: 400 },
	);
});

test('starts full, then one token every 1/qps', () => {
	const bucket = new TokenBucket(5, 10);
	const grants = Array.from({ length: 13 }, () => bucket.reserve(0));
	assert.equal(grants, [...Array(10).fill(0), 200_000, 400_000, 600_000]);
});

test('a rate that does not divide a second does not drift', () => {
	const bucket = new TokenBucket(3, 1);
	const grants = Array.from({ length: 3_000_001 }, () => bucket.reserve(0));
	assert.equal(grants.slice(0, 5), [0, 333_334, 666_667, SECOND, 1_333_334]);
	assert.is(grants[3_000_000], 1_000_000 * SECOND);
});

test('after a pause of any length it holds no more than its burst', () => {
	const bucket = new TokenBucket(50, 2);
	for (let i = 0; i < 5; i++) bucket.reserve(0);
	const later = 1e15;
	assert.equal([bucket.reserve(later), bucket.reserve(later), bucket.reserve(later)], [later, later, later + 20_000]);
});

test('is full when nothing is owed', () => {
	const bucket = new TokenBucket(50, 2);
	assert.ok(bucket.isFull(0));
	bucket.reserve(0);
	assert.equal([bucket.isFull(19_999), bucket.isFull(20_000)], [false, true]);
});

test('takes positive integers only', () => {
	for (const [qps, burst] of [
		[0, 1],
		[1, 0],
		[0.5, 1],
		[1, Number.NaN],
	] as const) {
		assert.throws(() => new TokenBucket(qps, burst), /positive integer/);
	}
});

test.run();
