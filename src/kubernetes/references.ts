// Which Secrets and ConfigMaps a pod references: what the kubelet registers with its object managers at every SyncPod, and
// so what is watched or cached on the node. Takes a pod spec, gives names in the order in which the kubelet's visitor
// meets them, with repetitions. Follows VisitPodSecretNames and VisitPodConfigmapNames of pkg/api/v1/pod/util.go (K5.4).

import type { Container, ObjectKind, PodSpec, Volume } from './objects.js';

/** Told each name; a callback, since a fleet asks for the names of a hundred thousand specs. */
type Visitor = (name: string) => void;

function visitContainers(spec: PodSpec, visit: (container: Container) => void): void {
	spec.initContainers.forEach(visit);
	spec.containers.forEach(visit);
	spec.ephemeralContainers.forEach(visit);
}

function visitSecretsOfVolume(volume: Volume, visit: Visitor): void {
	if (volume.secret !== undefined) visit(volume.secret.secretName);
	if (volume.projected !== undefined) {
		for (const source of volume.projected.sources) if (source.secret !== undefined) visit(source.secret.name);
	}
	// azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi: a volume has at most one source.
	volume.otherSecretNames?.forEach(visit);
}

function visitSecrets(spec: PodSpec, visit: Visitor): void {
	spec.imagePullSecrets.forEach(visit);
	visitContainers(spec, ({ envFrom, env }) => {
		for (const source of envFrom) if (source.secretRef !== undefined) visit(source.secretRef.name);
		for (const variable of env) if (variable.secretKeyRef !== undefined) visit(variable.secretKeyRef.name);
	});
	for (const volume of spec.volumes) visitSecretsOfVolume(volume, visit);
}

function visitConfigMaps(spec: PodSpec, visit: Visitor): void {
	visitContainers(spec, ({ envFrom, env }) => {
		for (const source of envFrom) if (source.configMapRef !== undefined) visit(source.configMapRef.name);
		for (const variable of env) if (variable.configMapKeyRef !== undefined) visit(variable.configMapKeyRef.name);
	});
	for (const volume of spec.volumes) {
		if (volume.configMap !== undefined) visit(volume.configMap.name);
		if (volume.projected === undefined) continue;
		for (const source of volume.projected.sources) if (source.configMap !== undefined) visit(source.configMap.name);
	}
}

function namesOf(spec: PodSpec, visit: (spec: PodSpec, visitor: Visitor) => void): string[] {
	const names: string[] = [];
	visit(spec, (name) => {
		if (name !== '') names.push(name);
	});
	return names;
}

/**
 * Names of the Secrets that a pod references, in visiting order and with repetitions; empty names are skipped.
 * Unmounted volumes count, service-account tokens and the Secrets behind a PersistentVolumeClaim do not.
 */
export function secretNames(spec: PodSpec): string[] {
	return namesOf(spec, visitSecrets);
}

/** Names of the ConfigMaps that a pod references, in visiting order and with repetitions; empty names are skipped. */
export function configMapNames(spec: PodSpec): string[] {
	return namesOf(spec, visitConfigMaps);
}

/** Names of the objects of one kind that a pod references, each once, in the order of their first mention. */
export function referencedNames(spec: PodSpec, kind: ObjectKind): string[] {
	return [...new Set(kind === 'Secret' ? secretNames(spec) : configMapNames(spec))];
}
