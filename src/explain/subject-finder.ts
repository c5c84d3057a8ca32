// Chooses what a story is about: the write that was asked for, or the first measured one that settled somewhere; then
// the pod that was asked for, or one whose delay is the middle of all pods' delays. It listens to a whole replication and
// keeps the settlements of one write only, so its memory does not grow with the run.

import type { Micros } from '../core/time.js';
import type { TraceEvent, TraceSink } from '../measure/trace.js';
import type { StorySubject } from './story.js';

/** What a user may ask for. */
export interface SubjectQuery {
	readonly variant: string;
	readonly replication: number;
	/** Number of a write; null: the first measured write that settled. */
	readonly write: number | null;
	/** `name` or `namespace/name`; null: a typical pod. */
	readonly pod: string | null;
	/** Instant from which on writes are measured. */
	readonly measuredFrom: Micros;
}

/** How many pods are named to who asked for one that is not there. */
const SUGGESTED_PODS = 3;

type WriteEvent = Extract<TraceEvent, { kind: 'write' }>;
type SettledEvent = Extract<TraceEvent, { kind: 'settled' }>;
type ReadEvent = Extract<TraceEvent, { kind: 'read' }>;

/** There is nothing to tell a story about; the message says why and what there is. */
export class NoSubjectError extends Error {
	readonly code = 'INPUT';

	constructor(message: string) {
		super(message);
		this.name = 'NoSubjectError';
	}
}

/** Listens to one replication of one variant, then knows the subject. */
export class SubjectFinder {
	readonly #query: SubjectQuery;
	readonly #writes = new Map<number, WriteEvent>();
	/** Settlements of the write with the smallest number so far. */
	#settled: SettledEvent[] = [];
	/** For each object the first volume that read it, of the pod asked for if one was. */
	readonly #readers = new Map<string, ReadEvent>();
	#podSeen = false;
	/** Some pods of the run, for who asked for one that is not there: those whose names hold what was asked for, and others. */
	readonly #otherPods = { alike: new Set<string>(), unlike: new Set<string>() };

	constructor(query: SubjectQuery) {
		this.#query = query;
	}

	/** The sink to give to the engine. */
	readonly sink: TraceSink = (event) => {
		if (event.kind === 'write') this.#writes.set(event.write, event);
		else if (event.kind === 'settled') this.#onSettled(event);
		else if (event.kind === 'syncStart') this.#onSync(event.pod);
		else if (event.kind === 'read' && !this.#readers.has(event.object) && this.#isAskedFor(event.pod))
			this.#readers.set(event.object, event);
	};

	#onSync(pod: string): void {
		this.#podSeen ||= this.#isAskedFor(pod);
		if (this.#podSeen) return;
		const { alike, unlike } = this.#otherPods;
		const pods = pod.includes(this.#query.pod ?? '') ? alike : unlike;
		if (pods.size < SUGGESTED_PODS) pods.add(pod);
	}

	#noPod(wanted: string): NoSubjectError {
		const { alike, unlike } = this.#otherPods;
		const hint =
			alike.size > 0 ? `did you mean ${[...alike].sort().join(', ')}?` : `there are for example ${[...unlike].sort().join(', ')}`;
		return new NoSubjectError(`there is no pod "${wanted}" in this run; ${hint}`);
	}

	#isAskedFor(pod: string): boolean {
		const { pod: wanted } = this.#query;
		return wanted === null || pod === wanted || pod.endsWith(`/${wanted}`);
	}

	#onSettled(event: SettledEvent): void {
		const { write, measuredFrom } = this.#query;
		if (!this.#isAskedFor(event.pod)) return;
		if (write !== null) {
			if (event.write === write) this.#settled.push(event);
			return;
		}
		const committedAt = this.#writes.get(event.write)?.at;
		if (committedAt === undefined || committedAt < measuredFrom) return;
		const best = this.#settled[0]?.write ?? Number.POSITIVE_INFINITY;
		if (event.write > best) return;
		if (event.write < best) this.#settled = [];
		this.#settled.push(event);
	}

	/**
	 * The subject.
	 *
	 * @throws NoSubjectError when the write or the pod does not exist, or when no measured write settled.
	 */
	subject(): StorySubject {
		const { variant, replication } = this.#query;
		const typical = this.#typical();
		const chosen = typical ?? this.#unsettled();
		const write = this.#writes.get(chosen.write) as WriteEvent;
		return {
			variant,
			replication,
			write: chosen.write,
			object: write.object,
			verb: write.verb,
			resourceVersion: write.resourceVersion,
			changedKeys: write.changedKeys,
			committedAt: write.at,
			node: chosen.node,
			pod: chosen.pod,
			volume: chosen.volume,
		};
	}

	/** The settlement in the middle of all delays; one that shows the write's own content, when there is one. */
	#typical(): SettledEvent | undefined {
		const shown = this.#settled.filter((event) => event.outcome === 'shown');
		const candidates = shown.length > 0 ? shown : this.#settled;
		const order = (a: SettledEvent, b: SettledEvent): number => a.delay - b.delay || (a.pod < b.pod ? -1 : 1);
		return [...candidates].sort(order)[Math.floor((candidates.length - 1) / 2)];
	}

	/** A write that settled nowhere among the pods asked for: a pod that reads the object, so that the story says why not. */
	#unsettled(): { write: number; node: string; pod: string; volume: string } {
		const { write, pod, measuredFrom } = this.#query;
		const numbers = [...this.#writes.keys()].sort((a, b) => a - b);
		if (numbers.length === 0) throw new NoSubjectError('no write was accepted in this run: there is nothing to explain');
		if (write !== null && !this.#writes.has(write)) {
			throw new NoSubjectError(`there is no write ${write} in this run; writes are numbered from ${numbers[0]} to ${numbers.at(-1)}`);
		}
		if (pod !== null && !this.#podSeen) throw this.#noPod(pod);
		const wanted = write === null ? numbers.filter((number) => (this.#writes.get(number) as WriteEvent).at >= measuredFrom) : [write];
		for (const number of wanted) {
			const reader = this.#readers.get((this.#writes.get(number) as WriteEvent).object);
			if (reader !== undefined) return { write: number, node: reader.node, pod: reader.pod, volume: reader.volume };
		}
		const who = pod === null ? 'no volume' : `no volume of pod "${pod}"`;
		throw new NoSubjectError(
			write === null ? `${who} reads an object that is written in the measured window` : `${who} reads the object of write ${write}`,
		);
	}
}
