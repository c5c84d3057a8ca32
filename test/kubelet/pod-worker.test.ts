import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Strategy } from '../../src/index.js';
import { action, container, object, outcomes, pods, rotate, S, secretVolume, traced, workload } from '../support/plans.js';

const test = suite('pod worker');

test('gaps between syncs of an undisturbed pod are whole seconds from S + 1 to 1.5 S (K2.4)', () => {
	for (const syncFrequency of [10 * S, 60 * S]) {
		const run = traced({
			syncFrequency,
			duration: 4_000 * S,
			objects: [object('x', { k: '1' })],
			workloads: [workload('web', 1, [secretVolume('x')])],
		});
		const starts = run.of('syncStart').map((event) => event.at);
		const gaps = starts.slice(1).map((at, place) => at - (starts[place] as number));
		assert.ok(gaps.every((gap) => gap % S === 0 && gap >= syncFrequency + S && gap <= 1.5 * syncFrequency));
		assert.ok(new Set(gaps).size > 4);
	}
});

test('the first sync of a running pod follows the residual life of its gap, not the beginning of the run', () => {
	const run = traced({ duration: 100 * S, objects: [object('x', { k: '1' })], workloads: [workload('web', 2_000, [secretVolume('x')])] });
	const first = new Map<string, number>();
	for (const { pod, at } of run.of('syncStart')) if (!first.has(pod)) first.set(pod, at);
	const mean = [...first.values()].reduce((sum, at) => sum + at, 0) / first.size / S;
	// E[G(G-1)] / (2 E[G]) whole ticks after the first one, which is 0.5 s away on average: 37.7 + tick phase.
	assert.ok(Math.abs(mean - 38) < 1.5, `mean ${mean}`);
});

test('a failed sync is retried after 10 to 15 s and the tick (K2.1)', () => {
	const spec = { containers: [container([], { env: [{ name: 'A', secretKeyRef: { name: 'x', key: 'k' } }] })] };
	const run = traced({ coldStart: true, duration: 300 * S, workloads: [workload('web', 1, [], spec)] });
	const starts = run.of('syncStart').map((event) => event.at / S);
	const gaps = starts.slice(1).map((at, place) => at - (starts[place] as number));
	assert.ok(gaps.length > 15);
	assert.ok(gaps.every((gap) => gap > 10 && gap <= 16));
	const events = run.of('event').map(({ reason, message }) => `${reason} ${message}`);
	// The image is looked at before the environment is made: each attempt has both events (K20.32).
	assert.match(events[0] as string, /^Pulled /);
	assert.is(events[1], 'Failed Error: secret "x" not found');
	assert.is(events.length, 2 * starts.length);
});

test('a missing key of an environment: the exact text, and the next retry after the key is there starts the container (K10)', () => {
	const spec = { containers: [container([], { env: [{ name: 'A', secretKeyRef: { name: 'x', key: 'other' } }] })] };
	const run = traced({
		coldStart: true,
		duration: 300 * S,
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [], spec)],
		actions: [action('add', 100 * S, rotate('x', 'other'))],
	});
	assert.is(run.of('event').find(({ reason }) => reason === 'Failed')?.message, "Error: couldn't find key other in Secret default/x");
	const started = run.of('containerStarted')[0]?.at ?? Number.NaN;
	assert.ok(started > 100 * S && started < 117 * S, `${started}`);
});

test('a missing image pull secret: one event a sync from 1.28 on, one quorum GET under Cache and Get, none under Watch (K17, K20.19)', () => {
	for (const [strategy, kubernetes] of [
		['Watch', '1.36'],
		['Cache', '1.36'],
		['Get', '1.36'],
		['Get', '1.27'],
	] as const) {
		const run = traced({
			strategy,
			kubernetes,
			duration: 600 * S,
			drain: 0,
			workloads: [workload('web', 1, [], { imagePullSecrets: ['registry'] })],
		});
		const syncs = run.of('syncStart').length;
		const text = 'Unable to retrieve some image pull secrets (registry); attempting to pull the image may not succeed.';
		const events = run.of('event').filter((event) => event.reason === 'FailedToRetrieveImagePullSecret' && event.message === text);
		assert.is(events.length, kubernetes === '1.27' ? 0 : syncs, `${strategy} ${kubernetes}`);
		assert.is(run.requests['GET secrets unset 404'] ?? 0, strategy === 'Watch' ? 0 : syncs);
	}
});

