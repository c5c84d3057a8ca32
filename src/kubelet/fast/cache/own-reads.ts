// Reads under Cache of what no other volume of the node reads. Nobody else learns when such a fetch was made, so its pod is followed
// alone from one to the next, and the instant at which the answer arrived is found only when a later sync comes so near to the end of
// its TTL that it matters; until then the tick of the fetch bounds it. Receives ticks, books requests (K5.2).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, type MicrosRange, NEVER, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import type { NodeBooks, RequestBundle, RequestLog } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { PolledSyncs } from '../polled/polled-syncs.js';
import { VisitSeconds } from '../polled/visit-seconds.js';
import { NO_TICK } from '../resync-clock.js';
import type { KeptReads } from './kept-reads.js';
import type { OwnTokens } from './own-tokens.js';
import type { SyncTicks } from './sync-ticks.js';

/** In place of the number of a sync: it is known when the answer to its fetch arrived. */
const ARRIVED = 0;

/** What the reads work with. */
export interface OwnReadsParts {
	readonly books: NodeBooks;
	readonly objects: PolledObjects;
	readonly kept: KeptReads;
	readonly exact: PolledSyncs;
	readonly tokens: OwnTokens;
	readonly ticks: SyncTicks;
}

/** Such reads of one node. */
export class OwnReads {
	/** Number of the sync at which the last {@link follow} has stopped, and the bytes of the answers until then. */
	sync = 0;
	bytes = 0;
	/** After which tick of the last {@link follow} the pod has to be looked at anew, -1 for none. */
	unsettled = -1;
	/** Set when a refresh has failed. */
	failed = false;
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #kept: KeptReads;
	readonly #exact: PolledSyncs;
	readonly #tokens: OwnTokens;
	readonly #ticks: SyncTicks;
	readonly #seconds: VisitSeconds;
	/** From a tick to the earliest and the latest visit of the reconciler, and to the latest answer. */
	readonly #earliest: Micros;
	readonly #latest: Micros;
	readonly #answered: Micros;
	/** From a visit to the receipt of its request. */
	readonly #lag: Micros;
	/** From a tick to the earliest answer. */
	readonly #stored: Micros;
	/** Ticks after a fetch at which its answer is still fresh at most, and from when on it is not. */
	readonly #freshTicks: number;
	readonly #staleTicks: number;
	/** First of each pod's own reads in the list of them all; one more entry than pods. */
	readonly #first: Int32Array;
	readonly #reads: Int32Array;
	readonly #volumes: Int32Array;
	readonly #isOwn: Uint8Array;
	/** By pod: the first tick at which one of them may not be fresh. */
	readonly #next: Int32Array;
	/** By place in the list: before which tick the read is fresh, from which on it is not. */
	readonly #freshBefore: Int32Array;
	readonly #staleFrom: Int32Array;
	/** By place: tick and number of the sync that has fetched it, {@link ARRIVED} when it is known when the answer arrived. */
	readonly #fetchedTick: Int32Array;
	readonly #fetchedSync: Int32Array;
	/** By pod: 1 when the same is known of all its reads, as it is nearly always once one sync has fetched them. */
	readonly #alike: Uint8Array;
	/** By pod: the requests that fetch all of them. */
	readonly #bundles: (RequestBundle | undefined)[] = [];
	readonly #parts: RequestLog[] = [];
	readonly #books: NodeBooks;

	constructor(tables: NodeTables, { latencies }: ConnectionInput, parts: OwnReadsParts) {
		const { input, pods, reads } = tables;
		const { min, max }: MicrosRange = latencies.requestLatency;
		const latest = latestReach(input, tables.loops);
		this.#tables = tables;
		this.#books = parts.books;
		this.#objects = parts.objects;
		this.#kept = parts.kept;
		this.#exact = parts.exact;
		this.#tokens = parts.tokens;
		this.#ticks = parts.ticks;
		this.#seconds = new VisitSeconds(tables, latest, latencies.requestLatency);
		this.#earliest = input.timing.syncToReprocess.min;
		this.#latest = latest;
		this.#answered = latest + max;
		this.#lag = max >>> 1;
		this.#stored = this.#earliest + min;
		const spread = latest - this.#earliest;
		this.#freshTicks = Math.max(0, Math.ceil((input.ttlAt(0) - spread + min) / SECOND) - 1);
		this.#staleTicks = Math.ceil((input.ttlAt(0) + spread + max) / SECOND);
		this.#first = new Int32Array(pods + 1);
		this.#reads = new Int32Array(reads);
		this.#volumes = new Int32Array(reads);
		this.#isOwn = new Uint8Array(reads);
		this.#next = new Int32Array(pods);
		this.#freshBefore = new Int32Array(reads);
		this.#staleFrom = new Int32Array(reads);
		this.#fetchedTick = new Int32Array(reads);
		this.#fetchedSync = new Int32Array(reads);
		this.#alike = new Uint8Array(pods);
		for (let pod = 0; pod < pods; pod++) this.#list(pod);
	}

