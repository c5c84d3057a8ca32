// Repair of a volume's directory by whoever opens it, never by the atomic writer: finishes or undoes what a writer that was
// killed had begun (K20.2, K20.4). And at the end the removal of the volume itself. Only entries that the writer makes are touched, links
// are never followed, and whatever else is found stays and is named.

import { DATA_LINK, NEW_DATA_LINK } from '../projection/atomic-writer.js';
import { type FileStatus, type FileSystem, FileSystemError, isNotExist } from '../projection/file-system.js';
import { exists, removeAll } from '../projection/go-file-tree.js';
import { compareStrings } from '../projection/go-path.js';

/** A name that the writer gives to its directories. */
const TIMESTAMP_NAME = /^\.\.\d{4}(?:_\d\d){5}\.\d+$/;

/** True for a name that the writer gives to its directories. */
export function isVersionName(name: string): boolean {
	return TIMESTAMP_NAME.test(name);
}

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

/** What a repair did, by name. */
export interface Repair {
	/** A stale `..data_tmp`, timestamped directories that are not published, visible links of keys that are gone. */
	readonly removed: readonly string[];
	/** Visible links of published keys that were missing. */
	readonly linked: readonly string[];
}

const NO_REPAIR: Repair = { removed: [], linked: [] };

/**
 * Finishes or undoes what a killed writer had begun, whichever `..data` says. A volume whose `..data` was replaced by
 * something else is left alone.
 *
 * @param keep names that are not to be removed.
 * @throws FileSystemError when something cannot be removed or linked.
 */
export function repairVolume<C>(fileSystem: FileSystem<C>, root: string, keep: ReadonlySet<string> = new Set()): Repair {
	if (!exists(fileSystem, root)) return NO_REPAIR;
	const entries = new Map(entriesOf(fileSystem, root));
	const data = entries.get(DATA_LINK);
	if (data && data.kind !== 'data') return NO_REPAIR;
	const version = data ? `${root}/${data.text}` : null;
	const removed = [...entries].flatMap(([name, entry]) => {
		if (keep.has(name)) return [];
		if (entry.kind === 'newData') return [name];
		if (entry.kind === 'timestamped') return name === data?.text ? [] : [name];
		return entry.kind === 'visible' && !(version !== null && exists(fileSystem, `${version}/${name}`)) ? [name] : [];
	});
	for (const name of removed) removeAll(fileSystem, `${root}/${name}`);
	const published = version !== null && exists(fileSystem, version) ? [...fileSystem.readdir(version)].sort(compareStrings) : [];
	const linked = published.filter((name) => !entries.has(name));
	for (const name of linked) fileSystem.symlink(`${DATA_LINK}/${name}`, `${root}/${name}`);
	return { removed, linked };
}

/** Names in a volume's root; none when it does not exist. */
export function namesIn<C>(fileSystem: FileSystem<C>, root: string): ReadonlySet<string> {
	return new Set(exists(fileSystem, root) ? fileSystem.readdir(root) : []);
}

/**
 * Removes a volume: everything that the writer makes, empty directories that were made for nested mount points, and the root
 * if nothing else is in it.
 *
 * @param made names directly below the root that were made beside the writer, and that may go if they are empty directories.
 * @param keepRoot leaves the root, empty.
 * @returns names of what stays because it was not made here; empty when the root is gone, `.` when it is no directory any more.
 * @throws FileSystemError when something that should go cannot be removed.
 */
export function removeVolume<C>(
	fileSystem: FileSystem<C>,
	root: string,
	made: readonly string[] = [],
	keepRoot = false,
): readonly string[] {
	if (!exists(fileSystem, root)) return [];
	if (fileSystem.lstat(root).kind !== 'directory') return ['.'];
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
