// `npm run bench -- --compare BASE.json`: what changed since a saved run, with confidence. Each process gave one number per task; the
// numbers of both runs are compared by ranks.

import { environmentText } from './environment.js';
import type { BenchmarkDocument, TaskResult } from './results.js';
import { type Change, change, round3 } from './statistics.js';

/** What is said of one task. */
export type Verdict = 'slower' | 'faster' | 'no change shown' | 'too few rounds' | 'new' | 'gone';

/** One task before and after. */
export interface Comparison {
	readonly benchmark: string;
	readonly group: string;
	readonly task: string;
	/** Change of the time per operation; null for a task that one side does not have. */
	readonly time: Change | null;
	/** Change of the ratio to the reference; null also for the reference itself. */
	readonly ratio: Change | null;
	/** From the times when both runs are of one environment, else from the ratios. */
	readonly verdict: Verdict;
}

/** A whole comparison. */
export interface ComparisonReport {
	readonly sameEnvironment: boolean;
	readonly rows: readonly Comparison[];
}

/** Confidence of each interval. */
const CONFIDENCE = 0.95;
/** Changes below this are not called one: they are real at times, and nobody would act on them. */
const LEAST_CHANGE = 0.02;

function verdictOf(measured: Change | null): Verdict {
	if (measured === null) return 'no change shown';
	if (measured.interval === null) return 'too few rounds';
	const [low, high] = measured.interval;
	if (Math.abs(measured.factor - 1) < LEAST_CHANGE) return 'no change shown';
	if (low > 1) return 'slower';
	return high < 1 ? 'faster' : 'no change shown';
}

interface Place {
	readonly benchmark: string;
	readonly group: string;
	readonly isReference: boolean;
	readonly task: TaskResult;
}

function placesOf({ benchmarks }: BenchmarkDocument): Map<string, Place> {
	const places = new Map<string, Place>();
	for (const { name, groups } of benchmarks) {
		for (const { name: group, reference, tasks } of groups) {
			for (const task of tasks) {
				places.set(JSON.stringify([name, group, task.name]), { benchmark: name, group, isReference: task.name === reference, task });
			}
		}
	}
	return places;
}

/**
 * Compares two documents task by task.
 *
 * @param base the saved run; of its benchmarks those count that the new run has too.
 */
export function compare(base: BenchmarkDocument, now: BenchmarkDocument): ComparisonReport {
	const sameEnvironment = JSON.stringify(base.environment) === JSON.stringify(now.environment);
	const measured = new Set(now.benchmarks.map(({ name }) => name));
	const [before, after] = [placesOf(base), placesOf(now)];
	const rows: Comparison[] = [];
	for (const [key, { benchmark, group, isReference, task }] of after) {
		const old = before.get(key);
		const place = { benchmark, group, task: task.name };
		if (old === undefined) {
			rows.push({ ...place, time: null, ratio: null, verdict: 'new' });
			continue;
		}
		const of = (number: 'nanoseconds' | 'ratio'): Change =>
			change(
				old.task.rounds.map((round) => round[number]),
				task.rounds.map((round) => round[number]),
				CONFIDENCE,
			);
		const time = of('nanoseconds');
		const ratio = isReference ? null : of('ratio');
		rows.push({ ...place, time, ratio, verdict: verdictOf(sameEnvironment ? time : ratio) });
	}
	for (const [key, { benchmark, group, task }] of before) {
		if (!after.has(key) && measured.has(benchmark))
			rows.push({ benchmark, group, task: task.name, time: null, ratio: null, verdict: 'gone' });
	}
	return { sameEnvironment, rows };
}

function factorText(measured: Change | null): string {
	if (measured === null) return '';
	const { factor, interval } = measured;
	return interval === null ? factor.toFixed(3) : `${factor.toFixed(3)} [${interval.map((end) => end.toFixed(3)).join(', ')}]`;
}

/** The comparison as Markdown. */
export function comparisonMarkdown({ sameEnvironment, rows }: ComparisonReport, base: BenchmarkDocument, now: BenchmarkDocument): string {
	const tested = rows.filter(({ verdict }) => !['new', 'gone', 'too few rounds'].includes(verdict));
	const changed = tested.filter(({ verdict }) => verdict !== 'no change shown');
	const table = rows.map(({ benchmark, group, task, time, ratio, verdict }) => {
		const cells = [benchmark, group, task, factorText(time), factorText(ratio), verdict];
		return `| ${cells.join(' | ')} |`;
	});
	const environments = sameEnvironment
		? 'Both runs are of one environment: the verdict is that of the time.'
		: `The runs are of two environments (${environmentText(base.environment)} against ${environmentText(now.environment)}): times say nothing, and the verdict is that of the ratio to the reference in the same process.`;
	return [
		`# What changed from ${base.program.version} to ${now.program.version}`,
		'',
		'| benchmark | group | task | time, now / before [95 %] | ratio to the reference, now / before [95 %] | verdict |',
		'| --- | --- | --- | ---: | ---: | --- |',
		...table,
		'',
		`Above 1 is slower. One number per process and task; the estimate is the median of all ratios now / before, the interval holds every factor that an exact two-sided Mann-Whitney test at 5 % does not reject, and a change is called one when 1 is outside and the estimate differs from it by at least ${LEAST_CHANGE * 100} %. ${environments}`,
		`${changed.length} of ${tested.length} tasks changed; with nothing changed at all, up to ${round3(tested.length * (1 - CONFIDENCE))} would be expected to look so by chance.`,
		'',
	].join('\n');
}
