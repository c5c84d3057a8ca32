// Folders that results go into, made when they are missing and removed again when nothing came into them. `mkdir` with
// `recursive` of Node.js repeats for ever where a folder exists in which nothing can be made (below /proc, for example), so
// the steps are made here one by one.

import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are missing; all or none.
 *
 * @returns the first one that had to be made; undefined when all were there.
 * @throws the error of the file system.
 */
export function makeFolder(path: string): string | undefined {
	const folder = resolve(path);
	if (isFolder(folder)) return undefined;
	const above = dirname(folder);
	const first = existsSync(above) ? undefined : makeFolder(above);
	try {
		mkdirSync(folder);
	} catch (cause) {
		// Another process may have made it at the same time.
		if (isFolder(folder)) return first;
		if (first !== undefined) removeEmptyFolders(above, first);
		throw cause;
	}
	return first ?? folder;
}

/** Removes a folder and those above it as far as `to`, until one is not empty. Both are absolute paths. */
export function removeEmptyFolders(from: string, to: string): void {
	try {
		for (let folder = from; folder.length >= to.length; folder = dirname(folder)) rmdirSync(folder);
	} catch {
		// Something of somebody else is in it.
	}
}

function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}
