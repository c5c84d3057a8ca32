// The volumes of one pod, as its containers would see them: refreshed together, with subPath mounts resolved when a
// container is created. Receives objects through a reader, tells what happened through a sink.

import * as nodeFs from 'node:fs';
import { type StreamKey, streamKey } from '../core/random.js';
import { MILLISECOND } from '../core/time.js';
import type { Container, ObjectKind, PodSpec, Volume, VolumeMount, Workload } from '../kubernetes/objects.js';
import { realFileSystem } from '../projection/adapters/real-directory.js';
import type { WriterBehaviour } from '../projection/atomic-writer.js';
import type { FileSystemError } from '../projection/file-system.js';
import { InvalidMountPointError, nestedMountPoints } from '../projection/nested-mountpoints.js';
import { type PayloadContext, type PayloadRead, volumeReads } from '../projection/payload.js';
import { timestampNames } from '../projection/timestamp-name.js';
import { EMPTY_DIR_MODE, TMPFS_ROOT_MODE } from '../projection/volume-plugin.js';
import { LiveVolume } from './live-volume.js';
import type { MountEvent } from './mount-events.js';
import type { MountLayout } from './mount-layout.js';
import { SubPathError } from './sub-path.js';

/** A subPath mount of a container. */
interface ContainerSubPath {
	readonly volume: string;
	readonly subPath: string;
	readonly mountPath: string;
	readonly index: number;
}

/** What a mounted pod is made of. */
export interface MountedPodOptions {
	readonly workload: Workload;
	/** Name of the pod; differs from the workload's for all but a Pod. */
	readonly podName: string;
	readonly layout: MountLayout;
	readonly behaviour: WriterBehaviour;
	readonly read: (kind: ObjectKind, name: string) => PayloadRead<Uint8Array>;
	readonly tell: (event: MountEvent) => void;
	/** Milliseconds since 1970, for names of timestamped directories. */
	readonly now: () => number;
	/** Seed of the random part of those names. */
	readonly seed: number;
}

/** True for a volume whose files the kubelet writes. */
export function isProjected(volume: Volume): boolean {
	return Boolean(volume.secret ?? volume.configMap ?? volume.projected ?? volume.downwardAPI);
}

/** All containers, in the order in which the kubelet visits them. */
export function containersOf({ initContainers, containers, ephemeralContainers }: PodSpec): readonly Container[] {
	return [...initContainers, ...containers, ...ephemeralContainers];
}

/** Names in the roots of a pod's volumes that are made beside the writer. */
export function madeNames(spec: PodSpec): readonly { readonly name: string; readonly made: readonly string[] }[] {
	const containers = containersOf(spec);
	return spec.volumes.filter(isProjected).map(({ name }) => {
		const subPaths = containers.flatMap(({ volumeMounts }) => volumeMounts.filter((mount) => mount.name === name).map(subPathOf));
		const paths = [...mountPointsBelow(name, containers), ...subPaths.flatMap((path) => (path === null ? [] : [path]))];
		return { name, made: [...new Set(paths.map((path) => path.split('/', 1)[0] as string))] };
	});
}

/** Mount points of other volumes in a volume; none where a mount path leads out of its container: the refresh fails for it and says so. */
function mountPointsBelow(volume: string, containers: readonly Container[]): readonly string[] {
	try {
		return nestedMountPoints(volume, containers);
	} catch (error) {
		if (error instanceof InvalidMountPointError) return [];
		throw error;
	}
}

/** True when some container mounts a subPath of a projected volume. */
export function hasSubPaths(spec: PodSpec): boolean {
	const projected = new Set(spec.volumes.filter(isProjected).map(({ name }) => name));
	return containersOf(spec).some(({ volumeMounts }) =>
		volumeMounts.some((mount) => projected.has(mount.name) && subPathOf(mount) !== null),
	);
}

/** The subPath of a mount; null when it has none or one that depends on the container's environment. */
function subPathOf(mount: VolumeMount): string | null {
	return mount.subPath ?? (mount.subPathExpr !== undefined && !mount.subPathExpr.includes('$') ? mount.subPathExpr : null);
}

/** The projected volumes of one pod. */
export class MountedPod {
	readonly volumes: readonly LiveVolume[];
	readonly #options: MountedPodOptions;
	readonly #setUp = new Set<string>();
	/** Error of the last refresh, by volume; none after one that succeeded. */
	readonly #failed = new Map<string, string>();
	readonly #started = new Set<string>();
	#toldOfOwners = false;

