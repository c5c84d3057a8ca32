// Worker threads that simulate parts of a plan beside the thread that started them. Each worker has its own copy of the plan, made from text in memory that all share,
// and goes through units of one run as long as it can, because preparing a run costs much for a large fleet.

import { totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Piscina } from 'piscina';
import type { Plan } from '../cluster/plan.js';
import { headerOf } from '../cluster/plan-header.js';
import type { PartialHeader } from '../measure/partial.js';
import { planBytes } from '../shard/plan-bytes.js';
import type { UnitQueue } from '../shard/unit-queue.js';
import type { RunPart } from '../shard/work.js';
import { WorkerLostError } from './exit-code.js';
import type { RunProgress } from './progress.js';
import type { FinishedParts } from './run-parts.js';
import type { SimulateOptions } from './services.js';
import type { UnitAnswer, UnitTask } from './simulate-worker.js';

const MIB = 2 ** 20;
/** Part of the memory that the heaps of all workers may fill; the rest is for this thread and for arrays. */
const WORKERS_SHARE = 0.75;
/** Below this a worker cannot even load the program. */
const SMALLEST_HEAP_MIB = 128;

/** Young generation of each worker: with the default, short-lived objects of a large fleet are copied again and again. */
const YOUNG_MIB = 64;

/** Time between two looks at whether the threads have begun. */
const LOOK_MS = 2;

/** Memory that this process may use: the machine's, or less in a container. */
function usableMemory(): number {
	const constrained = process.constrainedMemory();
	return constrained !== undefined && constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

function heapOfEach(workers: number): number {
	return Math.max(SMALLEST_HEAP_MIB, Math.floor((WORKERS_SHARE * usableMemory()) / workers / MIB));
}

/** What the worker threads of a run are to know. */
export interface WorkerOptions {
	/** The compiled file of the worker threads; test only. Default: simulate-worker.js beside this file. */
	readonly workerFile?: URL;
	/** Heap of each worker thread in MiB. Default: its share of three quarters of the memory that this process may use. */
	readonly workerHeapMiB?: number;
	/** The engine's path; left out: its default. The figures are the same. */
	readonly engine?: SimulateOptions['engine'];
	/** Called now and then. */
	readonly onProgress?: (progress: RunProgress, part: RunPart) => void;
}

/** Worker threads that help with the units of a queue. */
export class WorkerThreads {
	readonly #plan: Plan;
	readonly #queue: UnitQueue;
	readonly #finished: FinishedParts;
	readonly #keepSamples: boolean;
	readonly #options: WorkerOptions;
	#pool: Piscina | null = null;
	#work: Promise<void> = Promise.resolve();
	#started = false;
	#stopped = false;
	#failure: unknown = null;

	/** @param keepSamples whether partial results have all of their samples. */
	constructor(plan: Plan, queue: UnitQueue, finished: FinishedParts, keepSamples: boolean, options: WorkerOptions) {
		this.#keepSamples = keepSamples;
		this.#plan = plan;
		this.#queue = queue;
		this.#finished = finished;
		this.#options = options;
	}

	/**
	 * Starts threads, once: as many as are wanted and have something to do. Waits until they have begun, because they cannot be
	 * given anything while the thread that asks is busy with a node.
	 */
	async start(wanted: number): Promise<void> {
		const threads = Math.min(wanted, this.#queue.size);
		if (this.#started || threads < 1) return;
		this.#started = true;
		let begun: () => void = () => {};
		const beginning = new Promise<void>((resolve) => {
			begun = resolve;
		});
		this.#work = this.#run(threads, begun).catch((error: unknown) => {
			this.#failure = error;
			begun();
		});
		await beginning;
	}

	/**
	 * Waits until nothing is left to do.
	 *
	 * @throws WorkerLostError when a worker ended or ran out of memory; errors of the simulation as they are.
	 */
	async ended(): Promise<void> {
		await this.#work;
		this.throwFailure();
	}

	/** Throws what {@link ended} would throw, if it is known. */
	throwFailure(): void {
		if (this.#failure !== null) throw this.#failure;
	}

	/** Ends the threads, whatever they are doing. */
	async stop(): Promise<void> {
		this.#stopped = true;
		await this.#pool?.destroy();
		await this.#work;
	}

	async #run(threads: number, begun: () => void): Promise<void> {
		const { Piscina } = await import('piscina');
		if (this.#stopped) return begun();
		const { workerHeapMiB, workerFile } = this.#options;
		const heap = workerHeapMiB ?? heapOfEach(threads + 1);
		const pool = new Piscina({
			filename: (workerFile ?? new URL('./simulate-worker.js', import.meta.url)).href,
			name: 'simulateUnit',
			minThreads: threads,
			maxThreads: threads,
			resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: YOUNG_MIB },
			recordTiming: false,
		});
		this.#pool = pool;
		// After the first failure the pool is taken down; what other workers still answer then has nobody waiting for it.
		pool.on('error', () => {});
		// While the workers load the program.
		const plan = planBytes(this.#plan);
		const header = headerOf(this.#plan);
		try {
			const work = Promise.all(Array.from({ length: threads }, () => this.#askOneByOne(pool, plan, header)));
			await Promise.race([work, untilAllAreGiven(pool)]);
			begun();
			await work;
		} catch (error) {
			throw lostWorker(error, heap) ?? error;
		}
	}

	/** One of these for each worker: whoever has an answer asks for the next unit, so the free worker is the one it came from. */
	async #askOneByOne(pool: Piscina, plan: SharedArrayBuffer, header: PartialHeader): Promise<void> {
		const { engine, onProgress } = this.#options;
		for (let next = this.#queue.next(null); next !== null; next = this.#queue.next(next.run)) {
			const task: UnitTask = { unit: next.unit, engine, keepSamples: this.#keepSamples, header, plan };
			const answer = (await pool.run(task)) as UnitAnswer;
			this.#finished.add(next.unit, answer.partial, answer.syncs);
			onProgress?.(this.#finished.progress(), next.unit);
		}
	}
}

/** Waits until threads have taken all that the pool was asked for: until then they are loading the program. */
async function untilAllAreGiven(pool: Piscina): Promise<void> {
	while (pool.queueSize > 0) await setTimeout(LOOK_MS);
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
