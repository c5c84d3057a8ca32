// A plan cut into units of work that one core does in a fraction of a second: one variant, one replication, one range of
// nodes. Partial results merge exactly, so the cut changes no byte of the result; it only lets workers share the work,
// progress be shown and Ctrl-C be heard.

import type { Plan, VariantPlan } from '../cluster/plan.js';
import { SECOND } from '../core/time.js';
import type { SimulateOptions } from './services.js';

/** One unit of work. */
export interface RunUnit {
	readonly variant: string;
	readonly replication: number;
	readonly shard: { readonly index: number; readonly count: number };
	/** The engine's path; left out: its default. */
	readonly engine?: SimulateOptions['engine'];
}

/** Pod syncs that one unit should hold: about a quarter of a second on one core, so that Ctrl-C is heard. */
const SYNCS_PER_UNIT = 30_000;

/** Pod syncs from which worker threads are started by default: below it, starting them costs more than they save. */
export const SYNCS_FOR_WORKERS = 300_000;

function podCount({ cluster, workloads }: VariantPlan): number {
	return workloads.reduce((sum, workload) => sum + (workload.kind === 'DaemonSet' ? cluster.nodes : workload.replicas), 0);
}

/** How many pod syncs one replication of a variant has, roughly: pods times virtual time over the mean gap (K2.4). */
export function estimatedSyncs(variant: VariantPlan): number {
	const meanGap = 1.25 * variant.cluster.kubelet.syncFrequency + SECOND / 2;
	return Math.ceil((podCount(variant) * (variant.duration + (variant.drain ?? 2 * meanGap))) / meanGap);
}

/** The same for all variants and replications of a plan. */
export function totalSyncs(plan: Plan): number {
	return plan.variants.reduce((sum, variant) => sum + plan.replications * estimatedSyncs(variant), 0);
}

/** Units of a plan in the order in which their partial results are merged. @param engine the engine's path, where one was asked for. */
export function unitsOf(plan: Plan, engine?: SimulateOptions['engine']): RunUnit[] {
	const units: RunUnit[] = [];
	for (const variant of plan.variants) {
		const count = Math.max(1, Math.min(variant.cluster.nodes, Math.ceil(estimatedSyncs(variant) / SYNCS_PER_UNIT)));
		for (let replication = 0; replication < plan.replications; replication++) {
			for (let index = 0; index < count; index++) {
				units.push({ variant: variant.name, replication, shard: { index, count }, ...(engine === undefined ? {} : { engine }) });
			}
		}
	}
	return units;
}

/** The engine's options for one unit. */
export function optionsOf(unit: RunUnit): SimulateOptions {
	const { variant, replication, shard, engine } = unit;
	return {
		variants: [variant],
		replications: [replication],
		...(shard.count > 1 ? { shard } : {}),
		...(engine === undefined ? {} : { engine }),
	};
}
