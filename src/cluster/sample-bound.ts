// How many samples a plan can give at most, and so how they are kept. Counted from the plan alone: the writes that its actions
// can make in the measured window, each in all volumes that show its object.

import type { Workload } from '../kubernetes/objects.js';
import { DEFAULT_EXACT_SAMPLES, type SamplePolicy, type TallyLayout, tallyLayout } from '../measure/sample-policy.js';
import { nodesAreUnits } from './couplings.js';
import type { ActionEffect, ActionPlan, Plan, VariantPlan } from './plan.js';
import { shownObjects } from './pod-figures.js';

/** How the samples of a study are kept. */
export function samplePolicy(plan: Plan): SamplePolicy {
	const bound = plan.replications * plan.variants.reduce((sum, variant) => sum + sampleBound(variant), 0);
	const limit = plan.exactSamples ?? DEFAULT_EXACT_SAMPLES;
	return { bound, limit, exact: bound <= limit };
}

/** What the histograms of a variant look like. */
export function layoutOf(variant: VariantPlan, replications: number): TallyLayout {
	const workloads = variant.workloads.length + sumOf(variant, ({ effect }) => (effect.kind === 'apply' ? effect.workloads.length : 0));
	const written = new Set(variant.actions.flatMap(({ effect }) => writtenObjects(effect)));
	return tallyLayout(nodesAreUnits(variant) ? nodesEver(variant) : 1, replications, written.size, workloads);
}

/** Samples of one replication at most. */
function sampleBound(variant: VariantPlan): number {
	const writes = new Map<string, number>();
	for (const action of variant.actions) {
		const count = firingsAtMost(action, variant) * (action.effect.kind === 'recreate' ? 2 : 1);
		for (const object of writtenObjects(action.effect)) writes.set(object, (writes.get(object) ?? 0) + count);
	}
	if (writes.size === 0) return 0;
	const nodes = nodesEver(variant);
	// Most objects of a fleet are never written: their names alone say so, without the labels being put together.
	const names = new Set([...writes.keys()].map((label) => label.slice(label.lastIndexOf('/') + 1)));
	let bound = 0;
	const count = (workload: Workload): void => {
		const pods = workload.kind === 'DaemonSet' ? nodes : workload.replicas;
		for (const object of shownObjects(workload, names)) bound += pods * (writes.get(object) ?? 0);
	};
	variant.workloads.forEach(count);
	for (const { effect } of variant.actions) if (effect.kind === 'apply') effect.workloads.forEach(count);
	return bound;
}

function nodesEver(variant: VariantPlan): number {
	return variant.cluster.nodes + sumOf(variant, ({ effect }) => (effect.kind === 'addNodes' ? effect.count : 0));
}

function sumOf({ actions }: VariantPlan, count: (action: ActionPlan) => number): number {
	return actions.reduce((sum, action) => sum + count(action), 0);
}

/** Labels of the objects that an action writes each time. */
function writtenObjects(effect: ActionEffect): string[] {
	switch (effect.kind) {
		case 'create':
			return [`${effect.object.kind}/${effect.object.namespace}/${effect.object.name}`];
		case 'apply':
			return effect.objects.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
		case 'patch':
		case 'delete':
		case 'recreate':
			return [`${effect.objectKind}/${effect.namespace}/${effect.name}`];
		default:
			return [];
	}
}

/** How often an action can fire in the measured window. */
function firingsAtMost({ schedule }: ActionPlan, { warmUp, duration }: VariantPlan): number {
	if (schedule.kind === 'at') return schedule.at < duration ? 1 : 0;
	const { period, jitter, times } = schedule;
	const from = Math.max(schedule.from, warmUp - jitter);
	const until = Math.min(schedule.until, duration);
	const count = until < from ? 0 : Math.floor((until - from) / period) + 1;
	return times === null ? count : Math.min(times, count);
}
