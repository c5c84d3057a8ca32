// Syncs under Get and Cache that are worked through: from the start of the sync over populator, reconciler, token and reads to
// the end of SetUp, in the total order of simultaneous happenings (design: microsecond, rank, place in the pass). A pod that
// meets no other one is followed volume by volume; pods that do are taken together in the order of time. Where requests may have to
// wait for client tokens, syncs of one tick go on beside those of the next ones.

import { type Micros, NEVER } from '../../../core/time.js';
import type { NodeInput } from '../../node-input.js';
import type { NodeBooks } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import { placeInPass, visitOf } from '../pass-order.js';
import type { Refresher } from '../refresher.js';
import { NEEDS_GET, type PolledObjects } from './polled-objects.js';

/** The tokens of the node's client. */
export interface ClientTokens {
	/** When the last of so many could be had from now on. */
	tokensAt(count: number, now: Micros): Micros;
	/** Takes one for a request that somebody wants to send now. @returns when it may be sent. */
	takeToken(now: Micros): Micros;
}

/** Works through syncs of one node. */
export class PolledSyncs {
	/** By pod: number of syncs so far. */
	readonly syncs: Int32Array;
	/** When the last thing that the present syncs do is over. */
	latest: Micros = 0;
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	/** By pod: when the reconciler meets its volumes. */
	readonly #visitAt: Float64Array;
	/** Volumes in the order in which the reconciler meets them, from which place on it has not yet, and by volume its place in the pass. */
	readonly #visits: Int32Array;
	#visit = 0;
	#visiting = 0;
	readonly #places: Float64Array;
	/** Answers on their way, in the order in which they were asked for: instant, and volume (~volume for a token). */
	readonly #arrivals: Micros[] = [];
	readonly #arrivesFor: number[] = [];
	#awaited = 0;
	/** By volume: the read at which it stands, when its SetUp began, what the server answered. */
	readonly #stage: Int32Array;
	readonly #startedAt: Float64Array;
	readonly #answer: Int32Array;
	readonly #got: Int32Array;
	/** By volume: until when its last SetUp may be under way. */
	readonly #busyUntil: Float64Array;
	/** By volume: when its last SetUp was over; null: nobody wants to know. */
	doneAt: Float64Array | null = null;
	readonly #tokens: ClientTokens | null;
	readonly #dropsAtSync: boolean;
	#failed = false;

	/** @param tokens of the client. Default: there is always one. */
	constructor(tables: NodeTables, books: NodeBooks, refresher: Refresher, objects: PolledObjects, tokens: ClientTokens | null = null) {
		const { input, pods, volumes } = tables;
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#objects = objects;
		this.syncs = new Int32Array(pods);
		this.#visitAt = new Float64Array(pods);
		this.#visits = new Int32Array(volumes);
		this.#places = new Float64Array(volumes);
		this.#stage = new Int32Array(volumes);
		this.#startedAt = new Float64Array(volumes);
		this.#answer = new Int32Array(volumes);
		this.#got = new Int32Array(tables.reads);
		this.#busyUntil = new Float64Array(tokens === null ? 0 : volumes).fill(Number.NEGATIVE_INFINITY);
		this.#tokens = tokens;
		this.#dropsAtSync = input.profile.cacheInvalidatesOnEverySync;
	}

