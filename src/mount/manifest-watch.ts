// Watches manifest files with chokidar and reads them again when they have changed and settled. Tells what is different from
// the last time; manifests that cannot be read are reported and change nothing.

import { resolve } from 'node:path';
import { watch } from 'chokidar';
import { toContent } from '../kubernetes/object-content.js';
import type { ObjectState } from '../kubernetes/objects.js';
import type { SecretBytes } from '../kubernetes/secret-bytes.js';
import type { InputFiles } from '../scenario/input-files.js';
import { labelOf, type ObjectName } from './live-objects.js';
import { isInputProblem, readPaths } from './pod-choice.js';

/** Editors write a file in several steps: it is read when nothing has happened for this long, milliseconds. */
const SETTLE_MS = 100;

/** What a new reading found. */
export interface ManifestChanges {
	/** Objects that are new or differ from the last reading. */
	readonly put: readonly ObjectState<SecretBytes>[];
	/** Objects that are in no file any more. */
	readonly deleted: readonly ObjectName[];
}

/** A running watch. */
export interface ManifestWatch {
	close(): Promise<void>;
}

/** What the objects of some manifests are, without their values, for comparing. */
function summaryOf(objects: readonly ObjectState<SecretBytes>[]): ReadonlyMap<string, string> {
	return new Map(objects.map((object) => [labelOf(object), JSON.stringify(toContent(object))]));
}

/**
 * Starts watching.
 *
 * @param files what the manifests are read from.
 * @param paths files and folders, as they were read before.
 * @param objects what was read from them.
 * @param changed told of differences.
 * @param problem told, in words, of files that cannot be read.
 * @param hidden a directory that is not watched, should it lie below them.
 */
export async function watchManifests(
	files: InputFiles,
	paths: readonly string[],
	objects: readonly ObjectState<SecretBytes>[],
	changed: (changes: ManifestChanges) => void,
	problem: (message: string) => void,
	hidden: string,
): Promise<ManifestWatch> {
	let last = summaryOf(objects);
	let names = new Map<string, ObjectName>(objects.map((object) => [labelOf(object), object]));
	const read = (): void => {
		let now: readonly ObjectState<SecretBytes>[];
		try {
			now = readPaths(files, paths).objects.map(({ item }) => item);
		} catch (error) {
			if (!isInputProblem(error)) throw error;
			problem(error.message);
			return;
		}
		const summary = summaryOf(now);
		const put = now.filter((object) => last.get(labelOf(object)) !== summary.get(labelOf(object)));
		const deleted = [...names].flatMap(([label, name]) => (summary.has(label) ? [] : [name]));
		last = summary;
		names = new Map(now.map((object) => [labelOf(object), object]));
		if (put.length > 0 || deleted.length > 0) changed({ put, deleted });
	};
	const watcher = watch([...paths], { ignoreInitial: true, ignored: (path) => resolve(path) === resolve(hidden) });
	let timer: NodeJS.Timeout | undefined;
	watcher.on('all', () => {
		clearTimeout(timer);
		timer = setTimeout(read, SETTLE_MS);
	});
	watcher.on('error', (error) => problem(`the manifests cannot be watched: ${error instanceof Error ? error.message : String(error)}`));
	await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
	// What changed between the first reading and now has made no event.
	read();
	return {
		close: async () => {
			clearTimeout(timer);
			await watcher.close();
		},
	};
}
