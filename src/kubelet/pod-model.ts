// A pod template as the kubelet model uses it: which objects its pods reference, which volumes are refreshed and from what,
// and what its containers take from them when they are created. Made once per workload and shared by all of its pods on all
// nodes; objects are numbered over the whole run and become node-local numbers in NodeObjects.

import type { ObjectTimeline, TimelineVersion } from '../apiserver/object-timeline.js';
import type { Micros } from '../core/time.js';
import type { Volume } from '../kubernetes/objects.js';
import type { PayloadCatalog, ReadModel } from './payload-catalog.js';

export type { ReadModel } from './payload-catalog.js';

/** A volume that the kubelet sets up and refreshes: secret, configMap, projected or downwardAPI, mounted by a container. */
export interface VolumeModel {
	readonly name: string;
	readonly spec: Volume;
	/** True for the `kube-api-access` volume that the API server adds. */
	readonly injected: boolean;
	/** False when containers mount it through subPath only: the kubelet refreshes it, but no container sees its swaps. */
	readonly seenWhole: boolean;
	/** Reads of one refresh, in the order of the sources. */
	readonly reads: readonly ReadModel[];
	/** Lifetime of the service-account token in the volume, whole seconds; null when there is none. */
	readonly tokenSeconds: number | null;
	/** True when the content depends on the pod itself (downward API). */
	readonly podSpecific: boolean;
	/** Size limit of the tmpfs in bytes; null for a configMap volume, which lives on disk (K7.1). */
	readonly tmpfsBytes: number | null;
	readonly payloads: PayloadCatalog;
	/**
	 * True when the payload is certainly no error; false says nothing. Much cheaper than building it.
	 *
	 * @param versions what each read finds, null for nothing.
	 */
	surelyBuilds(versions: readonly (TimelineVersion | null)[]): boolean;
}

/** One reference of a container's environment to an object. An object that was found is not asked for again (K10). */
export interface EnvironmentRead extends ReadModel {
	/** The key of a `secretKeyRef` or `configMapKeyRef`; null for `envFrom`. */
	readonly key: string | null;
	/** Nothing is made of a missing object or key. */
	readonly optional: boolean;
}

/** A subPath mount of one of the pod's refreshed volumes. */
export interface SubPathModel {
	readonly volume: number;
	readonly volumeName: string;
	readonly path: string;
}

/** A container as far as it takes content from volumes and objects. */
export interface ContainerModel {
	readonly name: string;
	readonly image: string;
	/** An init container runs once, before the containers after it, and ends at once. */
	readonly init: boolean;
	readonly pullsAlways: boolean;
	readonly environment: readonly EnvironmentRead[];
	readonly subPaths: readonly SubPathModel[];
	/** Volumes (indices into {@link PodModel.volumes}) that it mounts whole. */
	readonly directories: readonly number[];
}

/** A pod template. */
export interface PodModel {
	/** `Deployment/namespace/name`. */
	readonly workload: string;
	readonly namespace: string;
	readonly volumes: readonly VolumeModel[];
	/** Init containers first, then the others, in the order of the spec. */
	readonly containers: readonly ContainerModel[];
	readonly pullSecrets: readonly ReadModel[];
	/** Numbers of the Secrets that the spec references, each once, in visiting order (K5.4). */
	readonly secrets: readonly number[];
	/** Numbers of the ConfigMaps that the spec references. */
	readonly configMaps: readonly number[];
	readonly terminationGracePeriod: Micros;
}

/**
 * Whether writes of an object are followed into a volume: not where no container sees a swap, and into an injected volume only
 * when its object is written at all.
 */
export function followsWrites(volume: VolumeModel, timeline: ObjectTimeline): boolean {
	return volume.seenWhole && (!volume.injected || timeline.versions.some((version) => version.write >= 0));
}
