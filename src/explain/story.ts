// The story of one write in one volume: why that volume saw that write at that moment. Plain data, made of trace events;
// the command line prints it, `-o json` gives it to machines, the live page can draw it.

import type { Micros } from '../core/time.js';
import type { TraceKind } from '../measure/trace.js';

/** Which write and volume a story is about. */
export interface StorySubject {
	readonly variant: string;
	readonly replication: number;
	/** Number of the write in the run, from 0. */
	readonly write: number;
	/** `Secret/namespace/name`. */
	readonly object: string;
	readonly verb: 'create' | 'update' | 'delete';
	readonly resourceVersion: number;
	readonly changedKeys: readonly string[];
	readonly committedAt: Micros;
	readonly node: string;
	/** `namespace/name`. */
	readonly pod: string;
	readonly volume: string;
}

/** One line of the timeline. */
export interface StoryLine {
	/** Virtual time of the run. */
	readonly at: Micros;
	readonly kind: TraceKind | 'omitted';
	/** What happened, one sentence. */
	readonly what: string;
	/** Why it happened, or what follows from it; empty when the sentence says it all. */
	readonly because: string;
	/** Sections of the rule book that say so, for example `K2.4`. */
	readonly rules: readonly string[];
	/** True for the lines without which the story would be another one. */
	readonly turning: boolean;
}

/** One part of the delay. */
export interface StoryPart {
	/** What the time went to: `until that sync`, `for the read`. */
	readonly what: string;
	readonly micros: Micros;
}

/** A whole story. */
export interface Story {
	readonly subject: StorySubject;
	readonly lines: readonly StoryLine[];
	/** Null when the write was never settled in this volume. */
	readonly settled: { readonly at: Micros; readonly delay: Micros; readonly outcome: 'shown' | 'superseded' | 'unchanged' } | null;
	/** The delay taken apart; the parts add up to it. Empty when it was never settled. */
	readonly parts: readonly StoryPart[];
	/** One paragraph: why it took that long. */
	readonly why: string;
}
