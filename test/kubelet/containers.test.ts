import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ContainerState, crashLoopBackoff, crashLoopLimits, newContainer } from '../../src/kubelet/containers.js';
import type { ContainerModel } from '../../src/kubelet/pod-model.js';
import { action, container, object, pods, S, secretVolume, traced, workload } from '../support/plans.js';

const test = suite('containers');

const MODEL: ContainerModel = { name: 'main', image: 'i', init: false, pullsAlways: false, environment: [], subPaths: [], directories: [] };
const PROFILE = { crashLoopBackOffInitialSeconds: 10, crashLoopBackOffMaxSeconds: 300 };

function dead(finishedAt: number): ContainerState {
	return { ...newContainer(MODEL), created: 1, finishedAt };
}

test('a short limit shortens the first pause as well, but an entry lives for ten minutes (recorded with 1 s, K20.31)', () => {
	const { initial, longest } = crashLoopLimits(PROFILE, S);
	assert.equal([initial, longest], [S, S]);
	assert.equal(crashLoopLimits(PROFILE), { initial: 10 * S, longest: 300 * S });
	const one = dead(100 * S);
	assert.is(crashLoopBackoff(one, initial, longest, 100 * S), null, 'the first restart comes at once');
	one.finishedAt = 117 * S;
	assert.is(crashLoopBackoff(one, initial, longest, 117.5 * S), 118 * S, '17 s later the entry is still there');
	one.finishedAt = 117 * S + 601 * S;
	assert.is(crashLoopBackoff(one, initial, longest, one.finishedAt), null, 'after more than ten minutes it is not');
});

test('a container that ended is restarted by the sync that a relist causes, never by one that began before (K1.3, K20.31)', () => {
	const crashes = Array.from({ length: 30 }, (_, index) => (100 + index * 701.37) * S);
	const run = traced({
		syncFrequency: 5 * S,
		duration: 22_000 * S,
		workloads: [workload('web', 1, [secretVolume('x')])],
		objects: [object('x', { k: '1' })],
		actions: crashes.map((at, index) =>
			action(`crash ${index}`, at, { kind: 'restartContainer', target: pods('web'), container: null, how: 'crash' }),
		),
	});
	assert.is(run.of('containerDied').length, crashes.length);
	assert.is(run.of('containerStarted').length, crashes.length);
	const relists = run.of('trigger').filter(({ cause }) => cause === 'containerDied');
	let tooEarly = 0;
	for (const [index, { at }] of run.of('containerStarted').entries()) {
		const died = run.of('containerDied')[index]?.at ?? Number.NaN;
		const noticed = relists.find((one) => one.at > died)?.at ?? Number.NaN;
		assert.ok(died < noticed && noticed <= at && noticed - died <= 1.01 * S, `died ${died}, noticed ${noticed}, started ${at}`);
		tooEarly += run.of('syncStart').filter((sync) => sync.at >= died && sync.at < noticed).length;
	}
	assert.ok(tooEarly > 0, 'some sync begins before the relist');
});

test('an optional object that is missing is asked for at each reference, one that is there once (K10)', () => {
	const env = [
		{ name: 'A', secretKeyRef: { name: 'none', key: 'k', optional: true } },
		{ name: 'B', secretKeyRef: { name: 'x', key: 'k' } },
		{ name: 'C', secretKeyRef: { name: 'x', key: 'other', optional: true } },
	];
	const envFrom = [{ secretRef: { name: 'none', optional: true } }];
	const run = traced({
		strategy: 'Get',
		coldStart: true,
		duration: 20 * S,
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [], { containers: [container([], { env, envFrom })] })],
	});
	assert.is(run.requests['GET secrets unset 404'], 2);
	assert.is(run.requests['GET secrets unset 200'], 1);
	assert.is(run.of('containerStarted').length, 1);
});

test('a bare Pod that was deleted and is applied again runs again', () => {
	const pod = workload('solo', 1, [secretVolume('x')], {}, 'Pod');
	const run = traced({
		duration: 100 * S,
		objects: [object('x', { k: '1' })],
		workloads: [pod],
		actions: [
			action('delete', 20 * S, { kind: 'deletePods', target: pods('solo') }),
			action('again', 50 * S, { kind: 'apply', objects: [], workloads: [pod] }),
			action('twice', 60 * S, { kind: 'apply', objects: [], workloads: [pod] }),
		],
	});
	assert.equal(
		run.of('containerStarted').map(({ at }) => Math.floor(at / (10 * S))),
		[5],
	);
});

test.run();
