// Runs a plan to its whole partial result: unit by unit in this thread for small plans, on worker threads for large
// ones. The result has the same bytes either way, because units are merged in their own order and never in the order in
// which they end.

import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Plan } from '../cluster/plan.js';
import { WorkerLostError } from './exit-code.js';
import { optionsOf, type RunUnit, SYNCS_FOR_WORKERS, totalSyncs, unitsOf } from './run-units.js';
import type { Engine, SimulateOptions } from './services.js';

/** How to run. */
export interface RunPlanOptions {
	/** Worker threads; 1 stays in this thread; null: {@link defaultWorkers}. */
	readonly workers: number | null;
	/** The compiled file of the worker threads; test only. Default: simulate-worker.js beside this file. */
	readonly workerFile?: URL;
	/** Called after every unit. */
	readonly onProgress?: (done: number, total: number, unit: RunUnit) => void;
	/** The engine's path; left out: its default. The figures are the same. */
	readonly engine?: SimulateOptions['engine'];
	/** Gives a trace sink for a unit; then everything runs in this thread, in order. */
	readonly traceOf?: (unit: RunUnit) => SimulateOptions['trace'];
}

/** Worker threads when nobody said how many: one per core, but none for a plan that is done before they have started. */
export function defaultWorkers(plan: Plan): number {
	return totalSyncs(plan) < SYNCS_FOR_WORKERS ? 1 : availableParallelism();
}

/** Runs a plan and gives the merged partial result. */
export async function runPlan(engine: Engine, plan: Plan, options: RunPlanOptions): Promise<unknown> {
	const units = unitsOf(plan, options.engine);
	const wanted = options.traceOf === undefined ? (options.workers ?? defaultWorkers(plan)) : 1;
	const workers = Math.min(wanted, units.length);
	const parts = workers > 1 ? await onWorkers(plan, units, workers, options) : await inThisThread(engine, plan, units, options);
	return engine.merge(parts);
}

async function inThisThread(engine: Engine, plan: Plan, units: readonly RunUnit[], options: RunPlanOptions): Promise<unknown[]> {
	const parts: unknown[] = [];
	for (const unit of units) {
		const trace = options.traceOf?.(unit);
		parts.push(engine.simulate(plan, { ...optionsOf(unit), ...(trace === undefined ? {} : { trace }) }));
		options.onProgress?.(parts.length, units.length, unit);
		// Lets signals and the progress line through between two units.
		await setImmediate();
	}
	return parts;
}

async function onWorkers(plan: Plan, units: readonly RunUnit[], workers: number, options: RunPlanOptions): Promise<unknown[]> {
	const { Piscina } = await import('piscina');
	const pool = new Piscina({
		filename: (options.workerFile ?? new URL('./simulate-worker.js', import.meta.url)).href,
		name: 'simulateUnit',
		minThreads: workers,
		maxThreads: workers,
		workerData: { plan },
		recordTiming: false,
	});
	// After the first failure the pool is taken down; what other workers still answer then has nobody waiting for it.
	pool.on('error', () => {});
	let done = 0;
	try {
		return await Promise.all(
			units.map(async (unit) => {
				const part: unknown = await pool.run(unit);
				done++;
				options.onProgress?.(done, units.length, unit);
				return part;
			}),
		);
	} catch (error) {
		throw lostWorker(error) ?? error;
	} finally {
		await pool.destroy();
	}
}

/** A clear error for a worker that ended; null when the error is one that the simulation itself threw. */
function lostWorker(error: unknown): WorkerLostError | null {
	if (!(error instanceof Error)) return null;
	const code = 'code' in error ? error.code : undefined;
	if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
		return new WorkerLostError(
			'a worker thread ran out of memory; nothing was written. Use fewer --workers or fewer --replications, or give Node more memory (NODE_OPTIONS=--max-old-space-size=4096).',
		);
	}
	if (/worker exited with code/i.test(error.message)) {
		return new WorkerLostError(
			`a worker thread was stopped from outside (${error.message}); nothing was written. Run again, with --workers 1 if it happens again.`,
		);
	}
	return null;
}
