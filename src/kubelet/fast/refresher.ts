// The end of a refresh: payload, comparison with what is on disk, swap, and what that settles. Receives the versions that
// the reads of a volume found; says no when the refresh would fail, which the fast path leaves to the reference. Follows
// SetUpAt of pkg/volume/{secret,configmap,projected} (K7).

import { type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../../apiserver/object-timeline.js';
import { drawLanes } from '../../core/random.js';
import type { Micros } from '../../core/time.js';
import type { SampleBuffer } from '../../measure/samples.js';
import { WriteTracker } from '../../measure/write-tracker.js';
import { DRAWS_PER_OPERATION } from '../draw-ordinals.js';
import type { ReadResult } from '../manager/manager.js';
import type { NodeCounters } from '../node-state.js';
import { duration } from '../node-state.js';
import { followsWrites, type VolumeModel } from '../pod-model.js';
import { shortestTokenLife, tokenLife } from '../token-life.js';
import type { DiskContent } from '../volume-table.js';
import { ABSENT, type NodeTables } from './node-tables.js';

/** Refreshes of one node's volumes. */
export class Refresher {
	readonly counters: NodeCounters = { syncs: 0, refreshes: 0, swaps: 0 };
	readonly #tables: NodeTables;
	readonly #tracker: WriteTracker;
	/** Slot of the write tracker of each read, -1 where an earlier read of the volume has it or nobody follows the object. */
	readonly #slots: Int32Array;
	/** Number of the last token that a swap has written, by volume. */
	readonly #writtenToken: Int32Array;
	/** By local object: 1 when it is deleted at some time of the run. */
	readonly #deleted: Uint8Array;
	readonly #found: (ReadResult<TimelineVersion>[] | undefined)[] = [];

	constructor(tables: NodeTables, samples: SampleBuffer) {
		const { input } = tables;
		this.#tables = tables;
		this.#tracker = new WriteTracker(samples, input.measureFrom, input.measureTo);
		this.#slots = new Int32Array(tables.readObject.length).fill(-1);
		this.#writtenToken = tables.tokens.slice();
		this.#deleted = Uint8Array.from(input.objects, ({ versions }) => (versions.some(({ type }) => type === 'DELETED') ? 1 : 0));
		for (const [pod, { index, boundAt, model }] of input.pods.entries()) {
			for (const [place, volume] of model.volumes.entries()) {
				this.#track((tables.firstVolume[pod] as number) + place, volume, index, place, boundAt);
			}
		}
	}

	/** Whether the volume's token is replaced by a SetUp at `now` (K7.6). */
	tokenDue(volume: number, operation: number, now: Micros): boolean {
		const { models, tokenIssuedAt, volumeLaneA, volumeLaneB } = this.#tables;
		const { tokenSeconds } = models[volume] as VolumeModel;
		if (tokenSeconds === null) return false;
		const issued = tokenIssuedAt[volume] as number;
		if (now <= issued + shortestTokenLife(tokenSeconds)) return false;
		const u = drawLanes(volumeLaneA[volume] as number, volumeLaneB[volume] as number, operation * DRAWS_PER_OPERATION + 1);
		return now > issued + tokenLife(tokenSeconds, u);
	}

	/** A new token arrived. */
	tokenIssued(volume: number, now: Micros): void {
		const { tokenIssuedAt, tokens } = this.#tables;
		tokenIssuedAt[volume] = now;
		tokens[volume] = (tokens[volume] as number) + 1;
	}

	/**
	 * The reads of a SetUp are done.
	 *
	 * @param got index of the version that each read found, in the volume's rows of the read table.
	 * @param operation number of the SetUp, from 1. @param startedAt when it began. @param now instant of the last read.
	 * @returns false when this refresh fails: the node needs the reference path.
	 */
	finish(volume: number, got: Int32Array, operation: number, startedAt: Micros, now: Micros): boolean {
		const { models, firstRead, seen, disk, tokens, input, volumeLaneA, volumeLaneB } = this.#tables;
		const first = firstRead[volume] as number;
		const last = firstRead[volume + 1] as number;
		let same = tokens[volume] === this.#writtenToken[volume];
		for (let read = first; read < last && same; read++) same = got[read] === seen[read] && !this.#isRestless(read);
		if (same) return true;
		const model = models[volume] as VolumeModel;
		const payload = model.payloads.payload(this.#results(first, last, got));
		if (payload.kind === 'error') return false;
		const took = duration(
			input.timing.setUp,
			volumeLaneA[volume] as number,
			volumeLaneB[volume] as number,
			operation * DRAWS_PER_OPERATION,
		);
		if (now + took > input.end) return true;
		for (let read = first; read < last; read++) seen[read] = got[read] as number;
		const old = disk[volume] as DiskContent;
		const swapped = old.id !== payload.id || tokens[volume] !== this.#writtenToken[volume];
		if (swapped) {
			// Old and new copies coexist in the tmpfs during the update; what does not fit is torn down (K7.3).
			if (model.tmpfsBytes !== null && payload.bytes + old.bytes > model.tmpfsBytes) return false;
			disk[volume] = payload;
			this.#writtenToken[volume] = tokens[volume] as number;
			if (now + took >= input.measureFrom && now + took < input.measureTo) this.counters.swaps += 1;
		}
		this.#settle(first, last, got, startedAt, swapped, now + took);
		return true;
	}

	/** End of the run: what is owed stays owed. @param isFrozen whether the node serves a frozen copy of a local object. */
	close(end: Micros, isFrozen: (object: number) => boolean): void {
		for (let read = 0; read < this.#slots.length; read++) {
			const slot = this.#slots[read] as number;
			if (slot >= 0) this.#tracker.close(slot, isFrozen(this.#tables.readObject[read] as number) ? 'frozen' : 'pending', end);
		}
	}

	/**
	 * True when a read found nothing and its object is deleted at some time: which deletion that stands for depends on the
	 * clock, so that a refresh may settle something although nothing new arrived.
	 */
	isRestless(volume: number): boolean {
		const { firstRead } = this.#tables;
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) if (this.#isRestless(read)) return true;
		return false;
	}

	#isRestless(read: number): boolean {
		return this.#tables.seen[read] === ABSENT && this.#deleted[this.#tables.readObject[read] as number] === 1;
	}

	#track(volume: number, model: VolumeModel, pod: number, place: number, boundAt: Micros): void {
		const { firstRead, readObject } = this.#tables;
		const first = firstRead[volume] as number;
		for (let read = first; read < (firstRead[volume + 1] as number); read++) {
			const object = readObject[read] as number;
			const timeline = this.#timeline(object);
			if (readObject.subarray(first, read).includes(object)) continue;
			if (!followsWrites(model, timeline)) continue;
			this.#slots[read] = this.#tracker.track(timeline, pod, place, boundAt);
		}
	}

	#settle(first: number, last: number, got: Int32Array, startedAt: Micros, swapped: boolean, at: Micros): void {
		for (let read = first; read < last; read++) {
			const slot = this.#slots[read] as number;
			if (slot < 0) continue;
			const index = got[read] as number;
			const { versions } = this.#timeline(this.#tables.readObject[read] as number);
			this.#tracker.settle(slot, index === ABSENT ? lastDeletion(versions, startedAt) : index, swapped, at);
		}
	}

	#results(first: number, last: number, got: Int32Array): ReadResult<TimelineVersion>[] {
		const results: ReadResult<TimelineVersion>[] = [];
		for (let read = first; read < last; read++) results.push(this.#result(this.#tables.readObject[read] as number, got[read] as number));
		return results;
	}

	#result(object: number, index: number): ReadResult<TimelineVersion> {
		const timeline = this.#timeline(object);
		if (index === ABSENT) return { kind: 'notFound', text: `${timeline.resource} "${timeline.name}" not found` };
		this.#found[object] ??= [];
		const known = this.#found[object] as ReadResult<TimelineVersion>[];
		known[index] ??= { kind: 'found', object: timeline.versions[index] as TimelineVersion };
		return known[index] as ReadResult<TimelineVersion>;
	}

	#timeline(object: number): ObjectTimeline {
		return this.#tables.input.objects[object] as ObjectTimeline;
	}
}

/** The deletion that an absent object shows: the last one committed at or before `at`, -1 when there was none. */
function lastDeletion(versions: readonly TimelineVersion[], at: Micros): number {
	let index = versionIndexAt(versions, at);
	while (index >= 0 && versions[index]?.type !== 'DELETED') index -= 1;
	return index;
}
