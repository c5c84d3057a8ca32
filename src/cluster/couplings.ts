// Where nodes are not independent of each other: what in a plan would need all nodes to advance together. Such a plan runs
// node by node all the same; the result says that it is coupled and what was taken as independent.

import { type Micros, SECOND } from '../core/time.js';
import type { Workload } from '../kubernetes/objects.js';
import { MentionedNames } from './mentioned-names.js';
import type { Plan, VariantPlan } from './plan.js';

/**
 * Starts of watches that one API server handles in a second while they come in a burst: the 50 seats that the priority level
 * `system` never lends, each held for about 60 ms (A5.2).
 */
const BURST_STARTS_PER_SECOND = 800;
/** GETs that one API server handles in a second with the same seats, each held for about 5 ms (A5.2). */
const READS_PER_SECOND = 10_000;

/**
 * The couplings of a plan, as sentences, each once; empty when the nodes of every variant are independent given the timeline
 * of the control plane.
 */
export function couplings(plan: Plan): readonly string[] {
	return [...new Set(plan.variants.flatMap(variantCouplings))];
}

/** The couplings of one variant. */
export function variantCouplings(variant: VariantPlan): readonly string[] {
	return [...orderedWorkloads(variant), ...overloads(variant)];
}

/** A StatefulSet starts a pod when the one before it is ready (OrderedReady); the model starts them all at once. */
function orderedWorkloads(variant: VariantPlan): string[] {
	const started: readonly Workload[] = [
		...(variant.coldStart ? variant.workloads : []),
		...variant.actions.flatMap(({ effect }) => (effect.kind === 'apply' ? effect.workloads : [])),
	];
	return started
		.filter((workload) => workload.kind === 'StatefulSet' && workload.replicas > 1)
		.map(
			({ namespace, name }) =>
				`StatefulSet ${namespace}/${name} starts its pods one after the other, each when the one before is ready; here they start together`,
		);
}

/** Load that one API server would queue or refuse (priority and fairness); the model answers every request after its latency. */
function overloads(variant: VariantPlan): string[] {
	const { configMapAndSecretChangeDetectionStrategy: strategy, syncFrequency } = variant.cluster.kubelet;
	// Watches that are open already start nothing: no need to count them.
	if (strategy === 'Watch' && !variant.coldStart) return [];
	const references = referencesOf(variant);
	if (strategy === 'Watch') {
		if (references <= BURST_STARTS_PER_SECOND) return [];
		return [
			`a cold start opens up to ${references} watches at once, more than one API server starts in a second; here every one starts after its latency`,
		];
	}
	const gap: Micros = 1.25 * syncFrequency + SECOND / 2;
	const reads = (references * SECOND) / gap;
	if (reads <= READS_PER_SECOND) return [];
	return [
		`about ${Math.round(reads)} reads a second may exceed what one API server handles; here every read is answered after its latency`,
	];
}

function podCount(workload: Workload, variant: VariantPlan): number {
	return workload.kind === 'DaemonSet' ? variant.cluster.nodes : workload.replicas;
}

/** Objects that the volumes, environments and pull secrets of the pods refer to, once for every pod. */
function referencesOf(variant: VariantPlan): number {
	const [secrets, configMaps] = [new MentionedNames('Secret'), new MentionedNames('ConfigMap')];
	let sum = 0;
	for (const workload of variant.workloads) {
		const { spec } = workload.template;
		secrets.collect(spec);
		configMaps.collect(spec);
		const injected = spec.automountServiceAccountToken === false ? 0 : 1;
		sum += podCount(workload, variant) * (secrets.count + configMaps.count + injected);
	}
	return sum;
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
