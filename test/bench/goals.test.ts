// The goal table: limits on the right side, medians over runs, fitted exponents, and every figure of the result contract.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fleet } from '../../bench/fleet/workload.js';
import { missingFigures } from '../../bench/goal/figures.js';
import { exponentGoal, fleetGoals, type Goal, goalTable, isMet, plainGoal, ratioToLimit } from '../../bench/goal/goals.js';
import type { FleetReport } from '../../bench/goal/measurements.js';
import { GOAL_SIZES, hoursText, sizeOf } from '../../bench/goal/sizes.js';
import { simulate } from '../../src/index.js';

const test = suite('benchmark goals');

const report = (fields: Partial<FleetReport>): FleetReport => ({
	syncs: 1_000_000,
	cpuSeconds: 1,
	wallSeconds: 1,
	bareRate: 2_000_000,
	peakMiB: 100,
	simulatedMiB: 90,
	path: 'fast',
	missing: [],
	...fields,
});

test('a limit is met on its own side, and at the limit itself', () => {
	const at = (measured: number, bound: Goal['bound']): boolean => isMet({ measured, limit: 2, bound });
	assert.equal([at(1.9, 'most'), at(2, 'most'), at(2.1, 'most')], [true, true, false]);
	assert.equal([at(1.9, 'least'), at(2, 'least'), at(2.1, 'least')], [false, true, true]);
	assert.is(ratioToLimit({ measured: 1, limit: 2 }), 0.5);
	assert.is(ratioToLimit({ measured: 0, limit: 0 }), 1);
	assert.is(ratioToLimit({ measured: 1, limit: 0 }), Number.POSITIVE_INFINITY);
});

test('a fleet is as fast as the median of its runs, each against the bare loop of its own process', () => {
	const reports = [
		report({}),
		report({ cpuSeconds: 2, bareRate: 1_000_000 }),
		report({ cpuSeconds: 4, bareRate: 2_500_000, peakMiB: 2_000 }),
	];
	const [speed, memory, missing] = fleetGoals({ strategy: 'Watch', rough: false }, '1 node', reports);
	assert.is(speed?.measured, 0.5);
	assert.is(speed?.limit, 0.5);
	assert.is(memory?.measured, 100);
	assert.equal(
		[speed, memory, missing].map((goal) => goal && isMet(goal)),
		[true, true, true],
	);
	assert.is(speed?.runs, 3);
});

test('a figure that is missing in any run is told', () => {
	const reports = [report({}), report({ missing: ['bytes'] }), report({ missing: null })];
	const missing = fleetGoals({ strategy: 'Get', rough: true }, '1 node', reports)[2];
	assert.is(missing?.measured, 2);
	assert.is(missing?.note, 'bytes, not looked for');
});

test('the rough twin may take twice as long', () => {
	const limitOf = (strategy: 'Watch' | 'Cache' | 'Get', rough: boolean): number | undefined =>
		fleetGoals({ strategy, rough }, '', [report({})])[0]?.limit;
	assert.equal(
		(['Watch', 'Cache', 'Get'] as const).map((strategy) => limitOf(strategy, false)),
		[0.5, 0.25, 0.25],
	);
	assert.equal(
		(['Watch', 'Cache', 'Get'] as const).map((strategy) => limitOf(strategy, true)),
		[0.25, 0.125, 0.125],
	);
});

test('an exponent is fitted through the medians of each size', () => {
	const points = [1, 10, 100].map((size) => ({
		size,
		reports: [report({ cpuSeconds: size ** 2 }), report({ cpuSeconds: 1e9 }), report({ cpuSeconds: size ** 2 })],
	}));
	const goal = exponentGoal('time', 1.05, points, 'cpuSeconds', (size) => `${size} nodes`);
	assert.ok(Math.abs(goal.measured - 2) < 1e-9);
	assert.not(isMet(goal));
	assert.is(goal.runs, 3);
	assert.is(goal.note, '1 nodes: 1 s, 10 nodes: 100 s, 100 nodes: 10000 s');
});

test('the table says goal, limit, measured, ratio to limit and met', () => {
	const fields = { name: 'swap', unit: 'ms', limit: 1, bound: 'most', note: 'tmpfs' } as const;
	assert.match(goalTable([plainGoal(fields, [0.5, 0.25, 4])]), /\| swap \| ≤ 1 ms \| 0\.5 ms \| 0\.5 \| yes \| 3 \| tmpfs \|/);
	assert.match(goalTable([plainGoal({ ...fields, bound: 'least' }, [0.5])]), /\| swap \| ≥ 1 ms \| 0\.5 ms \| 0\.5 \| \*\*no\*\* \| 1 \|/);
	assert.match(goalTable([plainGoal({ ...fields, limit: 0 }, [3])]), /\| ≤ 0 ms \| 3 ms \| – \|/);
});

test('what was not measured is not met', () => {
	const empty = [
		{ size: 1, reports: [report({})] },
		{ size: 2, reports: [] },
	];
	const goals = [
		plainGoal({ name: 'swap', unit: 'ms', limit: 1, bound: 'most', note: '' }, []),
		...fleetGoals({ strategy: 'Get', rough: true }, '1 node', []),
		exponentGoal('time', 1.05, empty, 'cpuSeconds', String),
	];
	assert.equal(goals.map(isMet), [false, false, false, false, false]);
	assert.is(goalTable(goals).match(/\| not measured \| – \| \*\*no\*\* \| 0 \|/g)?.length, 5);
});

test('a run of the fleet has every figure, and a run without writes has not', () => {
	const partial = simulate(fleet('Get', { nodes: 2, hours: 1, rough: false }));
	assert.equal(missingFigures(partial, false), []);
	const without = partial.segments.map((segment) => ({ ...segment, counters: { ...segment.counters, swaps: 0 } }));
	assert.equal(missingFigures({ ...partial, segments: without }, false), ['syncs, refreshes, swaps']);
	assert.ok(missingFigures(partial, true).includes('events of failed mounts'));
});

test('rows are looked at where a run keeps histograms, and a lost one is missed', () => {
	const study = { ...fleet('Watch', { nodes: 4, hours: 2, rough: false }), exactSamples: 1 };
	const whole = simulate(study);
	const some = simulate(study, { shard: { index: 0, count: 2 }, keepSamples: true });
	assert.equal(missingFigures(whole, false, some), []);
	assert.equal(missingFigures(whole, false), ['one row per sample']);
	const [segment] = some.segments as readonly [(typeof some.segments)[number]];
	const { write, pod, volume, settled, outcome, ...others } = segment.samples;
	const fewer = {
		...others,
		write: write.slice(1),
		pod: pod.slice(1),
		volume: volume.slice(1),
		settled: settled.slice(1),
		outcome: outcome.slice(1),
	};
	assert.equal(missingFigures(whole, false, { ...some, segments: [{ ...segment, samples: fewer }] }), ['one row per sample']);
});

test('the full sizes are those of the goals', () => {
	const { day, fleets, durations } = GOAL_SIZES.full;
	assert.is(sizeOf(day), '5000 nodes x 30 pods, 1 d');
	assert.equal([fleets[0]?.nodes, fleets.at(-1)?.nodes], [100, 15_000]);
	assert.equal(
		[durations[0], durations.at(-1)].map((size) => hoursText(size?.hours ?? 0)),
		['10 min', '7 d'],
	);
});

test.run();
