// The unit tests that Kubernetes has for its watch-based manager, told again in virtual time (P6): a scripted API server, one
// manager, one object. Receives the function that makes managers, gives one check per behaviour and release. Follows
// pkg/kubelet/util/manager/watch_based_manager_test.go.

import { MILLISECOND, type Micros, SECOND } from '../../src/core/time.js';
import type { createManager } from '../../src/kubelet/manager/create-manager.js';
import type { PodReferences, ReadResult } from '../../src/kubelet/manager/manager.js';
import { profileOf } from '../../src/kubernetes/versions.js';
import { ManagerHarness } from '../conformance/manager-harness.js';
import type { ScriptedObject } from '../conformance/scripted-api.js';
import { type Check, exactly } from './check.js';

/** Makes managers. */
export type CreateManager = typeof createManager;

const KEY = 'ns/name';
/** The last release without WatchList in the kubelet, and the newest one. */
const RELEASES = ['1.34', '1.36'] as const;
/** The tests use an idle time of one minute, which is the shortest: five times this or less. */
const SYNC_FREQUENCY: Micros = SECOND;
/** What the API server needs to answer, unless a test says otherwise. */
const LATENCY: Micros = 3 * MILLISECOND;
/** By then a request and its answer are over. */
const SOON: Micros = SECOND;

function harnessOf(release: string, create: CreateManager, latency: Micros = LATENCY): ManagerHarness {
	const harness = new ManagerHarness('Watch', 'secrets', profileOf(release), SYNC_FREQUENCY, 0, 1, create);
	harness.api.latency = latency;
	return harness;
}

function podOf(harness: ManagerHarness, name: string): PodReferences {
	return harness.pod('ns', name, name, ['name']);
}

function register(harness: ManagerHarness, name = 'pod'): void {
	harness.manager.registerPod(podOf(harness, name), harness.loop.now);
}

/** Verbs of the requests since the last time. */
function verbs(harness: ManagerHarness): string {
	return harness.api
		.takeCalls()
		.map((call) => String(call['verb']))
		.filter((verb) => verb !== 'watchClose')
		.join(', ');
}

function wordOf(result: ReadResult<ScriptedObject>): string {
	return result.kind === 'found' ? result.object.data : result.kind === 'notFound' ? 'not found' : 'error';
}

function reflectorOf(harness: ManagerHarness): string {
	return harness.api.openWatches().length > 0 ? 'running' : 'stopped';
}

/** TestSecretCacheMultipleRegistrations. */
function multipleRegistrations(release: string, create: CreateManager): Check {
	const harness = harnessOf(release, create);
	register(harness);
	harness.loop.runTo(SOON);
	const first = verbs(harness);
	for (let i = 0; i < 20; i++) register(harness, `pod-${i}`);
	harness.loop.runTo(2 * SOON);
	for (let i = 0; i < 20; i++) harness.manager.unregisterPod(podOf(harness, `pod-${i}`), harness.loop.now);
	harness.loop.runTo(3 * SOON);
	const expected = release === '1.34' ? 'list, watch; then nothing' : 'watch; then nothing';
	return exactly(
		`${release}: a first reference, then twenty more that come and go`,
		expected,
		`${first}; then ${verbs(harness) || 'nothing'}`,
	);
}

/** Initial and eventual object of TestImmutableSecretStopsTheReflector: null is none, true an immutable one. */
const MATRIX: readonly (readonly [initial: boolean | null, eventual: boolean | null, expected: string])[] = [
	[null, false, 'not found, running, eventual, running'],
	[null, true, 'not found, running, eventual, stopped'],
	[false, false, 'initial, running, eventual, running'],
	[false, true, 'initial, running, eventual, stopped'],
	[true, null, 'initial, stopped'],
];

const IMMUTABILITY: ReadonlyMap<boolean | null, string> = new Map([
	[null, 'missing'],
	[false, 'mutable'],
	[true, 'immutable'],
]);

function immutability(release: string, create: CreateManager): Check[] {
	return MATRIX.map(([initial, eventual, expected]) => {
		const harness = harnessOf(release, create);
		if (initial !== null) harness.api.apply(KEY, 'initial', initial);
		register(harness);
		const seen = [wordOf(harness.readToEnd(KEY))];
		harness.loop.runTo(SOON);
		seen.push(reflectorOf(harness));
		if (eventual !== null) {
			harness.api.apply(KEY, 'eventual', eventual);
			harness.loop.runTo(2 * SOON);
			seen.push(wordOf(harness.readToEnd(KEY)));
			harness.loop.runTo(3 * SOON);
			seen.push(reflectorOf(harness));
		}
		const then = eventual === null ? '' : `, then ${IMMUTABILITY.get(eventual)}`;
		return exactly(`${release}: ${IMMUTABILITY.get(initial)}${then}; reads and reflector`, expected, seen.join(', '));
	});
}

/** TestMaxIdleTimeStopsTheReflector. Sweeps are on whole minutes, so a read at 30 s is 90 s old at the second one. */
function idleStop(release: string, create: CreateManager): Check {
	const harness = harnessOf(release, create);
	harness.api.apply(KEY, 'secret', false);
	register(harness);
	const seen: string[] = [];
	harness.loop.runTo(30 * SECOND);
	seen.push(wordOf(harness.readToEnd(KEY)));
	harness.loop.runTo(119 * SECOND);
	seen.push(reflectorOf(harness));
	harness.loop.runTo(120 * SECOND);
	seen.push(reflectorOf(harness), wordOf(harness.readToEnd(KEY)));
	harness.loop.runTo(120 * SECOND + SOON);
	seen.push(reflectorOf(harness));
	for (const second of [140, 160, 180, 200, 220, 240]) {
		harness.loop.runTo(second * SECOND);
		harness.readToEnd(KEY);
	}
	seen.push(reflectorOf(harness));
	return exactly(
		`${release}: read, 89 s later, 90 s later, read again, read every 20 s`,
		'secret, running, stopped, secret, running, running',
		seen.join(', '),
	);
}

/** TestReflectorNotStoppedOnSlowInitialization: the first answer takes two minutes. */
function slowInitialization(release: string, create: CreateManager): Check {
	const harness = harnessOf(release, create, 120 * SECOND);
	harness.api.apply(KEY, 'secret', false);
	register(harness);
	harness.loop.runTo(90 * SECOND);
	const early = harness.readToEnd(KEY);
	const seen = [early.kind === 'error' && early.text.includes('failed to sync') ? 'failed to sync' : wordOf(early)];
	// The WATCH that follows a LIST is as slow; only the store matters here.
	harness.loop.runTo(120 * SECOND + SOON);
	seen.push(wordOf(harness.readToEnd(KEY)));
	const requests = verbs(harness);
	const expected = `failed to sync, secret; ${release === '1.34' ? 'list, watch' : 'watch'}`;
	return exactly(
		`${release}: reads 90 s and 121 s into a first list that takes 120 s; requests`,
		expected,
		`${seen.join(', ')}; ${requests}`,
	);
}

/** All behaviours, in the last release before WatchList and in the newest. */
export function watchManagerChecks(create: CreateManager): Check[] {
	return RELEASES.flatMap((release) => [
		multipleRegistrations(release, create),
		...immutability(release, create),
		idleStop(release, create),
		slowInitialization(release, create),
	]);
}