/** A pod with a directory mount, a subPath mount and an environment variable of one Secret. */
function everyConsumer(): ReturnType<typeof workload> {
	const volume = secretVolume('x');
	const main = container([volume], {
		env: [{ name: 'A', secretKeyRef: { name: 'x', key: 'k' } }],
		volumeMounts: [
			{ name: volume.name, mountPath: '/dir' },
			{ name: volume.name, mountPath: '/file', subPath: 'k' },
		],
	});
	return workload('web', 1, [volume], { containers: [main] });
}

test('a crash restart that is the first sync after the write: new environment, old files (K15.3, K20.30)', () => {
	const run = traced({
		objects: [object('x', { k: '1' })],
		workloads: [everyConsumer()],
		actions: [
			action('write', 100 * S, rotate('x')),
			action('crash', 101 * S, { kind: 'restartContainer', target: pods('web'), container: null, how: 'crash' }),
		],
		duration: 200 * S,
		cluster: { timing: { containerCreate: { min: 2_000, max: 2_000 } } },
	});
	const [restarted] = run.of('containerStarted');
	const [settled] = run.of('settled');
	const versions = run.of('read').map((event) => event.resourceVersion);
	const newest = Math.max(...versions.map((version) => version ?? 0));
	assert.ok((restarted?.at ?? 0) < (settled?.at ?? 0), 'the container was created before the refresh landed');
	assert.ok(restarted?.sees.includes(`environment from Secret/default/x: version ${newest}, until the next restart`));
	assert.is(run.of('containerDied')[0]?.at, 101 * S);
});

test('a container killed by a probe that takes long to stop comes back with the new files (K15.4)', () => {
	const subPathOf = (how: 'crash' | 'liveness'): string | undefined => {
		const run = traced({
			objects: [object('x', { k: '1' })],
			workloads: [everyConsumer()],
			actions: [
				action('write', 100 * S, rotate('x')),
				action('restart', 101 * S, { kind: 'restartContainer', target: pods('web'), container: null, how }),
			],
			duration: 130 * S,
			cluster: { timing: { containerStop: { min: S, max: S }, containerCreate: { min: 2_000, max: 2_000 } } },
		});
		const killed = run
			.of('event')
			.filter((event) => event.reason === 'Killing')
			.map((event) => event.message);
		assert.equal(killed, how === 'liveness' ? ['Container main failed liveness probe, will be restarted'] : []);
		return run.of('containerStarted')[0]?.sees.find((line) => line.startsWith('subPath'));
	};
	assert.is.not(subPathOf('crash'), subPathOf('liveness'));
});

test('crash-loop back-off: the first restart at once, the next after 10 s from the exit (K15.1, K20.31)', () => {
	const crash = (at: number): ReturnType<typeof action> =>
		action(`crash-${at}`, at * S, { kind: 'restartContainer', target: pods('web'), container: null, how: 'crash' });
	const run = traced({
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [secretVolume('x')])],
		actions: [crash(100), crash(110), crash(140)],
		duration: 300 * S,
	});
	const starts = run.of('containerStarted').map((event) => event.at / S);
	assert.ok((starts[0] ?? 0) < 102);
	assert.ok((starts[1] ?? 0) >= 120 && (starts[1] ?? 0) < 127, `${starts[1]}`);
	assert.ok((starts[2] ?? 0) >= 160 && (starts[2] ?? 0) < 172, `${starts[2]}`);
	const backoffs = run.of('event').filter((event) => event.reason === 'BackOff');
	assert.ok(backoffs.length >= 2);
	assert.ok(backoffs.every((event) => event.message.startsWith('Back-off restarting failed container main in pod web-0_default(')));
});

