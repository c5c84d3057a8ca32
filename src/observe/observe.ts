// What `secretsim observe` does: lets every kind of consumer watch one volume at the same time and tells which update each of
// them noticed, and how late. Only reads, so it works on any directory with a `..data` link, also one that a kubelet made.

import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { MILLISECOND } from '../core/time.js';
import { LONGEST_TIMER_MS } from '../mount/timer-limit.js';
import { CONSUMERS, type Consumer, type ConsumerTarget } from './consumers.js';
import { LiveLines, PATIENCE_MS } from './live-lines.js';
import { Observation } from './observation.js';
import { observedVolume } from './observed-volume.js';
import { observeJson, observeText } from './report.js';
import { startConsumer } from './started-consumer.js';
import { VersionReference } from './version-reference.js';
import { wallClock } from './wall-clock.js';

/** Updates younger than this at the end are not counted, milliseconds; more with a slow `--poll`. */
const GRACE_MS = 250;
/** How often the number of updates is compared with `--updates`, milliseconds. */
const UPDATES_POLL_MS = 20;
/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

/** Streams of the process. */
export interface ObserveSystem {
	/** `quit` ends the observation. */
	readonly stdin: Readable;
	/** The report. */
	readonly stdout: Writable;
	/** Lines as they come. */
	readonly stderr: Writable;
}

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

/**
 * Observes a volume until it is told to end.
 *
 * @returns the exit code.
 * @throws InputError when the directory is no volume or has no such key.
 */
export async function runObserve(directory: string, options: ObserveOptions, system: ObserveSystem): Promise<number> {
	const target: ConsumerTarget = { ...observedVolume(directory, options.key), pollMs: options.poll / MILLISECOND };
	const observation = new Observation();
	const live = new LiveLines(observation, system.stderr);
	const reference = new VersionReference(target, observation, (version) => live.add(version));
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
		observation.countUntil(wallClock() - Math.max(GRACE_MS, 2 * target.pollMs));
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

/** Waits for `quit`, Ctrl-C, the time or the number of updates; true after Ctrl-C. */
async function untilTheEnd(observation: Observation, { duration, updates }: ObserveOptions, { stdin }: ObserveSystem): Promise<boolean> {
	const timers: NodeJS.Timeout[] = [];
	// Ctrl-C asks for the report: whoever else listens would end the process before it is printed.
	const others = process.listeners('SIGINT');
	process.removeAllListeners('SIGINT');
	let onData: ((chunk: unknown) => void) | undefined;
	const interrupted = await new Promise<boolean>((resolve) => {
		process.once('SIGINT', () => resolve(true));
		if (duration !== undefined) timers.push(setTimeout(() => resolve(false), Math.min(duration / MILLISECOND, LONGEST_TIMER_MS)));
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
