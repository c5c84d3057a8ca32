// Runs a plan, or some of its parts, to one partial result: in this thread while it is small, on worker threads when it is
// large. The result has the same bytes either way, because parts are merged by what they are and never by when they ended.

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Plan } from '../cluster/plan.js';
import { PreparedRuns } from '../cluster/prepared-run.js';
import { partsOfShard, type RunPart } from '../shard/work.js';
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
/** Longest time without a look at signals and the progress line. */
const BREATH_MS = 50;

/** Runs a plan and gives the merged partial result. */
export async function runPlan(engine: Engine, plan: Plan, options: RunPlanOptions): Promise<unknown> {
	const parts = options.parts ?? partsOfShard(plan);
	const finished = new FinishedParts(engine, parts);
	const workers = options.traceOf === undefined ? (options.workers ?? availableParallelism()) : 1;
	const cost = parts.reduce((sum, part) => sum + part.cost, 0);
	let left = parts;
	if (workers === 1 || (options.workers === null && cost < LARGE)) {
		left = await inThisThread(engine, plan, parts, finished, workers > 1, options);
	}
	if (left.length > 0) await onWorkers(plan, left, finished, workers, options);
	return finished.whole();
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
			...optionsOf(part, options.engine),
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