test('a kubelet restart refreshes every volume at once, and closes and opens every watch (K16)', () => {
	const strategies: readonly Strategy[] = ['Watch', 'Cache', 'Get'];
	for (const strategy of strategies) {
		const run = traced({
			strategy,
			objects: [object('x', { k: '1' })],
			workloads: [workload('web', 5, [secretVolume('x')])],
			actions: [
				action('write', 100 * S, rotate('x')),
				action('restart', 100 * S, { kind: 'restartKubelet', target: { names: [], sharePpm: 1_000_000, stagger: 0 } }),
			],
			duration: 160 * S,
		});
		assert.equal(outcomes(run.partial), { shown: 5 });
		assert.ok(
			run.of('settled').every((event) => event.delay < 1.7 * S),
			strategy,
		);
		if (strategy === 'Watch') assert.is(run.requests['WATCH secrets unset 200'], 1);
	}
});

test('a deleted pod owes nothing any more; its replacement starts with the new content (K1.5)', () => {
	const run = traced({
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [secretVolume('x')])],
		actions: [action('write', 100 * S, rotate('x')), action('gone', 101 * S, { kind: 'deletePods', target: pods('web-0') })],
		cluster: { timing: { containerStop: { min: 2 * S, max: 2 * S } } },
	});
	assert.equal(outcomes(run.partial), { podGone: 1 });
	assert.is(run.of('containerStarted').length, 1);
});

test('an init container comes first: what it lacks keeps the others from starting, and it runs once', () => {
	const setup = container([], { name: 'setup', env: [{ name: 'A', secretKeyRef: { name: 'x', key: 'k' } }] });
	const run = traced({
		coldStart: true,
		duration: 200 * S,
		workloads: [workload('web', 1, [], { initContainers: [setup], containers: [container([])] })],
		actions: [
			action('create', 50 * S, { kind: 'create', object: object('x', { k: '1' }) }),
			action('crash', 120 * S, { kind: 'restartContainer', target: pods('web'), container: null, how: 'crash' }),
		],
	});
	assert.equal(
		run.of('containerStarted').map((event) => event.container),
		['setup', 'main', 'main'],
	);
	assert.ok((run.of('containerStarted')[0]?.at ?? 0) > 50 * S);
});

test('deletion during the mount wait: at once from 1.28 on, after the 123 s before (K13.7)', () => {
	const unregistered = (kubernetes: string): number => {
		const run = traced({
			kubernetes,
			coldStart: true,
			duration: 300 * S,
			drain: 0,
			workloads: [workload('web', 1, [secretVolume('x')], {}, 'Pod')],
			actions: [action('gone', 20 * S, { kind: 'deletePods', target: pods('web') })],
		});
		const last = run.of('setUpStart').at(-1)?.at ?? 0;
		return last / S;
	};
	assert.ok(unregistered('1.28') < 21);
	assert.ok(unregistered('1.27') > 60);
});

test('clients wait for tokens in the order of their requests, the status manager among them (K12, A2, K20.27)', () => {
	const run = traced({
		strategy: 'Get',
		coldStart: true,
		duration: 100 * S,
		kubeAPIQPS: 5,
		kubeAPIBurst: 10,
		objects: Array.from({ length: 50 }, (_, i) => object(`x${i}`, { k: '1' })),
		workloads: Array.from({ length: 50 }, (_, i) => workload(`web${i}`, 1, [secretVolume(`x${i}`)])),
	});
	const mounted = run.of('swap').map((event) => event.at / S);
	assert.is(mounted.length, 50);
	// The burst of 10 goes to the statuses of the first pods, then 5 a second: the fiftieth read 10 s later.
	assert.ok((mounted[49] ?? 0) > 9.5 && (mounted[49] ?? 0) < 10.5, `${mounted[49]}`);
	const told = run.of('statusRequest');
	assert.equal(
		told.slice(0, 2).map((event) => event.verb),
		['GET', 'PATCH'],
	);
	// Every pod has a status of its own to tell; most changes of the start are told together, when the reads are done.
	assert.is(new Set(told.map((event) => event.pod)).size, 50);
	assert.ok(told.filter((event) => event.at < 8 * S).length <= 12);
	assert.ok((run.partial.segments[0]?.counters.throttled ?? 0) > 0);
});

test.run();
