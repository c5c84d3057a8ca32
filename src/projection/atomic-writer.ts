// The atomic writer: puts a payload into a volume's directory so that a reader sees all of the old files or all of the new
// ones. Receives files, compares with what is there, and swaps the link `..data` to a new timestamped directory if
// anything differs. Every step in the order of pkg/volume/util/atomic_writer.go (K8.1, K8.2, K20.1 to K20.6, K20.9).

import { type FileSystem, FileSystemError, isNotExist } from './file-system.js';
import { makeDirectories, remove, removeAll, walkPaths } from './go-file-tree.js';
import { cleanPath, joinPath } from './go-path.js';
import type { PayloadFile } from './payload-context.js';
import { validatePayload } from './payload-path.js';

/** The link that readers go through. */
export const DATA_LINK = '..data';
/** The link that is made first and then moved over {@link DATA_LINK}. */
export const NEW_DATA_LINK = '..data_tmp';

/** Attempts of os.MkdirTemp to find a name that is free. */
const MKDIR_TEMP_ATTEMPTS = 10_000;
const PERMISSION_BITS = 0o777;

/** What differs between releases (fields of the version profile, K13.7). */
export interface WriterBehaviour {
	/** From 1.30: links of unchanged payloads are made again when they are missing. */
	readonly writerRepairsLinks: boolean;
	/** From 1.36: new top-level links get the owner of their file. */
	readonly writerChownsLinks: boolean;
	/** From 1.27: the ownership callback runs before publication and only on a write. Before, the plugin does it afterwards. */
	readonly ownershipBeforePublication: boolean;
}

/** The behaviour of the newest release, v1.36. */
export const CURRENT_WRITER: WriterBehaviour = {
	writerRepairsLinks: true,
	writerChownsLinks: true,
	ownershipBeforePublication: true,
};

/** What a `write` did: nothing was different, or a new version was published. */
export type WriteOutcome = 'unchanged' | 'published';

/**
 * Writes payloads into one directory. It has no lock: the kubelet runs one operation per volume at a time, and so must the
 * caller. It never cleans what it did not make, not even a stale `..data_tmp`.
 */
export class AtomicWriter<C> {
	readonly #fileSystem: FileSystem<C>;
	readonly #directory: string;
	readonly #newDirectoryName: () => string;
	readonly #behaviour: WriterBehaviour;

	/**
	 * @param directory absolute path of the volume's root, which has to exist.
	 * @param newDirectoryName gives a name for a timestamped directory; see `timestampNames`.
	 * @throws FileSystemError when the directory does not exist.
	 */
	constructor(fileSystem: FileSystem<C>, directory: string, newDirectoryName: () => string, behaviour: WriterBehaviour = CURRENT_WRITER) {
		try {
			fileSystem.stat(directory);
		} catch (error) {
			if (!(error instanceof FileSystemError) || error.code === 'ENOENT') throw error;
		}
		this.#fileSystem = fileSystem;
		this.#directory = cleanPath(directory);
		this.#newDirectoryName = newDirectoryName;
		this.#behaviour = behaviour;
	}

