// What a benchmark leaves: a versioned JSON document with method, environment, number of processes and calls, spread and the command
// that reproduces it, and the same as a Markdown table. Wall-clock numbers only.

import { availableParallelism, cpus, totalmem } from 'node:os';
import { quantile, sortSample } from '../src/core/quantile.js';
import type { Benchmark, Effort, Round } from './harness.js';

/** The machine and runtime of a measurement. */
export interface Environment {
	readonly node: string;
	readonly v8: string;
	readonly platform: string;
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGiB: number;
}

/** One task's numbers: medians over processes, with the smallest and largest process beside them. */
export interface TaskResult {
	readonly name: string;
	/** Median over processes of the process's median, and the smallest and largest such median, in nanoseconds. */
	readonly nanosecondsPerOperation: { readonly median: number; readonly min: number; readonly max: number };
	readonly operationsPerSecond: number;
	/** Median duration divided by the reference task's: 2 is twice as slow. */
	readonly relativeToReference: number;
	readonly rounds: readonly Round[];
}

/** The document of `results/benchmarks/<name>.json`. */
export interface BenchmarkResult {
	readonly schema: 'secretsim.benchmark/v1';
	readonly name: string;
	readonly question: string;
	readonly operation: string;
	readonly method: string;
	readonly command: string;
	readonly program: { readonly version: string };
	readonly environment: Environment;
	readonly effort: Effort;
	readonly reference: string;
	readonly tasks: readonly TaskResult[];
}

/** What this process runs on. */
export function environment(): Environment {
	return {
		node: process.version,
		v8: process.versions.v8,
		platform: `${process.platform} ${process.arch}`,
		cpu: cpus()[0]?.model ?? 'unknown',
		cores: availableParallelism(),
		memoryGiB: Math.round(totalmem() / 2 ** 30),
	};
}

function median(values: readonly number[]): number {
	const middle = quantile(sortSample(Float64Array.from(values)), 0.5);
	if (middle === null) throw new Error('a task without a round');
	return middle;
}

/** Three significant digits: more would claim a precision that a shared machine does not have. */
function round3(value: number): number {
	return Number(value.toPrecision(3));
}

/**
 * Joins the rounds of every task.
 *
 * @param rounds by task name, one round for each process.
 * @throws {Error} if a task has no round.
 */
export function resultOf(
	benchmark: Benchmark,
	rounds: ReadonlyMap<string, readonly Round[]>,
	effort: Effort,
	version: string,
	command: string,
): BenchmarkResult {
	const medianOf = (name: string): number => median((rounds.get(name) ?? []).map((round) => round.p50));
	const reference = medianOf(benchmark.reference);
	const tasks = benchmark.tasks.map(({ name }): TaskResult => {
		const own = rounds.get(name) ?? [];
		const medians = own.map((round) => round.p50);
		return {
			name,
			nanosecondsPerOperation: { median: round3(medianOf(name)), min: round3(Math.min(...medians)), max: round3(Math.max(...medians)) },
			operationsPerSecond: round3(1e9 / medianOf(name)),
			relativeToReference: round3(medianOf(name) / reference),
			rounds: own.map(({ calls, p25, p50, p75 }) => ({ calls, p25: round3(p25), p50: round3(p50), p75: round3(p75) })),
		};
	});
	return {
		schema: 'secretsim.benchmark/v1',
		name: benchmark.name,
		question: benchmark.question,
		operation: benchmark.operation,
		method:
			'Each round measures each task in a process of its own, tasks in turn, so that neither the compiler state of one task nor a slow ' +
			'minute of the machine falls on another. A number is the median over rounds of the median over calls; min and max are the ' +
			'smallest and largest round.',
		command,
		program: { version },
		environment: environment(),
		effort,
		reference: benchmark.reference,
		tasks,
	};
}

/** The result as a Markdown section. */
export function markdownOf(result: BenchmarkResult): string {
	const { node, platform, cpu, cores } = result.environment;
	const rows = result.tasks.map((task) => {
		const { median: middle, min, max } = task.nanosecondsPerOperation;
		const relative = task.name === result.reference ? '1 (reference)' : String(task.relativeToReference);
		return `| ${task.name} | ${middle} | ${min} – ${max} | ${task.operationsPerSecond.toLocaleString('en-US')} | ${relative} |`;
	});
	const calls = result.tasks.flatMap((task) => task.rounds.map((round) => round.calls));
	return [
		`## ${result.name}`,
		'',
		`${result.question} One operation: ${result.operation}.`,
		'',
		'| task | ns per operation (wall clock) | min – max of rounds | operations/s | time relative to the reference |',
		'| --- | ---: | ---: | ---: | ---: |',
		...rows,
		'',
		`${result.tasks[0]?.rounds.length ?? 0} rounds, ${Math.min(...calls)} to ${Math.max(...calls)} calls each. Node ${node.slice(1)}, ${platform}, ${cpu}, ${cores} cores. \`${result.command}\``,
		'',
	].join('\n');
}
