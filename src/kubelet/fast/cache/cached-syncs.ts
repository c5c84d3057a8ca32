// Syncs under Cache that leave every volume with the versions that it shows: all that they do is to ask again for what is no
// longer fresh, and to replace tokens. For each pod this holds until an instant that is found when it is looked at; until then
// syncs that do not even ask are passed over, and the others make their draws and nothing else (K5.2, K7.6).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { visitOf } from '../pass-order.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import { requestsInARow } from '../polled/request-chains.js';
import type { Refresher } from '../refresher.js';
import type { KeptReads } from './kept-reads.js';
import type { OwnReads } from './own-reads.js';

/** Such syncs of one node whose TTL never changes. */
export class CachedSyncs {
	/** When all that the last sync did was over. */
	latest: Micros = 0;
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	/** By pod: from a tick to the end of all that such a sync may do; {@link NEVER} when that is not before the next tick. */
	readonly #longest: Float64Array;
	/** By pod: before when all of that has to be over. */
	readonly #until: Float64Array;
	/** By pod: the next edge of the measured window, or the end of the run. */
	readonly #edge: Float64Array;
	/** By pod: until when no token is replaced. */
	readonly #tokensUntil: Float64Array;
	/** By pod: such syncs that the counters do not know yet, and whether they are measured. */
	readonly #pending: Int32Array;
	readonly #measured: Uint8Array;
	readonly #kept: KeptReads;
	readonly #own: OwnReads | null;
	/** First of the objects of each pod that nobody else looks after in the list of them all; one more entry than pods. */
	readonly #firstRead: Int32Array;
	readonly #objectOf: Int32Array;
	/** By object: until when it was fresh when that was looked at, and before which tick that is. */
	readonly #freshUntil: Float64Array;
	readonly #freshBefore: Int32Array;
	/** By pod: the first tick at which more may happen than that something is no longer fresh. */
	readonly #firstTick: Int32Array;
	/** Over all pods. */
	#longestOfAll: Micros = 0;

	constructor(
		tables: NodeTables,
		{ latencies }: ConnectionInput,
		books: NodeBooks,
		refresher: Refresher,
		objects: PolledObjects,
		kept: KeptReads,
		own: OwnReads | null,
	) {
		const { input, pods, reads } = tables;
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#kept = kept;
		this.#own = own;
		const reach = latestReach(input, tables.loops);
		this.#longest = new Float64Array(pods);
		this.#until = new Float64Array(pods);
		this.#edge = new Float64Array(pods);
		this.#tokensUntil = new Float64Array(pods);
		this.#pending = new Int32Array(pods);
		this.#measured = new Uint8Array(pods);
		this.#firstRead = new Int32Array(pods + 1);
		this.#objectOf = new Int32Array(reads);
		this.#freshUntil = new Float64Array(input.objects.length).fill(Number.NaN);
		this.#freshBefore = new Int32Array(input.objects.length);
		this.#firstTick = new Int32Array(pods);
		for (let pod = 0; pod < pods; pod++) {
			const longest = reach + requestsInARow(tables, pod) * latencies.requestLatency.max + input.timing.setUp.max;
			this.#longest[pod] = longest <= SECOND ? longest : NEVER;
			if (longest <= SECOND) this.#longestOfAll = Math.max(this.#longestOfAll, longest);
			this.#listReads(pod);
			this.look(pod, tables.tickZero);
		}
	}

