// Which Secrets and ConfigMaps a pod references: what the kubelet registers with its object managers at every SyncPod, and
// so what is watched or cached on the node. Takes a pod spec, gives names in the order in which the kubelet's visitor
// meets them, with repetitions. Follows VisitPodSecretNames and VisitPodConfigmapNames of pkg/api/v1/pod/util.go (K5.4).

import type { Container, ObjectKind, PodSpec, Volume } from './objects.js';

/** Told each name; a callback, since a fleet asks for the names of a hundred thousand specs. */
type Visitor = (name: string) => void;

/** The variables that containers take from objects. */
function visitEnvironments(containers: readonly Container[], kind: ObjectKind, visit: Visitor): void {
	for (const { envFrom, env } of containers) {
		for (const { secretRef, configMapRef } of envFrom) tell(kind === 'Secret' ? secretRef?.name : configMapRef?.name, visit);
		for (const { secretKeyRef, configMapKeyRef } of env) tell(kind === 'Secret' ? secretKeyRef?.name : configMapKeyRef?.name, visit);
	}
}

function visitVolume({ secret, configMap, projected, otherSecretNames }: Volume, kind: ObjectKind, visit: Visitor): void {
	tell(kind === 'Secret' ? secret?.secretName : configMap?.name, visit);
	if (projected !== undefined) {
		for (const source of projected.sources) tell(kind === 'Secret' ? source.secret?.name : source.configMap?.name, visit);
	}
	// azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi: a volume has at most one source.
	if (kind === 'Secret' && otherSecretNames !== undefined) for (const name of otherSecretNames) tell(name, visit);
}

function tell(name: string | undefined, visit: Visitor): void {
	if (name !== undefined && name !== '') visit(name);
}

/**
 * Tells the names of the objects of one kind that a pod references, in visiting order and with repetitions; empty names are skipped.
 * Unmounted volumes count, service-account tokens and the Secrets behind a PersistentVolumeClaim do not.
 */
export function visitReferences(spec: PodSpec, kind: ObjectKind, visit: Visitor): void {
	if (kind === 'Secret') for (const name of spec.imagePullSecrets) tell(name, visit);
	visitEnvironments(spec.initContainers, kind, visit);
	visitEnvironments(spec.containers, kind, visit);
	visitEnvironments(spec.ephemeralContainers, kind, visit);
	for (const volume of spec.volumes) visitVolume(volume, kind, visit);
}

/** Names of the Secrets that a pod references, as {@link visitReferences} tells them. */
export function secretNames(spec: PodSpec): string[] {
	const names: string[] = [];
	visitReferences(spec, 'Secret', (name) => names.push(name));
	return names;
}

/** Names of the ConfigMaps that a pod references, as {@link visitReferences} tells them. */
export function configMapNames(spec: PodSpec): string[] {
	const names: string[] = [];
	visitReferences(spec, 'ConfigMap', (name) => names.push(name));
	return names;
}
