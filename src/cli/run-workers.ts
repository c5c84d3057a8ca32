// Runs parts of a plan on worker threads. Each worker has its own copy of the plan, made from text in memory that all share,
// and goes through units of one run as long as it can, because preparing a run costs much for a large fleet.

import { totalmem } from 'node:os';
import type { Plan } from '../cluster/plan.js';
import { headerOf } from '../cluster/plan-header.js';
import { planLines } from '../shard/plan-text.js';
import { UnitQueue } from '../shard/unit-queue.js';
import type { RunPart } from '../shard/work.js';
import { WorkerLostError } from './exit-code.js';
import type { FinishedParts } from './run-parts.js';
import type { RunPlanOptions } from './run-plan.js';
import type { UnitAnswer, UnitTask } from './simulate-worker.js';

const MIB = 2 ** 20;
/** Part of the memory that the heaps of all workers may fill; the rest is for this thread and for arrays. */
const WORKERS_SHARE = 0.75;
/** Below this a worker cannot even load the program. */
const SMALLEST_HEAP_MIB = 128;

/** Young generation of each worker: with the default, short-lived objects of a large fleet are copied again and again. */
const YOUNG_MIB = 64;

/** Memory that this process may use: the machine's, or less in a container. */
function usableMemory(): number {
	const constrained = process.constrainedMemory();
	return constrained !== undefined && constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function heapOfEach(workers: number): number {
	return Math.max(SMALLEST_HEAP_MIB, Math.floor((WORKERS_SHARE * usableMemory()) / workers / MIB));
}

/** A text as UTF-8 in memory that threads share. */
function sharedText(text: string): SharedArrayBuffer {
	const shared = new SharedArrayBuffer(Buffer.byteLength(text));
	Buffer.from(shared).write(text);
	return shared;
}

/**
 * Simulates parts and adds their results to what is finished.
 *
 * @throws WorkerLostError when a worker ended or ran out of memory; errors of the simulation as they are.
 */
export async function onWorkers(
	plan: Plan,
	parts: readonly RunPart[],
	finished: FinishedParts,
	wanted: number,
	options: RunPlanOptions,
): Promise<void> {
	const { Piscina } = await import('piscina');
	const queue = new UnitQueue(parts, wanted);
	const workers = Math.min(wanted, queue.size);
	const heap = options.workerHeapMiB ?? heapOfEach(workers);
	const pool = new Piscina({
		filename: (options.workerFile ?? new URL('./simulate-worker.js', import.meta.url)).href,
		name: 'simulateUnit',
		minThreads: workers,
		maxThreads: workers,
		resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: YOUNG_MIB },
		recordTiming: false,
	});
	// After the first failure the pool is taken down; what other workers still answer then has nobody waiting for it.
	pool.on('error', () => {});
	// While the workers load the program.
	const lines = planLines(plan).map(sharedText);
	const header = headerOf(plan);
	// One of these for each worker: whoever has an answer asks for the next unit, so the free worker is the one it came from.
	const askOneByOne = async (): Promise<void> => {
		for (let next = queue.next(null); next !== null; next = queue.next(next.run)) {
			const task: UnitTask = { unit: next.unit, engine: options.engine, keepSamples: options.rows !== undefined, header, lines };
			const answer = (await pool.run(task)) as UnitAnswer;
			finished.add(next.unit, answer.partial, answer.syncs);
			options.onProgress?.(finished.progress(), next.unit);
		}
	};
	try {
		await Promise.all(Array.from({ length: workers }, askOneByOne));
	} catch (error) {
		throw lostWorker(error, heap) ?? error;
	} finally {
		await pool.destroy();
	}
}

/** A clear error for a worker that ended; null when the error is one that the simulation itself threw. */
function lostWorker(error: unknown, heap: number): WorkerLostError | null {
	if (!(error instanceof Error)) return null;
	const code = 'code' in error ? error.code : undefined;
	if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
		return new WorkerLostError(
			`a worker thread ran out of its ${heap} MiB of memory; nothing was written. Use fewer --workers, which leaves each of them more, or fewer --replications, or split the study (docs/fleets.md).`,
		);
	}
	if (/worker exited with code/i.test(error.message)) {
		return new WorkerLostError(
			`a worker thread was stopped from outside (${error.message}); nothing was written. Run again, with --workers 1 if it happens again.`,
		);
	}
	return null;
}