	/**
	 * One pod's sync that shares nothing with others under way: neither does any volume of it with another one.
	 *
	 * @returns false when a refresh fails.
	 */
	alone(pod: number, now: Micros): boolean {
		const { input, firstVolume } = this.#tables;
		this.#startSync(pod, now);
		const visitAt = this.#visitAt[pod] as Micros;
		if (visitAt > input.end) return true;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		const sync = this.syncs[pod] as number;
		if (this.#books.measured(visitAt)) this.#refresher.counters.refreshes += this.#tables.refreshesOf(pod);
		for (let volume = first; volume < last; volume++) if (!this.follow(pod, volume, sync, visitAt)) return false;
		return true;
	}

	/** The syncs of one tick, to their end. @returns false when a refresh fails. */
	together(batch: Int32Array, size: number, now: Micros): boolean {
		this.start(batch, size, now);
		const done = this.advance(this.#tables.input.end);
		this.#visiting = 0;
		this.#visit = 0;
		this.#awaited = 0;
		return done;
	}

	/** True when the last sync of each of these pods has ended in every respect. @param now instant of the next ones. */
	haveEnded(batch: Int32Array, size: number, now: Micros): boolean {
		for (let i = 0; i < size; i++) if (!this.hasEnded(batch[i] as number, now)) return false;
		return true;
	}

	/** True when the last sync of a pod has ended in every respect before `now`. */
	hasEnded(pod: number, now: Micros): boolean {
		const { firstVolume } = this.#tables;
		const last = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < last; volume++) if ((this.#busyUntil[volume] as Micros) >= now) return false;
		return true;
	}

	/** True when nothing is to be followed. */
	get isIdle(): boolean {
		return this.#visit === this.#visiting && this.#awaited === 0;
	}

	/** The syncs of one tick start; what comes of them is seen by {@link advance}. */
	start(batch: Int32Array, size: number, now: Micros): void {
		for (let i = 0; i < size; i++) this.#startSync(batch[i] as number, now);
		this.#orderVisits(batch, size);
	}

	/** When something comes next that {@link advance} would follow. */
	get nextAt(): Micros {
		const place = this.#nextArrival();
		return Math.min(place < 0 ? NEVER : (this.#arrivals[place] as Micros), this.#nextVisit());
	}

	/** The reconciler will meet a volume of a pod; all of a pod's that it has not met yet are met at that instant. */
	visit(volume: number, at: Micros): void {
		this.#forgetVisited();
		this.#visitAt[this.#tables.podOf[volume] as number] = at;
		this.#putIntoOrder(volume, at);
	}

	/** Follows all syncs that have started up to and including an instant. @returns false when a refresh fails. */
	advance(until: Micros): boolean {
		while (!this.#failed) {
			const place = this.#nextArrival();
			const arrival = place < 0 ? NEVER : (this.#arrivals[place] as Micros);
			const visit = this.#nextVisit();
			if (Math.min(arrival, visit) > until) return true;
			// What arrives at an instant comes before what the node does at it; what is asked for at it is answered after all of that.
			if (arrival <= visit) this.#arrive(place, arrival);
			else while (this.#nextVisit() === visit) this.#setUp(this.#visits[this.#visit++] as number, visit);
		}
		return false;
	}

	#nextVisit(): Micros {
		return this.#visit < this.#visiting ? this.#visitOf(this.#visits[this.#visit] as number) : NEVER;
	}

	/** The refresh of one volume that shares nothing with others under way. @returns false when it fails. */
	follow(pod: number, volume: number, sync: number, startedAt: Micros): boolean {
		const { input, firstRead, readObject, seen } = this.#tables;
		let now = startedAt;
		let changed = false;
		if (this.#refresher.tokenDue(volume, sync, startedAt)) {
			changed = true;
			now = this.#objects.postToken(pod, startedAt);
			this.latest = Math.max(this.latest, now);
			if (now > input.end) return true;
			this.#refresher.tokenIssued(volume, now);
		}
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
			const object = readObject[read] as number;
			let version = this.#objects.fresh(object, now);
			if (version === NEEDS_GET) {
				now = this.#objects.get(object, volume, now, this.#answer);
				this.latest = Math.max(this.latest, now);
				if (now > input.end) return true;
				version = this.#objects.store(object, this.#answer[volume] as number, now);
				this.#objects.queues.release(object);
			}
			this.#got[read] = version;
			changed ||= version !== seen[read];
		}
		if (!changed && !this.#refresher.isRestless(volume)) return true;
		if (this.#mayEndAfterEdge(volume, now)) return false;
		return this.#refresher.finish(volume, this.#got, sync, startedAt, now);
	}

	/** Whether a request that is deferred may hold a swap up until an edge of the measured window has passed. */
	#mayEndAfterEdge(volume: number, now: Micros): boolean {
		const { input, firstRead, readObject, tokens, writtenToken } = this.#tables;
		if (tokens[volume] === writtenToken[volume] || !this.#objects.isDeferred(readObject[firstRead[volume] as number] as number))
			return false;
		return this.#tables.edgeAfter(now) <= now + 2 * input.requestLatency.max + input.timing.setUp.max;
	}

	/** Puts the volumes of a batch into the order in which the reconciler meets them. */
	#orderVisits(batch: Int32Array, size: number): void {
		const { firstVolume, blocked } = this.#tables;
		this.#forgetVisited();
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			const at = this.#visitAt[pod] as Micros;
			for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
				if (blocked[volume] === 1) continue;
				this.#putIntoOrder(volume, at);
				if (this.#tokens !== null) this.#busyUntil[volume] = NEVER;
			}
		}
	}

	#putIntoOrder(volume: number, at: Micros): void {
		const visits = this.#visits;
		const places = this.#places;
		const place = placeInPass(this.#tables, volume, at);
		places[volume] = place;
		let to = this.#visiting++;
		for (; to > 0; to--) {
			const before = visits[to - 1] as number;
			const visit = this.#visitOf(before);
			if (visit < at || (visit === at && (places[before] as number) < place)) break;
			visits[to] = before;
		}
		visits[to] = volume;
	}

	#forgetVisited(): void {
		if (this.#visit === 0) return;
		this.#visits.copyWithin(0, this.#visit, this.#visiting);
		this.#visiting -= this.#visit;
		this.#visit = 0;
	}

	#visitOf(volume: number): Micros {
		return this.#visitAt[this.#tables.podOf[volume] as number] as Micros;
	}

	#startSync(pod: number, now: Micros): void {
		const { input } = this.#tables;
		const sync = (this.syncs[pod] as number) + 1;
		this.syncs[pod] = sync;
		if (this.#books.measured(now)) this.#refresher.counters.syncs += 1;
		if (this.#dropsAtSync) {
			const { model } = input.pods[pod] as NodeInput['pods'][number];
			for (const object of model.secrets) this.#objects.forget(input.localObjects.get(object) as number);
			for (const object of model.configMaps) this.#objects.forget(input.localObjects.get(object) as number);
		}
		const visitAt = visitOf(this.#tables, pod, sync, now);
		this.#visitAt[pod] = visitAt;
		this.latest = Math.max(this.latest, visitAt);
	}

	/** The reconciler starts SetUp of a volume. */
	#setUp(volume: number, now: Micros): void {
		const { podOf, firstRead } = this.#tables;
		const pod = podOf[volume] as number;
		if (this.#books.measured(now)) this.#refresher.counters.refreshes += 1;
		this.#startedAt[volume] = now;
		this.#stage[volume] = firstRead[volume] as number;
		if (this.#refresher.tokenDue(volume, this.syncs[pod] as number, now)) this.#ask(~volume, now);
		else this.#read(volume, now);
	}

	/**
	 * A volume needs an answer: to its present read, or a token (~volume). The request is booked at once even if it has to wait for a
	 * token of the client: requests leave in the order in which they are asked for.
	 */
	#ask(reader: number, now: Micros): void {
		const { podOf, readObject, input } = this.#tables;
		const at = this.#tokens === null ? now : this.#tokens.takeToken(now);
		if (reader < 0) {
			if (at <= input.end) this.#expect(this.#objects.postToken(podOf[~reader] as number, at), reader);
			return;
		}
		const stage = this.#stage[reader] as number;
		const object = readObject[stage] as number;
		if (at > input.end) {
			// Whoever reads it as well waits for the request all the same.
			if (this.#objects.caches) this.#objects.queues.hold(object, reader);
			return;
		}
		const over = this.#objects.get(object, reader, at, this.#answer);
		if (this.#objects.caches || stage + 1 < (this.#tables.firstRead[reader + 1] as number)) this.#expect(over, reader);
		else this.#takeLast(reader, stage, over);
	}

	/** The answer to the last read of a volume that nobody else waits for. */
	#takeLast(volume: number, stage: number, at: Micros): void {
		this.latest = Math.max(this.latest, at);
		if (at > this.#tables.input.end) return;
		this.#got[stage] = this.#answer[volume] as number;
		this.#finish(volume, at);
	}

	#expect(at: Micros, volume: number): void {
		this.#arrivals[this.#awaited] = at;
		this.#arrivesFor[this.#awaited++] = volume;
		this.latest = Math.max(this.latest, at);
	}

	/** Place of the earliest arrival, first asked first; -1 when nothing is on its way. */
	#nextArrival(): number {
		let earliest = this.#awaited === 0 ? -1 : 0;
		for (let place = 1; place < this.#awaited; place++) {
			if ((this.#arrivals[place] as Micros) < (this.#arrivals[earliest] as Micros)) earliest = place;
		}
		return earliest;
	}

	#arrive(place: number, now: Micros): void {
		const reader = this.#arrivesFor[place] as number;
		this.#awaited -= 1;
		for (let later = place; later < this.#awaited; later++) {
			this.#arrivals[later] = this.#arrivals[later + 1] as Micros;
			this.#arrivesFor[later] = this.#arrivesFor[later + 1] as number;
		}
		if (reader < 0) {
			this.#refresher.tokenIssued(~reader, now);
			this.#read(~reader, now);
			return;
		}
		const object = this.#tables.readObject[this.#stage[reader] as number] as number;
		const abandoned = this.#objects.queues.takeAbandoned(reader);
		if (abandoned !== null) {
			this.#takeAbandoned([reader, ...abandoned], this.#answer[reader] as number, now);
			return;
		}
		this.#take(reader, this.#objects.store(object, this.#answer[reader] as number, now), now);
		// The reader held the mutex until here: whatever it asked for next queues behind those who wait already.
		const { queues } = this.#objects;
		queues.release(object);
		for (let waiting = queues.next(object); waiting !== null; waiting = queues.next(object)) {
			const fresh = this.#objects.fresh(object, now);
			if (fresh === NEEDS_GET) this.#ask(waiting, now);
			else this.#take(waiting, fresh, now);
		}
	}

	/** The answer to a GET that is nobody else's any more: all that have waited for it take it, unless there is nothing that they could share. */
	#takeAbandoned(volumes: readonly number[], version: number, now: Micros): void {
		if (version === ABSENT && volumes.length > 1) this.#failed = true;
		else for (const volume of volumes) this.#take(volume, version, now);
	}

	#take(volume: number, version: number, now: Micros): void {
		const stage = this.#stage[volume] as number;
		this.#got[stage] = version;
		this.#stage[volume] = stage + 1;
		this.#read(volume, now);
	}

	/** Goes on with the reads of a volume until one has to wait. */
	#read(volume: number, now: Micros): void {
		const { firstRead, readObject } = this.#tables;
		const last = firstRead[volume + 1] as number;
		for (let stage = this.#stage[volume] as number; stage < last; stage++) {
			this.#stage[volume] = stage;
			const object = readObject[stage] as number;
			if (this.#objects.caches && this.#objects.queues.waits(object, volume)) return;
			const fresh = this.#objects.fresh(object, now);
			if (fresh === NEEDS_GET) {
				this.#ask(volume, now);
				return;
			}
			this.#got[stage] = fresh;
		}
		this.#finish(volume, now);
	}

	#finish(volume: number, now: Micros): void {
		const sync = this.syncs[this.#tables.podOf[volume] as number] as number;
		if (this.doneAt !== null) this.doneAt[volume] = now + this.#refresher.setUpTime(volume, sync);
		if (this.#mayEndAfterEdge(volume, now) || !this.#refresher.finish(volume, this.#got, sync, this.#startedAt[volume] as number, now))
			this.#failed = true;
		if (this.#tokens !== null) this.#busyUntil[volume] = now + this.#tables.input.timing.setUp.max;
	}
}
