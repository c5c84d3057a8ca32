// Measures the tasks of one group side by side in this process. The only file that knows tinybench: each block is a tinybench run
// of one task, blocks of the tasks alternate, and a ratio is formed inside a block, so that a slow minute of the machine falls on both
// sides of it. CPU time of this process, never simulated time: what else the machine does counts as little as it can.

import { deepStrictEqual } from 'node:assert';
import process from 'node:process';
import { Bench } from 'tinybench';
import type { Effort, Group, Task } from './benchmark.js';
import { median } from './statistics.js';

/** A group with a call slower than this is measured in fewer blocks: its noise lies between processes, not between calls. */
const SLOW_CALL_MS = 400;
const SLOW_BLOCKS = 3;
/**
 * A group whose calls are faster than this is measured in more and shorter blocks, in the same time: what disturbs the machine for a
 * tenth of a second then falls on every task instead of one.
 */
const FAST_CALL_MS = 8;
const FAST_FACTOR = 6;

/** What one process measured of one task. */
export interface Round {
	/** Measured calls, all blocks together. */
	readonly calls: number;
	/** Median over blocks of the median over calls, nanoseconds per operation. */
	readonly nanoseconds: number;
	/** Median over blocks of the time divided by the reference's time in the same block. */
	readonly ratio: number;
}

/**
 * Measures a group.
 *
 * @param turn number of the round, which says which task comes first: none may always find the freshest process.
 * @returns one round per task, by name.
 * @throws {Error} when a task throws or measures nothing, or when tasks that must agree do not.
 */
export async function measureGroup(group: Group, effort: Effort, turn = 0): Promise<Map<string, Round>> {
	const order = rotate(group.tasks, turn).map((task) => ({ task, call: task.setup(), blocks: [] as number[], calls: 0 }));
	if (!order.some(({ task }) => task.name === group.reference)) throw new Error(`there is no task ${group.reference}`);
	checkAgreement(order);
	let slowest = 0;
	for (const { task, call } of order) {
		if (effort.warmUpMs > 0) slowest = Math.max(slowest, ((await block(task, call, effort.warmUpMs)).middle * task.operations) / 1e6);
	}
	const { blocks, blockMs } = paced(effort, slowest);
	for (let number = 0; number < blocks; number++) {
		// There and back again: what drifts during a block falls on all tasks alike.
		for (const entry of number % 2 === 0 ? order : [...order].reverse()) {
			const { middle, calls } = await block(entry.task, entry.call, blockMs);
			entry.blocks.push(middle);
			entry.calls += calls;
		}
	}
	const reference = order.find(({ task }) => task.name === group.reference)?.blocks ?? [];
	return new Map(
		order.map(({ task, blocks, calls }) => [
			task.name,
			{ calls, nanoseconds: median(blocks), ratio: median(blocks.map((time, i) => time / (reference[i] as number))) },
		]),
	);
}

/** How often and how long, for calls of which the slowest takes `slowest` milliseconds; 0: not known. */
function paced({ blocks, blockMs }: Effort, slowest: number): Pick<Effort, 'blocks' | 'blockMs'> {
	if (slowest > SLOW_CALL_MS) return { blocks: Math.min(SLOW_BLOCKS, blocks), blockMs };
	if (slowest === 0 || slowest > FAST_CALL_MS) return { blocks, blockMs };
	return { blocks: blocks * FAST_FACTOR, blockMs: blockMs / FAST_FACTOR };
}

/** CPU time of this process, all threads, in milliseconds: a clock that stands still while others run. */
function cpuMilliseconds(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e3;
}

function rotate<T>(list: readonly T[], by: number): readonly T[] {
	const at = by % Math.max(1, list.length);
	return [...list.slice(at), ...list.slice(0, at)];
}

function checkAgreement(order: readonly { readonly task: Task; readonly call: () => unknown }[]): void {
	const [first, ...others] = order.filter(({ task }) => task.agrees).map(({ task, call }) => ({ task, value: call() }));
	for (const other of others) deepStrictEqual(other.value, first?.value, `${other.task.name} and ${first?.task.name} do not agree`);
}

/** One tinybench run: median nanoseconds per operation, and how many calls it took. */
async function block(task: Task, call: () => unknown, time: number): Promise<{ readonly middle: number; readonly calls: number }> {
	const bench = new Bench({ time, warmup: false, iterations: 1, retainSamples: true, throws: true, now: cpuMilliseconds });
	// What a call returns is kept where the compiler cannot prove it unused.
	let kept: unknown;
	const run = task.async
		? async (): Promise<void> => {
				kept = await call();
			}
		: (): void => {
				kept = call();
			};
	bench.add(task.name, run, { async: task.async ?? false });
	await bench.run();
	void kept;
	const result = bench.tasks[0]?.result;
	if (result?.state !== 'completed') throw new Error(`${task.name}: tinybench ended as ${result?.state ?? 'nothing'}`);
	const { samples } = result.latency;
	if (samples === undefined || samples.length === 0) throw new Error(`${task.name}: no samples were kept`);
	return { middle: (median(samples) * 1e6) / task.operations, calls: samples.length };
}