	/**
	 * `Write`: publishes the files unless the directory already has them. Contents are compared, modes and owners are not.
	 *
	 * @param setPermissions called with the name of the new timestamped directory before it is published, and only then.
	 * @throws InvalidPathError for a path that is not acceptable: nothing was touched.
	 * @throws FileSystemError for a call that failed. Before the rename the old version stays published; after it (K20.2) the
	 *   new one is, and the old timestamped directory stays behind.
	 */
	write(files: readonly PayloadFile<C>[], setPermissions?: (directoryName: string) => void): WriteOutcome {
		const payload = validatePayload(files);
		const current = this.#currentDirectory();
		const currentPath = joinPath(this.#directory, current);
		let obsolete: readonly string[] = [];
		if (current !== '') {
			obsolete = this.#obsoletePaths(payload, currentPath);
			if (!this.#differs(payload, currentPath) && obsolete.length === 0) {
				if (this.#behaviour.writerRepairsLinks) this.#makeVisibleLinks(payload);
				return 'unchanged';
			}
		}
		const name = this.#makeTimestampDirectory();
		this.#writeFiles(payload, this.#path(name));
		if (this.#behaviour.ownershipBeforePublication) setPermissions?.(name);
		this.#publish(name);
		this.#makeVisibleLinks(payload);
		this.#removeVisible(obsolete);
		if (current !== '') removeAll(this.#fileSystem, currentPath);
		return 'published';
	}

	/** Text of `..data`; empty when there is none. */
	#currentDirectory(): string {
		try {
			return this.#fileSystem.readlink(this.#path(DATA_LINK));
		} catch (error) {
			if (isNotExist(error)) return '';
			throw error;
		}
	}

	/** Every path of the present version that is neither a payload path nor a parent of one. */
	#obsoletePaths(payload: ReadonlyMap<string, PayloadFile<C>>, currentPath: string): readonly string[] {
		const present = walkPaths(this.#fileSystem, currentPath);
		const kept = new Set<string>();
		for (const path of payload.keys()) {
			kept.add(path);
			for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) kept.add(path.slice(0, slash));
		}
		return present.filter((path) => !kept.has(path));
	}

	/** Whether a payload file is missing or has other bytes; stops at the first. */
	#differs(payload: ReadonlyMap<string, PayloadFile<C>>, currentPath: string): boolean {
		for (const [path, file] of payload) {
			const full = below(currentPath, path);
			try {
				this.#fileSystem.lstat(full);
			} catch (error) {
				if (isNotExist(error)) return true;
				if (!(error instanceof FileSystemError)) throw error;
			}
			if (!this.#fileSystem.hasContent(full, file.content)) return true;
		}
		return false;
	}

	/** os.MkdirTemp and a chmod that undoes the umask. */
	#makeTimestampDirectory(): string {
		for (let attempt = 1; ; attempt++) {
			const name = this.#newDirectoryName();
			const path = this.#path(name);
			try {
				this.#fileSystem.mkdir(path, 0o700);
			} catch (error) {
				if (!(error instanceof FileSystemError) || error.code !== 'EEXIST') throw error;
				if (attempt < MKDIR_TEMP_ATTEMPTS) continue;
				throw new FileSystemError('mkdirtemp', 'EEXIST', `${path.replace(/[0-9]*$/, '')}*`);
			}
			this.#fileSystem.chmod(path, 0o755);
			return name;
		}
	}

	#writeFiles(payload: ReadonlyMap<string, PayloadFile<C>>, directory: string): void {
		for (const [path, file] of payload) {
			const full = below(directory, path);
			// The exact mode, whatever the umask (K8.3). Go's FileMode keeps setuid, setgid and sticky in other bits: of a payload's
			// mode only these nine arrive.
			const mode = file.mode & PERMISSION_BITS;
			makeDirectories(this.#fileSystem, full.slice(0, full.lastIndexOf('/') + 1), PERMISSION_BITS);
			this.#fileSystem.writeFile(full, file.content, mode);
			this.#fileSystem.chmod(full, mode);
			if (file.fsUser !== undefined) this.#fileSystem.lchown(full, file.fsUser, -1);
		}
	}

	/** The swap. Cleans up after itself when it fails, except when the process dies. */
	#publish(name: string): void {
		const temporary = this.#path(NEW_DATA_LINK);
		try {
			this.#fileSystem.symlink(name, temporary);
		} catch (error) {
			if (error instanceof FileSystemError) this.#forget(() => removeAll(this.#fileSystem, this.#path(name)));
			throw error;
		}
		try {
			this.#fileSystem.renameLink(temporary, this.#path(DATA_LINK));
		} catch (error) {
			if (error instanceof FileSystemError) {
				this.#forget(() => remove(this.#fileSystem, temporary));
				this.#forget(() => removeAll(this.#fileSystem, this.#path(name)));
			}
			throw error;
		}
	}

	/** Errors of a clean-up are only logged by the kubelet. */
	#forget(cleanUp: () => void): void {
		try {
			cleanUp();
		} catch (error) {
			if (!(error instanceof FileSystemError)) throw error;
		}
	}

	/** Makes the links `name -> ..data/name` that are missing; whatever else has such a name is left alone. */
	#makeVisibleLinks(payload: ReadonlyMap<string, PayloadFile<C>>): void {
		for (const [path, file] of payload) {
			const slash = path.indexOf('/');
			const name = slash < 0 ? path : path.slice(0, slash);
			const link = this.#path(name);
			try {
				this.#fileSystem.readlink(link);
			} catch (error) {
				if (!(error instanceof FileSystemError)) throw error;
				if (error.code !== 'ENOENT') continue;
				this.#fileSystem.symlink(name === '.' ? DATA_LINK : `${DATA_LINK}/${name}`, link);
				if (this.#behaviour.writerChownsLinks && file.fsUser !== undefined) this.#fileSystem.lchown(link, file.fsUser, -1);
			}
		}
	}

	/** Removes top-level names; goes on after an error and throws the last one (K20.2). */
	#removeVisible(paths: readonly string[]): void {
		let last: FileSystemError | undefined;
		for (const path of paths) {
			if (path.includes('/')) continue;
			try {
				remove(this.#fileSystem, this.#path(path));
			} catch (error) {
				if (!(error instanceof FileSystemError)) throw error;
				last = error;
			}
		}
		if (last) throw last;
	}

	#path(name: string): string {
		return below(this.#directory, name);
	}
}

/** `filepath.Join` of a clean directory and a clean relative path. */
function below(directory: string, path: string): string {
	if (path === '.') return directory;
	return directory === '/' ? `/${path}` : `${directory}/${path}`;
}
