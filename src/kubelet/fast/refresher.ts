// The end of a refresh: payload, comparison with what is on disk, swap, and what that settles. Receives the versions that
// the reads of a volume found; says no when the refresh would fail, which the fast path leaves to the reference. Follows
// SetUpAt of pkg/volume/{secret,configmap,projected} (K7).

import { type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../../apiserver/object-timeline.js';
import { drawLanes } from '../../core/random.js';
import type { Micros } from '../../core/time.js';
import type { WriteTracker } from '../../measure/write-tracker.js';
import { DRAWS_PER_OPERATION } from '../draw-ordinals.js';
import type { PodInput } from '../node-input.js';
import type { NodeCounters } from '../node-state.js';
import { duration } from '../node-state.js';
import type { VolumeModel } from '../pod-model.js';
import { longestTokenLife, shortestTokenLife, tokenLife } from '../token-life.js';
import { ABSENT, type NodeTables } from './node-tables.js';

const UNKNOWN_CAPACITY = -1;

/** Refreshes of one node's volumes. */
export class Refresher {
	readonly counters: NodeCounters;
	readonly #tables: NodeTables;
	readonly #tracker: WriteTracker;
	/** Slot of the write tracker of each read, -1 where an earlier read of the volume has it or the object is never written. */
	readonly #slots: Int32Array;
	/** From when on, and before when, a swap is in the measured window however long it takes. */
	readonly plainFrom: Micros;
	readonly plainTo: Micros;

	/**
	 * @param tracker follows the writes.
	 * @param slots of each read, where somebody follows the writes already. Default: they are made.
	 * @param counters to which refreshes and swaps are added.
	 */
	constructor(
		tables: NodeTables,
		tracker: WriteTracker,
		slots?: Int32Array,
		counters: NodeCounters = { syncs: 0, refreshes: 0, swaps: 0 },
	) {
		const { input } = tables;
		this.#tables = tables;
		this.#tracker = tracker;
		this.counters = counters;
		this.#slots = slots ?? tables.slots;
		tables.capacity.fill(UNKNOWN_CAPACITY, 0, tables.volumes);
		this.plainFrom = input.measureFrom;
		this.plainTo = Math.min(input.measureTo, input.end) - input.timing.setUp.max;
		if (slots === undefined) for (let pod = 0; pod < tables.pods; pod++) this.#trackPod(pod);
	}

	/** Whether the volume's token is replaced by a SetUp at `now` (K7.6). */
	tokenDue(volume: number, sync: number, now: Micros): boolean {
		const tables = this.#tables;
		if (now <= (tables.tokenKeptUntil[volume] as number)) return false;
		const tokenSeconds = (tables.models[volume] as VolumeModel).tokenSeconds as number;
		const age = now - (tables.tokenIssuedAt[volume] as number);
		// Only in the last seconds of a token's life chance decides.
		if (age > longestTokenLife(tokenSeconds)) return true;
		return age > tokenLife(tokenSeconds, drawLanes(tables.laneA(volume), tables.laneB(volume), this.#ordinal(volume, sync) + 1));
	}

	/** A new token arrived. */
	tokenIssued(volume: number, now: Micros): void {
		const { tokenIssuedAt, tokenKeptUntil, tokens, models } = this.#tables;
		tokenIssuedAt[volume] = now;
		tokenKeptUntil[volume] = now + shortestTokenLife((models[volume] as VolumeModel).tokenSeconds as number);
		tokens[volume] = (tokens[volume] as number) + 1;
	}

	/**
	 * The reads of a SetUp are done.
	 *
	 * @param got index of the version that each read found, in the volume's rows of the read table.
	 * @param sync number of the sync from which the SetUp follows. @param startedAt when it began. @param now instant of the last read.
	 * @returns false when this refresh fails: the node needs the reference path.
	 */
	finish(volume: number, got: Int32Array, sync: number, startedAt: Micros, now: Micros): boolean {
		const tables = this.#tables;
		const { firstRead, seen, tokens, writtenToken } = tables;
		const first = firstRead[volume] as number;
		const last = firstRead[volume + 1] as number;
		let same = true;
		let followed = false;
		for (let read = first; read < last; read++) {
			same &&= got[read] === seen[read] && !this.#isRestless(read);
			followed ||= (this.#slots[read] as number) >= 0;
		}
		if (same && tokens[volume] === writtenToken[volume]) return true;
		const old = tables.disk(volume);
		const payload = same ? old : tables.payload(volume, got);
		if (payload.kind === 'error') return false;
		const plain = !followed && now >= this.plainFrom && now < this.plainTo;
		const done = plain ? now : now + this.setUpTime(volume, sync);
		if (done > tables.input.end) return true;
		for (let read = first; read < last; read++) seen[read] = got[read] as number;
		const swapped = old.id !== payload.id || tokens[volume] !== writtenToken[volume];
		if (swapped) {
			// Old and new copies coexist in the tmpfs during the update; what does not fit is torn down (K7.3).
			if (payload.bytes + old.bytes > this.#capacityOf(volume)) return false;
			tables.setDisk(volume, payload);
			writtenToken[volume] = tokens[volume] as number;
			if (plain || (done >= tables.input.measureFrom && done < tables.input.measureTo)) this.counters.swaps += 1;
		}
		if (followed) this.#settle(first, last, got, startedAt, swapped, done);
		return true;
	}

	/** From the last read of a SetUp to its end. @param sync number of the sync from which it follows. */
	setUpTime(volume: number, sync: number): Micros {
		const tables = this.#tables;
		return duration(tables.input.timing.setUp, tables.laneA(volume), tables.laneB(volume), this.#ordinal(volume, sync));
	}

	/** True when a swap of nothing but the token leaves no other trace than its number: nobody follows writes into the volume. */
	swapsPlainly(volume: number): boolean {
		const { firstRead } = this.#tables;
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
			if ((this.#slots[read] as number) >= 0) return false;
		}
		return 2 * this.#tables.disk(volume).bytes <= this.#capacityOf(volume);
	}

	/** Such a swap, by a SetUp far from the edges of the measured window that began at `startedAt`. */
	swapToken(volume: number, startedAt: Micros): void {
		const { tokens, writtenToken } = this.#tables;
		writtenToken[volume] = tokens[volume] as number;
		if (startedAt >= this.plainFrom && startedAt < this.plainTo) this.counters.swaps += 1;
	}

	/** So many such swaps one after the other. @param issuedAt when the last token arrived. @param measured whether they all are. Default: they are. */
	swapTokens(volume: number, tokens: number, issuedAt: Micros, measured = true): void {
		const tables = this.#tables;
		tables.tokens[volume] = (tables.tokens[volume] as number) + tokens - 1;
		this.tokenIssued(volume, issuedAt);
		tables.writtenToken[volume] = tables.tokens[volume] as number;
		if (measured) this.counters.swaps += tokens;
	}

	/** So many syncs of a pod in the measured window that found nothing new: each looks at every volume that is mounted. */
	passedOver(pod: number, syncs: number): void {
		this.counters.syncs += syncs;
		this.counters.refreshes += syncs * this.#tables.refreshesOf(pod);
	}

	/** End of the run: what is owed stays owed. @param isFrozen whether the node serves a frozen copy of a local object. */
	close(end: Micros, isFrozen: (object: number) => boolean): void {
		for (let read = 0; read < this.#tables.reads; read++) {
			const slot = this.#slots[read] as number;
			if (slot >= 0) this.#tracker.close(slot, isFrozen(this.#tables.readObject[read] as number) ? 'frozen' : 'pending', end);
		}
	}

	/**
	 * True when a read found nothing and its object is deleted at some time: which deletion that stands for depends on the
	 * clock, so that a refresh may settle something although nothing new arrived.
	 */
	isRestless(volume: number): boolean {
		const { firstRead, anyDeleted } = this.#tables;
		if (!anyDeleted) return false;
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) if (this.#isRestless(read)) return true;
		return false;
	}

	#isRestless(read: number): boolean {
		return this.#tables.seen[read] === ABSENT && this.#tables.deleted[this.#tables.readObject[read] as number] === 1;
	}

	/** Bytes that a volume's tmpfs holds. */
	#capacityOf(volume: number): number {
		const { capacity, models } = this.#tables;
		let bytes = capacity[volume] as number;
		if (bytes === UNKNOWN_CAPACITY) {
			bytes = (models[volume] as VolumeModel).tmpfsBytes ?? Number.POSITIVE_INFINITY;
			capacity[volume] = bytes;
		}
		return bytes;
	}

	#ordinal(volume: number, sync: number): number {
		return (sync + (this.#tables.operationsAhead[volume] as number)) * DRAWS_PER_OPERATION;
	}

	/** Writes are followed where a container sees a swap; an object that is never written gives no sample. */
	#trackPod(pod: number): void {
		const { input, firstVolume, firstRead, readObject, written, models } = this.#tables;
		const { index, boundAt } = input.pods[pod] as PodInput;
		const first = firstVolume[pod] as number;
		for (let volume = first; volume < (firstVolume[pod + 1] as number); volume++) {
			const start = firstRead[volume] as number;
			for (let read = start; read < (firstRead[volume + 1] as number); read++) {
				const object = readObject[read] as number;
				const follow = written[object] === 1 && models[volume]?.seenWhole === true && readObject.indexOf(object, start) === read;
				this.#slots[read] = follow ? this.#tracker.track(this.#timeline(object), index, volume - first, boundAt) : -1;
			}
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
