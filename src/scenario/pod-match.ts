// Which pods and nodes exist by name, as far as that follows from the manifests: what action targets are checked against.
// Names follow the cluster's own rules: a Pod has its own name, pods of a DaemonSet are NAME-NODE, all others NAME-0, NAME-1.

import type { PodTarget } from '../cluster/plan.js';
import type { Workload } from '../kubernetes/objects.js';

/** `Kind/namespace/name` of a workload. */
export function workloadLabel(workload: Workload): string {
	return `${workload.kind}/${workload.namespace}/${workload.name}`;
}

/** The number of a node by its name, from 1; null when it is no node name. */
export function nodeNumber(name: string): number | null {
	const match = /^node-([1-9]\d{0,6})$/.exec(name);
	return match === null ? null : Number(match[1]);
}

/** True when a workload has a pod of this name in a cluster with up to `nodes` nodes. */
export function hasPodNamed(workload: Workload, name: string, nodes: number): boolean {
	if (workload.kind === 'Pod') return workload.name === name;
	if (!name.startsWith(`${workload.name}-`)) return false;
	const rest = name.slice(workload.name.length + 1);
	if (workload.kind === 'DaemonSet') {
		const number = nodeNumber(rest);
		return number !== null && number <= nodes;
	}
	return /^(0|[1-9]\d*)$/.test(rest) && Number(rest) < workload.replicas;
}

/** Some names that pods of a workload have, for messages. */
export function samplePodNames(workload: Workload): string[] {
	if (workload.kind === 'Pod') return [workload.name];
	if (workload.kind === 'DaemonSet') return [`${workload.name}-node-1`];
	return Array.from({ length: Math.min(workload.replicas, 3) }, (_, ordinal) => `${workload.name}-${ordinal}`);
}

/** The workloads whose pods a target can mean. */
export function matchingWorkloads(target: PodTarget, workloads: readonly Workload[], nodes: number): Workload[] {
	return workloads.filter((workload) => {
		if (workload.namespace !== target.namespace) return false;
		if (!Object.entries(target.matchLabels).every(([label, value]) => workload.template.labels[label] === value)) return false;
		if (target.name === null) return true;
		if (target.workloadKind === 'Pod') return hasPodNamed(workload, target.name, nodes);
		return workload.kind === target.workloadKind && workload.name === target.name;
	});
}
