// What the containers of a pod template take from volumes and objects when they are created, and which objects their environments
// are made of.

import type { ContainerModel, EnvironmentRead, VolumeModel } from '../kubelet/pod-model.js';
import { mountsToken } from '../kubernetes/admission.js';
import type { Container, ObjectKind, PodSpec } from '../kubernetes/objects.js';
import { expandedSubPath } from '../kubernetes/sub-path.js';
import { isWhole } from './mounted-volumes.js';

/** Most containers of a fleet read nothing into their environments. */
const NO_READS: readonly EnvironmentRead[] = [];

/** Gives the number of an object in the run. */
export type NumberOf = (kind: ObjectKind, name: string) => number;

/** The containers of a spec that run over and over or once before the others: init containers first. @param volumes of the pod. */
export function containerModels(spec: PodSpec, volumes: readonly VolumeModel[], number: NumberOf): ContainerModel[] {
	return [
		...spec.initContainers.map((container) => containerModel(container, true, volumes, number)),
		...spec.containers.map((container) => containerModel(container, false, volumes, number)),
	];
}

function containerModel(container: Container, init: boolean, volumes: readonly VolumeModel[], number: NumberOf): ContainerModel {
	const place = (name: string): number => volumes.findIndex((volume) => !volume.injected && volume.name === name);
	const mounts = container.volumeMounts.filter((mount) => place(mount.name) >= 0);
	const directories = mounts.filter(isWhole).map((mount) => place(mount.name));
	// Admission adds its mount behind those of the manifest.
	const added = volumes.findIndex((volume) => volume.injected);
	if (added >= 0 && !mountsToken(container)) directories.push(added);
	return {
		name: container.name,
		image: container.image,
		init,
		pullsAlways: container.imagePullPolicy === 'Always',
		environment: environmentReads(container, number),
		subPaths: mounts.flatMap((mount) => {
			// A path that only a Secret's value tells is left out: the model has no values.
			const path = expandedSubPath(mount, container.env);
			return path === null || path === '' ? [] : [{ volume: place(mount.name), volumeName: mount.name, path }];
		}),
		directories,
	};
}

/** References in the order of their mention: envFrom before env (K10). */
export function environmentReads(container: Container, number: NumberOf): readonly EnvironmentRead[] {
	if (container.envFrom.length === 0 && container.env.length === 0) return NO_READS;
	const mention = (kind: ObjectKind, { name, optional }: { name: string; optional?: boolean }, key: string | null): EnvironmentRead => ({
		kind,
		name,
		object: number(kind, name),
		key,
		optional: optional === true,
	});
	const all = container.envFrom.flatMap(({ secretRef, configMapRef }) => [
		...(configMapRef === undefined ? [] : [mention('ConfigMap', configMapRef, null)]),
		...(secretRef === undefined ? [] : [mention('Secret', secretRef, null)]),
	]);
	const keys = container.env.flatMap(({ secretKeyRef, configMapKeyRef }) => [
		...(configMapKeyRef === undefined ? [] : [mention('ConfigMap', configMapKeyRef, configMapKeyRef.key)]),
		...(secretKeyRef === undefined ? [] : [mention('Secret', secretKeyRef, secretKeyRef.key)]),
	]);
	return [...all, ...keys];
}
