// What follows from the plan alone for one run, that is one replication of one variant: the control plane's timeline, which
// pods each node has, and the facts that results name them by. Simulating a run in parts needs it for every part, and for a
// large fleet it costs as much as hours of virtual time, so callers with many parts keep it between them.

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { SECOND } from '../core/time.js';
import type { PlaneFacts } from '../measure/partial.js';
import { type ControlPlane, controlPlane } from './control-plane.js';
import type { Plan, VariantPlan } from './plan.js';
import type { PodRecord } from './pod-roster.js';

/** One replication of one variant, ready to be simulated node by node. */
export interface PreparedRun {
	readonly plane: ControlPlane;
	/** The pods of each node, by the node's number. */
	readonly podsOf: readonly (readonly PodRecord[])[];
	readonly facts: PlaneFacts;
	/** Whether some node of the whole run is eligible for the fast path; null until somebody has looked. */
	fast: boolean | null;
}

/** Keeps the last prepared run, so that the next part of the same run finds it. */
export class PreparedRuns {
	#last: { readonly variant: VariantPlan; readonly seed: number; readonly replication: number; readonly run: PreparedRun } | null = null;

	/** The prepared run of a variant in one replication. */
	of({ seed }: Plan, variant: VariantPlan, replication: number): PreparedRun {
		const last = this.#last;
		if (last !== null && last.variant === variant && last.seed === seed && last.replication === replication) return last.run;
		// Lets go of the old one before the new one is made: two of a large fleet need not fit into memory.
		this.#last = null;
		const plane = controlPlane(variant, seed, replication);
		const run: PreparedRun = { plane, podsOf: podsByNode(plane), facts: factsOf(plane), fast: null };
		this.#last = { variant, seed, replication, run };
		return run;
	}
}

function podsByNode(plane: ControlPlane): PodRecord[][] {
	const lists: PodRecord[][] = plane.nodes.map(() => []);
	for (const pod of plane.pods) (lists[pod.node.index] as PodRecord[]).push(pod);
	return lists;
}

function factsOf(plane: ControlPlane): PlaneFacts {
	const writes = new Array<PlaneFacts['writes'][number]>(plane.writes);
	const verbs = { ADDED: 'create', MODIFIED: 'update', DELETED: 'delete' } as const;
	for (const object of plane.objects) {
		for (const version of object.versions as readonly TimelineVersion[]) {
			if (version.write >= 0) writes[version.write] = { object: object.label, commit: version.commit, verb: verbs[version.type] };
		}
	}
	const counts = {
		nodes: plane.nodes.filter((node) => node.addedAt < 0).length,
		pods: 0,
		volumes: 0,
		injectedVolumes: 0,
		subPath: 0,
		env: 0,
		notMounted: 0,
	};
	for (const { createdAt, model } of plane.pods) {
		if (createdAt > 0) continue;
		counts.pods += 1;
		counts.volumes += model.volumes.filter((volume) => !volume.injected && volume.seenWhole).length;
		counts.injectedVolumes += model.volumes.filter((volume) => volume.injected).length;
		counts.subPath += model.neverUpdating.subPath;
		counts.env += model.neverUpdating.env;
		counts.notMounted += model.neverUpdating.notMounted;
	}
	return {
		nodes: plane.nodes.map((node) => node.name),
		pods: plane.pods.map((pod) => ({
			key: pod.key,
			node: pod.node.index,
			workload: pod.model.workload,
			volumes: pod.model.volumes.map((volume) => volume.name),
		})),
		writes,
		refusals: plane.refusals.map(({ at, action, message }) => `${action} at ${(at / SECOND).toFixed(3)} s was refused: ${message}`),
		counts,
	};
}
