// The worker thread of `--workers N`: it simulates the units that it is given, all of one plan. Nothing but plain partial
// results leaves it, and a plan holds no secret values.

import type { Plan } from '../cluster/plan.js';
import { type Partial, type PartialHeader, PreparedRuns, type SimulateOptions, simulate } from '../index.js';
import { planOfBytes } from '../shard/plan-bytes.js';
import type { RunPart } from '../shard/work.js';
import { optionsOf } from './run-parts.js';

/** What it is given. */
export interface UnitTask {
	readonly unit: RunPart;
	readonly engine: SimulateOptions['engine'];
	/** The plan, in memory that all workers share; the same with every unit. */
	readonly plan: SharedArrayBuffer;
	/** What all partial results say of the plan. */
	readonly header: PartialHeader;
	readonly keepSamples: boolean;
}

/** What it answers for one unit. */
export interface UnitAnswer {
	readonly partial: Partial;
	readonly syncs: number;
}

const prepared = new PreparedRuns();
let known: Plan | null = null;

/** Simulates one unit; piscina calls it by its name. */
export function simulateUnit({ unit, engine, header, keepSamples, plan }: UnitTask): UnitAnswer {
	if (known === null) {
		known = planOfBytes(plan);
		prepared.knowHeader(known, header);
	}
	const partial = simulate(known, { ...optionsOf(unit, engine, keepSamples), prepared });
	const syncs = partial.segments.reduce((sum, { counters }) => sum + counters.syncs, 0);
	return { partial, syncs };
}