	constructor(options: MountedPodOptions) {
		this.#options = options;
		const { spec } = options.workload.template;
		this.volumes = spec.volumes.filter(isProjected).map((volume) => this.#liveVolume(volume, spec));
	}

	/** Names of volumes that could not be set up yet. */
	get missing(): readonly string[] {
		return this.volumes.map(({ volume }) => volume.name).filter((name) => !this.#setUp.has(name));
	}

	/** The error of a volume's last refresh; undefined when it succeeded. */
	failureOf(volume: string): string | undefined {
		return this.#failed.get(volume);
	}

	/** Names of the containers, in the order in which they start. */
	get containers(): readonly string[] {
		return containersOf(this.#options.workload.template.spec).map(({ name }) => name);
	}

	/** Refreshes the volumes that refer to an object, or all of them; creates the containers once all volumes are there. */
	refresh(object?: { readonly kind: ObjectKind; readonly namespace: string; readonly name: string }): void {
		if (object && object.namespace !== this.#options.workload.namespace) return;
		for (const live of this.volumes) {
			const reads = volumeReads(live.volume);
			if (object && !reads.some(({ kind, name }) => kind === object.kind && name === object.name)) continue;
			this.#refreshVolume(live);
		}
		if (this.#failed.size === 0) this.#createContainers();
	}

	/** Refreshes one volume by name. */
	refreshVolume(name: string): void {
		for (const live of this.volumes) if (live.volume.name === name) this.#refreshVolume(live);
		if (this.#failed.size === 0) this.#createContainers();
	}

	/**
	 * Restarts containers: their subPath mounts are resolved anew.
	 *
	 * @param name of one container; default all that have started.
	 * @returns false when there is no such container.
	 */
	restart(name?: string): boolean {
		const containers = containersOf(this.#options.workload.template.spec).filter(
			(container) => name === undefined || container.name === name,
		);
		for (const container of containers) this.#createContainer(container, 'restarted');
		return containers.length > 0;
	}

	#liveVolume(volume: Volume, spec: PodSpec): LiveVolume {
		const { layout, behaviour, now, seed } = this.#options;
		const key: StreamKey = streamKey(seed, 'mount', volume.name);
		return new LiveVolume(volume, {
			fileSystem: realFileSystem,
			links: nodeFs,
			directory: layout.written(volume.name),
			subPathDirectory: `${layout.subPaths}/${volume.name}`,
			newDirectoryName: timestampNames(() => now() * MILLISECOND, key),
			containers: containersOf(spec),
			fsGroup: spec.fsGroup,
			// Only configMap volumes are not on a tmpfs (K7.1).
			rootMode: volume.configMap ? EMPTY_DIR_MODE : TMPFS_ROOT_MODE,
			behaviour,
			ownershipFailed: (error) => this.#ownershipFailed(error, spec.fsGroup),
		});
	}

	/** One warning for the pod, not one for each volume, file and swap. */
	#ownershipFailed(error: FileSystemError, fsGroup: number | undefined): void {
		if (this.#toldOfOwners) return;
		this.#toldOfOwners = true;
		const what = fsGroup === undefined ? 'owners of files are not set' : `fsGroup ${fsGroup} is not set`;
		this.#options.tell({ event: 'warning', message: `${what}, only root can give files away: ${error.message}` });
	}

	#refreshVolume(live: LiveVolume): void {
		const { tell, layout } = this.#options;
		const { name } = live.volume;
		const result = live.refresh(this.#context());
		if (result.kind === 'failed') {
			if (this.#failed.get(name) !== result.text) tell({ event: 'failed', volume: name, message: result.text });
			this.#failed.set(name, result.text);
			return;
		}
		this.#failed.delete(name);
		this.#setUp.add(name);
		if (result.kind === 'unchanged') return;
		const { directory, files, shadowed } = result;
		tell({ event: 'swapped', volume: name, path: layout.shown(name), directory, files, shadowed });
	}

	#createContainers(): void {
		for (const container of containersOf(this.#options.workload.template.spec)) {
			if (!this.#started.has(container.name)) this.#createContainer(container, 'started');
		}
	}

	#createContainer(container: Container, what: 'started' | 'restarted'): void {
		const { tell } = this.#options;
		try {
			for (const { live, mount } of this.#subPathMounts(container)) {
				const bound = live.subPath(container.name, mount.subPath, mount.index);
				if (what === 'started' || !this.#started.has(container.name)) {
					const { volume, subPath, mountPath } = mount;
					tell({ event: 'subPath', container: container.name, volume, subPath, mountPath, path: bound.target });
				}
			}
			if (what === 'restarted' || this.#subPathMounts(container).length > 0) tell({ event: 'container', container: container.name, what });
			this.#started.add(container.name);
		} catch (error) {
			if (!(error instanceof SubPathError)) throw error;
			this.#started.add(container.name);
			tell({ event: 'container', container: container.name, what: 'failed', message: error.message });
		}
	}

	#subPathMounts(container: Container): readonly { readonly live: LiveVolume; readonly mount: ContainerSubPath }[] {
		return container.volumeMounts.flatMap((mount, index) => {
			const live = this.volumes.find(({ volume }) => volume.name === mount.name);
			const subPath = subPathOf(mount);
			if (!live || subPath === null) return [];
			return [{ live, mount: { volume: mount.name, subPath, mountPath: mount.mountPath, index } }];
		});
	}

	#context(): PayloadContext<Uint8Array> {
		const { workload, podName, read } = this.#options;
		const { spec, labels, annotations } = workload.template;
		const users = new Set(containersOf(spec).map((container) => container.runAsUser ?? spec.runAsUser));
		const text = (value: string): Uint8Array => new TextEncoder().encode(value);
		return {
			read,
			empty: new Uint8Array(0),
			text,
			// Nobody here can issue a token: the file has one that is visibly none.
			token: (source) => text(`secretsim-placeholder-token.${source.audience ?? 'api'}`),
			pod: {
				name: podName,
				namespace: workload.namespace,
				uid: `${workload.namespace}/${podName}`,
				labels,
				annotations,
				nodeName: 'secretsim',
				hasFsGroup: spec.fsGroup !== undefined,
				uniformRunAsUser: users.size === 1 ? [...users][0] : undefined,
			},
		};
	}
}
