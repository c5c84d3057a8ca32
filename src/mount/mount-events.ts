// What `mount` tells while it runs: one line per event, for people or as JSON Lines for programs. Names only, never values.

import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import type { ChangedFiles } from './live-volume.js';
import type { BytesPlace } from './mount-layout.js';

/** One thing that happened. */
export type MountEvent =
	/** A version was published. `delays`: in a scenario, which writes it shows and how late. */
	| {
			readonly event: 'swapped';
			readonly volume: string;
			readonly path: string;
			readonly directory: string;
			readonly files: ChangedFiles;
			readonly shadowed: readonly string[];
	  }
	| {
			readonly event: 'settled';
			readonly volume: string;
			readonly object: string;
			readonly write: number;
			readonly outcome: string;
			readonly delaySeconds: number;
	  }
	/** A refresh failed; the old content stays. `message` is the kubelet's. */
	| { readonly event: 'failed'; readonly volume: string; readonly message: string }
	| { readonly event: 'object'; readonly object: string; readonly verb: string; readonly keys: readonly string[] }
	| { readonly event: 'refused'; readonly object: string; readonly message: string }
	| {
			readonly event: 'container';
			readonly container: string;
			readonly what: 'started' | 'restarted' | 'failed';
			readonly message?: string;
	  }
	| {
			readonly event: 'subPath';
			readonly container: string;
			readonly volume: string;
			readonly subPath: string;
			readonly mountPath: string;
			readonly path: string;
	  }
	| { readonly event: 'warning'; readonly message: string }
	| {
			readonly event: 'ready';
			readonly pod: string;
			readonly directory: string;
			readonly volumes: readonly string[];
			readonly missing: readonly string[];
			/** Where the bytes are. */
			readonly bytes: BytesPlace;
	  };

/** When something happened. */
export interface EventTime {
	/** Milliseconds since 1970. */
	readonly wall: number;
	/** Seconds since the start; in a scenario, of its virtual time. */
	readonly virtualSeconds: number;
}

/** An event as one line of JSON. */
export function eventJson(event: MountEvent, time: EventTime): string {
	const { event: kind, ...fields } = event;
	return JSON.stringify({ time: new Date(time.wall).toISOString(), virtualSeconds: round(time.virtualSeconds), event: kind, ...fields });
}

/** An event as one line for people. */
export function eventText(event: MountEvent, time: EventTime): string {
	const wall = new Date(time.wall).toISOString().slice(11, 23);
	const virtual = `+${round(time.virtualSeconds).toFixed(3)}s`;
	return `${wall}  ${virtual.padStart(11)}  ${sentenceOf(event)}`;
}

function round(seconds: number): number {
	return Math.round(seconds * 1000) / 1000;
}

function sentenceOf(event: MountEvent): string {
	switch (event.event) {
		case 'swapped': {
			const shadowed = event.shadowed.length === 0 ? '' : `; SHADOWED by something else of that name: ${event.shadowed.join(', ')}`;
			return `${event.volume}: swapped to ${event.directory} (${filesText(event.files)})${shadowed}`;
		}
		case 'settled':
			return `${event.volume}: write ${event.write} of ${event.object} ${event.outcome} after ${round(event.delaySeconds).toFixed(3)} s`;
		case 'failed':
			return `${event.volume}: MountVolume.SetUp failed for volume ${JSON.stringify(event.volume)} : ${event.message}`;
		case 'object':
			return `${event.object} ${event.verb}${event.keys.length === 0 ? '' : `: ${event.keys.join(', ')}`}`;
		case 'refused':
			return `${event.object} refused: ${event.message}`;
		case 'container':
			return `container ${event.container} ${event.what}${event.message === undefined ? '' : `: Error: ${event.message}`}`;
		case 'subPath':
			return `container ${event.container}: ${event.mountPath} (subPath ${event.subPath} of ${event.volume}) is ${event.path}`;
		case 'warning':
			return `warning: ${event.message}`;
		case 'ready':
			return event.missing.length === 0
				? `pod ${event.pod} is mounted at ${event.directory}: ${event.volumes.join(', ')}`
				: `pod ${event.pod} waits for ${event.missing.join(', ')} at ${event.directory}`;
	}
}

function filesText({ added, changed, removed }: ChangedFiles): string {
	const parts = [
		['changed', changed],
		['added', added],
		['removed', removed],
	] as const;
	const told = parts.filter(([, names]) => names.length > 0).map(([what, names]) => `${what} ${names.join(', ')}`);
	return told.length === 0 ? 'no file differs by name' : told.join('; ');
}

/** Tells an event in the chosen form. */
export type Teller = (event: MountEvent, virtualSeconds?: number) => void;

/** A teller that writes lines to a stream. */
export function tellerFor(stdout: Writable, output: 'text' | 'json'): Teller {
	const started = performance.now();
	return (event, virtualSeconds = (performance.now() - started) / 1000) => {
		const time: EventTime = { wall: Date.now(), virtualSeconds };
		stdout.write(`${output === 'json' ? eventJson(event, time) : eventText(event, time)}\n`);
	};
}
