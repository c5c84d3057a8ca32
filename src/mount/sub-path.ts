// What a container sees of a `subPath` mount, without a bind mount: a hard link to the file's inode as it was when the
// container was created. Later swaps do not reach it; a restart resolves it again, with the traps of the real thing.
// Follows makeMounts in pkg/kubelet/kubelet_pods.go and pkg/volume/util/subpath/subpath_linux.go (K9, K20.29).

import type * as nodeFs from 'node:fs';
import type { FileStatus, FileSystem } from '../projection/file-system.js';
import { exists, makeDirectories, removeAll } from '../projection/go-file-tree.js';
import { joinPath } from '../projection/go-path.js';

/** What is needed of a file system besides the port; node:fs and memfs both have it. */
export interface LinkFunctions {
	/** Makes a hard link. */
	linkSync(existing: string, path: string): void;
	/** The path without symbolic links. */
	realpathSync(path: string): unknown;
	/** Tells one file from another by device and inode. */
	statSync(path: string): Pick<nodeFs.Stats, 'ino' | 'dev'> | unknown;
}

/** A subPath that cannot be mounted; the message is the kubelet's, the pod waits with CreateContainerConfigError. */
export class SubPathError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'SubPathError';
	}
}

/** Where a subPath mount is, and for whom. */
export interface SubPathOptions {
	/** Root of the volume. */
	readonly volumeDirectory: string;
	/** Name of the volume, for messages. */
	readonly volumeName: string;
	readonly containerName: string;
	/** Relative path in the volume, expanded. */
	readonly subPath: string;
	/** Path at which the container would see it; made by {@link SubPathMount.bind}. */
	readonly target: string;
}

/** One subPath mount of one container. */
export class SubPathMount<C> {
	readonly #fileSystem: FileSystem<C>;
	readonly #links: LinkFunctions;
	readonly #options: SubPathOptions;
	/** Directory that {@link target} mirrors; undefined for a file. */
	#mirrored: string | undefined;

	constructor(fileSystem: FileSystem<C>, links: LinkFunctions, options: SubPathOptions) {
		this.#fileSystem = fileSystem;
		this.#links = links;
		this.#options = options;
	}

	/** Path at which the container would see the file or directory. */
	get target(): string {
		return this.#options.target;
	}

	/**
	 * Resolves the subPath and mounts it, as each creation of the container does.
	 *
	 * @throws SubPathError when the kubelet would refuse; a later call may succeed, as its next attempt may.
	 */
	bind(): void {
		const { volumeDirectory, subPath } = this.#options;
		if (subPath.startsWith('/')) throw new SubPathError(`error SubPath \`${subPath}\` must not be an absolute path`);
		if (subPath.split('/').includes('..')) {
			throw new SubPathError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
		}
		const source = joinPath(volumeDirectory, subPath);
		this.#makeMissing(source);
		const kind = this.#fileSystem.stat(source).kind;
		const mounted = exists(this.#fileSystem, this.target) ? this.#fileSystem.stat(this.target).kind : undefined;
		if (kind === 'directory' && mounted === 'file') {
			// The mount fails, and the failure path takes the old target away: the next attempt makes a directory.
			removeAll(this.#fileSystem, this.target);
			throw this.#prepareError();
		}
		// Creating a file where a directory is fails before any clean-up is armed: this never heals.
		if (kind !== 'directory' && mounted === 'directory') throw this.#prepareError();
		const resolved = this.#inside(source);
		try {
			if (kind === 'directory') this.#mirror(resolved);
			else this.#linkFile(resolved, mounted !== undefined);
		} catch {
			// No space, too many links: the kubelet's mount would have failed as well.
			throw this.#prepareError();
		}
	}

	/** Where the subPath leads, links resolved. Out of the volume is not mounted (CVE-2017-1002101). */
	#inside(source: string): string {
		const resolved = String(this.#links.realpathSync(source));
		const root = String(this.#links.realpathSync(this.#options.volumeDirectory));
		if (resolved === root || resolved.startsWith(`${root}/`)) return resolved;
		throw this.#prepareError();
	}

	/** To be called after each swap: files below a directory mount are unlinked with their timestamped directory. */
	afterSwap(): void {
		if (this.#mirrored === undefined || exists(this.#fileSystem, this.#mirrored)) return;
		for (const name of this.#fileSystem.readdir(this.target)) removeAll(this.#fileSystem, `${this.target}/${name}`);
		this.#mirrored = undefined;
	}

	/** What does not exist (a dangling link counts) becomes a directory in the volume itself. */
	#makeMissing(source: string): void {
		const { volumeDirectory, volumeName, containerName } = this.#options;
		try {
			this.#fileSystem.stat(source);
		} catch {
			try {
				const { mode } = this.#fileSystem.stat(volumeDirectory);
				makeDirectories(this.#fileSystem, source, mode);
				this.#fileSystem.chmod(source, mode);
			} catch {
				throw new SubPathError(`failed to create subPath directory for volumeMount "${volumeName}" of container "${containerName}"`);
			}
		}
	}

	#linkFile(resolved: string, present: boolean): void {
		if (present && this.#sameInode(resolved, this.target)) return;
		if (present) removeAll(this.#fileSystem, this.target);
		this.#makeParent();
		this.#mirrored = undefined;
		this.#links.linkSync(resolved, this.target);
	}

	/** Hard links cannot be made of directories: the files in it are linked, level by level. */
	#mirror(resolved: string): void {
		if (exists(this.#fileSystem, this.target)) removeAll(this.#fileSystem, this.target);
		this.#makeParent();
		this.#mirrored = resolved;
		const copy = (from: string, to: string): void => {
			const status: FileStatus = this.#fileSystem.stat(from);
			if (status.kind !== 'directory') {
				this.#links.linkSync(String(this.#links.realpathSync(from)), to);
				return;
			}
			this.#fileSystem.mkdir(to, status.mode);
			this.#fileSystem.chmod(to, status.mode);
			for (const name of this.#fileSystem.readdir(from)) copy(`${from}/${name}`, `${to}/${name}`);
		};
		copy(resolved, this.target);
	}

	#makeParent(): void {
		makeDirectories(this.#fileSystem, this.target.slice(0, this.target.lastIndexOf('/')), 0o750);
	}

	#sameInode(left: string, right: string): boolean {
		const a = this.#links.statSync(left) as { readonly ino: unknown; readonly dev: unknown };
		const b = this.#links.statSync(right) as { readonly ino: unknown; readonly dev: unknown };
		return a.ino === b.ino && a.dev === b.dev;
	}

	#prepareError(): SubPathError {
		const { volumeName, containerName } = this.#options;
		return new SubPathError(`failed to prepare subPath for volumeMount "${volumeName}" of container "${containerName}"`);
	}
}
