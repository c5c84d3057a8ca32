// Wall-clock benchmarks of this program's own code. The only file that knows tinybench: it measures one task in one process and maps
// what tinybench says to numbers of our own. It never measures simulated time; those numbers are results of `secretsim run`.

import { Bench } from 'tinybench';
import { quantile, sortSample } from '../src/core/quantile.js';

/** One way of doing the work that a benchmark compares. */
export interface BenchmarkTask {
	/** Unique in its benchmark. */
	readonly name: string;
	/** Prepares what one measured call needs and gives that call; runs once in each process, not measured. */
	readonly setup: () => () => unknown;
	/** Number of operations in one measured call; the results are per operation. */
	readonly operations: number;
}

/** A question about speed with the tasks that answer it. */
export interface Benchmark {
	/** File name of its results, without extension. */
	readonly name: string;
	/** What a reader wants to know. */
	readonly question: string;
	/** What one operation is. */
	readonly operation: string;
	/** The task that the others are compared with. */
	readonly reference: string;
	readonly tasks: readonly BenchmarkTask[];
}

/** How long one process measures. */
export interface Effort {
	/** Time of measured calls, milliseconds. */
	readonly measureMs: number;
	/** Time of calls before them, milliseconds. */
	readonly warmUpMs: number;
	/** Least number of measured calls. */
	readonly calls: number;
}

/** What one process measured of one task: nanoseconds per operation over its calls. */
export interface Round {
	readonly calls: number;
	readonly p25: number;
	readonly p50: number;
	readonly p75: number;
}

/**
 * Measures one task in this process.
 *
 * @throws {Error} when the task throws or measures nothing: tinybench itself would go on in silence.
 */
export async function measure(task: BenchmarkTask, effort: Effort): Promise<Round> {
	const bench = new Bench({
		time: effort.measureMs,
		warmupTime: effort.warmUpMs,
		iterations: effort.calls,
		warmupIterations: 2,
		retainSamples: true,
		throws: true,
	});
	const call = task.setup();
	// What a call returns is kept where the compiler cannot prove it unused.
	let kept: unknown;
	bench.add(
		task.name,
		() => {
			kept = call();
		},
		{ async: false },
	);
	await bench.run();
	const result = bench.tasks[0]?.result;
	if (result?.state !== 'completed') throw new Error(`${task.name}: tinybench ended as ${result?.state ?? 'nothing'}`);
	if (result.latency.samples === undefined) throw new Error(`${task.name}: no samples were kept`);
	void kept;
	const sorted = sortSample(Float64Array.from(result.latency.samples, (milliseconds) => (milliseconds * 1e6) / task.operations));
	const at = (q: number): number => {
		const value = quantile(sorted, q);
		if (value === null) throw new Error(`${task.name}: no finite sample`);
		return value;
	};
	return { calls: sorted.length, p25: at(0.25), p50: at(0.5), p75: at(0.75) };
}
