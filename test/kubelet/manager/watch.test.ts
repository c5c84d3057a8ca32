// Behaviour of the Watch strategy. The first suite tells the kubelet's own unit tests of its watch-based manager
// (pkg/kubelet/util/manager/watch_based_manager_test.go) in virtual time, in LIST+WATCH mode as they were written for.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../../src/core/time.js';
import type { ManagerProfile, WarmState } from '../../../src/kubelet/manager/manager.js';
import { profileOf } from '../../../src/kubernetes/versions.js';
import { ManagerHarness } from '../../conformance/manager-harness.js';
import type { ScriptedObject } from '../../conformance/scripted-api.js';

const WATCH_LIST: ManagerProfile = profileOf('1.36');
const LIST_WATCH: ManagerProfile = { ...WATCH_LIST, watchListClient: false };

/** A watch manager whose idle time is the shortest, one minute. */
function watching(profile: ManagerProfile = LIST_WATCH, syncFrequency = SECOND): ManagerHarness {
	return new ManagerHarness('Watch', 'secrets', profile, syncFrequency, 0);
}

/** Registers pods that reference `ns/a`. */
function register(harness: ManagerHarness, ...uids: readonly string[]): void {
	for (const uid of uids) harness.manager.registerPod(harness.pod('ns', `pod-${uid}`, uid, ['a']), harness.loop.now);
}

function unregister(harness: ManagerHarness, uid: string): void {
	harness.manager.unregisterPod(harness.pod('ns', `pod-${uid}`, uid, ['a']), harness.loop.now);
}

function pass(harness: ManagerHarness, micros: number): void {
	harness.loop.runTo(harness.loop.now + micros);
}

function verbs(harness: ManagerHarness): unknown[] {
	return harness.api.takeCalls().map(({ verb }) => verb);
}

const upstream = suite("watch manager: the kubelet's own unit tests");

upstream('a missing object, then ADDED, MODIFIED, DELETED', () => {
	const harness = watching();
	register(harness, '1');
	assert.equal(harness.readToEnd('ns/a'), { kind: 'notFound', text: 'secret "a" not found' });
	harness.api.apply('ns/a', '1', false);
	assert.is(harness.readToEnd('ns/a').kind, 'found');
	harness.api.apply('ns/a', '2', false);
	const { object } = harness.readToEnd('ns/a') as { object: ScriptedObject };
	assert.equal([object.data, object.resourceVersion], ['2', 102]);
	harness.api.remove('ns/a');
	assert.is(harness.readToEnd('ns/a').kind, 'notFound');
});

upstream('twenty further references and their removal cause no further LIST or WATCH: two calls in all', () => {
	const harness = watching();
	const uids = Array.from({ length: 21 }, (_none, index) => String(index));
	register(harness, ...uids);
	harness.readToEnd('ns/a');
	for (const uid of uids.slice(1)) unregister(harness, uid);
	pass(harness, 10 * SECOND);
	assert.equal(verbs(harness), ['list', 'watch']);
	assert.equal(harness.api.openWatches(), ['ns/a']);
	unregister(harness, '0');
	assert.equal(verbs(harness), ['watchClose']);
	assert.equal(harness.readToEnd('ns/a'), { kind: 'error', text: 'object "ns"/"a" not registered' });
});

upstream('in the streaming mode it is one call', () => {
	const harness = watching(WATCH_LIST);
	register(harness, ...Array.from({ length: 21 }, (_none, index) => String(index)));
	harness.readToEnd('ns/a');
	pass(harness, 10 * SECOND);
	assert.equal(verbs(harness), ['watch']);
});

/** Before and after of the object, and whether it is still watched after it was read in the end. */
const IMMUTABILITY: readonly (readonly [string, boolean | null, boolean | null, boolean])[] = [
	['created mutable', null, false, true],
	['created immutable', null, true, false],
	['mutable, stays mutable', false, false, true],
	['mutable, becomes immutable', false, true, false],
	['immutable from the start', true, null, false],
];

for (const [name, initial, eventual, watchedInTheEnd] of IMMUTABILITY) {
	upstream(`immutability: ${name}`, () => {
		for (const profile of [LIST_WATCH, WATCH_LIST]) {
			const harness = watching(profile);
			if (initial !== null) harness.api.apply('ns/a', '1', initial);
			register(harness, '1');
			assert.is(harness.readToEnd('ns/a').kind, initial === null ? 'notFound' : 'found');
			assert.is(harness.api.openWatches().length, initial === true ? 0 : 1, 'after the first read');
			if (eventual !== null) harness.api.apply('ns/a', '2', eventual);
			assert.is(harness.readToEnd('ns/a').kind, 'found');
			assert.equal(harness.api.openWatches(), watchedInTheEnd ? ['ns/a'] : []);
			assert.is(harness.manager.isFrozen(harness.numberOf('ns/a')), !watchedInTheEnd);
		}
	});
}

