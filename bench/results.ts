// What a run of benchmarks leaves: one versioned JSON document with method, environment, command, every round and the spread, and the
// same as Markdown tables. CPU time of this program only, never simulated time.

import type { Benchmark, Effort } from './benchmark.js';
import { type Environment, environment, environmentText } from './environment.js';
import type { Round } from './harness.js';
import { median, round3 } from './statistics.js';

/** A median over rounds with the smallest and the largest round. */
export interface Spread {
	readonly median: number;
	readonly min: number;
	readonly max: number;
}

/** One task's numbers. */
export interface TaskResult {
	readonly name: string;
	readonly nanosecondsPerOperation: Spread;
	readonly operationsPerSecond: number;
	/** Time per operation divided by that of the group's reference, measured in turn in the same process. */
	readonly ratio: Spread;
	/** The stated limit of the ratio; null: none. */
	readonly limit: number | null;
	readonly met: boolean | null;
	readonly rounds: readonly Round[];
}

/** Tasks that did the same work. */
export interface GroupResult {
	readonly name: string;
	readonly reference: string;
	readonly tasks: readonly TaskResult[];
}

/** One benchmark. */
export interface BenchmarkResult extends Pick<Benchmark, 'name' | 'question' | 'operation'> {
	readonly limitsFrom: string | null;
	readonly groups: readonly GroupResult[];
}

/** The document of `results/benchmarks/benchmarks.json` and of `--json FILE`. */
export interface BenchmarkDocument {
	readonly schema: 'secretsim.benchmarks/v2';
	readonly method: string;
	readonly command: string;
	readonly program: { readonly version: string };
	readonly environment: Environment;
	readonly effort: Effort;
	readonly benchmarks: readonly BenchmarkResult[];
}

/** How numbers come about, as every document says it. */
export const METHOD: string =
	'Times are CPU time of the process. Each round measures each group in a new process. In it the tasks of the group run in turn, block by block, and the time of a task is ' +
	"divided by that of the reference in the same block; a process's number is the median over its blocks of the median over the calls " +
	'of a block, and the first task changes from round to round. A number of the table is the median over rounds, and beside it stand ' +
	'the smallest and the largest round.';

function spread(values: readonly number[]): Spread {
	return { median: round3(median(values)), min: round3(Math.min(...values)), max: round3(Math.max(...values)) };
}

/**
 * Joins the rounds of the tasks of a group.
 *
 * @throws {Error} when a task has no round: a missing number is never reported as a fast one.
 */
export function groupResult(
	name: string,
	reference: string,
	limits: ReadonlyMap<string, number | undefined>,
	rounds: readonly ReadonlyMap<string, Round>[],
): GroupResult {
	const tasks = [...limits].map(([task, limit]): TaskResult => {
		const own = rounds.map((round) => round.get(task)).filter((round) => round !== undefined);
		if (own.length === 0 || own.length < rounds.length) throw new Error(`${name}, ${task}: a round is missing`);
		const nanoseconds = spread(own.map((round) => round.nanoseconds));
		const ratio = spread(own.map((round) => round.ratio));
		return {
			name: task,
			nanosecondsPerOperation: nanoseconds,
			operationsPerSecond: round3(1e9 / nanoseconds.median),
			ratio,
			limit: limit ?? null,
			met: limit === undefined ? null : ratio.median <= limit,
			rounds: own,
		};
	});
	return { name, reference, tasks };
}

/** The document of a run. */
export function documentOf(benchmarks: readonly BenchmarkResult[], effort: Effort, version: string, command: string): BenchmarkDocument {
	return {
		schema: 'secretsim.benchmarks/v2',
		method: METHOD,
		command,
		program: { version },
		environment: environment(),
		effort,
		benchmarks,
	};
}

const ofRange = ({ median: middle, min, max }: Spread): string => (min === max ? `${middle}` : `${middle} (${min} – ${max})`);

function taskRow(task: TaskResult, reference: string): string {
	const limit = task.limit === null ? '' : `${round3(task.limit)}: ${task.met ? 'met' : '**missed**'}`;
	const ratio = task.name === reference ? '1 (reference)' : ofRange(task.ratio);
	const cells = [task.name, ofRange(task.nanosecondsPerOperation), task.operationsPerSecond.toLocaleString('en-US'), ratio, limit];
	return `| ${cells.join(' | ')} |`;
}

/** A benchmark as a Markdown section. */
export function markdownOf(result: BenchmarkResult): string {
	const groups = result.groups.flatMap(({ name, reference, tasks }) => [
		`| **${name}** | | | | |`,
		...tasks.map((task) => taskRow(task, reference)),
	]);
	return [
		`## ${result.name}`,
		'',
		`${result.question} One operation: ${result.operation}.${result.limitsFrom === null ? '' : ` ${result.limitsFrom}`}`,
		'',
		'| task | ns of CPU time per operation (min – max) | operations/s | time, reference = 1 (min – max) | limit |',
		'| --- | ---: | ---: | ---: | --- |',
		...groups,
		'',
	].join('\n');
}

/** The whole document as Markdown. */
export function documentMarkdown(document: BenchmarkDocument): string {
	const rounds = document.benchmarks[0]?.groups[0]?.tasks[0]?.rounds.length ?? 0;
	return [
		'# Benchmarks',
		'',
		`CPU time of this program itself, all threads, waiting not counted; never simulated time. ${rounds} rounds; ${environmentText(document.environment)}. \`${document.command}\``,
		'',
		document.method,
		'',
		...document.benchmarks.map(markdownOf),
	].join('\n');
}
