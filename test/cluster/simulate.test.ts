import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { couplings, loadRows, merge, PreparedRuns, sampleRows, simulate, simulateStepwise, summarise } from '../../src/index.js';
import { busyPlan } from '../support/busy-plan.js';
import { action, object, outcomes, plan, rotate, S, secretVolume, variant, workload } from '../support/plans.js';

const test = suite('simulate');

test('gives the same bytes twice, in any node order, and for any split into shards', () => {
	const study = busyPlan();
	const whole = simulate(study);
	const text = JSON.stringify(summarise(whole));
	const rows = JSON.stringify([...sampleRows(whole), ...loadRows(whole)]);
	const reversed = simulate(study, { nodeOrder: (count) => Array.from({ length: count }, (_, place) => count - 1 - place) });
	const halves = [1, 0].map((index) => simulate(study, { shard: { index, count: 2 } }));
	const thirds = [2, 0, 1].map((index) => simulate(study, { shard: { index, count: 3 } }));
	const byReplication = [1, 0].map((replication) => simulate(study, { replications: [replication] }));
	const byVariant = ['Get', 'Watch', 'Cache'].map((name) => simulate(study, { variants: [name] }));
	for (const other of [simulate(study), reversed, merge(halves), merge(thirds), merge(byReplication), merge(byVariant)]) {
		assert.is(JSON.stringify(summarise(merge([other]))), text);
		assert.is(JSON.stringify([...sampleRows(merge([other])), ...loadRows(merge([other]))]), rows);
	}
});

test('what is prepared once serves every part of a run, in any order, and changes no figure', () => {
	const study = busyPlan();
	const prepared = new PreparedRuns();
	const shards = [
		{ index: 3, count: 7, parts: 4 },
		{ index: 0, count: 7 },
		{ index: 1, count: 7, parts: 2 },
	];
	const parts = shards.flatMap((shard) => [1, 0].map((replication) => simulate(study, { shard, replications: [replication], prepared })));
	assert.is(JSON.stringify(merge(parts)), JSON.stringify(simulate(study)));
	assert.throws(() => simulate(study, { shard: { index: 5, count: 7, parts: 3 } }), /shard 5 to 7 of 7/);
});

test('goes node by node, telling how far it is', () => {
	const study = busyPlan(1);
	const steps = simulateStepwise(study, { variants: ['Watch', 'Cache'], shard: { index: 1, count: 2 } });
	const told: { done: number; total: number; syncs: number }[] = [];
	let step = steps.next();
	for (; step.done !== true; step = steps.next()) told.push(step.value);
	assert.equal(
		told.map(({ done, total }) => [done, total]),
		Array.from({ length: 8 }, (_, i) => [i + 1, 8]),
	);
	const syncs = step.value.segments.reduce((sum, { counters }) => sum + counters.syncs, 0);
	assert.is(told.at(-1)?.syncs, syncs);
	assert.ok(syncs > 0);
});

test('does not depend on whether somebody listens', () => {
	const study = busyPlan(1);
	let told = 0;
	const traced = simulate(study, { trace: () => told++ });
	assert.is(JSON.stringify(summarise(traced)), JSON.stringify(summarise(simulate(study, { engine: 'reference' }))));
	assert.ok(told > 1_000, 'the trace tells of everything');
});

test('gives each write one outcome in each volume that mounts its object at commit', () => {
	const study = plan([
		variant({
			objects: [object('a', { k: '1' })],
			workloads: [workload('web', 6, [secretVolume('a')])],
			actions: [action('rotate', { kind: 'every', period: 30 * S, from: 30 * S, until: 570 * S, times: null, jitter: 0 }, rotate('a'))],
			cluster: { nodes: 3 },
		}),
	]);
	const partial = simulate(study);
	const counts = outcomes(partial);
	const writes = partial.segments[0]?.plane.writes.length ?? 0;
	assert.is(writes, 19);
	assert.is(
		Object.values(counts).reduce((sum, count) => sum + count, 0),
		writes * 6,
	);
	assert.is(counts['pending'] ?? 0, 0, 'the drain is long enough for every write');
	assert.ok((counts['superseded'] ?? 0) > 0, 'writes come faster than syncs');
});

test('changing a setting leaves the luck of everything else as it was', () => {
	const settled = (strategy: 'Watch' | 'Get'): Map<string, number> => {
		const [segment] = simulate(busyPlan(1), { variants: [strategy] }).segments;
		if (segment === undefined) throw new Error('no segment');
		const { write, pod, volume, settled: at } = segment.samples;
		return new Map([...at].map((instant, i) => [`${write[i]} ${pod[i]} ${volume[i]}`, instant]));
	};
	const [watch, get] = [settled('Watch'), settled('Get')];
	const both = [...watch].filter(([key, at]) => Number.isFinite(at) && Number.isFinite(get.get(key) ?? Number.NaN));
	const close = both.filter(([key, at]) => Math.abs(at - (get.get(key) ?? Number.NaN)) < 50_000);
	assert.ok(both.length > 80);
	assert.ok(close.length > 0.98 * both.length, `${close.length} of ${both.length} settle within 50 ms of each other`);
});

test('refuses parts that do not exist and partials that do not belong together', () => {
	const study = busyPlan(1);
	assert.throws(() => simulate(study, { variants: ['Push'] }), /no variant "Push"/);
	assert.throws(() => simulate(study, { shard: { index: 2, count: 2 } }), /shard 2 of 2/);
	const half = simulate(study, { shard: { index: 0, count: 2 } });
	assert.throws(() => merge([half, half]), /two partials hold node 1/);
	assert.throws(() => summarise(half), /holds nodes 1 to 3 of 7/);
	assert.throws(() => merge([half, simulate({ ...study, digest: 'other' }, { shard: { index: 1, count: 2 } })]), /different plans/);
});

test('the kubelets of a node pool have the client limits of their pool', () => {
	const study = plan([
		variant({
			strategy: 'Get',
			kubeAPIQPS: -1,
			coldStart: true,
			objects: [object('a', { k: '1' })],
			workloads: [workload('web', 8, [secretVolume('a')])],
			cluster: { nodes: 2, nodePools: [{ count: 1, labels: {}, kubelet: { kubeAPIQPS: 1, kubeAPIBurst: 1 } }] },
		}),
	]);
	const throttled = [0, 1].map((index) => simulate(study, { shard: { index, count: 2 } }).segments[0]?.counters.throttled ?? -1);
	assert.ok((throttled[0] as number) > 0);
	assert.is(throttled[1], 0);
});

test('says where nodes are not independent, and runs all the same', () => {
	assert.equal(couplings(busyPlan(1)), []);
	const database = workload('db', 3, [secretVolume('a')], {}, 'StatefulSet');
	const study = plan([variant({ coldStart: true, objects: [object('a', { k: '1' })], workloads: [database] })]);
	const [sentence] = couplings(study);
	assert.match(sentence ?? '', /^StatefulSet default\/db starts its pods one after the other/);
	const [result] = summarise(simulate(study)).variants;
	assert.is(result?.engine.coupled, true);
	assert.is(result?.engine.why, sentence);
	const fleet = plan([variant({ strategy: 'Get', workloads: [workload('web', 800_000, [secretVolume('a')])] })]);
	assert.match(couplings(fleet)[0] ?? '', /^about 10\d\d\d reads a second may exceed/);
});

test.run();
