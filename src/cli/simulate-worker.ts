// The worker thread of `--workers N`: it simulates the units that it is given of the plan with which it was started.
// Nothing but plain partial results leaves it, and a plan holds no secret values.

import { workerData } from 'node:worker_threads';
import type { Plan } from '../cluster/plan.js';
import { simulate } from '../index.js';
import { optionsOf, type RunUnit } from './run-units.js';

const { plan } = workerData as { readonly plan: Plan };

/** Simulates one unit; piscina calls it by its name. */
export function simulateUnit(unit: RunUnit): unknown {
	return simulate(plan, optionsOf(unit));
}