	/** True when the pod is followed through replacements of its token. */
	hasToken(pod: number): boolean {
		return this.#tokens.has(pod);
	}

	/** True when a read is one of these. */
	has(read: number): boolean {
		return this.#isOwn[read] === 1;
	}

	/** Begins with a pod, or goes on with one of which somebody else has made some syncs since: the tables know the next one. */
	begin(pod: number): void {
		this.#ticks.list(pod);
		this.renew(pod);
	}

	/**
	 * Follows a pod to where something else may happen.
	 *
	 * @param sync number of its next sync. @param until the first tick that is left alone.
	 * @returns the tick of the sync {@link sync}: not before `until`, or earlier where the pod has to be looked at anew.
	 */
	follow(pod: number, sync: number, until: number): number {
		this.bytes = 0;
		this.unsettled = -1;
		const listed = this.#ticks;
		const first = listed.placeOf(pod, sync);
		let end = until;
		let place = first;
		let at: number;
		// A read may turn out to be fresh still, and no longer so at the next sync.
		for (; ; place++) {
			if (this.#alike[pod] === 1) place = this.#followAlike(pod, place, end);
			else place = listed.firstFrom(place, Math.min(end, this.#next[pod] as number));
			at = listed.ticks[place] as number;
			if (at >= end) break;
			this.#fetch(pod, at, listed.syncAt(pod, place));
			if (this.unsettled === at || this.failed) end = at + 1;
		}
		// Tokens are of other volumes than these reads.
		this.#tokens.follow(pod, first, at);
		this.sync = listed.syncAt(pod, place);
		return at;
	}

	/**
	 * Passes over the syncs of a pod of all of whose reads the same is known, also over such that surely fetch all of them.
	 *
	 * @returns place of the first sync at which something else may happen, or whose tick is not before `until`.
	 */
	#followAlike(pod: number, from: number, until: number): number {
		const listed = this.#ticks;
		const { ticks } = listed;
		const calm = this.#calmBefore(pod);
		const bundle = this.#bundleOf(pod);
		let place = from;
		let stop = Math.min(until, this.#next[pod] as number);
		let stale = this.#staleFrom[this.#first[pod] as number] as number;
		let fetches = 0;
		let fetched = place;
		for (;;) {
			place = listed.firstFrom(place, stop);
			const at = ticks[place] as number;
			if (at >= until || at < stale || at >= calm) break;
			const second = this.#seconds.of(at, this.#lag);
			if (second < 0) break;
			bundle.add(second);
			fetches += 1;
			fetched = place;
			stop = Math.min(until, at + this.#freshTicks + 1);
			stale = at + this.#staleTicks;
		}
		if (fetches > 0) this.#fetchedAll(pod, fetches, ticks[fetched] as number, listed.syncAt(pod, fetched));
		return place;
	}

	/** Before which tick no sync of a pod is near to a write of what it reads itself. */
	#calmBefore(pod: number): number {
		const { written } = this.#kept;
		let first: Micros = NEVER;
		for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
			const at = written[this.#reads[place] as number] as number;
			if (at < first) first = at;
		}
		return (first - this.#answered - this.#tables.tickZero) / SECOND;
	}

	#bundleOf(pod: number): RequestBundle {
		let bundle = this.#bundles[pod];
		if (bundle === undefined) {
			let parts = 0;
			for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
				this.#parts[parts++] = this.#kept.log(this.#reads[place] as number);
			}
			bundle = this.#books.bundle(this.#parts, 0, parts);
			this.#bundles[pod] = bundle;
		}
		return bundle;
	}

	/** All reads of a pod were fetched so many times; the last time in this sync. */
	#fetchedAll(pod: number, times: number, tick: number, sync: number): void {
		const { tickZero, readObject } = this.#tables;
		const storedAt = tickZero + tick * SECOND + this.#stored;
		for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
			const read = this.#reads[place] as number;
			this.#objects.fetched(readObject[read] as number, times, storedAt);
			this.bytes += times * (this.#kept.bytes[read] as number);
			this.#fetchedIn(place, tick, sync);
		}
		this.#next[pod] = tick + this.#freshTicks + 1;
	}

	/** A read was fetched in a sync. @param sync number of the sync, {@link ARRIVED} when it is known when the answer arrived. */
	#fetchedIn(place: number, tick: number, sync: number): void {
		this.#fetchedTick[place] = tick;
		this.#fetchedSync[place] = sync;
		this.#freshBefore[place] = tick + this.#freshTicks + 1;
		this.#staleFrom[place] = tick + this.#staleTicks;
	}

