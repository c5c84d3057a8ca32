// What a result tells of the control plane: the writes, what was refused, and how many pods, volumes and consumers there were
// at the beginning. The same for every part of a run.

import { SECOND } from '../core/time.js';
import type { Workload } from '../kubernetes/objects.js';
import type { PlaneFacts, WriteRow } from '../measure/partial.js';
import type { ControlPlane } from './control-plane.js';
import type { ClusterPlan } from './plan.js';
import { type PodFigures, podFigures } from './pod-figures.js';

const VERBS = { ADDED: 'create', MODIFIED: 'update', DELETED: 'delete' } as const;

/** Stands for the facts of a run in a part of it that does not say them. */
export const NO_FACTS: PlaneFacts = {
	nodes: [],
	writes: [],
	refusals: [],
	counts: { nodes: 0, pods: 0, volumes: 0, injectedVolumes: 0, subPath: 0, env: 0, notMounted: 0 },
};

/** The facts of a timeline. */
export function planeFacts(plane: ControlPlane, writes: readonly WriteRow[], cluster: ClusterPlan): PlaneFacts {
	return {
		nodes: plane.nodes.map((node) => node.name),
		writes,
		refusals: plane.refusals.map(({ at, action, message }) => `${action} at ${(at / SECOND).toFixed(3)} s was refused: ${message}`),
		counts: countsAtStart(plane, cluster),
	};
}

/** The accepted writes of a run, by number. */
export function writeRows(plane: ControlPlane): WriteRow[] {
	return plane.writes.map(({ object, version }) => ({ object: object.label, commit: version.commit, verb: VERBS[version.type] }));
}

function countsAtStart(plane: ControlPlane, cluster: ClusterPlan): PlaneFacts['counts'] {
	const counts = { pods: 0, volumes: 0, injectedVolumes: 0, subPath: 0, env: 0, notMounted: 0 };
	// The pods of a workload are neighbours.
	let last: Workload | null = null;
	let figures: PodFigures | null = null;
	for (const { createdAt, workload } of plane.pods) {
		if (createdAt > 0) continue;
		if (figures === null || workload !== last) figures = podFigures(workload, cluster);
		last = workload;
		counts.pods += 1;
		counts.volumes += figures.volumes;
		counts.injectedVolumes += figures.injectedVolumes;
		counts.subPath += figures.subPath;
		counts.env += figures.env;
		counts.notMounted += figures.notMounted;
	}
	return { nodes: plane.nodes.reduce((sum, node) => sum + (node.addedAt < 0 ? 1 : 0), 0), ...counts };
}
