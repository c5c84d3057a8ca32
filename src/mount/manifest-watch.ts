// Watches manifest files with chokidar and reads them again when they have changed and settled. Tells what is different from
// the last time; manifests that cannot be read are reported and change nothing.

import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type FSWatcher, watch } from 'chokidar';
import { toContent } from '../kubernetes/object-content.js';
import type { ObjectState, Workload } from '../kubernetes/objects.js';
import type { SecretBytes } from '../kubernetes/secret-bytes.js';
import { errorCode } from '../projection/adapters/real-directory.js';
import type { InputFiles } from '../scenario/input-files.js';
import { labelOf, type ObjectName } from './live-objects.js';
import { isInputProblem, type ManifestValues, readPaths } from './pod-choice.js';

/** Editors write a file in several steps: it is read when nothing has happened for this long, milliseconds. */
const SETTLE_MS = 100;
/** But not later than this after the first event, milliseconds. */
const LONGEST_WAIT_MS = 1_000;
/**
 * How often it is looked whether a folder is still the same one, milliseconds: a watcher stays with a folder that was removed, and does
 * not see the new one of that name, as another branch brings it.
 */
const REPLACED_POLL_MS = 500;

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

/** What of the file system is watched: folders as they are, and of a file the folder that it is in, because editors replace files. */
class WatchScope {
	readonly #folders: readonly string[];
	readonly #files: readonly string[];
	readonly #hidden: string;

	constructor(paths: readonly string[], hidden: string) {
		const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
		const full = paths.map((path) => resolve(path));
		this.#folders = full.filter(isFolder);
		this.#files = full.filter((path) => !isFolder(path));
		this.#hidden = resolve(hidden);
	}

	/** Folders to watch. */
	get roots(): readonly string[] {
		return [...new Set([...this.#folders, ...this.#files.map(dirname)])];
	}

	/** True for a path that was given and is no folder. */
	isFile(path: string): boolean {
		return this.#files.includes(resolve(path));
	}

	/** True for what matters below the roots, and for the roots themselves. */
	has(path: string): boolean {
		const full = resolve(path);
		if (full === this.#hidden) return false;
		if (this.#folders.some((folder) => full === folder || full.startsWith(`${folder}/`))) return true;
		return this.#files.some((file) => full === file || full === dirname(file));
	}
}

/** Does something once when events have come to rest, or have gone on for long. */
class Settled {
	readonly #run: () => void;
	#timer: NodeJS.Timeout | undefined;
	#since = Number.POSITIVE_INFINITY;

	constructor(run: () => void) {
		this.#run = run;
	}

	soon(): void {
		const now = performance.now();
		this.#since = Math.min(this.#since, now);
		clearTimeout(this.#timer);
		const run = (): void => {
			this.#since = Number.POSITIVE_INFINITY;
			this.#run();
		};
		this.#timer = setTimeout(run, Math.min(SETTLE_MS, this.#since + LONGEST_WAIT_MS - now));
	}

	stop(): void {
		clearTimeout(this.#timer);
	}
}

/** What is watched, and who is told. */
export interface ManifestWatchOptions {
	/** What the manifests are read from. */
	readonly files: InputFiles;
	/** Files and folders, as they were read before. */
	readonly paths: readonly string[];
	/** The objects that were read from them. */
	readonly objects: readonly ObjectState<SecretBytes>[];
	/** The workload whose pod is mounted. */
	readonly workload: Workload;
	/** A directory that is not watched, should it lie below them. */
	readonly hidden: string;
	/** Told of differences. */
	changed(changes: ManifestChanges): void;
	/** Told when the workload differs from the last reading; `gone`: it is in no file any more. */
	podChanged(gone: boolean): void;
	/** Told, in words, of files that cannot be read. */
	problem(message: string): void;
}

/** What a pod is made from, for comparing; null when the workload is not there. */
function templateOf(workloads: readonly Workload[], { kind, namespace, name }: Workload): string | null {
	const found = workloads.find((one) => one.kind === kind && one.namespace === namespace && one.name === name);
	return found ? JSON.stringify(found.template) : null;
}

/** Starts watching. */
export async function watchManifests(options: ManifestWatchOptions): Promise<ManifestWatch> {
	const { files, paths, objects, workload, hidden, problem } = options;
	let last = summaryOf(objects);
	let names = new Map<string, ObjectName>(objects.map((object) => [labelOf(object), object]));
	let template = templateOf([workload], workload);
	const read = (): void => {
		let manifests: ManifestValues;
		try {
			manifests = readPaths(files, paths);
		} catch (error) {
			if (!isInputProblem(error)) throw error;
			problem(error.message);
			return;
		}
		const now = manifests.objects.map(({ item }) => item);
		const summary = summaryOf(now);
		const put = now.filter((object) => last.get(labelOf(object)) !== summary.get(labelOf(object)));
		const deleted = [...names].flatMap(([label, name]) => (summary.has(label) ? [] : [name]));
		const templateNow = templateOf(
			manifests.workloads.map(({ item }) => item),
			workload,
		);
		const podDiffers = templateNow !== template;
		last = summary;
		names = new Map(now.map((object) => [labelOf(object), object]));
		template = templateNow;
		if (put.length > 0 || deleted.length > 0) options.changed({ put, deleted });
		if (podDiffers) options.podChanged(templateNow === null);
	};
	const scope = new WatchScope(paths, hidden);
	const settled = new Settled(read);
	const open = (): FSWatcher => openWatcher(scope, () => settled.soon(), problem);
	let watcher = open();
	await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
	// What changed between the first reading and now has made no event.
	read();
	let identities = identitiesOf(scope.roots);
	const replaced = setInterval(() => {
		const now = identitiesOf(scope.roots);
		if (now.some((identity, root) => identity !== null && identity !== identities[root])) {
			void watcher.close();
			watcher = open();
			watcher.once('ready', () => settled.soon());
		}
		identities = now;
	}, REPLACED_POLL_MS);
	return {
		close: async () => {
			clearInterval(replaced);
			settled.stop();
			await watcher.close();
		},
	};
}

/** What tells a folder from another one that has its name later; null: it cannot be seen. The number of a removed one is given again. */
function identitiesOf(folders: readonly string[]): readonly (string | null)[] {
	return folders.map((folder) => {
		try {
			const { dev, ino, birthtimeNs } = statSync(folder, { bigint: true });
			return `${dev} ${ino} ${birthtimeNs}`;
		} catch (error) {
			if (errorCode(error) === null) throw error;
			return null;
		}
	});
}

function openWatcher(scope: WatchScope, event: () => void, problem: (message: string) => void): FSWatcher {
	const watcher = watch([...scope.roots], { ignoreInitial: true, ignored: (path) => !scope.has(path) });
	watcher.on('all', event);
	// What the file system tells of a folder comes unfiltered here: chokidar's own events can stop for a file that is replaced
	// just after a chmod (its throttle drops the second event of a path within 5 ms).
	watcher.on('raw', (_event, name: string | null, details) => {
		const { watchedPath } = details as { readonly watchedPath: string };
		if (name === null || scope.isFile(watchedPath) || scope.has(join(watchedPath, name))) event();
	});
	watcher.on('error', (error) => problem(`the manifests cannot be watched: ${error instanceof Error ? error.message : String(error)}`));
	return watcher;
}
