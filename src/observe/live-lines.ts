// The lines that `secretsim observe` prints while it goes on: one per update, once every consumer has had the time to notice it.

import type { Writable } from 'node:stream';
import type { Observation, ObservedVersion } from './observation.js';
import { liveHead, versionLine } from './report.js';

/** An update that a consumer has not noticed after this long is shown as not noticed, milliseconds. */
export const PATIENCE_MS = 1_000;

/** Prints a line for each update once the consumers have had their time. */
export class LiveLines {
	readonly #observation: Observation;
	readonly #stderr: Writable;
	readonly #pending = new Map<ObservedVersion, NodeJS.Timeout>();

	constructor(observation: Observation, stderr: Writable) {
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