	/**
	 * Finds out when the answers to a pod's fetches arrived of which that matters at a tick: whatever is surely fresh at it needs no
	 * more than a bound.
	 */
	resolve(pod: number, tick: number): void {
		for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
			if (tick >= (this.#freshBefore[place] as number)) this.#resolve(pod, place);
		}
	}

	/** Somebody else has made a sync of the pod. */
	synced(pod: number): void {
		this.#tokens.look(pod);
		this.renew(pod);
	}

	/** Takes over what is known of a pod's reads. */
	renew(pod: number): void {
		for (let place = this.#first[pod] as number; place < (this.#first[pod + 1] as number); place++) {
			if (this.#fetchedSync[place] === ARRIVED) this.#renew(place);
		}
		this.#findNext(pod);
	}

	#resolve(pod: number, place: number): void {
		const sync = this.#fetchedSync[place] as number;
		if (sync === ARRIVED) return;
		const { tickZero, readObject } = this.#tables;
		const tick = this.#fetchedTick[place] as number;
		const visitAt = tickZero + tick * SECOND + this.#ticks.visitAfter(pod, sync, tick);
		this.#fetchedSync[place] = ARRIVED;
		this.#objects.confirmed(readObject[this.#reads[place] as number] as number, visitAt);
	}

	#renew(place: number): void {
		const { tickZero, readObject } = this.#tables;
		const until = this.#objects.freshUntil(readObject[this.#reads[place] as number] as number) - tickZero;
		this.#freshBefore[place] = Math.max(0, Math.ceil((until - this.#latest) / SECOND));
		this.#staleFrom[place] = Math.max(0, Math.ceil((until - this.#earliest) / SECOND));
	}

	#findNext(pod: number): void {
		const first = this.#first[pod] as number;
		const last = this.#first[pod + 1] as number;
		let next = NO_TICK;
		let alike = first < last;
		for (let place = first; place < last; place++) {
			const fresh = this.#freshBefore[place] as number;
			if (fresh < next) next = fresh;
			alike &&= fresh === this.#freshBefore[first] && this.#staleFrom[place] === this.#staleFrom[first];
		}
		this.#next[pod] = next;
		this.#alike[pod] = alike ? 1 : 0;
	}

	/** Fetches what is no longer fresh in a sync. */
	#fetch(pod: number, tick: number, sync: number): void {
		const { tickZero, readObject } = this.#tables;
		const now = tickZero + tick * SECOND;
		const second = this.#seconds.of(tick, this.#lag);
		let visitAt: Micros = NEVER;
		const last = this.#first[pod + 1] as number;
		for (let place = this.#first[pod] as number; place < last; place++) {
			if (tick < (this.#freshBefore[place] as number)) continue;
			const read = this.#reads[place] as number;
			const calm = (this.#kept.written[read] as number) > now + this.#answered;
			const isStale = tick >= (this.#staleFrom[place] as number);
			if (calm && second >= 0 && isStale) {
				this.#objects.fetched(readObject[read] as number, 1, now + this.#stored);
				this.#kept.log(read).add(second);
				this.bytes += this.#kept.bytes[read] as number;
				this.#fetchedIn(place, tick, sync);
				continue;
			}
			if (visitAt === NEVER) visitAt = now + this.#ticks.visitAfter(pod, sync, tick);
			this.#resolve(pod, place);
			if (calm) this.#confirm(read, visitAt);
			else this.#refresh(pod, place, tick, sync, visitAt);
			// What is known exactly would tell it from the reads that were fetched in the same sync.
			if (isStale && this.unsettled < 0) this.#fetchedIn(place, tick, ARRIVED);
			else this.#renew(place);
		}
		this.#findNext(pod);
	}

	/** Fetches what its volume shows, unless it is fresh still. */
	#confirm(read: number, visitAt: Micros): void {
		const object = this.#tables.readObject[read] as number;
		if (visitAt < this.#objects.freshUntil(object)) return;
		this.#objects.confirm(object, visitAt, this.#kept.log(read), this.#kept.bytes[read] as number);
	}

	/** The refresh of a volume with one such read of which the answer may be something new. */
	#refresh(pod: number, place: number, tick: number, sync: number, visitAt: Micros): void {
		if (!this.#exact.follow(pod, this.#volumes[place] as number, sync, visitAt)) this.failed = true;
		if (!this.#kept.look(this.#reads[place] as number, this.#tables.tickZero + tick * SECOND)) this.unsettled = tick;
	}

	/** Lists the reads of volumes that have one read and nothing else to ask for. */
	#list(pod: number): void {
		const { firstVolume, firstRead, readObject, readers, models } = this.#tables;
		let place = this.#first[pod] as number;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			const read = firstRead[volume] as number;
			const single = (firstRead[volume + 1] as number) === read + 1;
			if (!single || models[volume]?.tokenSeconds !== null || readers[readObject[read] as number] !== 1) continue;
			this.#volumes[place] = volume;
			this.#reads[place++] = read;
			this.#isOwn[read] = 1;
		}
		this.#first[pod + 1] = place;
	}
}
