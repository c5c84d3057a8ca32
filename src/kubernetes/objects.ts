// The shapes of the Kubernetes objects that play a role, in Kubernetes' own spelling and reduced to the fields that the
// pipeline reads. Everything here is plain frozen data. What follows which upstream type: k8s.io/api/core/v1 types.go.

import type { Content } from './content.js';

/** The two kinds of objects whose changes are propagated. */
export type ObjectKind = 'Secret' | 'ConfigMap';

/** Name of an object in the API's paths. */
export type Resource = 'secrets' | 'configmaps';

/** The resource name of a kind. */
export function resourceOf(kind: ObjectKind): Resource {
	return kind === 'Secret' ? 'secrets' : 'configmaps';
}

/** Stands for every map of a plan that has nothing in it: a fleet of bare pods has more than a million empty maps and lists. */
export const NO_ENTRIES: Readonly<Record<string, never>> = {};
/** Stands for every list of a plan that has nothing in it. */
export const NO_ITEMS: readonly never[] = [];

/** A map as a plan keeps it. */
export function entriesOf<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
	// fromEntries makes an own property of every key, `__proto__` included; a later entry wins.
	return entries.length === 0 ? NO_ENTRIES : Object.fromEntries(entries);
}

/** A list as a plan keeps it. */
export function itemsOf<T>(items: readonly T[]): readonly T[] {
	return items.length === 0 ? NO_ITEMS : items;
}

/** One state of a Secret or ConfigMap without its values. `C` is `Content` in the model, bytes at the edge. */
export interface ObjectState<C = Content> {
	readonly kind: ObjectKind;
	readonly namespace: string;
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	/** Secret type, `Opaque` by default; empty for a ConfigMap. */
	readonly type: string;
	/** The field `immutable`; undefined when it is not set. */
	readonly immutable: boolean | undefined;
	/** Secret: `data` with `stringData` merged in. ConfigMap: `data`. */
	readonly data: Readonly<Record<string, C>>;
	/** ConfigMap only. */
	readonly binaryData: Readonly<Record<string, C>>;
}

/** `items[]` of a volume source. */
export interface KeyToPath {
	readonly key: string;
	readonly path: string;
	readonly mode?: number;
}

/** Selects a field of the pod for the downward API. */
export interface DownwardApiItem {
	readonly path: string;
	readonly fieldRef?: { readonly fieldPath: string };
	readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string; readonly divisor?: string };
	readonly mode?: number;
}

/** A `secret` volume source. */
export interface SecretVolumeSource {
	readonly secretName: string;
	readonly items?: readonly KeyToPath[];
	readonly defaultMode?: number;
	readonly optional?: boolean;
}

/** A `configMap` volume source. */
export interface ConfigMapVolumeSource {
	readonly name: string;
	readonly items?: readonly KeyToPath[];
	readonly defaultMode?: number;
	readonly optional?: boolean;
}

/** One source of a `projected` volume: exactly one field is set. */
export interface VolumeProjection {
	readonly secret?: { readonly name: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean };
	readonly configMap?: { readonly name: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean };
	readonly downwardAPI?: { readonly items?: readonly DownwardApiItem[] };
	readonly serviceAccountToken?: { readonly audience?: string; readonly expirationSeconds?: number; readonly path: string };
}

/** A `projected` volume source. */
export interface ProjectedVolumeSource {
	readonly sources: readonly VolumeProjection[];
	readonly defaultMode?: number;
}

/** A pod volume. `other` names a source that the pipeline does not touch (emptyDir, persistentVolumeClaim, ...). */
export interface Volume {
	readonly name: string;
	readonly secret?: SecretVolumeSource;
	readonly configMap?: ConfigMapVolumeSource;
	readonly projected?: ProjectedVolumeSource;
	readonly downwardAPI?: { readonly items?: readonly DownwardApiItem[]; readonly defaultMode?: number };
	/** The volume's source as it was written, when it is none of the above: its field name, for example `emptyDir`. */
	readonly other?: string;
	/**
	 * Secrets that such a source names (azureFile, cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos, csi): they
	 * count as references (K5.4) though nothing of them is projected.
	 */
	readonly otherSecretNames?: readonly string[];
}

/** `volumeMounts[]` of a container. */
export interface VolumeMount {
	readonly name: string;
	readonly mountPath: string;
	readonly subPath?: string;
	readonly subPathExpr?: string;
	readonly readOnly?: boolean;
}

/** `env[]` of a container, `value` left out where it is not needed. */
export interface EnvVar {
	readonly name: string;
	readonly value?: string;
	readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
	readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
	/** A field of the pod itself. */
	readonly fieldRef?: { readonly fieldPath: string };
}

/** `envFrom[]` of a container. */
export interface EnvFromSource {
	readonly prefix?: string;
	readonly secretRef?: { readonly name: string; readonly optional?: boolean };
	readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
}

/** A container, reduced. */
export interface Container {
	readonly name: string;
	readonly image: string;
	readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
	readonly env: readonly EnvVar[];
	readonly envFrom: readonly EnvFromSource[];
	readonly volumeMounts: readonly VolumeMount[];
	/** `securityContext.runAsUser`. */
	readonly runAsUser?: number;
	/** `resources.limits.memory` in bytes. */
	readonly memoryLimitBytes?: number;
}

/** A pod spec, reduced. */
export interface PodSpec {
	readonly serviceAccountName: string;
	/** False: the API server does not inject `kube-api-access`. Undefined: not set on the pod. */
	readonly automountServiceAccountToken: boolean | undefined;
	readonly nodeName: string | undefined;
	readonly nodeSelector: Readonly<Record<string, string>>;
	readonly hostNetwork: boolean;
	readonly imagePullSecrets: readonly string[];
	readonly volumes: readonly Volume[];
	readonly initContainers: readonly Container[];
	readonly containers: readonly Container[];
	readonly ephemeralContainers: readonly Container[];
	/** `securityContext.fsGroup`. */
	readonly fsGroup: number | undefined;
	/** `securityContext.runAsUser`. */
	readonly runAsUser: number | undefined;
	readonly terminationGracePeriodSeconds: number;
}

/** A pod template with its metadata: what a workload makes pods of. */
export interface PodTemplate {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
	readonly spec: PodSpec;
}

/** The workload kinds that are expanded into pods. */
export type WorkloadKind = 'Pod' | 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';

/** A workload as it was written. */
export interface Workload {
	readonly kind: WorkloadKind;
	readonly namespace: string;
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	/** Number of pods; ignored for a DaemonSet (one per matching node). */
	readonly replicas: number;
	readonly template: PodTemplate;
}
