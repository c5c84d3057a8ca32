// What the consumers are measured against: which version a volume publishes and since when, as exactly as can be known from outside.

import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, watch as watchNode } from 'node:fs';
import { join } from 'node:path';
import { DATA_LINK } from '../projection/atomic-writer.js';
import type { Observation, ObservedVersion } from './observation.js';
import type { ObservedVolume } from './observed-volume.js';
import { wallClock } from './wall-clock.js';

/** It looks this often for a new version, besides being told by the file system, milliseconds. */
const POLL_MS = 1;

/** Knows which version is published and since when, as exactly as can be known from outside. */
export class VersionReference {
	readonly #target: ObservedVolume;
	readonly #observation: Observation;
	readonly #published: (version: ObservedVersion) => void;
	#digest = '';
	#started = false;

	constructor(target: ObservedVolume, observation: Observation, published: (version: ObservedVersion) => void) {
		this.#target = target;
		this.#observation = observation;
		this.#published = published;
	}

	/** Name of the published version; null when there is none, or before {@link start}. A new one is noted. */
	look(): string | null {
		if (!this.#started) return null;
		const link = join(this.#target.directory, DATA_LINK);
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
		const version = this.#observation.published(current, Math.min(ctimeMs, wallClock()), digest !== this.#digest);
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
		const timer = setInterval(() => this.look(), POLL_MS);
		return () => {
			watcher.close();
			clearInterval(timer);
		};
	}
}
