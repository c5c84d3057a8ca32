// Keeps, of everything that happens on a node, what belongs to one story: the pod's own events, those of the object, and
// reads of the object by other pods (under Cache they can be the ones that fetched it). Begins with the pod's last sync
// before the write, because that one decides when the next is due, and ends when the write has settled.

import type { Micros } from '../core/time.js';
import type { TraceEvent, TraceSink } from '../measure/trace.js';
import type { StorySubject } from './story.js';

/** Events that one story needs at most; a run of failures is longer than anyone reads. */
const LONGEST_STORY = 20_000;

/** An event and the pod on whose behalf it happened, where that can be told. */
export interface CollectedEvent {
	readonly event: TraceEvent;
	/** `namespace/name`; null when no pod's refresh caused it. */
	readonly by: string | null;
}

/** Listens to one replication and keeps the events of one subject, in their order. */
export class EventCollector {
	readonly #subject: StorySubject;
	#events: CollectedEvent[] = [];
	#ended = false;
	/** The pod whose SetUp is asking its manager right now: requests and notes at this instant are on its behalf. */
	#actor: { readonly pod: string; readonly at: Micros } | null = null;

	constructor(subject: StorySubject) {
		this.#subject = subject;
	}

	/** What was kept, in order of virtual time (the control plane tells its writes before any node tells anything). */
	get events(): readonly CollectedEvent[] {
		const end = this.#ended ? (this.#events.at(-1) as CollectedEvent).event.at : Number.POSITIVE_INFINITY;
		return this.#events.filter(({ event }) => event.at <= end).sort((a, b) => a.event.at - b.event.at);
	}

	/** The sink to give to the engine. */
	readonly sink: TraceSink = (event) => {
		const { committedAt, pod, write, node } = this.#subject;
		if (event.node === node && (event.kind === 'setUpStart' || event.kind === 'read')) this.#actor = { pod: event.pod, at: event.at };
		if (this.#ended || !this.#concerns(event)) return;
		// Only the last sync before the write matters, and only as long as no refresh that it caused is under way.
		if (event.kind === 'syncStart' && event.pod === pod && event.at < committedAt) {
			this.#events = this.#events.filter((kept) => kept.event.kind === 'write' || this.#isOpenSetUp(kept) || this.#isLastFailure(kept));
		}
		if (this.#events.length < LONGEST_STORY) this.#events.push({ event, by: this.#actorOf(event) });
		if (event.kind === 'settled' && event.write === write) this.#ended = true;
	};

	/** A SetUp of this volume that started and has not completed yet: a later request can get lost in it. */
	#isOpenSetUp(collected: CollectedEvent): boolean {
		const { event } = collected;
		if (event.kind !== 'setUpStart' || !this.#isVolume(event)) return false;
		const after = this.#events.slice(this.#events.indexOf(collected));
		return !after.some(({ event: later }) => (later.kind === 'compared' || later.kind === 'setUpFailed') && this.#isVolume(later));
	}

	/** The latest failure of SetUp, when nothing has succeeded since: its back-off decides when the next attempt comes. */
	#isLastFailure(collected: CollectedEvent): boolean {
		if (collected.event.kind !== 'setUpFailed') return false;
		const after = this.#events.slice(this.#events.indexOf(collected) + 1);
		return !after.some(({ event }) => event.kind === 'compared' || event.kind === 'setUpFailed');
	}

	#actorOf(event: TraceEvent): string | null {
		if ('pod' in event) return event.pod;
		return this.#actor !== null && this.#actor.at === event.at ? this.#actor.pod : null;
	}

	#isVolume(event: { readonly pod: string; readonly volume: string }): boolean {
		return event.pod === this.#subject.pod && event.volume === this.#subject.volume;
	}

	#concerns(event: TraceEvent): boolean {
		const { node, pod, volume, object, committedAt } = this.#subject;
		if (event.kind === 'write') return event.object === object && event.at >= committedAt;
		if (event.node !== node) return false;
		if ('volume' in event && event.kind !== 'read') return event.pod === pod && event.volume === volume && this.#aboutObject(event);
		if (event.kind === 'read') return event.object === object && (event.pod === pod ? event.volume === volume : event.at >= committedAt);
		if ('object' in event) return event.object === object;
		if ('pod' in event) return event.pod === pod;
		return event.kind === 'kubelet';
	}

	#aboutObject(event: TraceEvent): boolean {
		return event.kind !== 'settled' || event.object === this.#subject.object;
	}
}