upstream('an object not read for 90 s at a maximum of 60 s is no longer watched, and a read watches it again', () => {
	const harness = watching();
	register(harness, '1');
	harness.readToEnd('ns/a');
	assert.is(harness.api.openWatches().length, 1);
	pass(harness, 90 * SECOND);
	// The sweeps come each minute: the first one after the limit is at 120 s.
	pass(harness, 30 * SECOND);
	assert.is(harness.api.openWatches().length, 0);
	assert.is(harness.readToEnd('ns/a').kind, 'notFound');
	assert.is(harness.api.openWatches().length, 1);
});

upstream('reads every 20 s keep the watch', () => {
	const harness = watching();
	register(harness, '1');
	for (let at = 0; at < 600; at += 20) {
		harness.readToEnd('ns/a');
		pass(harness, 20 * SECOND);
		assert.is(harness.api.openWatches().length, 1);
	}
	assert.equal(verbs(harness), ['list', 'watch']);
});

upstream('a reflector is not stopped while its first list is still running, and reads fail', () => {
	const harness = watching();
	harness.api.latency = 120 * SECOND;
	register(harness, '1');
	const failed = { kind: 'error', text: 'failed to sync secret cache: timed out waiting for the condition' };
	assert.equal(harness.readToEnd('ns/a'), failed);
	pass(harness, 110 * SECOND);
	assert.equal(harness.readToEnd('ns/a'), failed);
	assert.equal(verbs(harness), ['list'], 'not stopped and started again by the sweep at 60 s');
	harness.api.latency = 3 * MILLISECOND;
	pass(harness, 10 * SECOND);
	assert.equal(harness.readToEnd('ns/a').kind, 'notFound');
	pass(harness, 180 * SECOND);
	assert.is(harness.api.openWatches().length, 0, 'once it is synced it is stopped like any other');
});

upstream.run();

const rules = suite('watch manager: waiting reads and references (K6, K20.11)');

rules('a read is answered on its own 10 ms grid', () => {
	const harness = watching(WATCH_LIST);
	harness.api.latency = 25 * MILLISECOND;
	register(harness, '1');
	pass(harness, 7 * MILLISECOND);
	const first = harness.read('ns/a');
	pass(harness, 13 * MILLISECOND);
	const second = harness.read('ns/a');
	pass(harness, SECOND);
	assert.equal([first.endedAt, second.endedAt], [27 * MILLISECOND, 30 * MILLISECOND]);
});

rules('a sync at the last moment still answers; one microsecond later is too late', () => {
	for (const [late, kind] of [
		[0, 'notFound'],
		[1, 'error'],
	] as const) {
		const harness = watching(WATCH_LIST);
		harness.api.latency = SECOND + late;
		register(harness, '1');
		assert.is(harness.readToEnd('ns/a').kind, kind);
		assert.is(harness.loop.now, SECOND);
	}
});

rules('a read whose object is unregistered meanwhile times out, whatever is registered anew', () => {
	const harness = watching(WATCH_LIST);
	harness.api.latency = 50 * MILLISECOND;
	register(harness, '1');
	const read = harness.read('ns/a');
	unregister(harness, '1');
	register(harness, '1');
	pass(harness, 2 * SECOND);
	assert.equal([read.endedAt, read.result?.kind], [SECOND, 'error']);
	assert.is(harness.readToEnd('ns/a').kind, 'notFound');
});

rules('a restart that takes too long fails the read, and the next read goes on waiting', () => {
	const harness = watching(WATCH_LIST);
	register(harness, '1');
	harness.readToEnd('ns/a');
	pass(harness, 3 * MINUTE);
	harness.api.latency = 1500 * MILLISECOND;
	assert.is(harness.readToEnd('ns/a').kind, 'error');
	assert.is(harness.readToEnd('ns/a').kind, 'notFound');
	assert.equal(verbs(harness), ['watch', 'watchClose', 'watch']);
});

for (const version of ['1.24', '1.27', '1.28', '1.29', '1.36']) {
	rules(`${version}: registering again, with other references and another UID`, () => {
		const harness = watching(profileOf(version));
		const { manager, loop } = harness;
		const both = harness.pod('ns', 'p', '1', ['a', 'b']);
		for (let sync = 0; sync < 3; sync++) manager.registerPod(both, loop.now);
		pass(harness, SECOND);
		assert.equal(harness.api.openWatches(), ['ns/a', 'ns/b']);
		manager.registerPod(harness.pod('ns', 'p', '1', ['b', 'c']), loop.now);
		pass(harness, SECOND);
		assert.equal(harness.api.openWatches(), ['ns/b', 'ns/c']);
		manager.registerPod(harness.pod('ns', 'p', '2', ['b']), loop.now);
		manager.unregisterPod(both, loop.now);
		pass(harness, SECOND);
		assert.equal(harness.api.openWatches(), ['ns/b']);
		manager.unregisterPod(harness.pod('ns', 'p', '3', ['b']), loop.now);
		assert.equal(harness.api.openWatches(), ['ns/b'], 'a pod that was never registered');
		manager.unregisterPod(harness.pod('ns', 'p', '2', ['b']), loop.now);
		assert.equal(harness.api.openWatches(), []);
	});
}

