// The record of an observation: which versions a volume had and when, and what each consumer noticed of them. Kept while it
// goes on, evaluated at any time. Versions are told apart by the names of their timestamped directories.

/** One version of the volume. */
export interface ObservedVersion {
	/** From 0, which was there at the start. */
	readonly number: number;
	/** Name of the timestamped directory. */
	readonly directory: string;
	/** When it was published, milliseconds; the clock of the file system may be some milliseconds behind. */
	readonly at: number;
	/** The watched key has other bytes than in the version before. */
	readonly keyChanged: boolean;
}

/** What one consumer noticed. */
export interface ConsumerSummary {
	readonly name: string;
	readonly title: string;
	/** How often it called back. */
	readonly events: number;
	/** Updates after which it looked and found that version. */
	readonly noticed: number;
	/** Updates that it never saw as the current one. */
	readonly missed: readonly number[];
	/** Number of the last version that it saw. */
	readonly lastSeen: number;
	/** True when it saw neither the last version nor a later one: it works with old values. */
	readonly lostLast: boolean;
	/** From publication to first notice, milliseconds; null when it noticed nothing. */
	readonly delayMs: { readonly median: number; readonly max: number } | null;
	/** What it is known to lose, when it has missed something. */
	readonly loss: string | null;
	readonly errors: readonly string[];
}

interface ConsumerRecord {
	events: number;
	/** First notice of a version, by directory name. */
	readonly first: Map<string, number>;
	readonly errors: string[];
}

/** The record. */
export class Observation {
	readonly #versions: ObservedVersion[] = [];
	#counted = Number.POSITIVE_INFINITY;
	readonly #consumers = new Map<string, ConsumerRecord>();

	/** Versions in the order of their publication. */
	get versions(): readonly ObservedVersion[] {
		return this.#versions;
	}

	/** Updates so far, in order: the version that was there at the start is none. */
	get updates(): readonly ObservedVersion[] {
		return this.#versions.slice(1).filter(({ at }) => at <= this.#counted);
	}

	/** How many updates are too young to be counted; see {@link countUntil}. */
	get tooYoung(): number {
		return Math.max(this.#versions.length - 1, 0) - this.updates.length;
	}

	/** Leaves updates after an instant (milliseconds) out of the account: nobody had the time to notice them. */
	countUntil(instant: number): void {
		this.#counted = instant;
	}

	/** Notes a version, if it is new. Returns it when it is. */
	published(directory: string, at: number, keyChanged: boolean): ObservedVersion | null {
		if (this.#versions.some((version) => version.directory === directory)) return null;
		const version = { number: this.#versions.length, directory, at, keyChanged };
		this.#versions.push(version);
		return version;
	}

	/** A consumer called back at `at` and found `directory`. */
	noticed(consumer: string, directory: string, at: number): void {
		const record = this.#record(consumer);
		record.events += 1;
		if (!record.first.has(directory)) record.first.set(directory, at);
	}

	/** A consumer failed. */
	failed(consumer: string, message: string): void {
		this.#record(consumer).errors.push(message);
	}

	/** How long after its publication a consumer first noticed a version, milliseconds; null: not yet. */
	delayOf(consumer: string, version: ObservedVersion): number | null {
		const at = this.#consumers.get(consumer)?.first.get(version.directory);
		return at === undefined ? null : Math.max(at - version.at, 0);
	}

	/** What one consumer noticed of all updates. */
	summary({ name, title, loss }: { readonly name: string; readonly title: string; readonly loss: string }): ConsumerSummary {
		const record = this.#record(name);
		const { updates } = this;
		const delays = updates.flatMap((version) => this.delayOf(name, version) ?? []).sort((a, b) => a - b);
		const missed = updates.filter((version) => !record.first.has(version.directory));
		const seen = updates.filter((version) => record.first.has(version.directory));
		const last = updates.at(-1);
		return {
			name,
			title,
			events: record.events,
			noticed: seen.length,
			missed: missed.map(({ number }) => number),
			lastSeen: seen.at(-1)?.number ?? 0,
			lostLast: last !== undefined && !this.#versions.slice(last.number).some(({ directory }) => record.first.has(directory)),
			delayMs: delays.length === 0 ? null : { median: delays[delays.length >> 1] as number, max: delays.at(-1) as number },
			loss: missed.length === 0 ? null : loss,
			errors: record.errors,
		};
	}

	#record(consumer: string): ConsumerRecord {
		const record = this.#consumers.get(consumer) ?? { events: 0, first: new Map<string, number>(), errors: [] };
		this.#consumers.set(consumer, record);
		return record;
	}
}