	/** Forgets what was found about the pods that read an object: something else is kept of it. */
	forget(object: number): void {
		const { pods } = this.#tables;
		for (let pod = 0; pod < pods; pod++) {
			if (!this.#tables.podReads(pod, object)) continue;
			this.#until[pod] = Number.NEGATIVE_INFINITY;
			this.#firstTick[pod] = 0;
		}
	}

	/**
	 * The first tick at which a sync of the pod may do anything at all; whatever somebody else does for its own reads before that tick
	 * is over before.
	 */
	firstToLookAt(pod: number): number {
		let first = this.#firstTick[pod] as number;
		const end = this.#firstRead[pod + 1] as number;
		for (let place = this.#firstRead[pod] as number; place < end; place++) {
			const object = this.#objectOf[place] as number;
			const until = this.#objects.freshUntil(object);
			if (until !== this.#freshUntil[object]) this.#lookAtFreshness(object, until);
			const tick = this.#freshBefore[object] as number;
			if (tick < first) first = tick;
		}
		return first;
	}

	#lookAtFreshness(object: number, until: Micros): void {
		this.#freshUntil[object] = until;
		this.#freshBefore[object] = this.#firstTickAt(until, this.#longestOfAll);
	}

	/** The first tick at which a sync that takes `longest` may not be over before `until`. */
	#firstTickAt(until: Micros, longest: Micros): number {
		return Math.max(0, Math.ceil((until - longest - this.#tables.tickZero) / SECOND));
	}

	#setFirstTick(pod: number): void {
		const tokens = this.#own?.hasToken(pod) === true ? NEVER : (this.#tokensUntil[pod] as number);
		const until = Math.min(this.#until[pod] as number, tokens);
		this.#firstTick[pod] = this.#firstTickAt(until, this.#longest[pod] as number);
	}

	/**
	 * True when a pod may ask for something in its sync at `now` that another sync of the tick reads as well, so that their order matters.
	 *
	 * @param batch pods of the tick that do not only read what is fresh for all of the tick, in the first places.
	 */
	meets(pod: number, batch: Int32Array, size: number, now: Micros): boolean {
		const { firstVolume, firstRead, readObject, readers } = this.#tables;
		const end = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < end; read++) {
			const object = readObject[read] as number;
			if ((readers[object] as number) <= 1 || this.#objects.freshUntil(object) > now + SECOND) continue;
			for (let i = 0; i < size; i++) if (batch[i] !== pod && this.#tables.podReads(batch[i] as number, object)) return true;
		}
		return false;
	}

	/** Syncs that were passed over. @param bytes that they cost. */
	passed(pod: number, count: number, bytes: number): void {
		this.#pending[pod] = (this.#pending[pod] as number) + count;
		if (this.#measured[pod] === 1) this.#books.total(0, bytes);
	}

	/**
	 * One sync of a pod that meets no other one at what they share.
	 *
	 * @param sync its number. @param now instant of its tick.
	 * @returns false when it may be more than this: then nothing was done.
	 */
	run(pod: number, sync: number, now: Micros): boolean {
		const { firstVolume, firstRead, readObject, podOrdered } = this.#tables;
		const latest = now + (this.#longest[pod] as number);
		if (latest >= (this.#until[pod] as number)) return false;
		let idle = latest <= (this.#tokensUntil[pod] as number);
		const end = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < end; read++) {
			if (this.#objects.freshUntil(readObject[read] as number) > latest) continue;
			if ((this.#kept.written[read] as number) <= latest) return false;
			idle = false;
		}
		this.latest = idle ? now : latest;
		if (!idle) {
			if (podOrdered[pod] === 1) return false;
			this.#ask(pod, sync, visitOf(this.#tables, pod, sync, now));
		}
		this.#pending[pod] = (this.#pending[pod] as number) + 1;
		return true;
	}

	/** Looks at a pod anew when an edge of the measured window has passed since. @param now instant of its present sync. */
	crossEdge(pod: number, now: Micros): void {
		if (now >= (this.#edge[pod] as number)) this.look(pod, now);
	}

	/** Looks at a pod anew. @param now instant of its present sync, or of the first tick. */
	look(pod: number, now: Micros): void {
		this.flush(pod);
		const { firstVolume, firstRead, tokenKeptUntil } = this.#tables;
		this.#measured[pod] = this.#books.measured(now) ? 1 : 0;
		let until = this.#tables.edgeAfter(now);
		this.#edge[pod] = until;
		let tokensUntil: Micros = NEVER;
		const last = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < last; volume++) {
			const kept = tokenKeptUntil[volume] as number;
			if (kept < tokensUntil) tokensUntil = kept;
			if (kept < until && !this.#refresher.swapsPlainly(volume)) until = kept;
			if (this.#refresher.isRestless(volume)) until = Number.NEGATIVE_INFINITY;
			for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
				if (!this.#kept.look(read, now)) until = Number.NEGATIVE_INFINITY;
			}
		}
		this.#until[pod] = until;
		this.#tokensUntil[pod] = tokensUntil;
		this.#setFirstTick(pod);
	}

	/** Tells the counters of the syncs since the pod was looked at. */
	flush(pod: number): void {
		const count = this.#pending[pod] as number;
		this.#pending[pod] = 0;
		if (count === 0 || this.#measured[pod] === 0) return;
		this.#refresher.passedOver(pod, count);
	}

	#listReads(pod: number): void {
		const { firstVolume, firstRead, readObject } = this.#tables;
		const end = firstRead[firstVolume[pod + 1] as number] as number;
		let place = this.#firstRead[pod] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < end; read++) {
			const object = readObject[read] as number;
			if (this.#own?.has(read) !== true && !this.#objects.isDeferred(object)) this.#objectOf[place++] = object;
		}
		this.#firstRead[pod + 1] = place;
	}

	/** Tokens and reads of a pod's volumes, which meet nowhere. */
	#ask(pod: number, sync: number, visitAt: Micros): void {
		const { firstVolume, firstRead, readObject, tokenKeptUntil } = this.#tables;
		const objects = this.#objects;
		const last = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < last; volume++) {
			let now = visitAt;
			if (visitAt > (tokenKeptUntil[volume] as number)) now = this.#lookAtToken(pod, volume, sync, visitAt);
			const end = firstRead[volume + 1] as number;
			for (let read = firstRead[volume] as number; read < end; read++) {
				const object = readObject[read] as number;
				if (now < objects.freshUntil(object)) continue;
				now = objects.confirm(object, now, this.#kept.log(read), this.#kept.bytes[read] as number);
			}
		}
	}

	/** Replaces a token if it is time. @returns when the volume goes on. */
	#lookAtToken(pod: number, volume: number, sync: number, now: Micros): Micros {
		if (!this.#refresher.tokenDue(volume, sync, now)) return now;
		const arrived = this.#objects.postToken(pod, now);
		this.#refresher.tokenIssued(volume, arrived);
		this.#refresher.swapToken(volume, now);
		this.#tokensUntil[pod] = this.#tables.tokensKeptUntil(pod);
		this.#setFirstTick(pod);
		return arrived;
	}
}
