// Which Secrets and ConfigMaps a pod references: what the kubelet registers with its object managers at every SyncPod, and
// so what is watched or cached on the node. Takes a pod spec, gives names in the order in which the kubelet's visitor
// meets them, with repetitions. Follows VisitPodSecretNames and VisitPodConfigmapNames of pkg/api/v1/pod/util.go (K5.4).

import type { Container, ObjectKind, PodSpec, Volume } from './objects.js';

function* allContainers(spec: PodSpec): Generator<Container> {
	yield* spec.initContainers;
	yield* spec.containers;
	yield* spec.ephemeralContainers;
}

function* secretsOfVolume(volume: Volume): Generator<string> {
	if (volume.secret !== undefined) yield volume.secret.secretName;
	for (const source of volume.projected?.sources ?? []) {
		if (source.secret !== undefined) yield source.secret.name;
	}
	// azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi: a volume has at most one source.
	yield* volume.otherSecretNames ?? [];
}

function* visitSecrets(spec: PodSpec): Generator<string> {
	yield* spec.imagePullSecrets;
	for (const container of allContainers(spec)) {
		for (const source of container.envFrom) if (source.secretRef !== undefined) yield source.secretRef.name;
		for (const variable of container.env) if (variable.secretKeyRef !== undefined) yield variable.secretKeyRef.name;
	}
	for (const volume of spec.volumes) yield* secretsOfVolume(volume);
}

function* visitConfigMaps(spec: PodSpec): Generator<string> {
	for (const container of allContainers(spec)) {
		for (const source of container.envFrom) if (source.configMapRef !== undefined) yield source.configMapRef.name;
		for (const variable of container.env) if (variable.configMapKeyRef !== undefined) yield variable.configMapKeyRef.name;
	}
	for (const volume of spec.volumes) {
		if (volume.configMap !== undefined) yield volume.configMap.name;
		for (const source of volume.projected?.sources ?? []) {
			if (source.configMap !== undefined) yield source.configMap.name;
		}
	}
}

function named(names: Iterable<string>): string[] {
	return [...names].filter((name) => name !== '');
}

/**
 * Names of the Secrets that a pod references, in visiting order and with repetitions; empty names are skipped.
 * Unmounted volumes count, service-account tokens and the Secrets behind a PersistentVolumeClaim do not.
 */
export function secretNames(spec: PodSpec): string[] {
	return named(visitSecrets(spec));
}

/** Names of the ConfigMaps that a pod references, in visiting order and with repetitions; empty names are skipped. */
export function configMapNames(spec: PodSpec): string[] {
	return named(visitConfigMaps(spec));
}

/** Names of the objects of one kind that a pod references, each once, in the order of their first mention. */
export function referencedNames(spec: PodSpec, kind: ObjectKind): string[] {
	return [...new Set(kind === 'Secret' ? visitSecrets(spec) : visitConfigMaps(spec))].filter((name) => name !== '');
}
