// Reads under Cache of what no other volume of the node reads. Nobody else learns when such a fetch was made, so its pod is followed
// alone from one to the next, and the instant at which the answer arrived is found only when a later sync comes so near to the end of
// its TTL that it matters; until then the tick of the fetch bounds it. Receives ticks, books requests (K5.2).

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { type Micros, type MicrosRange, SECOND } from '../../core/time.js';
import type { KeptReads } from './kept-reads.js';
import type { NodeTables } from './node-tables.js';
import { visitOf } from './pass-order.js';
import type { PolledObjects } from './polled-objects.js';
import type { ResyncClock } from './resync-clock.js';
import type { VisitSeconds } from './visit-seconds.js';

/** Such reads of one node. */
export class OwnReads {
	/** Number of the sync at which the last {@link follow} has stopped, and the bytes of the answers until then. */
	sync = 0;
	bytes = 0;
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #kept: KeptReads;
	readonly #clock: ResyncClock;
	readonly #seconds: VisitSeconds;
	/** From a tick to the earliest and the latest visit of the reconciler, and to the latest answer. */
	readonly #earliest: Micros;
	readonly #latest: Micros;
	readonly #answered: Micros;
	/** From a tick to the earliest answer. */
	readonly #stored: Micros;
	/** Ticks after a fetch at which its answer is still fresh at most, and from when on it is not. */
	readonly #freshTicks: number;
	readonly #staleTicks: number;
	/** First of each pod's own reads in the list of them all; one more entry than pods. */
	readonly #first: Int32Array;
	readonly #reads: Int32Array;
	readonly #isOwn: Uint8Array;
	/** By place in the list: before which tick the read is fresh, from which on it is not. */
	readonly #freshBefore: Int32Array;
	readonly #staleFrom: Int32Array;
	/** By place: tick and number of the sync that has fetched it, number 0 when it is known when the answer arrived. */
	readonly #fetchedTick: Int32Array;
	readonly #fetchedSync: Int32Array;

	/** @param latest from a tick to the latest visit of the reconciler. */
	constructor(
		tables: NodeTables,
		{ latencies }: ConnectionInput,
		objects: PolledObjects,
		kept: KeptReads,
		clock: ResyncClock,
		seconds: VisitSeconds,
		latest: Micros,
	) {
		const { input, pods, reads } = tables;
		const { min, max }: MicrosRange = latencies.requestLatency;
		this.#tables = tables;
		this.#objects = objects;
		this.#kept = kept;
		this.#clock = clock;
		this.#seconds = seconds;
		this.#earliest = input.timing.syncToReprocess.min;
		this.#latest = latest;
		this.#answered = latest + max;
		this.#stored = this.#earliest + min;
		const spread = latest - this.#earliest;
		this.#freshTicks = Math.ceil((input.ttlAt(0) - spread + min) / SECOND) - 1;
		this.#staleTicks = Math.ceil((input.ttlAt(0) + spread + max) / SECOND);
		this.#first = new Int32Array(pods + 1);
		this.#reads = new Int32Array(reads);
		this.#isOwn = new Uint8Array(reads);
		this.#freshBefore = new Int32Array(reads);
		this.#staleFrom = new Int32Array(reads);
		this.#fetchedTick = new Int32Array(reads);
		this.#fetchedSync = new Int32Array(reads);
		for (let pod = 0; pod < pods; pod++) this.#list(pod);
	}

	/** True when a read is one of these. */
	has(read: number): boolean {
		return this.#isOwn[read] === 1;
	}

