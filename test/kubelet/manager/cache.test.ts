import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MILLISECOND, MINUTE, SECOND } from '../../../src/core/time.js';
import { profileOf } from '../../../src/kubernetes/versions.js';
import type { HarnessRead } from '../../conformance/manager-harness.js';
import { ManagerHarness } from '../../conformance/manager-harness.js';
import type { ScriptedObject } from '../../conformance/scripted-api.js';

const test = suite('cache manager (K5, K20.10)');

/** A cache manager with one object and pods that reference it. */
function caching(ttl: number, version = '1.36', ...uids: readonly string[]): ManagerHarness {
	const harness = new ManagerHarness('Cache', 'configmaps', profileOf(version), 0, ttl);
	harness.api.apply('ns/a', '1', false);
	for (const uid of uids.length === 0 ? ['1'] : uids) register(harness, uid);
	return harness;
}

function register(harness: ManagerHarness, uid: string): void {
	harness.manager.registerPod(harness.pod('ns', `pod-${uid}`, uid, ['a']), harness.loop.now);
}

/** Versions that the GETs asked for since the last time. */
function gets(harness: ManagerHarness): unknown[] {
	return harness.api.takeCalls().map(({ resourceVersion }) => resourceVersion);
}

function versionsOf(reads: readonly HarnessRead[]): unknown[] {
	return reads.map(({ result }) => (result?.kind === 'found' ? result.object.resourceVersion : result?.text));
}

for (const [version, requests] of [
	['1.24', ['', '', '']],
	['1.28', ['', '', '']],
	['1.29', ['']],
	['1.36', ['']],
] as const) {
	test(`${version}: three syncs within the TTL make ${requests.length} quorum GET`, () => {
		const harness = caching(5 * MINUTE, version);
		for (let sync = 0; sync < 3; sync++) {
			register(harness, '1');
			harness.readToEnd('ns/a');
			harness.loop.runTo(harness.loop.now + MINUTE);
		}
		assert.equal(gets(harness), requests);
	});
}

test('the TTL ends exactly at its end, counted from the response', () => {
	const harness = caching(15 * SECOND);
	harness.api.latency = 2 * SECOND;
	harness.readToEnd('ns/a');
	harness.loop.runTo(17 * SECOND - 1);
	harness.readToEnd('ns/a');
	assert.equal(gets(harness), ['']);
	harness.loop.runTo(17 * SECOND);
	harness.readToEnd('ns/a');
	assert.equal(gets(harness), ['0']);
});

test('the pods of one tick queue behind one GET, in order; with TTL 0 each makes its own', () => {
	for (const [ttl, requests] of [
		[MINUTE, ['']],
		[0, ['', '0', '0']],
	] as const) {
		const harness = caching(ttl);
		const reads = [harness.read('ns/a'), harness.read('ns/a'), harness.read('ns/a')];
		harness.loop.runTo(SECOND);
		assert.equal(gets(harness), requests);
		assert.equal(
			reads.map(({ endedAt }) => endedAt),
			ttl === 0 ? [3, 6, 9].map((ms) => ms * MILLISECOND) : [3, 3, 3].map((ms) => ms * MILLISECOND),
		);
	}
});

test('an error is given to its own reader only: the next in the queue asks again', () => {
	const harness = caching(MINUTE);
	harness.api.fails.push({ verb: 'get', kind: '500', ns: undefined, name: undefined, n: 1 });
	const reads = [harness.read('ns/a'), harness.read('ns/a'), harness.read('ns/a')];
	harness.loop.runTo(SECOND);
	assert.equal(versionsOf(reads), ['Internal error occurred: boom', 101, 101]);
	assert.equal(gets(harness), ['', '']);
});

test('NotFound is not shared either', () => {
	const harness = caching(MINUTE);
	harness.api.remove('ns/a');
	const reads = [harness.read('ns/a'), harness.read('ns/a')];
	harness.loop.runTo(SECOND);
	assert.equal(versionsOf(reads), ['configmaps "a" not found', 'configmaps "a" not found']);
	assert.equal(gets(harness), ['', '']);
});

