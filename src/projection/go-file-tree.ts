// The functions of Go's os and path/filepath packages that the kubelet's writer calls, over the file-system port, with
// the same calls in the same order and the same error texts: MkdirAll, Remove, RemoveAll, Walk (Go 1.26).

import { type FileSystem, FileSystemError, isNotExist } from './file-system.js';
import { compareStrings } from './go-path.js';

/**
 * `os.MkdirAll`: makes a directory and its missing parents.
 *
 * @throws FileSystemError of `mkdir`, also when a parent is a file.
 */
export function makeDirectories<C>(fileSystem: FileSystem<C>, path: string, mode: number): void {
	const status = attempt(() => fileSystem.stat(path));
	if (status) {
		if (status.kind === 'directory') return;
		throw new FileSystemError('mkdir', 'ENOTDIR', path);
	}
	const parent = path
		.replace(/\/+$/, '')
		.replace(/[^/]*$/, '')
		.slice(0, -1);
	if (parent !== '') makeDirectories(fileSystem, parent, mode);
	try {
		fileSystem.mkdir(path, mode);
	} catch (error) {
		if (!(error instanceof FileSystemError)) throw error;
		if (attempt(() => fileSystem.lstat(path))?.kind !== 'directory') throw error;
	}
}

/**
 * `os.Remove`: removes a file, a link or an empty directory.
 *
 * @throws FileSystemError of `remove`.
 */
export function remove<C>(fileSystem: FileSystem<C>, path: string): void {
	const unlinkError = failure(() => fileSystem.unlink(path));
	if (!unlinkError) return;
	const rmdirError = failure(() => fileSystem.rmdir(path));
	if (!rmdirError) return;
	throw new FileSystemError('remove', rmdirError.code === 'ENOTDIR' ? unlinkError.code : rmdirError.code, path);
}

/**
 * `os.RemoveAll`: removes a name and everything below it; a missing name is no error. Links are removed, never followed.
 *
 * @throws FileSystemError of `unlinkat` for the first name that cannot go.
 */
export function removeAll<C>(fileSystem: FileSystem<C>, path: string): void {
	const error = failure(() => remove(fileSystem, path));
	if (!error || error.code === 'ENOENT') return;
	removeTree(fileSystem, path);
}

function removeTree<C>(fileSystem: FileSystem<C>, path: string): void {
	const unlinkError = failure(() => fileSystem.unlink(path));
	if (!unlinkError || unlinkError.code === 'ENOENT') return;
	if (!['EISDIR', 'EPERM', 'EACCES'].includes(unlinkError.code)) throw new FileSystemError('unlinkat', unlinkError.code, path);
	let first: FileSystemError | undefined;
	try {
		for (const name of fileSystem.readdirInOrder(path)) {
			const error = failure(() => removeTree(fileSystem, `${path}/${name}`));
			first ??= error;
		}
	} catch (error) {
		if (!(error instanceof FileSystemError)) throw error;
		if (error.code === 'ENOENT') return;
		if (error.code === 'ENOTDIR') throw new FileSystemError('unlinkat', unlinkError.code, path);
		first = new FileSystemError('openfdat', error.code, path);
	}
	const rmdirError = failure(() => fileSystem.rmdir(path));
	if (!rmdirError || rmdirError.code === 'ENOENT') return;
	throw first ?? new FileSystemError('unlinkat', rmdirError.code, path);
}

/**
 * The paths below a directory as `filepath.Walk` visits them with a visitor that ignores errors: sorted, a directory before
 * its entries, links not followed. Empty when the directory does not exist.
 *
 * @returns paths relative to `root`; an unreadable directory is listed, what is in it is not.
 */
export function walkPaths<C>(fileSystem: FileSystem<C>, root: string): readonly string[] {
	const paths: string[] = [];
	const prefix = root.endsWith('/') ? root : `${root}/`;
	walk(fileSystem, root, prefix, prefix.length, paths);
	return paths;
}

/** Adds what is below `path`, which is called `prefix` when it is a directory; `cut` characters in front are left out. */
function walk<C>(fileSystem: FileSystem<C>, path: string, prefix: string, cut: number, paths: string[]): void {
	let names: readonly string[];
	try {
		if (fileSystem.lstat(path).kind !== 'directory') return;
		names = fileSystem.readdir(path);
	} catch (error) {
		if (error instanceof FileSystemError) return;
		throw error;
	}
	for (const name of sorted(names)) {
		const full = prefix + name;
		paths.push(full.slice(cut));
		walk(fileSystem, full, `${full}/`, cut, paths);
	}
}

/** Names in the order of Go, which is the one that most directories are listed in: then nothing is copied. */
function sorted(names: readonly string[]): readonly string[] {
	for (let i = 1; i < names.length; i++) {
		if (compareStrings(names[i - 1] as string, names[i] as string) > 0) return [...names].sort(compareStrings);
	}
	return names;
}

/** The result of a call, or undefined when it failed with a FileSystemError. */
function attempt<T>(call: () => T): T | undefined {
	try {
		return call();
	} catch (error) {
		if (error instanceof FileSystemError) return undefined;
		throw error;
	}
}

/** The FileSystemError of a call, or undefined when it succeeded. Other errors pass through. */
function failure(call: () => void): FileSystemError | undefined {
	try {
		call();
		return undefined;
	} catch (error) {
		if (error instanceof FileSystemError) return error;
		throw error;
	}
}

/** Whether a name exists at all, links not followed. Errors other than "does not exist" pass through. */
export function exists<C>(fileSystem: FileSystem<C>, path: string): boolean {
	try {
		fileSystem.lstat(path);
		return true;
	} catch (error) {
		if (isNotExist(error)) return false;
		throw error;
	}
}
