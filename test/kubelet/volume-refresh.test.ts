import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Strategy } from '../../src/index.js';
import { action, container, object, outcomes, pods, rotate, S, secretVolume, traced, workload } from '../support/plans.js';

const test = suite('volume refresh');
const STRATEGIES: readonly Strategy[] = ['Watch', 'Cache', 'Get'];
const attempts = (times: readonly number[]): readonly number[] => times.map((at) => Math.round((at - (times[0] as number)) / 100_000) / 10);

test('a missing Secret: attempts at 0, 0.5, 1.5 ... s, the mount wait gives up after 123 s, the container starts after the retry (K11.10, K14.2)', () => {
	const create = action('create', 100 * S, { kind: 'create', object: object('x', { k: '1' }) });
	const run = traced({ coldStart: true, workloads: [workload('web', 1, [secretVolume('x')])], actions: [create] });
	const failures = run.of('setUpFailed');
	assert.equal(
		failures.map((event) => event.retryAfter / S),
		[0.5, 1, 2, 4, 8, 16, 32, 64],
	);
	// Each retry is the first pass of the 0.1 s reconciler strictly after the back-off: 0.1 s more whenever they coincide.
	assert.equal(attempts(failures.map((event) => event.at)), [0, 0.6, 1.7, 3.8, 7.9, 16, 32.1, 64.2]);
	assert.ok(failures.every((event) => event.message === 'MountVolume.SetUp failed for volume "v-x" : secret "x" not found'));
	const [first] = run.of('syncEnd');
	assert.is(first?.at, 123 * S);
	assert.is(first?.error, 'unmounted volumes=[v-x], unattached volumes=[], failed to process volumes=[]: context deadline exceeded');
	const [started] = run.of('containerStarted');
	const retry = run.of('syncStart')[1];
	assert.is(retry?.cause, 'retry');
	assert.is(started?.at, retry?.at, 'the volume was mounted in the pause between two syncs');
	assert.equal(outcomes(run.partial), { shown: 1 });
});

test('the singular text is the Watch store, the plural one the API server (K4.2)', () => {
	for (const strategy of STRATEGIES) {
		const run = traced({ strategy, coldStart: true, duration: 10 * S, workloads: [workload('web', 1, [secretVolume('x')])] });
		const noun = strategy === 'Watch' ? 'secret' : 'secrets';
		assert.is(run.of('setUpFailed')[0]?.message, `MountVolume.SetUp failed for volume "v-x" : ${noun} "x" not found`);
	}
});

test('a Secret deleted while mounted: the files stay, the refresh fails at every back-off, the write is blocked (K11.1)', () => {
	for (const strategy of STRATEGIES) {
		const remove = action('remove', 100 * S, { kind: 'delete', objectKind: 'Secret', namespace: 'default', name: 'x' });
		const run = traced({
			strategy,
			objects: [object('x', { k: '1' })],
			workloads: [workload('web', 1, [secretVolume('x')])],
			actions: [remove],
		});
		assert.equal(run.of('swap'), []);
		assert.equal(outcomes(run.partial), { blocked: 1 });
		const gaps = run.of('setUpFailed').map((event) => event.retryAfter / S);
		assert.equal(gaps.slice(0, 9), [0.5, 1, 2, 4, 8, 16, 32, 64, 122]);
		assert.ok(
			run.of('syncEnd').every((event) => event.error === null),
			'the pod does not notice',
		);
	}
});

test('an optional Secret: deleted it empties the volume, created it fills it (K11.2, K11.3)', () => {
	const run = traced({
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [secretVolume('x', { optional: true })])],
		actions: [
			action('remove', 100 * S, { kind: 'delete', objectKind: 'Secret', namespace: 'default', name: 'x' }),
			action('create', 300 * S, { kind: 'create', object: object('x', { k: '2' }) }),
		],
	});
	const compared = run.of('compared').filter((event) => event.changed);
	assert.equal(
		compared.map((event) => [event.changedPaths, event.removedPaths]),
		[
			[[], ['k']],
			[['k'], []],
		],
	);
	assert.equal(outcomes(run.partial), { shown: 2 });
	assert.equal(run.of('event'), []);
});

test('a key that items names and that goes away freezes the volume (K11.4)', () => {
	const items = [
		{ key: 'a', path: 'a' },
		{ key: 'b', path: 'b' },
	];
	const drop = { ...rotate('x', 'a'), data: { a: [{ kind: 'random', length: 4 }], b: null } } as const;
	const run = traced({
		objects: [object('x', { a: '1', b: '1' })],
		workloads: [workload('web', 1, [secretVolume('x', { items })])],
		actions: [action('drop', 100 * S, drop)],
	});
	assert.is(run.of('setUpFailed')[0]?.message, 'MountVolume.SetUp failed for volume "v-x" : references non-existent secret key: b');
	assert.equal(outcomes(run.partial), { blocked: 1 });
});

