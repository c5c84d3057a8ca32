// The volume that is observed: its root and the key that file watchers and polls look at. Receives what the user named, refuses what is no
// volume. Only reads, and only through names that an application would use.

import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, inputErrorOf } from '../mount/input-error.js';
import { publishedVersion } from '../mount/volume-link.js';
import { errorCode } from '../projection/adapters/real-directory.js';

/** A volume and one of its keys. */
export interface ObservedVolume {
	/** Root of the volume, links resolved. */
	readonly directory: string;
	/** A key of the volume: a path below the root. */
	readonly key: string;
}

/**
 * Finds a volume and its key.
 *
 * @param key default: the first one that can be read.
 * @throws InputError when the directory is no volume or has no such key.
 */
export function observedVolume(directory: string, key: string | undefined): ObservedVolume {
	let root: string;
	try {
		// A watcher of a link to a directory watches the link: applications are given the directory itself.
		root = realpathSync(directory);
	} catch (error) {
		throw inputErrorOf(error, errorCode(error) === 'ENOENT' ? `${directory} does not exist` : `cannot read ${directory}`);
	}
	if (publishedVersion(root) === null) {
		const inside = volumesIn(directory);
		const hint = inside.length === 0 ? 'Give the directory that a pod finds at its mountPath' : `It holds volumes: ${inside.join(', ')}`;
		throw new InputError(`${directory} is no volume: it has no ..data link. ${hint}`);
	}
	let names: readonly string[];
	try {
		names = keysBelow(root, '');
	} catch (error) {
		throw inputErrorOf(error, `cannot read ${directory}`);
	}
	const chosen = key ?? names.find((name) => isReadable(join(root, name)));
	if (chosen === undefined) throw new InputError(`${directory} has no key to watch: it is empty, or its files cannot be read`);
	if (!isReadable(join(root, chosen))) throw new InputError(`${chosen} is no readable file in ${directory}; there are ${names.join(', ')}`);
	return { directory: root, key: chosen };
}

/** Paths of the files of a volume as applications name them, sorted; `items` may put them into folders. */
function keysBelow(root: string, folder: string): readonly string[] {
	const names = readdirSync(join(root, folder)).filter((name) => folder !== '' || !name.startsWith('..'));
	return names.sort().flatMap((name) => {
		const path = join(folder, name);
		return statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ? keysBelow(root, path) : [path];
	});
}

/** Volumes directly below a directory that is none itself: what `mount` makes for a whole pod. */
function volumesIn(directory: string): readonly string[] {
	try {
		const paths = readdirSync(directory).map((name) => join(directory, name));
		return paths.filter((path) => publishedVersion(path) !== null);
	} catch {
		return [];
	}
}

function isReadable(path: string): boolean {
	try {
		readFileSync(path);
		return true;
	} catch {
		return false;
	}
}
