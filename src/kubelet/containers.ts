// The containers of one pod: when they run, die and come back, and what a newly created container sees. A directory mount
// follows every later swap; a subPath mount holds the inode that was there at creation, an environment the values that were
// read then. Follows pkg/kubelet/kuberuntime (crash-loop back-off), kubelet_pods.go and volume/util/subpath (K9, K10, K15).

import { type Micros, SECOND } from '../core/time.js';
import type { ContainerModel, SubPathModel } from './pod-model.js';
import type { VolumeTable } from './volume-table.js';

/** What a subPath mount of a container is bound to. */
export interface SubPathBinding {
	/** What the bind target is: a file, a directory, or nothing yet. */
	target: 'none' | 'file' | 'directory';
	/** Fingerprint of the file that the container sees; null for an empty directory. */
	fingerprint: string | null;
}

/** Life of one container. */
export interface ContainerState {
	readonly model: ContainerModel;
	running: boolean;
	/** It has ended, but no relist has shown it yet: `running` is what the kubelet believes. */
	exited: boolean;
	/** An init container that has ended well: it does not run again. */
	completed: boolean;
	/** Number of times it was created. */
	created: number;
	finishedAt: Micros;
	/** A probe failed: the next sync kills it and starts it again (K15.4). */
	killRequested: boolean;
	/** Crash-loop entry: length of the back-off and when it was last made longer; 0: no entry. */
	backoff: Micros;
	backoffUpdatedAt: Micros;
	readonly subPaths: SubPathBinding[];
	/** Versions that the environment was made of, by object label; empty before the first start. */
	environment: readonly { readonly object: string; readonly resourceVersion: number | null }[];
}

/** An entry is forgotten when a container ran for longer, whatever the longest pause is (recorded with 1 s; K15.1). */
const BACKOFF_FORGOTTEN: Micros = 600 * SECOND;

/** A container that does not run yet. */
export function newContainer(model: ContainerModel): ContainerState {
	return {
		model,
		running: false,
		exited: false,
		completed: false,
		created: 0,
		finishedAt: Number.NEGATIVE_INFINITY,
		killRequested: false,
		backoff: 0,
		backoffUpdatedAt: 0,
		subPaths: model.subPaths.map(() => ({ target: 'none', fingerprint: null })),
		environment: [],
	};
}

/**
 * End of the crash-loop back-off of a dead container, or null when it may start now; then its entry is made or doubled
 * (client-go util/flowcontrol/backoff.go as doBackOff uses it; K15.1, K20.31).
 */
export function crashLoopBackoff(container: ContainerState, initial: Micros, longest: Micros, now: Micros): Micros | null {
	const known = container.backoff > 0 && container.finishedAt - container.backoffUpdatedAt <= BACKOFF_FORGOTTEN;
	if (known && now - container.finishedAt < container.backoff) return container.finishedAt + container.backoff;
	const fresh = container.backoff === 0 || now - container.backoffUpdatedAt > BACKOFF_FORGOTTEN;
	container.backoff = fresh ? initial : Math.min(container.backoff * 2, longest);
	container.backoffUpdatedAt = now;
	return null;
}

/**
 * First and longest crash-loop pause.
 *
 * @param maxRestartPeriod `crashLoopBackOff.maxContainerRestartPeriod`; below the profile's first pause it shortens that as
 *   well (recorded: a limit of 1 s gives pauses of 1 s, K20.31).
 */
export function crashLoopLimits(
	profile: { readonly crashLoopBackOffInitialSeconds: number; readonly crashLoopBackOffMaxSeconds: number },
	maxRestartPeriod?: Micros,
): { readonly initial: Micros; readonly longest: Micros } {
	const longest = maxRestartPeriod ?? profile.crashLoopBackOffMaxSeconds * SECOND;
	return { initial: Math.min(profile.crashLoopBackOffInitialSeconds * SECOND, longest), longest };
}

/**
 * Binds a container's subPath mounts to what is on disk (K9.1, K9.2, K20.29).
 *
 * @param firstVolume first volume of the pod in the table.
 * @returns the error of the first mount that failed, null when all are bound.
 */
export function bindSubPaths(container: ContainerState, volumes: VolumeTable, firstVolume: number): string | null {
	for (const [index, mount] of container.model.subPaths.entries()) {
		const binding = container.subPaths[index] as SubPathBinding;
		const error = bind(container.model.name, mount, binding, volumes, firstVolume + mount.volume);
		if (error !== null) return error;
	}
	return null;
}

function bind(container: string, mount: SubPathModel, binding: SubPathBinding, volumes: VolumeTable, volume: number): string | null {
	const failure = `failed to prepare subPath for volumeMount "${mount.volumeName}" of container "${container}"`;
	const top = mount.path.split('/')[0] as string;
	const poisoned = volumes.poisoned[volume]?.has(top) === true;
	const files = volumes.disk[volume]?.files ?? [];
	const file = poisoned ? undefined : files.find((candidate) => candidate.path === mount.path);
	if (file !== undefined) {
		// A file cannot be bound onto a directory target: making the target fails before its clean-up is armed (K9.2).
		if (binding.target === 'directory') return failure;
		binding.target = 'file';
		binding.fingerprint = file.content.fingerprint;
		return null;
	}
	const directory = files.some((candidate) => candidate.path.startsWith(`${mount.path}/`));
	if (!directory) {
		const names = volumes.poisoned[volume] ?? new Set<string>();
		names.add(top);
		volumes.poisoned[volume] = names;
	}
	// The old target is a file: mounting a directory on it fails once, and the failure path removes the target (K9.2).
	if (binding.target === 'file') {
		binding.target = 'none';
		return failure;
	}
	binding.target = 'directory';
	binding.fingerprint = null;
	return null;
}

/** What a container that was just created sees, in words, for the trace. */
export function describeView(container: ContainerState, volumes: VolumeTable, firstVolume: number): string[] {
	const view = container.model.directories.map((volume) => {
		const name = volumes.model(firstVolume + volume).name;
		const taken = [...(volumes.poisoned[firstVolume + volume] ?? [])].sort();
		const hidden = taken.length === 0 ? '' : `, empty directories under the names ${taken.join(', ')}`;
		return `volume ${name}: follows every swap, now ${volumes.disk[firstVolume + volume]?.files.length ?? 0} files${hidden}`;
	});
	for (const [index, mount] of container.model.subPaths.entries()) {
		const binding = container.subPaths[index] as SubPathBinding;
		const what = binding.fingerprint === null ? 'an empty directory' : `the file as it is now (${binding.fingerprint.slice(0, 8)})`;
		view.push(`subPath ${mount.path} of ${mount.volumeName}: ${what}, until the next restart`);
	}
	for (const read of container.environment) {
		view.push(
			`environment from ${read.object}: ${read.resourceVersion === null ? 'not found' : `version ${read.resourceVersion}`}, until the next restart`,
		);
	}
	return view;
}
