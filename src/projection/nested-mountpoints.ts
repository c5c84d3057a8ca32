// Directories that a volume needs because other volumes are mounted below it in some container. Follows
// pkg/volume/util/nested_volumes.go (K7.1 step 5).

import type { Container } from '../kubernetes/objects.js';
import type { FileSystem } from './file-system.js';
import { makeDirectories } from './go-file-tree.js';
import { cleanPath, compareStrings, joinPath } from './go-path.js';

/** A mount path that would lead out of the container's root; the refresh fails with this text. */
export class InvalidMountPointError extends Error {
	constructor(mountPoint: string) {
		super(`invalid container mount point ${mountPoint}`);
		this.name = 'InvalidMountPointError';
	}
}

/**
 * Mount points directly below a volume's own mount points, relative to the volume. A mount point below another nested one is
 * left out: it lies in that other volume.
 *
 * @param volume name of the volume.
 * @param containers containers in the order in which the kubelet visits them: init, main, ephemeral.
 * @throws InvalidMountPointError for a mount path of this volume that begins with `../`.
 */
export function nestedMountPoints(volume: string, containers: readonly Pick<Container, 'volumeMounts'>[]): readonly string[] {
	return containers.flatMap(({ volumeMounts }) => {
		const all = volumeMounts.map((mount) => cleanPath(mount.mountPath)).sort(compareStrings);
		const own = volumeMounts.filter((mount) => mount.name === volume).map((mount) => cleanPath(mount.mountPath));
		return own.flatMap((mountPoint) => {
			if (mountPoint.startsWith('../')) throw new InvalidMountPointError(mountPoint);
			const nested: string[] = [];
			for (const candidate of all) {
				if (!candidate.startsWith(`${mountPoint}/`)) continue;
				if (!nested.some((before) => candidate.startsWith(`${before}/`))) nested.push(candidate);
			}
			return nested.map((candidate) => candidate.slice(mountPoint.length + 1));
		});
	});
}

/** A nested mount point could not be made; the message is the kubelet's. */
export class NestedMountPointError extends Error {
	constructor(cause: Error) {
		super(`unable to create nested volume mountpoints: ${cause.message}`, { cause });
		this.name = 'NestedMountPointError';
	}
}

/**
 * Makes the nested mount points in a volume, with mode 0755.
 *
 * @param relative what {@link nestedMountPoints} gave.
 * @throws NestedMountPointError when one cannot be made.
 */
export function makeNestedMountPoints<C>(fileSystem: FileSystem<C>, directory: string, relative: readonly string[]): void {
	for (const path of relative) {
		try {
			makeDirectories(fileSystem, joinPath(directory, path), 0o755);
		} catch (error) {
			throw error instanceof Error ? new NestedMountPointError(error) : error;
		}
	}
}
