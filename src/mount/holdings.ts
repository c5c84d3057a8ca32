// What a process has made in a directory, written down where a later process finds it, and the removal of exactly that:
// entries that the atomic writer makes, empty directories, trees of subPath mounts. Links are never followed, and paths of a
// record that would lead out of its directory are not believed.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { realFileSystem } from '../projection/adapters/real-directory.js';
import { removeAll } from '../projection/go-file-tree.js';
import { removeVolume } from './volume-repair.js';

/** A volume root that was made, or taken over empty. */
export interface HeldVolume {
	/** Relative to the directory; '.' for the directory itself. */
	readonly path: string;
	/** Names directly below it that may go when they are empty directories: mount points of other volumes, subPaths. */
	readonly made: readonly string[];
}

/** Things made in a directory. */
export interface Holdings {
	readonly volumes: readonly HeldVolume[];
	/** Directories that were made and filled here, relative: they go with everything in them. */
	readonly trees: readonly string[];
}

/** Nothing was made yet. */
export const NO_HOLDINGS: Holdings = { volumes: [], trees: [] };

/**
 * Removes what was made. The directory itself stays, also when it is a volume's root.
 *
 * @returns relative paths of what is left because it was not made here.
 */
export function removeHoldings(directory: string, holdings: Holdings): readonly string[] {
	const status = lstatSync(directory, { throwIfNoEntry: false });
	if (!status) return [];
	if (!status.isDirectory()) return ['.'];
	const isOurs = (path: string): boolean => isInside(path) && leadsThroughDirectories(directory, path);
	for (const tree of holdings.trees.filter(isOurs)) removeAll(realFileSystem, join(directory, tree));
	return holdings.volumes
		.filter(({ path }) => path === '.' || isOurs(path))
		.flatMap(({ path, made }) => {
			const foreign = removeVolume(realFileSystem, join(directory, path), made, path === '.');
			return foreign.map((name) => join(path, name));
		});
}

/** False when a directory on the way was replaced by something else, for example a link out of here. */
function leadsThroughDirectories(directory: string, path: string): boolean {
	const parents = path.split('/').slice(0, -1);
	return parents.every((_name, index) => {
		const parent = join(directory, ...parents.slice(0, index + 1));
		return lstatSync(parent, { throwIfNoEntry: false })?.isDirectory() === true;
	});
}

/** Reads holdings out of parsed JSON; null when they are none. */
export function parseHoldings(value: unknown): Holdings | null {
	if (typeof value !== 'object' || value === null) return null;
	const { volumes, trees } = value as Readonly<Record<string, unknown>>;
	if (!Array.isArray(volumes) || !isTextList(trees)) return null;
	const held = volumes.filter(
		(volume): volume is HeldVolume =>
			typeof volume === 'object' && volume !== null && typeof volume.path === 'string' && isTextList(volume.made),
	);
	return held.length === volumes.length ? { volumes: held, trees } : null;
}

function isTextList(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** A relative path that stays below its start. */
function isInside(path: string): boolean {
	return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
