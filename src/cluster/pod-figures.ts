// What is counted of the pods of a workload: the volumes that follow their objects, the consumers that never do, and which written
// objects the volumes show. Asked for every template of a fleet, so that nothing is made on the way to an answer.

import type { Container, ObjectKind, PodSpec, Workload } from '../kubernetes/objects.js';
import { volumeReads } from '../projection/payload.js';
import { isMounted, isMountedWhole, isRefreshed, isWhole } from './mounted-volumes.js';
import type { ClusterPlan } from './plan.js';
import { getsTokenVolume, ownSpec } from './pod-admission.js';

/** Consumers of Secrets and ConfigMaps that no refresh reaches, per pod. */
export interface NeverUpdating {
	readonly subPath: number;
	/** References of environment variables. */
	readonly env: number;
	/** Volumes that no container mounts. */
	readonly notMounted: number;
}

/** What the pods of a workload have at most: refreshed volumes of the manifest, injected ones, and consumers that never update. */
export interface PodFigures extends NeverUpdating {
	/** Volumes of the manifest that some container sees whole. */
	readonly volumes: number;
	readonly injectedVolumes: number;
}

/** The figures of one pod of a workload. */
export function podFigures(workload: Workload, cluster: ClusterPlan): PodFigures {
	const injects = getsTokenVolume(workload, cluster);
	const spec = ownSpec(workload, cluster, injects);
	let seen = 0;
	let notMounted = 0;
	for (const volume of spec.volumes) {
		if (!isRefreshed(volume)) continue;
		if (isMountedWhole(volume, spec)) seen += 1;
		else if (showsObjects(volume) && !isMounted(volume, spec)) notMounted += 1;
	}
	const mounts =
		subPathMounts(spec.initContainers, spec) + subPathMounts(spec.containers, spec) + subPathMounts(spec.ephemeralContainers, spec);
	const env =
		environmentReferences(spec.initContainers) + environmentReferences(spec.containers) + environmentReferences(spec.ephemeralContainers);
	return { volumes: seen, injectedVolumes: injects ? 1 : 0, subPath: mounts, env, notMounted };
}

/** True for volumes that show Secrets and ConfigMaps, and not only fields of the pod. */
function showsObjects({ secret, configMap, projected }: PodSpec['volumes'][number]): boolean {
	return secret !== undefined || configMap !== undefined || projected !== undefined;
}

/** Mounts that show one path of a volume of objects. */
function subPathMounts(containers: readonly Container[], { volumes }: PodSpec): number {
	let count = 0;
	for (const { volumeMounts } of containers) {
		for (const mount of volumeMounts) {
			if (!isWhole(mount) && volumes.some((volume) => volume.name === mount.name && showsObjects(volume))) count += 1;
		}
	}
	return count;
}

/** References of environment variables to objects. */
function environmentReferences(containers: readonly Container[]): number {
	let count = 0;
	for (const { envFrom, env } of containers) {
		for (const source of envFrom) if (source.secretRef !== undefined || source.configMapRef !== undefined) count += 1;
		for (const variable of env) if (variable.secretKeyRef !== undefined || variable.configMapKeyRef !== undefined) count += 1;
	}
	return count;
}

/** Tells the objects that the volumes of one pod of a workload show; once for every volume that shows it. */
export function visitShownObjects({ template: { spec } }: Workload, visit: (kind: ObjectKind, name: string) => void): void {
	for (const volume of spec.volumes) {
		if (!isRefreshed(volume) || !isMountedWhole(volume, spec)) continue;
		if (volume.secret !== undefined) {
			visit('Secret', volume.secret.secretName);
			continue;
		}
		const reads = volumeReads(volume);
		for (const [place, { kind, name }] of reads.entries()) {
			if (reads.findIndex((read) => read.kind === kind && read.name === name) === place) visit(kind, name);
		}
	}
}