test('a registration during a GET: its result is not kept, and who reads now does not wait for it', () => {
	const harness = caching(MINUTE);
	const before = harness.read('ns/a');
	const queued = harness.read('ns/a');
	harness.loop.runTo(MILLISECOND);
	register(harness, '2');
	const after = harness.read('ns/a');
	harness.api.apply('ns/a', '2', false);
	harness.loop.runTo(SECOND);
	assert.equal(versionsOf([before, queued, after]), [102, 102, 102]);
	assert.equal(
		[before.endedAt, queued.endedAt, after.endedAt],
		[3, 3, 4].map((ms) => ms * MILLISECOND),
	);
	assert.equal(gets(harness), ['', '']);
	harness.readToEnd('ns/a');
	assert.equal(gets(harness), []);
});

test('a second registration takes away what an error could fall back on', () => {
	const harness = caching(0);
	harness.readToEnd('ns/a');
	harness.api.fails.push({ verb: 'get', kind: 'refused', ns: undefined, name: undefined, n: 2 });
	assert.is(harness.readToEnd('ns/a').kind, 'found');
	register(harness, '2');
	assert.is(harness.readToEnd('ns/a').kind, 'error');
});

test('unregistered during a GET: its reader is answered, others find nothing registered', () => {
	const harness = caching(MINUTE);
	const read = harness.read('ns/a');
	harness.manager.unregisterPod(harness.pod('ns', 'pod-1', '1', ['a']), 0);
	assert.equal(harness.read('ns/a').result, { kind: 'error', text: 'object "ns"/"a" not registered' });
	harness.loop.runTo(SECOND);
	assert.equal(versionsOf([read]), [101]);
	register(harness, '1');
	harness.readToEnd('ns/a');
	assert.equal(gets(harness), ['', '']);
});

test('steady state: kept since some instant, revalidated when its TTL ends; a missing object is asked for each time', () => {
	const harness = new ManagerHarness('Cache', 'secrets', profileOf('1.36'), 0, MINUTE);
	harness.api.apply('ns/a', '1', false);
	harness.manager.adoptPod(harness.pod('ns', 'pod-1', '1', ['a', 'b']));
	const state = { lastRead: 0, storedAt: -50 * SECOND, watchOpenedAt: 0, watchTimeoutSeconds: 0, watchOpen: false };
	const object: ScriptedObject = { resourceVersion: 50, immutable: false, data: '0' };
	harness.manager.warm(harness.numberOf('ns/a'), { ...state, object }, 0);
	harness.manager.warm(harness.numberOf('ns/b'), { ...state, object: null }, 0);
	register(harness, '2');
	harness.manager.registerPod(harness.pod('ns', 'pod-1', '1', ['a', 'b']), 0);
	harness.api.takeCalls();
	assert.equal(harness.readToEnd('ns/b'), { kind: 'notFound', text: 'secrets "b" not found' });
	assert.equal(gets(harness), ['']);
	assert.throws(
		() => harness.manager.warm(harness.numberOf('ns/c'), { ...state, object }, 0),
		/before a pod that references it was adopted/,
	);
	assert.throws(() => harness.manager.warm(harness.numberOf('ns/b'), { ...state, object }, 0), /after a read/);
});

test('steady state: the age of what is kept counts', () => {
	const harness = new ManagerHarness('Cache', 'secrets', profileOf('1.36'), 0, MINUTE);
	harness.api.apply('ns/a', '1', false);
	harness.manager.adoptPod(harness.pod('ns', 'pod-1', '1', ['a']));
	const state = { lastRead: 0, storedAt: -50 * SECOND, watchOpenedAt: 0, watchTimeoutSeconds: 0, watchOpen: false };
	harness.manager.warm(harness.numberOf('ns/a'), { ...state, object: { resourceVersion: 50, immutable: false, data: '0' } }, 0);
	harness.loop.runTo(10 * SECOND - 1);
	harness.readToEnd('ns/a');
	assert.equal(gets(harness), []);
	harness.loop.runTo(10 * SECOND);
	harness.readToEnd('ns/a');
	assert.equal(gets(harness), ['0']);
});

test.run();
