// Ways in which applications notice that a volume has changed, as a table: file watchers of several kinds, polls, and a
// reader that keeps its file open. Each is told of a directory and a key, and calls back whenever it would have told its
// application. What each is known to lose is written beside it (docs/real-volumes.md has the measurements).

import { closeSync, type FSWatcher, lstatSync, openSync, readFileSync, readSync, statSync, watch as watchNode } from 'node:fs';
import { join } from 'node:path';
import { type ChokidarOptions, watch as watchChokidar } from 'chokidar';
import type { ObservedVolume } from './observed-volume.js';

/** What a consumer watches. */
export interface ConsumerTarget extends ObservedVolume {
	/** Milliseconds between two looks of a poll. */
	readonly pollMs: number;
}

/** What a consumer tells. */
export interface ConsumerCallbacks {
	/** It would have told its application now. */
	noticed(): void;
	/** It failed; it may go on. */
	failed(message: string): void;
}

/** One way of noticing. */
export interface Consumer {
	/** Stable name, for programs. */
	readonly name: string;
	/** For people. */
	readonly title: string;
	/** Head of its column in a line per update: the kind of consumer, and what it looks at. */
	readonly column: readonly [kind: string, target: string];
	/** What it is known to lose; said when it has missed an update. */
	readonly loss: string;
	/** It has to have a thread of its own, because several of it in one process disturb each other. */
	readonly apart?: true;
	/** Starts; resolves when it watches. The answer ends it. */
	start(target: ConsumerTarget, callbacks: ConsumerCallbacks): Promise<() => Promise<void>>;
}

/**
 * The leading-edge throttles of chokidar 5: 50 ms for `change` (index.js, `_emit`), 5 ms for what its fs.watch tells
 * (handler.js, `_handleFile`). The second drops the deletion of the old file when a chmod came just before, and a kubelet does
 * that to the old version of a volume with fsGroup (K20.9).
 */
const THROTTLE_LOSS =
	'chokidar drops a second change of one path within 50 ms and tells nothing afterwards: the last update of a burst is lost; and where fsGroup touches the old file just before the swap it can stay with the deleted file for good';

/** Every consumer, in the order in which they are shown. */
export const CONSUMERS: readonly Consumer[] = [
	{
		name: 'chokidar-directory-recommended',
		title: 'chokidar, directory, no links, depth 0',
		column: ['chokidar', 'dir, depth 0'],
		loss: 'events come in a burst per update; only the latest of several fast updates can be read',
		apart: true,
		start: chokidarConsumer(({ directory }) => directory, { followSymlinks: false, depth: 0 }),
	},
	{
		name: 'chokidar-directory',
		title: 'chokidar, directory, defaults',
		column: ['chokidar', 'dir'],
		loss: 'it never tells of the ..data link itself, and tells of unchanged keys too',
		apart: true,
		start: chokidarConsumer(({ directory }) => directory, {}),
	},
	{
		name: 'chokidar-key',
		title: 'chokidar, key file',
		column: ['chokidar', 'key'],
		loss: THROTTLE_LOSS,
		apart: true,
		start: chokidarConsumer(({ directory, key }) => join(directory, key), {}),
	},
	{
		name: 'chokidar-data',
		title: 'chokidar, ..data',
		column: ['chokidar', '..data'],
		loss: THROTTLE_LOSS,
		apart: true,
		start: chokidarConsumer(({ directory }) => join(directory, '..data'), {}),
	},
	{
		name: 'fs-watch-directory',
		title: 'fs.watch, directory',
		column: ['fs.watch', 'dir'],
		loss: 'only the latest of several fast updates can be read',
		start: nodeConsumer(({ directory }) => directory),
	},
	{
		name: 'fs-watch-key',
		title: 'fs.watch, key file',
		column: ['fs.watch', 'key'],
		loss: 'it watches the inode behind the name: after the first swap that inode is deleted and nothing is ever told again',
		start: nodeConsumer(({ directory, key }) => join(directory, key)),
	},
	{
		name: 'poll-content',
		title: 'poll, content of the key',
		column: ['poll', 'content'],
		loss: 'updates between two looks are seen as one, and updates of other keys not at all',
		start: pollConsumer(({ directory, key }) => readFileSync(join(directory, key)).toString('base64')),
	},
	{
		name: 'poll-link-mtime',
		title: 'poll, mtime of ..data',
		column: ['poll', '..data'],
		loss: 'updates between two looks are seen as one',
		start: pollConsumer(({ directory }) => String(lstatSync(join(directory, '..data'), { bigint: true }).mtimeNs)),
	},
	{
		name: 'poll-target-stat',
		title: 'poll, inode and mtime of the key',
		column: ['poll', 'stat'],
		loss: 'updates between two looks are seen as one',
		start: pollConsumer(({ directory, key }) => {
			const { ino, mtimeNs } = statSync(join(directory, key), { bigint: true });
			return `${ino} ${mtimeNs}`;
		}),
	},
	{
		name: 'open-descriptor',
		title: 'reader that keeps its file open',
		column: ['open', 'file'],
		loss: 'an open descriptor keeps the deleted file: it shows the same bytes for ever, as a subPath mount does',
		start: descriptorConsumer,
	},
];

function chokidarConsumer(pathOf: (target: ConsumerTarget) => string, options: ChokidarOptions): Consumer['start'] {
	return async (target, { noticed, failed }) => {
		const watcher = watchChokidar(pathOf(target), { ...options, ignoreInitial: true });
		watcher.on('all', noticed);
		watcher.on('error', (error) => failed(error instanceof Error ? error.message : String(error)));
		await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
		return () => watcher.close();
	};
}

function nodeConsumer(pathOf: (target: ConsumerTarget) => string): Consumer['start'] {
	return async (target, { noticed, failed }) => {
		const watcher: FSWatcher = watchNode(pathOf(target), noticed);
		watcher.on('error', (error) => failed(error.message));
		return async () => watcher.close();
	};
}

/** Looks at regular times and notices when what it sees differs from the last time. */
function pollConsumer(look: (target: ConsumerTarget) => string): Consumer['start'] {
	return async (target, { noticed }) => {
		let last = look(target);
		const timer = setInterval(() => {
			let now: string;
			try {
				now = look(target);
			} catch {
				// Between two versions a name may be missing: the next look finds it.
				return;
			}
			if (now !== last) noticed();
			last = now;
		}, target.pollMs);
		return async () => clearInterval(timer);
	};
}

async function descriptorConsumer(
	{ directory, key, pollMs }: ConsumerTarget,
	{ noticed }: ConsumerCallbacks,
): Promise<() => Promise<void>> {
	const descriptor = openSync(join(directory, key), 'r');
	const look = (): string => {
		const buffer = Buffer.alloc(4096);
		return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, 0)).toString('base64');
	};
	let last = look();
	const timer = setInterval(() => {
		const now = look();
		if (now !== last) noticed();
		last = now;
	}, pollMs);
	return async () => {
		clearInterval(timer);
		closeSync(descriptor);
	};
}
