// What `secretsim observe` does: lets every kind of consumer watch one volume at the same time and tells which update each of
// them noticed, and how late. Only reads, so it works on any directory with a `..data` link, also one that a kubelet made.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, watch as watchNode } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { MILLISECOND } from '../core/time.js';
import type { WorkerMessage } from './consumer-worker.js';
import { InputError } from './input-error.js';
import type { MountSystem } from './mount-options.js';
import { Observation, type ObservedVersion } from './observation.js';
import { observeJson, observeText, versionLine } from './observe-report.js';
import { CONSUMERS, type Consumer, type ConsumerTarget } from './volume-consumers.js';

/** The reference looks this often for a new version, besides being told by the file system, milliseconds. */
const REFERENCE_POLL_MS = 1;
/** An update that a consumer has not noticed after this long is shown as not noticed, milliseconds. */
const PATIENCE_MS = 1_000;
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
	const reference = new Reference(target, observation, (version) => {
		setTimeout(() => system.stderr.write(`${versionLine(observation, version)}\n`), PATIENCE_MS).unref();
	});
	const stops = await Promise.all(CONSUMERS.map((consumer) => startConsumer(consumer, target, reference, observation)));
	// What happened while they started is nobody's loss.
	const stopReference = reference.start();
	system.stderr.write(`observing ${directory}, key ${target.key}; Ctrl-C or quit ends it\n`);
	let interrupted = false;
	try {
		interrupted = await untilTheEnd(observation, options, system);
	} finally {
		stopReference();
		for (const stop of stops) await stop();
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
	let names: string[];
	try {
		// A watcher of a link to a directory watches the link: applications are given the directory itself.
		root = realpathSync(directory);
		readlinkSync(join(root, '..data'));
		names = readdirSync(root).filter((name) => !name.startsWith('..'));
	} catch {
		throw new InputError(`${directory} is no volume: it has no ..data link. Give the directory that a pod finds at its mountPath`);
	}
	const chosen = key ?? names.sort().find((name) => isReadable(join(root, name)));
	if (chosen === undefined) throw new InputError(`${directory} has no key to watch: it is empty, or its files cannot be read`);
	if (!isReadable(join(root, chosen))) throw new InputError(`${chosen} is no readable file in ${directory}; there are ${names.join(', ')}`);
	return { directory: root, key: chosen, pollMs: poll / MILLISECOND };
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
				if (waiting || observation.updates < updates) return;
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
