// What inotify reports of two swaps of a volume on a real directory (P19): one watch on the volume directory, one on the file
// of a key. Receives the class that makes volumes, gives the names in the order of the events; no times.

import { type FSWatcher, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SecretVolume } from '../../src/mount/secret-volume.js';

/** What was reported of one swap. */
export interface SwapEvents {
	/**
	 * Events of the watch on the volume directory: `rename` is a name that appeared or went away, `change` its attributes. The
	 * timestamped directories are called `..old` and `..new`.
	 */
	readonly directory: readonly string[];
	/** Events of the watch on the key's file. */
	readonly file: readonly string[];
}

/** A file that is made after a swap: when its event is there, all earlier ones are. One process has one inotify queue. */
const SENTINEL = 'sentinel';
/** Longest wait for the sentinel; it comes at once where inotify works. */
const PATIENCE_MS = 5000;

class WatchedVolume {
	readonly #path: string;
	readonly #directory: FSWatcher;
	readonly #file: FSWatcher;
	#directoryEvents: string[] = [];
	#fileEvents: string[] = [];

	/** The watch on the file follows the links, as an application's watch on its mount path does. */
	constructor(path: string, key: string) {
		this.#path = path;
		this.#directory = watch(path, (event, name) => this.#directoryEvents.push(`${event} ${name}`));
		this.#file = watch(join(path, key), (event) => this.#fileEvents.push(event));
	}

	/** What has been reported since the last time. */
	async take(): Promise<SwapEvents> {
		const sentinel = join(this.#path, SENTINEL);
		writeFileSync(sentinel, '');
		for (let waited = 0; !this.#directoryEvents.includes(`rename ${SENTINEL}`); waited++) {
			if (waited === PATIENCE_MS) throw new Error('inotify does not report a new file');
			await pause(1);
		}
		const events = { directory: this.#directoryEvents.filter((event) => !event.endsWith(` ${SENTINEL}`)), file: this.#fileEvents };
		rmSync(sentinel);
		while (this.#directoryEvents.filter((event) => event === `rename ${SENTINEL}`).length < 2) await pause(1);
		this.#directoryEvents = [];
		this.#fileEvents = [];
		return { directory: named(events.directory), file: events.file };
	}

	close(): void {
		this.#directory.close();
		this.#file.close();
	}
}

/** Timestamped directories by role: the one that appears is new, the other one old. */
function named(events: readonly string[]): string[] {
	const names = events.map((event) => event.split(' ')[1] as string).filter((name) => /^\.\.\d{4}_/.test(name));
	const [created] = names;
	return events.map((event) => {
		const [kind, name] = event.split(' ') as [string, string];
		return names.includes(name) ? `${kind} ${name === created ? '..new' : '..old'}` : event;
	});
}

/** Makes a volume with one key, watches it, and changes the key twice. */
export async function watchTwoSwaps(volumes: typeof SecretVolume): Promise<readonly SwapEvents[]> {
	const volume = await volumes.create({ data: { key: 'first' }, seed: 1 });
	const watched = new WatchedVolume(volume.path, 'key');
	try {
		const swaps: SwapEvents[] = [];
		for (const value of ['second', 'third']) {
			await volume.update({ key: value });
			swaps.push(await watched.take());
		}
		return swaps;
	} finally {
		watched.close();
		await volume.close();
	}
}
