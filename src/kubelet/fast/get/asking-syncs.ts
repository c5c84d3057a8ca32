// Syncs under Get that leave every volume with the versions that it shows. Each read asks the API server, and when nothing is
// written and no token is due, all that there is to tell of such a sync is in which second its requests are received: it is passed
// over. For each pod this holds until an instant that is found when it is looked at. Where one volume of a pod has more to do, and
// shares nothing with other pods, that volume alone is worked through.

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, type MicrosRange, NEVER, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import type { NodeBooks, RequestBundle, RequestLog } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { PolledSyncs } from '../polled/polled-syncs.js';
import { readsInARow, requestsInARow } from '../polled/request-chains.js';
import type { VisitSeconds } from '../polled/visit-seconds.js';
import type { Refresher } from '../refresher.js';
import { VisitClock } from '../visit-clock.js';
import { AskedReads } from './asked-reads.js';

/** Such syncs of one node. */
export class AskingSyncs {
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	readonly #exact: PolledSyncs;
	readonly #seconds: VisitSeconds;
	readonly #visits: VisitClock;
	readonly #latency: MicrosRange;
	/** By pod: from a tick to the end of all that a sync that is passed over does, and of all that one does which is not. */
	readonly #reach: Float64Array;
	readonly #longest: Float64Array;
	/** By pod: from the visit of the reconciler to the receipt of the last request of a sync that is passed over. */
	readonly #lag: Float64Array;
	/** By pod: the same for any sync. */
	readonly #longestLag: Float64Array;
	/** By pod: before when all of that has to be over; and until when nothing is written and no token is due. */
	readonly #until: Float64Array;
	/** By pod: the next edge of the measured window, or the end of the run. */
	readonly #edge: Float64Array;
	readonly #quietUntil: Float64Array;
	/** By pod: syncs passed over that the counters do not know yet, and whether they are measured. */
	readonly #pending: Int32Array;
	readonly #measured: Uint8Array;
	/** By pod: bytes and requests of one such sync. */
	readonly #podBytes: Float64Array;
	readonly #bundles: (RequestBundle | undefined)[] = [];
	/** By pod and by volume: when the reconciler meets the volumes of the present sync, and the second of their reads. */
	readonly #visitAt: Float64Array;
	readonly #second: Int32Array;
	readonly #reads: AskedReads;
	/** By read: index of the version that it finds. */
	readonly #got: Int32Array;
	/** True when a refresh has failed: the node needs the reference path. */
	failed = false;

	constructor(
		tables: NodeTables,
		{ latencies }: ConnectionInput,
		books: NodeBooks,
		refresher: Refresher,
		objects: PolledObjects,
		exact: PolledSyncs,
		seconds: VisitSeconds,
	) {
		const { input, pods, volumes, reads } = tables;
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#exact = exact;
		this.#seconds = seconds;
		this.#visits = new VisitClock(tables);
		this.#latency = latencies.requestLatency;
		this.#reach = new Float64Array(pods);
		this.#longest = new Float64Array(pods);
		this.#lag = new Float64Array(pods);
		this.#longestLag = new Float64Array(pods);
		this.#until = new Float64Array(pods);
		this.#edge = new Float64Array(pods);
		this.#quietUntil = new Float64Array(pods);
		this.#pending = new Int32Array(pods);
		this.#measured = new Uint8Array(pods);
		this.#podBytes = new Float64Array(pods);
		this.#visitAt = new Float64Array(pods);
		this.#second = new Int32Array(volumes);
		this.#reads = new AskedReads(tables, objects);
		this.#got = new Int32Array(reads);
		for (let pod = 0; pod < pods; pod++) {
			const requests = requestsInARow(tables, pod);
			const chain = requests * this.#latency.max;
			this.#reach[pod] = latestReach(input, tables.loops) + chain;
			const longest = latestReach(input, tables.loops) + chain + input.timing.setUp.max;
			this.#longest[pod] = longest <= SECOND ? longest : NEVER;
			this.#lag[pod] = Math.max(0, readsInARow(tables, pod) - 1) * this.#latency.max + (this.#latency.max >>> 1);
			this.#longestLag[pod] = Math.max(0, requests - 1) * this.#latency.max + (this.#latency.max >>> 1);
			this.#look(pod, tables.tickZero);
		}
	}