	/**
	 * Follows a pod to where something else may happen.
	 *
	 * @param sync number of its sync at `tick`. @param until the first tick that is left alone.
	 * @returns the tick of the sync {@link sync}: not before `until`, or at an instant that has to be known exactly.
	 */
	follow(pod: number, tick: number, sync: number, until: number): number {
		const { podLaneA, podLaneB } = this.#tables;
		const a = podLaneA[pod] as number;
		const b = podLaneB[pod] as number;
		const clock = this.#clock;
		this.bytes = 0;
		let at = tick;
		clock.sync = sync;
		for (;;) {
			const stop = this.#freshUntil(pod, until);
			if (at < stop) at = clock.skip(a, b, clock.sync, at, stop);
			if (at >= until || !this.#fetch(pod, at, clock.sync)) break;
			at = clock.skip(a, b, clock.sync, at, at + 1);
		}
		this.sync = clock.sync;
		return at;
	}

	/**
	 * Finds out when the answers to a pod's fetches arrived of which that matters at a tick: whatever is surely fresh at it needs no
	 * more than a bound.
	 */
	resolve(pod: number, tick: number): void {
		const { tickZero, readObject } = this.#tables;
		for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
			const sync = this.#fetchedSync[place] as number;
			if (sync === 0 || tick < (this.#freshBefore[place] as number)) continue;
			this.#fetchedSync[place] = 0;
			const visitAt = visitOf(this.#tables, pod, sync, tickZero + (this.#fetchedTick[place] as number) * SECOND);
			this.#objects.confirmed(readObject[this.#reads[place] as number] as number, visitAt);
		}
	}

	/** Takes over what is known of a pod's reads. */
	renew(pod: number): void {
		const { tickZero, readObject } = this.#tables;
		for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
			if (this.#fetchedSync[place] !== 0) continue;
			const until = this.#objects.freshUntil(readObject[this.#reads[place] as number] as number) - tickZero;
			this.#freshBefore[place] = Math.max(0, Math.ceil((until - this.#latest) / SECOND));
			this.#staleFrom[place] = Math.max(0, Math.ceil((until - this.#earliest) / SECOND));
		}
	}

	/** Before which tick all of a pod's own reads are fresh, at most `until`. */
	#freshUntil(pod: number, until: number): number {
		let first = until;
		const last = this.#first[pod + 1] as number;
		for (let place = this.#first[pod] as number; place < last; place++) {
			const fresh = this.#freshBefore[place] as number;
			if (fresh < first) first = fresh;
		}
		return first;
	}

	/** Fetches what is no longer fresh in a sync; false when that, or what it would give, is not certain: then nothing was done. */
	#fetch(pod: number, tick: number, sync: number): boolean {
		const { tickZero, readObject } = this.#tables;
		const first = this.#first[pod] as number;
		const last = this.#first[pod + 1] as number;
		const second = this.#seconds.of(tick, this.#answered);
		if (second < 0) return false;
		const answered = tickZero + tick * SECOND + this.#answered;
		for (let place = first; place < last; place++) {
			if (tick < (this.#freshBefore[place] as number)) continue;
			if (tick < (this.#staleFrom[place] as number)) return false;
			if ((this.#kept.written[this.#reads[place] as number] as number) <= answered) return false;
		}
		for (let place = first; place < last; place++) {
			if (tick < (this.#freshBefore[place] as number)) continue;
			const read = this.#reads[place] as number;
			this.#objects.fetched(readObject[read] as number, tickZero + tick * SECOND + this.#stored);
			this.#kept.log(read).add(second);
			this.bytes += this.#kept.bytes[read] as number;
			this.#fetchedTick[place] = tick;
			this.#fetchedSync[place] = sync;
			this.#freshBefore[place] = tick + this.#freshTicks + 1;
			this.#staleFrom[place] = tick + this.#staleTicks;
		}
		return true;
	}

	/** Lists the reads of volumes that have one read and nothing else to ask for. */
	#list(pod: number): void {
		const { firstVolume, firstRead, readObject, readers, models } = this.#tables;
		let place = this.#first[pod] as number;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			const read = firstRead[volume] as number;
			const single = (firstRead[volume + 1] as number) === read + 1;
			if (!single || models[volume]?.tokenSeconds !== null || readers[readObject[read] as number] !== 1) continue;
			this.#reads[place++] = read;
			this.#isOwn[read] = 1;
		}
		this.#first[pod + 1] = place;
		this.renew(pod);
	}
}