test('an immutable Secret: Watch keeps the frozen copy after delete and recreate, Cache and Get do not look (K6, A8)', () => {
	for (const strategy of STRATEGIES) {
		const recreate = action('recreate', 100 * S, {
			kind: 'recreate',
			objectKind: 'Secret',
			namespace: 'default',
			name: 'x',
			gap: S,
			data: { k: [{ kind: 'random', length: 8 }] },
			immutable: true,
		});
		const run = traced({
			strategy,
			objects: [object('x', { k: '1' }, { immutable: true })],
			workloads: [workload('web', 1, [secretVolume('x')])],
			actions: [recreate],
		});
		assert.equal(outcomes(run.partial), strategy === 'Watch' ? { frozen: 2 } : { superseded: 1, shown: 1 });
		if (strategy === 'Watch') assert.equal(run.requests, {}, 'nothing is watched and nothing is asked');
	}
});

test('a refresh that is asked for while SetUp runs is lost (K3.4)', () => {
	// The GET of the refresh takes 0.5 s; the pod is nudged right after the server has read the old version.
	const run = traced({
		strategy: 'Get',
		kubernetes: '1.36',
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [secretVolume('x')])],
		actions: [
			action('nudge', 100 * S, { kind: 'annotate', target: pods('web') }),
			action('write', 100.5 * S, rotate('x')),
			action('again', 100.55 * S, { kind: 'annotate', target: pods('web') }),
		],
		cluster: { network: { requestLatency: { min: 0.7 * S, max: 0.7 * S } }, timing: { plegRelist: { min: 0, max: 0 } } },
	});
	const lost = run.of('refreshLost');
	const settled = run.of('settled');
	if (lost.length === 0)
		assert.unreachable(`no refresh was lost: ${JSON.stringify(run.trace.filter((event) => event.at > 99 * S && event.at < 104 * S))}`);
	assert.ok((settled[0]?.delay ?? 0) > 60 * S, 'the write waits for the next periodic sync');
});

test('a nudge shows the write at once, an earlier one reads the old version and restarts the countdown (K13.3)', () => {
	const network = { watchLatency: { min: 20_000, max: 20_000 } };
	const nudged = (at: number): number => {
		const run = traced({
			objects: [object('x', { k: '1' })],
			workloads: [workload('web', 1, [secretVolume('x')])],
			actions: [action('write', 100 * S, rotate('x')), action('nudge', at, { kind: 'annotate', target: pods('web') })],
			cluster: { network },
		});
		return run.of('settled')[0]?.delay ?? Number.NaN;
	};
	assert.ok(nudged(101 * S) < 2.3 * S);
	assert.ok(nudged(99.7 * S) > 60 * S, 'the nudge came before the write');
});

test('a volume that no container mounts is never set up and never read (K3.2)', () => {
	const volume = secretVolume('x');
	const run = traced({
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [volume], { containers: [container([])] })],
		actions: [action('write', 100 * S, rotate('x'))],
	});
	assert.equal(run.of('setUpStart'), []);
	assert.equal(outcomes(run.partial), {});
	assert.is(run.partial.segments[0]?.plane.counts.notMounted, 1);
});

test('a volume that outgrows its tmpfs is torn down under the container, which never sees another update (K7.3)', () => {
	const big = { ...rotate('x'), data: { k: [{ kind: 'random', length: 700_000 }] } } as const;
	const volume = secretVolume('x');
	const run = traced({
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [volume], { containers: [container([volume], { memoryLimitBytes: 1_000_000 })] })],
		actions: [action('big', 100 * S, big), action('bigger', 300 * S, big)],
		duration: 500 * S,
	});
	assert.is(run.of('tornDown').length > 0, true);
	assert.equal(outcomes(run.partial), { shown: 1, detached: 1 });
});

test('a container that is created anew while its torn-down volume is refreshed sees what the refresh before has written (K7.3)', () => {
	const big = { ...rotate('x'), data: { k: [{ kind: 'random', length: 700_000 }] } } as const;
	const volume = secretVolume('x');
	const latency = { min: 500_000, max: 500_000 };
	const run = traced({
		strategy: 'Get',
		objects: [object('x', { k: '1' })],
		workloads: [workload('web', 1, [volume], { containers: [container([volume], { memoryLimitBytes: 1_000_000 })] })],
		actions: [
			action('big', 100 * S, big),
			action('bigger', 200 * S, big),
			action('crash', 400 * S, { kind: 'restartContainer', target: pods('web'), container: null, how: 'crash' }),
		],
		duration: 600 * S,
		cluster: {
			network: { requestLatency: latency },
			timing: { containerCreate: { min: 400_000, max: 400_000 } },
		},
	});
	const started = run.of('containerStarted')[0]?.at as number;
	const [refresh] = run.of('setUpStart').filter(({ at }) => at < started && at + 500_000 > started);
	assert.ok(refresh !== undefined, 'a refresh is under way');
	assert.equal(
		run.of('settled').map(({ at, outcome }) => [outcome, at === started]),
		[
			['shown', false],
			['shown', true],
		],
	);
	assert.equal(outcomes(run.partial), { shown: 2 });
});

test.run();