	/** When the reconciler meets the volumes of a pod after its sync at `now`. */
	visitOf(pod: number, sync: number, now: Micros): Micros {
		const { podLaneA, podLaneB, tickZero } = this.#tables;
		const tick = Math.round((now - tickZero) / SECOND);
		return now + this.#visits.after(podLaneA[pod] as number, podLaneB[pod] as number, sync, tick);
	}

	/** The first tick at which a sync of the pod may do more than read again what its volumes show. */
	firstToLookAt(pod: number): number {
		if (this.#longest[pod] === NEVER) return 0;
		const until = Math.min(this.#quietUntil[pod] as number, this.#tables.tokensKeptUntil(pod));
		return Math.max(0, Math.ceil((until - (this.#reach[pod] as number) - this.#tables.tickZero) / SECOND));
	}

	/**
	 * The first tick at which a sync of some pod may reach the next edge of the measured window; 0 when not all await the same one, or when
	 * the second of some request is not certain.
	 */
	tickAtEdge(): number {
		const { pods, tickZero } = this.#tables;
		const edge = this.#edge[0] as number;
		let longest = 0;
		for (let pod = 0; pod < pods; pod++) {
			if (this.#edge[pod] !== edge || !this.#seconds.areFixed(this.#longestLag[pod] as number)) return 0;
			longest = Math.max(longest, this.#longest[pod] as number);
		}
		return Math.max(0, Math.floor((edge - longest - tickZero) / SECOND));
	}

	/** True when the syncs of a pod that are passed over are measured. */
	isMeasured(pod: number): boolean {
		return this.#measured[pod] === 1;
	}

	/**
	 * Books syncs of a pod that are passed over.
	 *
	 * @param ticks of the syncs, ascending. @param from place of the first one. @param end place behind the last one.
	 * @returns place of the first one that it has not booked: it has to be looked at, or may be received in one of two seconds.
	 */
	pass(pod: number, ticks: Int32Array, from: number, end: number): number {
		const bundle = this.#bundles[pod] as RequestBundle;
		const stop = this.#seconds.book(bundle, ticks, from, end, this.firstToLookAt(pod), this.#lag[pod] as number);
		this.#pending[pod] = (this.#pending[pod] as number) + stop - from;
		return stop;
	}

	/**
	 * Books a sync that would be passed over if the seconds of its requests were certain: the round trips tell them. All reads of the
	 * node before it have been counted, and nobody else reads meanwhile. The order of the pod's own volumes must not matter.
	 *
	 * @param visitAt when the reconciler meets the pod's volumes.
	 */
	readInTurn(pod: number, visitAt: Micros): void {
		this.#pending[pod] = (this.#pending[pod] as number) + 1;
		const second = Math.floor((visitAt + (this.#latency.min >>> 1)) / SECOND);
		if (visitAt + (this.#lag[pod] as number) < (second + 1) * SECOND) {
			this.countAsked(pod, 1);
			(this.#bundles[pod] as RequestBundle).add(second);
			return;
		}
		const { firstVolume, firstRead, readObject } = this.#tables;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			let sentAt = visitAt;
			for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
				const roundTrip = this.#objects.roundTrip(readObject[read] as number);
				(this.#reads.logs[read] as RequestLog).add(Math.floor((sentAt + (roundTrip >>> 1)) / SECOND));
				sentAt += roundTrip;
			}
		}
	}

	/**
	 * A sync that would be passed over if its requests did not wait: {@link readAt} books each of them. */
	waitsInTurn(pod: number): void {
		this.#pending[pod] = (this.#pending[pod] as number) + 1;
	}

	/** Books one read of such a sync. @param sentAt when its request is sent. */
	readAt(read: number, sentAt: Micros): void {
		const { min, max } = this.#latency;
		const object = this.#tables.readObject[read] as number;
		let second = Math.floor((sentAt + (min >>> 1)) / SECOND);
		if (sentAt + (max >>> 1) < (second + 1) * SECOND) this.#objects.passOver(object, 1);
		else second = Math.floor((sentAt + (this.#objects.roundTrip(object) >>> 1)) / SECOND);
		(this.#reads.logs[read] as RequestLog).add(second);
	}

	/** When all that a sync of the pod does is over if its requests are sent by an instant. */
	overAfter(sentAt: Micros): Micros {
		return sentAt + this.#latency.max + this.#tables.input.timing.setUp.max;
	}

	/**
	 * A sync that would be passed over but for the pod's token, or for new versions of objects that nothing else reads: these are asked
	 * for exactly, the other reads are booked.
	 *
	 * @returns false when more is to be done, or when something of it is not certain: then nothing was done.
	 */
	refresh(pod: number, sync: number, now: Micros): boolean {
		const { firstVolume, podOrdered } = this.#tables;
		const over = now + (this.#longest[pod] as number);
		if (podOrdered[pod] === 1 || over >= (this.#until[pod] as number)) return false;
		const visitAt = this.visitOf(pod, sync, now);
		const second = Math.floor((visitAt + (this.#latency.min >>> 1)) / SECOND);
		const latest = visitAt + (this.#longestLag[pod] as number);
		if (latest >= (second + 1) * SECOND) return false;
		const isWritten = over >= (this.#quietUntil[pod] as number);
		if (isWritten && !this.#reads.findsOwn(pod, latest)) return false;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			if (!this.#refresher.tokenDue(volume, sync, visitAt)) continue;
			// A pod of which the order of its volumes does not matter has one token at most.
			if (!this.#refresher.swapsPlainly(volume)) return false;
			this.#replace(pod, volume, visitAt);
		}
		(this.#bundles[pod] as RequestBundle).add(second);
		this.#pending[pod] = (this.#pending[pod] as number) + 1;
		if (isWritten) this.#readNew(pod, sync, now, visitAt, latest);
		this.countAsked(pod, 1);
		return true;
	}

	/** The reads that may find something new; they have been booked, but not counted. */
	#readNew(pod: number, sync: number, now: Micros, visitAt: Micros, latest: Micros): void {
		const { firstVolume, firstRead, readObject, seen } = this.#tables;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			const read = firstRead[volume] as number;
			if (read === firstRead[volume + 1] || (this.#reads.written[read] as number) > latest) continue;
			const roundTrip = this.#objects.nextRoundTrip(readObject[read] as number);
			this.#got[read] = this.#reads.foundAt(read, visitAt + (roundTrip >>> 1));
			if (this.#got[read] === seen[read]) continue;
			if (!this.#refresher.finish(volume, this.#got, sync, visitAt, visitAt + roundTrip)) this.failed = true;
			const booked = this.#reads.bytes[read] as number;
			this.#lookAtVolume(pod, volume, now);
			if (this.#measured[pod] === 1) this.#books.total(0, (this.#reads.bytes[read] as number) - booked);
		}
	}

	/** Takes back a sync that was passed over. */
	takeBack(pod: number, tick: number): void {
		this.#pending[pod] = (this.#pending[pod] as number) - 1;
		(this.#bundles[pod] as RequestBundle).takeBack(this.#seconds.of(tick, this.#lag[pod] as number));
	}

	/** Counts the requests of syncs that were passed over: the next ones draw the next round trips. */
	countAsked(pod: number, syncs: number): void {
		const { firstVolume, firstRead, readObject } = this.#tables;
		const end = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < end; read++) {
			this.#objects.passOver(readObject[read] as number, syncs);
		}
	}

	/** True when a sync is {@link run} without asking what other pods do at the same tick. */
	standsAlone(pod: number, sync: number, now: Micros): boolean {
		const { firstVolume, podOrdered, blocked } = this.#tables;
		if (podOrdered[pod] === 1 || now + (this.#longest[pod] as number) >= (this.#until[pod] as number)) return false;
		const visitAt = this.visitOf(pod, sync, now);
		this.#visitAt[pod] = visitAt;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			// One that cannot be mounted reads nothing here, in whatever second.
			const second = blocked[volume] === 1 ? 0 : this.#secondOf(volume, sync, visitAt);
			this.#second[volume] = second;
			if (second < 0 && this.#reads.isOwn[volume] === 0) return false;
		}
		return true;
	}

	/** A sync that {@link standsAlone}, which has been asked just before. @param sync its number, also in the exact syncs. @returns false when a refresh fails. */
	run(pod: number, sync: number, now: Micros): boolean {
		const { firstVolume } = this.#tables;
		const visitAt = this.#visitAt[pod] as Micros;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		if (this.#measured[pod] === 1) this.#refresher.passedOver(pod, 1);
		for (let volume = first; volume < last; volume++) {
			const second = this.#second[volume] as number;
			if (second >= 0) this.#read(pod, volume, sync, visitAt, second);
			else if (this.#exact.follow(pod, volume, sync, visitAt)) this.#lookAtVolume(pod, volume, now);
			else return false;
		}
		return true;
	}

	/** Looks at a pod anew when an edge of the measured window has passed since: then true. @param now instant of its present sync. */
	crossEdge(pod: number, now: Micros): boolean {
		if (now < (this.#edge[pod] as number)) return false;
		this.look(pod, now);
		return true;
	}

	/** Looks at a pod anew. @param now instant of its present sync. */
	look(pod: number, now: Micros): void {
		this.flush(pod);
		this.#look(pod, now);
	}

	/** Tells the counters of the syncs that were passed over since the pod was looked at. */
	flush(pod: number): void {
		const count = this.#pending[pod] as number;
		this.#pending[pod] = 0;
		if (count === 0 || this.#measured[pod] === 0) return;
		const { firstVolume, firstRead } = this.#tables;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		this.#refresher.passedOver(pod, count);
		this.#books.total(count * ((firstRead[last] as number) - (firstRead[first] as number)), count * (this.#podBytes[pod] as number));
	}

	#look(pod: number, now: Micros): void {
		const { firstVolume, firstRead } = this.#tables;
		this.#measured[pod] = this.#books.measured(now) ? 1 : 0;
		this.#edge[pod] = this.#tables.edgeAfter(now);
		const end = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < end; read++) this.#reads.look(read);
		this.#sumUp(pod);
	}

	/** Looks at one volume of a pod anew. @param now instant of its present sync. */
	#lookAtVolume(pod: number, volume: number, now: Micros): void {
		this.flush(pod);
		const { firstRead } = this.#tables;
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) this.#reads.look(read);
		if (now < (this.#edge[pod] as number)) this.#sumUp(pod);
		else this.#look(pod, now);
	}

	/** What follows from all reads of a pod. */
	#sumUp(pod: number): void {
		const { firstVolume, firstRead, anyDeleted } = this.#tables;
		let until = this.#edge[pod] as number;
		let written: Micros = NEVER;
		let bytes = 0;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		for (let volume = first; anyDeleted && volume < last; volume++) {
			if (this.#refresher.isRestless(volume)) until = Number.NEGATIVE_INFINITY;
		}
		const start = firstRead[first] as number;
		const end = firstRead[last] as number;
		for (let read = start; read < end; read++) {
			written = Math.min(written, this.#reads.written[read] as number);
			bytes += this.#reads.bytes[read] as number;
		}
		this.#until[pod] = until;
		this.#quietUntil[pod] = Math.min(until, written);
		this.#podBytes[pod] = bytes;
		this.#bundles[pod] = this.#books.bundle(this.#reads.logs, start, end);
	}

	/** The second in which all requests for a volume's objects are received, -1 when that or their answers are not certain. */
	#secondOf(volume: number, sync: number, visitAt: Micros): number {
		const { firstRead } = this.#tables;
		const { min, max } = this.#latency;
		const start = firstRead[volume] as number;
		const end = firstRead[volume + 1] as number;
		const due = this.#refresher.tokenDue(volume, sync, visitAt);
		if (due && !this.#refresher.swapsPlainly(volume)) return -1;
		const before = due ? 1 : 0;
		const latest = visitAt + (before + end - start) * max;
		for (let read = start; read < end; read++) if ((this.#reads.written[read] as number) <= latest) return -1;
		const second = Math.floor((visitAt + before * min + (min >>> 1)) / SECOND);
		return second === Math.floor((latest - max + (max >>> 1)) / SECOND) ? second : -1;
	}

	/** Token and reads of a volume. @param second in which the reads are received. */
	#read(pod: number, volume: number, sync: number, visitAt: Micros, second: number): void {
		const { firstRead, readObject, tokenKeptUntil } = this.#tables;
		if (visitAt > (tokenKeptUntil[volume] as number) && this.#refresher.tokenDue(volume, sync, visitAt)) {
			this.#replace(pod, volume, visitAt);
		}
		const end = firstRead[volume + 1] as number;
		for (let read = firstRead[volume] as number; read < end; read++) {
			this.#objects.passOver(readObject[read] as number, 1);
			(this.#reads.logs[read] as RequestLog).add(second);
			if (this.#measured[pod] === 1) this.#books.total(1, this.#reads.bytes[read] as number);
		}
	}

	/** A token that is due and leaves no other trace than its number. */
	#replace(pod: number, volume: number, visitAt: Micros): void {
		this.#refresher.tokenIssued(volume, this.#objects.postToken(pod, visitAt));
		this.#refresher.swapToken(volume, visitAt);
	}
}
