// The benchmark harness must not report a number that it did not measure, and must say how it was measured.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EFFORTS, type Group, type Task } from '../../bench/benchmark.js';
import { measureGroup } from '../../bench/harness.js';
import { documentMarkdown, documentOf, groupResult } from '../../bench/results.js';
import { benchmarkNames, loadBenchmark } from '../../bench/suite.js';

const EFFORT = EFFORTS.smoke;
const test = suite('benchmark harness');

function group(...tasks: readonly Partial<Task>[]): Group {
	const full = tasks.map((task, i) => ({ name: `task ${i}`, operations: 10, setup: () => () => 0, ...task }));
	return { reference: 'task 0', tasks: full };
}

async function failure(of: Group): Promise<string> {
	try {
		await measureGroup(of, EFFORT);
	} catch (error) {
		return String(error);
	}
	return 'it passed';
}

test('measures every task in every block and divides by the reference of the same block', async () => {
	const calls = [0, 0];
	const used = (): number => process.cpuUsage().user + process.cpuUsage().system;
	const spin = (milliseconds: number): void => {
		for (const until = used() + 1_000 * milliseconds; used() < until; );
	};
	const rounds = await measureGroup(
		group(
			{ setup: () => () => calls.splice(0, 1, (calls[0] as number) + 1) && spin(1) },
			{ setup: () => () => calls.splice(1, 1, (calls[1] as number) + 1) && spin(8) },
		),
		EFFORT,
	);
	const [slow, reference] = [rounds.get('task 1'), rounds.get('task 0')];
	assert.is(reference?.ratio, 1);
	assert.ok((slow?.ratio ?? 0) > 2, `8 ms against 1 ms gave ${slow?.ratio}`);
	assert.ok((slow?.nanoseconds ?? 0) >= 0.8e6, 'time of a call over its operations');
	assert.equal([reference?.calls, slow?.calls], calls);
	assert.ok(calls.every((count) => count >= EFFORT.blocks));
});

test('sets each task up once and starts with another task each round', async () => {
	const order: string[] = [];
	const named = (name: string): Partial<Task> => ({
		name,
		setup: () => {
			order.push(name);
			return () => 0;
		},
	});
	for (const turn of [0, 1, 2]) await measureGroup({ ...group(named('a'), named('b')), reference: 'a' }, EFFORT, turn);
	assert.is(order.join(''), 'abbaab');
});

test('waits for a task that gives a promise, and does not count the time of waiting', async () => {
	let settled = 0;
	const later = (): Promise<void> =>
		new Promise((resolve) =>
			setTimeout(() => {
				settled++;
				resolve();
			}, 20),
		);
	const rounds = await measureGroup(group({ setup: () => later, async: true, operations: 1 }), EFFORT);
	assert.is(rounds.get('task 0')?.calls, settled);
	assert.ok((rounds.get('task 0')?.nanoseconds ?? 0) < 15e6, 'of 20 ms nearly none is CPU time');
});

test('fails when a task throws, in its setup and in a call', async () => {
	const broken = (): never => {
		throw new Error('no answer');
	};
	assert.match(await failure(group({ setup: broken })), /no answer/);
	assert.match(await failure(group({ setup: () => broken })), /no answer/);
});

test('fails when tasks that must agree do not', async () => {
	const agreeing = (value: number): Partial<Task> => ({ agrees: true, setup: () => () => value });
	assert.match(await failure(group(agreeing(1), {}, agreeing(2))), /task 2 and task 0 do not agree/);
	assert.is(await failure(group(agreeing(1), {}, agreeing(1))), 'it passed');
});

test('fails without its reference', async () => {
	assert.match(await failure({ ...group({}), reference: 'gone' }), /no task gone/);
});

const round = (nanoseconds: number, ratio: number): { calls: number; nanoseconds: number; ratio: number } => ({
	calls: 7,
	nanoseconds,
	ratio,
});

test('joins rounds by their median and keeps the spread, the limit, the command and the environment', () => {
	const rounds = [
		[100, 50, 0.5],
		[400, 60, 0.15],
		[200, 40, 0.2],
	].map(
		([slow, fast, ratio]) =>
			new Map([
				['slow', round(slow as number, 1)],
				['fast', round(fast as number, ratio as number)],
			]),
	);
	const limits = new Map([
		['slow', undefined],
		['fast', 0.19],
	]);
	const result = groupResult('group', 'slow', limits, rounds);
	assert.equal(
		result.tasks.map(({ nanosecondsPerOperation, ratio, limit, met }) => [nanosecondsPerOperation, ratio, limit, met]),
		[
			[{ median: 200, min: 100, max: 400 }, { median: 1, min: 1, max: 1 }, null, null],
			[{ median: 50, min: 40, max: 60 }, { median: 0.2, min: 0.15, max: 0.5 }, 0.19, false],
		],
	);
	const benchmarks = [{ name: 'sample', question: 'Which is faster?', operation: 'one step', limitsFrom: null, groups: [result] }];
	const document = documentOf(benchmarks, EFFORT, '1.2.3', 'npm run bench -- sample');
	assert.is(document.environment.node, process.version);
	const text = documentMarkdown(document);
	assert.match(text, /\| fast \| 50 \(40 – 60\) \| 20,000,000 \| 0\.2 \(0\.15 – 0\.5\) \| 0\.19: \*\*missed\*\* \|/);
	assert.match(text, /\| slow \| 200 \(100 – 400\) \| 5,000,000 \| 1 \(reference\) \| {2}\|/);
	assert.match(text, /3 rounds; Node .*`npm run bench -- sample`/);
});

test('a task without a round is an error', () => {
	const limits = new Map([
		['a', undefined],
		['b', undefined],
	]);
	assert.throws(() => groupResult('group', 'a', limits, []), /a round is missing/);
	assert.throws(() => groupResult('group', 'a', limits, [new Map([['a', round(1, 1)]])]), /group, b: a round is missing/);
});

test('every benchmark names its reference and its tasks once, in both scales', async () => {
	const names = benchmarkNames();
	for (const name of ['atomic-writer', 'event-queue', 'fleet', 'node', 'payload', 'random', 'renewal', 'reporting'])
		assert.ok(names.includes(name));
	for (const name of names) {
		assert.ok(Object.keys((await loadBenchmark(name, 'full')).groups).length > 0);
		const benchmark = await loadBenchmark(name, 'smoke');
		for (const [title, build] of Object.entries(benchmark.groups)) {
			const { reference, tasks } = await build();
			const own = tasks.map((task) => task.name);
			assert.is(new Set(own).size, own.length, `${name}, ${title}`);
			assert.ok(own.includes(reference), `${name}, ${title}`);
		}
	}
});

test.run();
