// How many samples a plan can give at most, and so how they are kept. Counted from the plan alone: the writes that its actions
// can make in the measured window, each in all volumes that show its object.

import type { ObjectKind, ObjectState, Workload } from '../kubernetes/objects.js';
import { DEFAULT_EXACT_SAMPLES, type SamplePolicy, type TallyLayout, tallyLayout } from '../measure/sample-policy.js';
import { objectLabel } from '../measure/trace.js';
import { nodesAreUnits } from './couplings.js';
import type { ActionEffect, ActionPlan, Plan, VariantPlan } from './plan.js';
import { visitShownObjects } from './pod-figures.js';

/** How the samples of a study are kept. */
export function samplePolicy(plan: Plan): SamplePolicy {
	const bound = plan.replications * plan.variants.reduce((sum, variant) => sum + sampleBound(variant), 0);
	const limit = plan.exactSamples ?? DEFAULT_EXACT_SAMPLES;
	return { bound, limit, exact: bound <= limit };
}

/** What the histograms of a variant look like. */
export function layoutOf(variant: VariantPlan, replications: number): TallyLayout {
	const workloads = variant.workloads.length + sumOf(variant, ({ effect }) => (effect.kind === 'apply' ? effect.workloads.length : 0));
	const written = new Set(variant.actions.flatMap(({ effect }) => writtenObjects(effect).map(labelOf)));
	return tallyLayout(nodesAreUnits(variant) ? nodesEver(variant) : 1, replications, written.size, workloads);
}

/** How often an object is written at most. */
interface WrittenObject {
	readonly kind: ObjectKind;
	readonly namespace: string;
	writes: number;
}

/** Samples of one replication at most. */
function sampleBound(variant: VariantPlan): number {
	// By name: most objects of a fleet are never written, and their names alone say so.
	const written = new Map<string, WrittenObject[]>();
	for (const action of variant.actions) {
		const writes = firingsAtMost(action, variant) * (action.effect.kind === 'recreate' ? 2 : 1);
		for (const { kind, namespace, name } of writtenObjects(action.effect)) {
			const alike = written.get(name) ?? [];
			written.set(name, alike);
			const known = alike.find((one) => one.kind === kind && one.namespace === namespace);
			if (known === undefined) alike.push({ kind, namespace, writes });
			else known.writes += writes;
		}
	}
	if (written.size === 0) return 0;
	const nodes = nodesEver(variant);
	let bound = 0;
	const count = (workload: Workload): void => {
		const pods = workload.kind === 'DaemonSet' ? nodes : workload.replicas;
		visitShownObjects(workload, (kind, name) => {
			for (const one of written.get(name) ?? NEVER) {
				if (one.kind === kind && one.namespace === workload.namespace) bound += pods * one.writes;
			}
		});
	};
	variant.workloads.forEach(count);
	for (const { effect } of variant.actions) if (effect.kind === 'apply') effect.workloads.forEach(count);
	return bound;
}

const NEVER: readonly WrittenObject[] = [];

function labelOf({ kind, namespace, name }: Identity): string {
	return objectLabel(kind, namespace, name);
}

function nodesEver(variant: VariantPlan): number {
	return variant.cluster.nodes + sumOf(variant, ({ effect }) => (effect.kind === 'addNodes' ? effect.count : 0));
}

function sumOf({ actions }: VariantPlan, count: (action: ActionPlan) => number): number {
	return actions.reduce((sum, action) => sum + count(action), 0);
}

/** The objects that an action writes each time. */
function writtenObjects(effect: ActionEffect): readonly Identity[] {
	switch (effect.kind) {
		case 'create':
			return [effect.object];
		case 'apply':
			return effect.objects;
		case 'patch':
		case 'delete':
		case 'recreate':
			return [{ kind: effect.objectKind, namespace: effect.namespace, name: effect.name }];
		default:
			return [];
	}
}

type Identity = Pick<ObjectState, 'kind' | 'namespace' | 'name'>;

/** How often an action can fire in the measured window. */
function firingsAtMost({ schedule }: ActionPlan, { warmUp, duration }: VariantPlan): number {
	if (schedule.kind === 'at') return schedule.at < duration ? 1 : 0;
	const { period, jitter, times } = schedule;
	const from = Math.max(schedule.from, warmUp - jitter);
	const until = Math.min(schedule.until, duration);
	const count = until < from ? 0 : Math.floor((until - from) / period) + 1;
	return times === null ? count : Math.min(times, count);
}
