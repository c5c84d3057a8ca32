// Runs a plan, or some of its parts, to one partial result: in this thread, and where it is large on worker threads beside it. The
// result has the same bytes either way, because parts are merged by what they are and never by when they ended.

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Plan } from '../cluster/plan.js';
import { PreparedRuns } from '../cluster/prepared-run.js';
import { type QueuedUnit, UnitQueue } from '../shard/unit-queue.js';
import { partsOfShard, piecesOf, type RunPart } from '../shard/work.js';
import { FinishedParts, optionsOf } from './run-parts.js';
import { type WorkerOptions, WorkerThreads } from './run-workers.js';
import type { Engine, SimulateOptions } from './services.js';

/** How to run. */
export interface RunPlanOptions extends WorkerOptions {
	/** Threads that simulate, this one among them; null: one per core, once the run has shown that it is worth starting them. */
	readonly workers: number | null;
	/** Which parts. Default: the whole plan. */
	readonly parts?: readonly RunPart[];
	/**
	 * Takes the rows of each partial result as soon as it is there, and gives back what is kept of it; `most` is how many rows
	 * the run may have. Left out: rows are kept as the plan says.
	 */
	readonly rows?: { readonly take: (partial: unknown) => unknown; readonly most: number };
	/** Gives a trace sink for a part; then everything runs in this thread, in order. */
	readonly traceOf?: (part: RunPart) => SimulateOptions['trace'];
}

/** Cost (about one per pod sync) from which worker threads are started without a trial. */
const LARGE = 5_000_000;
/** How long a plan below that is left to this thread alone. Most are done by then. */
const TRIAL_MS = 700;
/** Least time left after that which pays for starting worker threads: each loads the program and warms up. */
const WORTH_WORKERS_MS = 2_000;
/** Rows of samples that one part may have where they go into a file. */
const ROWS_PER_PART = 100_000;
/** Longest time without a look at signals, the progress line and the threads that wait for work. */
const BREATH_MS = 20;

/** Runs a plan and gives the merged partial result. */
export async function runPlan(engine: Engine, plan: Plan, options: RunPlanOptions): Promise<unknown> {
	const whole = options.parts ?? partsOfShard(plan);
	const parts = options.rows === undefined ? whole : smallParts(whole, options.rows.most);
	const finished = new FinishedParts(engine, parts, options.rows?.take);
	const workers = options.traceOf === undefined ? (options.workers ?? availableParallelism()) : 1;
	const cost = parts.reduce((sum, part) => sum + part.cost, 0);
	const queue = new UnitQueue(parts, workers);
	const helpers = new WorkerThreads(plan, queue, finished, options.rows !== undefined, options);
	try {
		// This thread has the first nodes, whose part says the facts of the run, also while threads are being started.
		const first = queue.next(null);
		if (options.workers !== null || cost >= LARGE) await helpers.start(workers - 1);
		await inThisThread(engine, plan, first, queue, finished, helpers, workers, options);
		await helpers.ended();
	} finally {
		await helpers.stop();
	}
	return finished.whole();
}

/** Parts of which each has few enough rows to be held in memory, in their order. @param most rows of all of them. */
function smallParts(parts: readonly RunPart[], most: number): RunPart[] {
	const nodes = parts.reduce((sum, part) => sum + part.nodes, 0);
	return parts.flatMap((part) => piecesOf(part, Math.ceil((most * part.nodes) / nodes / ROWS_PER_PART)));
}

/**
 * Simulates units one after the other until none is left, with a look at signals and at the other threads in between; starts these
 * when much turns out to be left.
 */
async function inThisThread(
	engine: Engine,
	plan: Plan,
	first: QueuedUnit | null,
	queue: UnitQueue,
	finished: FinishedParts,
	helpers: WorkerThreads,
	workers: number,
	options: RunPlanOptions,
): Promise<void> {
	const prepared = new PreparedRuns();
	const started = performance.now();
	let breath = started;
	for (let next = first; next !== null; next = queue.next(next.run)) {
		const { unit } = next;
		const trace = options.traceOf?.(unit);
		const steps = engine.simulateStepwise(plan, {
			...optionsOf(unit, options.engine, options.rows !== undefined),
			prepared,
			...(trace === undefined ? {} : { trace }),
		});
		for (;;) {
			const step = steps.next();
			if (step.done === true) {
				finished.add(unit, step.value, finished.begunSyncs);
				options.onProgress?.(finished.progress(), unit);
				break;
			}
			finished.goOn(unit, step.value);
			const now = performance.now();
			if (now - breath < BREATH_MS) continue;
			const progress = finished.progress();
			options.onProgress?.(progress, unit);
			const toGo = ((now - started) / progress.share) * (1 - progress.share);
			if (now - started > TRIAL_MS && toGo > WORTH_WORKERS_MS) await helpers.start(workers - 1);
			await setImmediate();
			helpers.throwFailure();
			breath = performance.now();
		}
	}
}
