// The verdicts of a comparison of two saved runs.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EFFORTS } from '../../bench/benchmark.js';
import { compare, comparisonMarkdown } from '../../bench/compare.js';
import { type BenchmarkDocument, documentOf, groupResult } from '../../bench/results.js';

const test = suite('benchmark comparison');

/** A document of one group: the reference takes `reference` ns, every other task its own times. */
function saved(tasks: Readonly<Record<string, readonly number[]>>, reference: number, version = '1'): BenchmarkDocument {
	const count = Object.values(tasks)[0]?.length ?? 0;
	const rounds = Array.from({ length: count }, (_, i) => {
		const times = {
			bare: reference + i / 1000,
			...Object.fromEntries(Object.entries(tasks).map(([name, own]) => [name, own[i] as number])),
		};
		return new Map(
			Object.entries(times).map(([name, nanoseconds]) => [name, { calls: 1, nanoseconds, ratio: nanoseconds / (reference + i / 1000) }]),
		);
	});
	const limits = new Map(['bare', ...Object.keys(tasks)].map((name) => [name, undefined]));
	const groups = [groupResult('group', 'bare', limits, rounds)];
	const benchmarks = [{ name: 'sample', question: '?', operation: 'one step', limitsFrom: null, groups }];
	return documentOf(benchmarks, EFFORTS.full, version, 'npm run bench');
}

const elsewhere = (document: BenchmarkDocument): BenchmarkDocument => ({
	...document,
	environment: { ...document.environment, cpu: 'another one' },
});
const verdicts = (base: BenchmarkDocument, now: BenchmarkDocument): Record<string, string> =>
	Object.fromEntries(compare(base, now).rows.map(({ task, verdict }) => [task, verdict]));

const STEADY = [100, 101, 102, 103, 104];
const times = (factor: number): number[] => STEADY.map((time) => time * factor);

test('says slower, faster and no change shown', () => {
	const base = saved({ a: STEADY, b: STEADY, c: STEADY }, 50);
	const now = saved({ a: times(1.2), b: times(0.8), c: times(1.001) }, 50);
	assert.equal(verdicts(base, now), { bare: 'no change shown', a: 'slower', b: 'faster', c: 'no change shown' });
});

test('a change of one percent is not called one, however sure it is', () => {
	const exact = (time: number): number[] => STEADY.map((_, i) => time + i / 1e6);
	assert.is(verdicts(saved({ a: exact(100) }, 50), saved({ a: exact(101) }, 50))['a'], 'no change shown');
	assert.is(verdicts(saved({ a: exact(100) }, 50), saved({ a: exact(103) }, 50))['a'], 'slower');
});

test('three rounds are too few for a verdict', () => {
	assert.is(verdicts(saved({ a: [1, 1, 1] }, 1), saved({ a: [9, 9, 9] }, 1))['a'], 'too few rounds');
});

test('on another machine the ratio to the reference decides', () => {
	const base = saved({ a: STEADY, b: STEADY }, 50);
	const now = elsewhere(saved({ a: times(2), b: times(3) }, 100));
	assert.equal(verdicts(base, now), { bare: 'no change shown', a: 'no change shown', b: 'slower' });
	const report = compare(base, now);
	assert.not(report.sameEnvironment);
	assert.match(comparisonMarkdown(report, base, now), /two environments/);
});

test('names what is new and what is gone, but not what was not measured', () => {
	const base = saved({ old: STEADY }, 50);
	const now = saved({ fresh: STEADY }, 50);
	assert.equal(verdicts(base, now), { bare: 'no change shown', fresh: 'new', old: 'gone' });
	assert.equal(verdicts(base, { ...now, benchmarks: [] }), {});
});

test('the table gives both factors with their intervals, the method and what chance would do', () => {
	const base = saved({ a: STEADY }, 50, '1.0.0');
	const now = saved({ a: times(1.2) }, 50, '1.1.0');
	const text = comparisonMarkdown(compare(base, now), base, now);
	assert.match(text, /# What changed from 1\.0\.0 to 1\.1\.0/);
	assert.match(text, /\| sample \| group \| a \| 1\.200 \[1\.\d{3}, 1\.\d{3}\] \| 1\.200 \[1\.\d{3}, 1\.\d{3}\] \| slower \|/);
	assert.match(text, /Mann-Whitney/);
	assert.match(text, /1 of 2 tasks changed; with nothing changed at all, up to 0\.1 would be expected/);
});

test.run();
