// The worker thread of `--workers N`: it simulates the units that it is given of the plan with which it was started.
// Nothing but plain partial results leaves it, and a plan holds no secret values.

import { workerData } from 'node:worker_threads';
import type { Partial, SimulateOptions } from '../index.js';
import { PreparedRuns, simulate } from '../index.js';
import { planOfLines } from '../shard/plan-text.js';
import { withoutSharedFacts } from '../shard/shared-facts.js';
import type { RunPart } from '../shard/work.js';
import { optionsOf } from './run-parts.js';

/** What a worker thread is started with: the plan's lines as UTF-8, in memory that all workers share. */
export interface SimulateWorkerData {
	readonly lines: readonly SharedArrayBuffer[];
	readonly engine: SimulateOptions['engine'];
}

/** What it answers for one unit. */
export interface UnitAnswer {
	readonly partial: Partial;
	readonly syncs: number;
}

const { lines, engine } = workerData as SimulateWorkerData;
const plan = planOfLines(lines.map((line) => Buffer.from(line).toString('utf8')));
const prepared = new PreparedRuns();

/** Simulates one unit; piscina calls it by its name. */
export function simulateUnit(unit: RunPart): UnitAnswer {
	const partial = simulate(plan, { ...optionsOf(unit, engine), prepared });
	const syncs = partial.segments.reduce((sum, { counters }) => sum + counters.syncs, 0);
	return { partial: withoutSharedFacts(partial), syncs };
}
