// What `secretsim observe` does: lets every kind of consumer watch one volume at the same time and tells which update each of
// them noticed, and how late. Only reads, so it works on any directory with a `..data` link, also one that a kubelet made.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync, watch as watchNode } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { MILLISECOND } from '../core/time.js';
import type { WorkerMessage } from './consumer-worker.js';
import { InputError } from './input-error.js';
import type { MountSystem } from './mount-options.js';
import { Observation, type ObservedVersion } from './observation.js';
import { liveHead, observeJson, observeText, versionLine } from './observe-report.js';
import { CONSUMERS, type Consumer, type ConsumerTarget } from './volume-consumers.js';
import { publishedVersion } from './volume-link.js';

/** The reference looks this often for a new version, besides being told by the file system, milliseconds. */
const REFERENCE_POLL_MS = 1;
/** An update that a consumer has not noticed after this long is shown as not noticed, milliseconds. */
const PATIENCE_MS = 1_000;
/** Updates younger than this at the end are not counted, milliseconds; more with a slow `--poll`. */
const GRACE_MS = 250;
/** How often the number of updates is compared with `--updates`, milliseconds. */
const UPDATES_POLL_MS = 20;
/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

/** Options of the command. */
export interface ObserveOptions {
	/** Key that file watchers and polls look at; default the first one. */
	readonly key?: string;
	/** Microseconds after which it ends; default: Ctrl-C or `quit`. */
	readonly duration?: number;
	/** Number of updates after which it ends. */
	readonly updates?: number;
	/** Microseconds between two looks of a poll. */
	readonly poll: number;
	readonly output: 'text' | 'json';
}

/** Milliseconds since 1970, finer than Date.now(). */
function clock(): number {
	return performance.timeOrigin + performance.now();
}

/**
 * Observes a volume until it is told to end.
 *
 * @returns the exit code.
 * @throws InputError when the directory is no volume or has no such key.
 */
export async function runObserve(directory: string, options: ObserveOptions, system: MountSystem): Promise<number> {
	const target = targetOf(directory, options);
	const observation = new Observation();
	const live = new LiveLines(observation, system.stderr);
	const reference = new Reference(target, observation, (version) => live.add(version));
	const start = (consumer: Consumer): Promise<() => Promise<void>> => startConsumer(consumer, target, reference, observation);
	// Threads take their time: those without one start last, or they would lose what happens in the meantime.
	const stops = await Promise.all(CONSUMERS.filter(({ apart }) => apart).map(start));
	stops.push(...(await Promise.all(CONSUMERS.filter(({ apart }) => !apart).map(start))));
	// What happened while they started is nobody's loss.
	const stopReference = reference.start();
	system.stderr.write(`observing ${directory}, key ${target.key}; Ctrl-C or quit ends it\n`);
	let interrupted = false;
	try {
		interrupted = await untilTheEnd(observation, options, system);
		observation.countUntil(clock() - Math.max(GRACE_MS, 2 * target.pollMs));
	} finally {
		stopReference();
		for (const stop of stops) await stop();
		live.end();
	}
	system.stdout.write(
		options.output === 'json' ? observeJson(directory, target.key, observation) : observeText(directory, target.key, observation),
	);
	return interrupted ? INTERRUPTED : 0;
}

/** Starts a consumer, in a thread of its own if it needs one; the answer ends it. */
async function startConsumer(
	consumer: Consumer,
	target: ConsumerTarget,
	reference: Reference,
	observation: Observation,
): Promise<() => Promise<void>> {
	const { name } = consumer;
	const failed = (message: string): void => observation.failed(name, message);
	if (consumer.apart === undefined) {
		const noticed = (): void => {
			const current = reference.look();
			if (current !== null) observation.noticed(name, current, clock());
		};
		return consumer.start(target, { noticed, failed });
	}
	const worker = new Worker(new URL('./consumer-worker.js', import.meta.url), { workerData: { name, target } });
	await new Promise<void>((resolve, reject) => {
		worker.once('error', reject);
		worker.on('message', (message: WorkerMessage) => {
			if (message.kind === 'ready') resolve();
			else if (message.kind === 'failed') failed(message.message);
			else if (message.current !== null && reference.look() !== null) {
				observation.noticed(name, message.current, message.at);
			}
		});
	});
	return async () => {
		const ended = new Promise((resolve) => worker.once('exit', resolve));
		worker.postMessage('stop');
		await ended;
	};
}

