// Where nodes are not independent of each other: everything in a plan that would need all nodes to advance together. A plan
// without couplings runs node by node; the result says so.

import type { VariantPlan } from './plan.js';

/**
 * The couplings of a plan, as sentences; empty when its nodes are independent given the control plane's timeline.
 * API-server overload (priority and fairness) and rollouts that wait for readiness would be such; no field of a plan asks for
 * them yet: the server answers every request after its latency, and actions fire by the clock.
 */
export function couplings(_variant: VariantPlan): readonly string[] {
	return [];
}

/**
 * True when nothing but writes happens to the pods and nodes of a variant: then the delays on different nodes are independent,
 * because each node's syncs are stationary whatever the times of the writes are, and nodes may serve as units of intervals.
 */
export function nodesAreUnits(variant: VariantPlan): boolean {
	const onlyWrites = variant.actions.every(
		({ effect }) => effect.kind === 'create' || effect.kind === 'patch' || effect.kind === 'delete' || effect.kind === 'recreate',
	);
	return onlyWrites && !variant.coldStart;
}
