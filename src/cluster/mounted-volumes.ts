// Which volumes of a pod spec the kubelet refreshes and who mounts them. Asked for every template of a fleet, so that nothing is made
// on the way to an answer.

import type { Container, PodSpec, Volume, VolumeMount } from '../kubernetes/objects.js';

/** True for volumes that the kubelet sets up again at every sync: secret, configMap, projected and downwardAPI. */
export function isRefreshed({ secret, configMap, projected, downwardAPI }: Volume): boolean {
	return secret !== undefined || configMap !== undefined || projected !== undefined || downwardAPI !== undefined;
}

/** True when a mount shows the directory of the volume, not one path of it. */
export function isWhole({ subPath, subPathExpr }: VolumeMount): boolean {
	return (subPath ?? subPathExpr ?? '') === '';
}

/** True when some container mounts the volume. */
export function isMounted({ name }: Volume, spec: PodSpec): boolean {
	return mounts(spec.initContainers, name, false) || mounts(spec.containers, name, false) || mounts(spec.ephemeralContainers, name, false);
}

/** True when some container mounts the volume whole, and so sees its swaps. */
export function isMountedWhole({ name }: Volume, spec: PodSpec): boolean {
	return mounts(spec.initContainers, name, true) || mounts(spec.containers, name, true) || mounts(spec.ephemeralContainers, name, true);
}

function mounts(containers: readonly Container[], volume: string, whole: boolean): boolean {
	for (const { volumeMounts } of containers) {
		for (const mount of volumeMounts) if (mount.name === volume && (!whole || isWhole(mount))) return true;
	}
	return false;
}