function targetOf(directory: string, { key, poll }: ObserveOptions): ConsumerTarget {
	let root: string;
	let names: readonly string[];
	try {
		// A watcher of a link to a directory watches the link: applications are given the directory itself.
		root = realpathSync(directory);
		readlinkSync(join(root, '..data'));
		names = keysBelow(root, '');
	} catch {
		const inside = volumesIn(directory);
		const hint = inside.length === 0 ? 'Give the directory that a pod finds at its mountPath' : `It holds volumes: ${inside.join(', ')}`;
		throw new InputError(`${directory} is no volume: it has no ..data link. ${hint}`);
	}
	const chosen = key ?? names.find((name) => isReadable(join(root, name)));
	if (chosen === undefined) throw new InputError(`${directory} has no key to watch: it is empty, or its files cannot be read`);
	if (!isReadable(join(root, chosen))) throw new InputError(`${chosen} is no readable file in ${directory}; there are ${names.join(', ')}`);
	return { directory: root, key: chosen, pollMs: poll / MILLISECOND };
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

/** Knows which version is published and since when, as exactly as can be known from outside. */
class Reference {
	readonly #target: ConsumerTarget;
	readonly #observation: Observation;
	readonly #published: (version: ObservedVersion) => void;
	#digest = '';
	#started = false;

	constructor(target: ConsumerTarget, observation: Observation, published: (version: ObservedVersion) => void) {
		this.#target = target;
		this.#observation = observation;
		this.#published = published;
	}

	/** Name of the published version; null when there is none, or before {@link start}. A new one is noted. */
	look(): string | null {
		if (!this.#started) return null;
		const link = join(this.#target.directory, '..data');
		try {
			const current = readlinkSync(link);
			// The rename changes the link's ctime: that is the instant of the swap.
			const { ctimeMs } = lstatSync(link);
			if (readlinkSync(link) !== current) return this.look();
			if (this.#observation.versions.at(-1)?.directory !== current) this.#note(current, ctimeMs);
			return current;
		} catch {
			return null;
		}
	}

	#note(current: string, ctimeMs: number): void {
		const digest = this.#keyDigest(current);
		const version = this.#observation.published(current, Math.min(ctimeMs, clock()), digest !== this.#digest);
		this.#digest = digest;
		if (version && version.number > 0) this.#published(version);
	}

	#keyDigest(current: string): string {
		try {
			return createHash('sha256')
				.update(readFileSync(join(this.#target.directory, current, this.#target.key)))
				.digest('hex');
		} catch {
			return '';
		}
	}

	/** Looks on every event of the directory, and all the time between. */
	start(): () => void {
		this.#started = true;
		this.look();
		const watcher = watchNode(this.#target.directory, () => void this.look());
		const timer = setInterval(() => this.look(), REFERENCE_POLL_MS);
		return () => {
			watcher.close();
			clearInterval(timer);
		};
	}
}

/** Prints a line for each update once the consumers have had their time. */
class LiveLines {
	readonly #observation: Observation;
	readonly #stderr: MountSystem['stderr'];
	readonly #pending = new Map<ObservedVersion, NodeJS.Timeout>();

	constructor(observation: Observation, stderr: MountSystem['stderr']) {
		this.#observation = observation;
		this.#stderr = stderr;
	}

	add(version: ObservedVersion): void {
		this.#pending.set(
			version,
			setTimeout(() => this.#print(version), PATIENCE_MS),
		);
	}

	/** Prints what is still pending; updates that are too young to be counted are left out here too. */
	end(): void {
		for (const [version, timer] of [...this.#pending]) {
			clearTimeout(timer);
			if (this.#observation.updates.includes(version)) this.#print(version);
		}
	}

	#print(version: ObservedVersion): void {
		this.#pending.delete(version);
		const head = version.number === 1 ? `${liveHead()}\n` : '';
		this.#stderr.write(`${head}${versionLine(this.#observation, version)}\n`);
	}
}

/** Waits for `quit`, Ctrl-C, the time or the number of updates; true after Ctrl-C. */
async function untilTheEnd(observation: Observation, { duration, updates }: ObserveOptions, { stdin }: MountSystem): Promise<boolean> {
	const timers: NodeJS.Timeout[] = [];
	// Ctrl-C asks for the report: whoever else listens would end the process before it is printed.
	const others = process.listeners('SIGINT');
	process.removeAllListeners('SIGINT');
	let onData: ((chunk: unknown) => void) | undefined;
	const interrupted = await new Promise<boolean>((resolve) => {
		process.once('SIGINT', () => resolve(true));
		if (duration !== undefined) timers.push(setTimeout(() => resolve(false), duration / MILLISECOND));
		if (updates !== undefined) {
			let waiting = false;
			const enough = (): void => {
				if (waiting || observation.updates.length < updates) return;
				waiting = true;
				// The slow ones get their chance to notice the last one.
				timers.push(setTimeout(() => resolve(false), PATIENCE_MS));
			};
			timers.push(setInterval(enough, UPDATES_POLL_MS));
		}
		onData = (chunk): void => {
			if (/^quit\s*$/m.test(String(chunk))) resolve(false);
		};
		stdin.on('data', onData);
	});
	process.removeAllListeners('SIGINT');
	for (const listener of others) process.on('SIGINT', listener);
	for (const timer of timers) clearTimeout(timer);
	if (onData) stdin.removeListener('data', onData);
	stdin.pause();
	return interrupted;
}
