import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TtlController } from '../../src/cluster/ttl-controller.js';
import { SECOND } from '../../src/core/time.js';

const test = suite('TTL controller');

/** The TTL in seconds after growing to `peak` nodes and shrinking to `nodes`. */
function ttlAfter(peak: number, nodes: number, topStep600 = false): number {
	const controller = new TtlController(topStep600);
	for (let i = 0; i < peak; i++) controller.add();
	for (let i = peak; i > nodes; i--) controller.delete();
	return controller.ttl / SECOND;
}

test('the top step of 600 s belongs to 1.24', () => {
	assert.is(ttlAfter(10_000, 10_000, true), 300);
	assert.is(ttlAfter(10_001, 10_001, true), 600);
	assert.is(ttlAfter(10_001, 9_000, true), 600);
	assert.is(ttlAfter(10_001, 8_999, true), 300);
	assert.is(ttlAfter(20_000, 20_000), 300);
});

test('a cluster that shrank keeps the higher TTL down to the lower bound', () => {
	assert.equal([ttlAfter(100, 100), ttlAfter(101, 100), ttlAfter(101, 90), ttlAfter(101, 89)], [0, 15, 15, 0]);
});

test('one event moves one step', () => {
	// From 2,001 nodes straight to none: each of the last deletions is still one step at most.
	assert.equal([ttlAfter(2_001, 1_800), ttlAfter(2_001, 1_799), ttlAfter(2_001, 0)], [300, 60, 0]);
});

test.run();
