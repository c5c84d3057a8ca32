// Cleaning of a volume's directory by whoever opens or closes it, never by the atomic writer: removes what a writer that was
// killed left behind (K20.2, K20.4), and at the end the volume itself. Only entries that the writer makes are touched, links
// are never followed, and whatever else is found stays and is named.

import { DATA_LINK, NEW_DATA_LINK } from '../projection/atomic-writer.js';
import { type FileStatus, type FileSystem, FileSystemError, isNotExist } from '../projection/file-system.js';
import { exists, removeAll } from '../projection/go-file-tree.js';
import { compareStrings } from '../projection/go-path.js';

/** A name that the writer gives to its directories. */
const TIMESTAMP_NAME = /^\.\.\d{4}(?:_\d\d){5}\.\d+$/;

/** What an entry of a volume's root is. */
type Entry =
	| { readonly kind: 'data' | 'newData'; readonly text: string }
	| { readonly kind: 'timestamped' }
	| { readonly kind: 'visible'; readonly text: string }
	| { readonly kind: 'foreign'; readonly status: FileStatus };

function entryOf<C>(fileSystem: FileSystem<C>, root: string, name: string): Entry {
	const path = `${root}/${name}`;
	const status = fileSystem.lstat(path);
	const text = status.kind === 'link' ? fileSystem.readlink(path) : '';
	if (name === DATA_LINK && TIMESTAMP_NAME.test(text)) return { kind: 'data', text };
	if (name === NEW_DATA_LINK && TIMESTAMP_NAME.test(text)) return { kind: 'newData', text };
	if (status.kind === 'directory' && TIMESTAMP_NAME.test(name)) return { kind: 'timestamped' };
	if (text === `${DATA_LINK}/${name}`) return { kind: 'visible', text };
	return { kind: 'foreign', status };
}

function entriesOf<C>(fileSystem: FileSystem<C>, root: string): readonly (readonly [string, Entry])[] {
	const names = [...fileSystem.readdir(root)].sort(compareStrings);
	return names.map((name) => [name, entryOf(fileSystem, root, name)] as const);
}

/**
 * Removes what is not part of the published version: a stale `..data_tmp`, timestamped directories that `..data` does not
 * point to, and visible links of keys that it does not have.
 *
 * @returns names of what was removed.
 * @throws FileSystemError when something of it cannot be removed.
 */
export function removeStrays<C>(fileSystem: FileSystem<C>, root: string): readonly string[] {
	if (!exists(fileSystem, root)) return [];
	const entries = entriesOf(fileSystem, root);
	const current = entries.flatMap(([, entry]) => (entry.kind === 'data' ? [entry.text] : []))[0];
	const strays = entries.filter(([name, entry]) => {
		if (entry.kind === 'newData') return true;
		if (entry.kind === 'timestamped') return name !== current;
		return entry.kind === 'visible' && !exists(fileSystem, `${root}/${current ?? DATA_LINK}/${name}`);
	});
	for (const [name] of strays) removeAll(fileSystem, `${root}/${name}`);
	return strays.map(([name]) => name);
}

/**
 * Removes a volume: everything that the writer makes, empty directories that were made for nested mount points, and the root
 * if nothing else is in it.
 *
 * @param made names directly below the root that were made beside the writer, and that may go if they are empty directories.
 * @param keepRoot leaves the root, empty.
 * @returns names of what stays because it was not made here; empty when the root is gone.
 * @throws FileSystemError when something that should go cannot be removed.
 */
export function removeVolume<C>(
	fileSystem: FileSystem<C>,
	root: string,
	made: readonly string[] = [],
	keepRoot = false,
): readonly string[] {
	if (!exists(fileSystem, root)) return [];
	const foreign: string[] = [];
	for (const [name, entry] of entriesOf(fileSystem, root)) {
		if (entry.kind !== 'foreign') removeAll(fileSystem, `${root}/${name}`);
		else if (!(made.includes(name) && removeEmptyTree(fileSystem, `${root}/${name}`))) foreign.push(name);
	}
	if (foreign.length === 0 && !keepRoot) fileSystem.rmdir(root);
	return foreign;
}

/** Removes a directory that holds nothing but empty directories; false when there is anything else. */
function removeEmptyTree<C>(fileSystem: FileSystem<C>, path: string): boolean {
	try {
		for (const name of fileSystem.readdir(path)) if (!removeEmptyTree(fileSystem, `${path}/${name}`)) return false;
		fileSystem.rmdir(path);
		return true;
	} catch (error) {
		if (error instanceof FileSystemError && ['ENOTDIR', 'ENOTEMPTY'].includes(error.code)) return false;
		if (isNotExist(error)) return true;
		throw error;
	}
}
