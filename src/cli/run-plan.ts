// Runs a plan, or some of its parts, to one partial result: in this thread while it is small, on worker threads when it is
// large. The result has the same bytes either way, because parts are merged by what they are and never by when they ended.

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Plan } from '../cluster/plan.js';
import { PreparedRuns } from '../cluster/prepared-run.js';
import { partsOfShard, piecesOf, type RunPart } from '../shard/work.js';
import type { RunProgress } from './progress.js';
import { FinishedParts, optionsOf } from './run-parts.js';
import { onWorkers } from './run-workers.js';
import type { Engine, SimulateOptions } from './services.js';

/** How to run. */
export interface RunPlanOptions {
	/** Worker threads; 1 stays in this thread; null: one per core, once the run has shown that it is worth starting them. */
	readonly workers: number | null;
	/** Which parts. Default: the whole plan. */
	readonly parts?: readonly RunPart[];
	/** The compiled file of the worker threads; test only. Default: simulate-worker.js beside this file. */
	readonly workerFile?: URL;
	/** Heap of each worker thread in MiB. Default: its share of three quarters of the memory that this process may use. */
	readonly workerHeapMiB?: number;
	/** Called now and then. */
	readonly onProgress?: (progress: RunProgress, part: RunPart) => void;
	/**
	 * Takes the rows of each partial result as soon as it is there, and gives back what is kept of it; `most` is how many rows
	 * the run may have. Left out: rows are kept as the plan says.
	 */
	readonly rows?: { readonly take: (partial: unknown) => unknown; readonly most: number };
	/** The engine's path; left out: its default. The figures are the same. */
	readonly engine?: SimulateOptions['engine'];
	/** Gives a trace sink for a part; then everything runs in this thread, in order. */
	readonly traceOf?: (part: RunPart) => SimulateOptions['trace'];
}

/** Cost (about one per pod sync) from which worker threads are started without a trial. */
const LARGE = 5_000_000;
/** How long a plan below that is tried in this thread. Most are done by then. */
const TRIAL_MS = 700;
/** Least time left after the trial that pays for starting worker threads: each loads the program and warms up. */
const WORTH_WORKERS_MS = 2_000;
/** Rows of samples that one part may have where they go into a file. */
const ROWS_PER_PART = 100_000;
/** Longest time without a look at signals and the progress line. */
const BREATH_MS = 50;

/** Runs a plan and gives the merged partial result. */
export async function runPlan(engine: Engine, plan: Plan, options: RunPlanOptions): Promise<unknown> {
	const whole = options.parts ?? partsOfShard(plan);
	const parts = options.rows === undefined ? whole : smallParts(whole, options.rows.most);
	const finished = new FinishedParts(engine, parts, options.rows?.take);
	const workers = options.traceOf === undefined ? (options.workers ?? availableParallelism()) : 1;
	const cost = parts.reduce((sum, part) => sum + part.cost, 0);
	let left = parts;
	if (workers === 1 || (options.workers === null && cost < LARGE)) {
		left = await inThisThread(engine, plan, parts, finished, workers > 1, options);
	}
	if (left.length > 0) await onWorkers(plan, left, finished, workers, options);
	return finished.whole();
}

/** Parts of which each has few enough rows to be held in memory, in their order. @param most rows of all of them. */
function smallParts(parts: readonly RunPart[], most: number): RunPart[] {
	const nodes = parts.reduce((sum, part) => sum + part.nodes, 0);
	return parts.flatMap((part) => piecesOf(part, Math.ceil((most * part.nodes) / nodes / ROWS_PER_PART)));
}

/**
 * Simulates parts one after the other, with a look at signals in between.
 *
 * @param onTrial stops when the time is up and much is left.
 * @returns the parts that are left; what had been done of the first of them is lost.
 */
async function inThisThread(
	engine: Engine,
	plan: Plan,
	parts: readonly RunPart[],
	finished: FinishedParts,
	onTrial: boolean,
	options: RunPlanOptions,
): Promise<readonly RunPart[]> {
	const prepared = new PreparedRuns();
	const started = performance.now();
	let breath = started;
	for (const [place, part] of parts.entries()) {
		const trace = options.traceOf?.(part);
		const steps = engine.simulateStepwise(plan, {
			...optionsOf(part, options.engine, options.rows !== undefined),
			prepared,
			...(trace === undefined ? {} : { trace }),
		});
		let syncs = 0;
		for (;;) {
			const step = steps.next();
			if (step.done === true) {
				finished.add(part, step.value, syncs);
				break;
			}
			syncs = step.value.syncs;
			const now = performance.now();
			if (now - breath < BREATH_MS) continue;
			const progress = finished.progress({ part, share: step.value.done / step.value.total, syncs });
			options.onProgress?.(progress, part);
			const toGo = ((now - started) / progress.share) * (1 - progress.share);
			if (onTrial && now - started > TRIAL_MS && toGo > WORTH_WORKERS_MS) return parts.slice(place);
			await setImmediate();
			breath = performance.now();
		}
	}
	return [];
}