rules('a sweep that comes for one object leaves alone another one whose time is up at that very instant', () => {
	const harness = watching(WATCH_LIST);
	harness.manager.registerPod(harness.pod('ns', 'p', '1', ['a', 'b']), 0);
	pass(harness, 30 * SECOND);
	harness.readToEnd('ns/a');
	pass(harness, 30 * SECOND);
	harness.readToEnd('ns/b');
	pass(harness, 120 * SECOND - harness.loop.now);
	assert.equal(harness.api.openWatches(), ['ns/b'], 'the read at 60 s is exactly a minute ago');
	pass(harness, MINUTE);
	assert.equal(harness.api.openWatches(), []);
});

rules('an hour of reads asks for few timers: sweeps that can stop nothing are left out', () => {
	const harness = watching(WATCH_LIST, MINUTE);
	register(harness, '1');
	for (let read = 0; read < 48; read++) {
		harness.readToEnd('ns/a');
		pass(harness, 75 * SECOND);
	}
	assert.ok(harness.timers < 20, String(harness.timers));
});

rules('tells its trace why', () => {
	const harness = watching(WATCH_LIST);
	harness.api.apply('ns/a', '1', false);
	register(harness, '1');
	harness.readToEnd('ns/a');
	pass(harness, 2 * MINUTE);
	harness.api.apply('ns/a', '2', true);
	harness.readToEnd('ns/a');
	harness.readToEnd('ns/a');
	assert.equal(
		harness.notes.map((note) => note.split('@')[0]),
		[
			'reflectorStarted',
			'waitForSync',
			'delivered',
			'served',
			'idleStop',
			'reflectorStarted',
			'waitForSync',
			'delivered',
			'served',
			'immutableStop',
			'served',
		],
	);
});

rules.run();

const warm = suite('watch manager: steady state');

const OPEN: WarmState<ScriptedObject> = {
	object: { resourceVersion: 50, immutable: false, data: '0' },
	lastRead: -MINUTE,
	storedAt: -HOUR,
	watchOpenedAt: -MINUTE,
	watchTimeoutSeconds: 1800,
	watchOpen: true,
};

/** A manager with one adopted pod whose object is in a given state. */
function warmed(state: Partial<WarmState<ScriptedObject>>): ManagerHarness {
	const harness = watching(WATCH_LIST, MINUTE);
	harness.manager.adoptPod(harness.pod('ns', 'pod-1', '1', ['a']));
	harness.manager.warm(harness.numberOf('ns/a'), { ...OPEN, ...state }, 0);
	return harness;
}

warm('an open watch is served without a request, follows changes and is closed when idle', () => {
	const harness = warmed({});
	assert.is((harness.readToEnd('ns/a') as { object: ScriptedObject }).object.resourceVersion, 50);
	harness.api.apply('ns/a', '1', false);
	assert.is((harness.readToEnd('ns/a') as { object: ScriptedObject }).object.resourceVersion, 101);
	assert.equal(verbs(harness), []);
	pass(harness, 6 * MINUTE);
	assert.equal(verbs(harness), ['watchClose']);
});

warm('the last read before the run counts for the idle stop', () => {
	const harness = warmed({ lastRead: -4 * MINUTE });
	pass(harness, MINUTE);
	assert.equal(verbs(harness), [], 'not after exactly five minutes');
	pass(harness, MINUTE);
	assert.equal(verbs(harness), ['watchClose']);
});

warm('a watch that was stopped starts from its last version at the next read', () => {
	const harness = warmed({ watchOpen: false, lastResourceVersion: 77 });
	harness.readToEnd('ns/a');
	assert.equal(
		harness.api.takeCalls().map(({ resourceVersion, sendInitialEvents }) => [resourceVersion, sendInitialEvents]),
		[['77', true]],
	);
});

warm('an immutable object that was read is served frozen, to new pods as well, until the last reference goes', () => {
	const harness = warmed({ object: { resourceVersion: 50, immutable: true, data: '0' }, watchOpen: false });
	assert.ok(harness.manager.isFrozen(harness.numberOf('ns/a')));
	register(harness, '2');
	assert.is(harness.readToEnd('ns/a').kind, 'found');
	unregister(harness, '1');
	assert.is(harness.readToEnd('ns/a').kind, 'found');
	assert.equal(verbs(harness), []);
	unregister(harness, '2');
	register(harness, '3');
	assert.is(harness.readToEnd('ns/a').kind, 'notFound');
});

warm('the pod that was adopted is known: registering it again changes nothing', () => {
	const harness = warmed({});
	register(harness, '1');
	assert.equal(verbs(harness), []);
	unregister(harness, '1');
	assert.equal(verbs(harness), ['watchClose']);
});

warm('the order of calls is checked', () => {
	const harness = watching(WATCH_LIST);
	const object = harness.numberOf('ns/a');
	assert.throws(() => harness.manager.warm(object, OPEN, 0), /before a pod that references it was adopted/);
	register(harness, '1');
	assert.throws(() => harness.manager.warm(object, OPEN, 0), /after it was started/);
	assert.throws(() => harness.manager.adoptPod(harness.pod('ns', 'pod-1', '1', ['a'])), /adopted after it was registered/);
});

warm.run();
