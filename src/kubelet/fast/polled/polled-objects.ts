// What the Get and the Cache strategy keep of each object of one node, and the GETs that they send: round trips, what the
// server answers, when an answer is stored and how long it stays fresh, who waits for a fetch that is under way. Follows
// cache_based_manager.go and the API server's GET (K5.1, K5.2, K20.10, A3.7).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { liveVersion, type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../../../apiserver/object-timeline.js';
import { REQUEST_OVERHEAD_BYTES, requestPrefix, STATUS_BYTES } from '../../../apiserver/wire.js';
import { drawIntegerLanes, type KeyPrefix, StreamName } from '../../../core/random.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import type { NodeInput } from '../../node-input.js';
import { warmPrefix, warmStoredAt } from '../../steady-state.js';
import { knowsFreshness } from '../eligibility.js';
import type { NodeBooks, RequestLog } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import { TokenRequests } from '../token-requests.js';
import { WatchCache } from '../watch-cache.js';
import { FetchQueues } from './fetch-queues.js';

/** In place of a version: the API server has to be asked. */
export const NEEDS_GET = -2;
/** Ticks of a pod that has asked for no token. */
const NO_TICKS: readonly number[] = [];

/** Objects of one node under Get or Cache, by local number. */
export class PolledObjects {
	/** Requests sent so far. */
	requests = 0;
	/** Takes the instants at which requests are sent; null: nobody wants to know. */
	sent: Micros[] | null = null;
	/** Objects that several volumes read and of which something else is kept now; whoever looks takes them out. */
	readonly changed: number[] = [];
	readonly #tables: NodeTables;
	readonly #input: NodeInput;
	readonly #wire: ConnectionInput;
	readonly #books: NodeBooks;
	readonly #readers: Int32Array;
	/** Whether answers are kept: Cache. */
	readonly caches: boolean;
	/** At time 0, and whether it is known from that until when anything is fresh. */
	readonly #ttl: Micros;
	readonly #knowsFreshness: boolean;
	/** Index of the version that is kept, {@link ABSENT} when nothing is. */
	readonly #kept: Int32Array;
	readonly #updatedAt: Float64Array;
	/** Under Cache: GETs that are under way. */
	readonly queues: FetchQueues;
	readonly #asked: Int32Array;
	readonly #tokens: TokenRequests;
	/** By object: 1 while it is deferred; then by pod the ticks of the syncs that have asked for tokens since. */
	readonly #deferred: Uint8Array;
	#ticksOfTokens: (number[] | undefined)[] | null = null;
	/** Lanes of the objects' request streams, and whether they are known. */
	readonly #laneA: Int32Array;
	readonly #laneB: Int32Array;
	readonly #hasLanes: Uint8Array;
	readonly #requests: KeyPrefix;
	readonly #label = new StreamName();
	readonly #logs: (RequestLog | undefined)[] = [];
	readonly #watchCache: WatchCache;

	/** @param warm true (the default): objects are as at time 0; else they are told. */
	constructor(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, warm = true) {
		const { input, pods, readers } = tables;
		const count = input.objects.length;
		this.#tables = tables;
		this.#input = input;
		this.#readers = readers;
		this.#wire = wire;
		this.#books = books;
		this.#tokens = new TokenRequests(pods, wire, books, null);
		this.#ttl = input.ttlAt(0);
		this.caches = input.settings.configMapAndSecretChangeDetectionStrategy === 'Cache';
		this.#knowsFreshness = this.caches && knowsFreshness(input);
		this.#kept = new Int32Array(count).fill(ABSENT);
		this.#updatedAt = new Float64Array(count);
		this.queues = new FetchQueues(count);
		this.#watchCache = new WatchCache(wire);
		this.#asked = new Int32Array(count);
		this.#deferred = new Uint8Array(count);
		this.#laneA = new Int32Array(count);
		this.#laneB = new Int32Array(count);
		this.#hasLanes = new Uint8Array(count);
		this.#requests = requestPrefix(wire.key);
		if (!this.caches || !warm) return;
		const label = this.#label;
		const prefix = warmPrefix(input);
		for (let object = 0; object < count; object++) {
			const { name, scope } = this.#timeline(object);
			label.read(name, scope);
			label.under(prefix);
			this.#updatedAt[object] = warmStoredAt(this.#ttl, label.a, label.b);
			this.#kept[object] = tables.firstVersion[object] as number;
			// Nearly every object will be fetched: its name is not read again.
			this.#keepLanes(object);
		}
	}

	/** Somebody else has asked for an object: what is kept of it, since when, and how often it was asked for. */
	resume(object: number, kept: number, updatedAt: Micros, asked: number): void {
		if (kept !== this.#kept[object] && (this.#readers[object] as number) > 1) this.changed.push(object);
		this.#kept[object] = kept;
		this.#updatedAt[object] = updatedAt;
		this.#asked[object] = asked;
	}

	/** Everything is as somebody else has left it. */
	resumeAll(others: PolledObjects): void {
		this.#kept.set(others.#kept);
		this.#updatedAt.set(others.#updatedAt);
		this.#asked.set(others.#asked);
		this.#tokens.sent.set(others.#tokens.sent);
	}

	/** Somebody else has asked for tokens of a pod. */
	resumeTokens(pod: number, asked: number): void {
		this.#tokens.sent[pod] = asked;
	}

	/** How often an object was asked for. */
	askedAbout(object: number): number {
		return this.#asked[object] as number;
	}

	/** How often tokens of a pod were asked for. */
	tokensAskedOf(pod: number): number {
		return this.#tokens.sent[pod] as number;
	}

	/** Index of the version that is kept of an object, {@link ABSENT} when nothing is. */
	keptOf(object: number): number {
		return this.#kept[object] as number;
	}

	/** When that was stored. */
	updatedAtOf(object: number): Micros {
		return this.#updatedAt[object] as number;
	}

	/** Until 1.28 each sync of a pod drops what is kept of its objects (K13.7). */
	forget(object: number): void {
		this.#kept[object] = ABSENT;
	}

	/** A pod is registered that was not: what is kept of its objects is dropped, and a GET that is under way is stored no more (K5.3). */
	drop(object: number): void {
		this.#kept[object] = ABSENT;
		this.queues.drop(object);
	}

	/** From now on an object counts as fresh: somebody else finds out afterwards which reads asked for it. */
	defer(object: number): void {
		this.#deferred[object] = 1;
		this.#ticksOfTokens ??= [];
	}

	/** An object is no longer deferred. */
	undefer(object: number): void {
		this.#deferred[object] = 0;
	}

	/** True for an object that is deferred. */
	isDeferred(object: number): boolean {
		return this.#deferred[object] === 1;
	}

	/** Ticks of the syncs of a pod that have asked for tokens, ascending; noted once some object is deferred. */
	ticksOfTokens(pod: number): readonly number[] {
		return this.#ticksOfTokens?.[pod] ?? NO_TICKS;
	}

	/** Round trip of the request of one of these syncs. @param place of it among them. */
	tokenRoundTrip(pod: number, place: number): Micros {
		return this.#tokens.roundTrip(pod, this.tokensAskedOf(pod) - this.ticksOfTokens(pod).length + place);
	}

	/** Index of the version that answers a read at once, {@link NEEDS_GET} when there is none. */
	fresh(object: number, now: Micros): number {
		if (!this.caches) return NEEDS_GET;
		const kept = this.#kept[object] as number;
		if (this.#deferred[object] === 1) return kept;
		return kept !== ABSENT && now < (this.#updatedAt[object] as number) + this.#input.ttlAt(now) ? kept : NEEDS_GET;
	}

	/**
	 * Sends the GET of a read.
	 *
	 * @param answer takes the version index that the server answers, in the row of the volume.
	 * @returns when the answer arrives.
	 */
	get(object: number, volume: number, now: Micros, answer: Int32Array): Micros {
		const timeline = this.#timeline(object);
		const roundTrip = this.#send(object, now);
		const serverTime = now + (roundTrip >>> 1);
		const kept = this.#kept[object] as number;
		const quorum = this.isQuorum(kept);
		const index = quorum ? versionIndexAt(timeline.versions, serverTime) : this.#cachedIndex(timeline, kept, serverTime);
		const version = liveVersion(timeline, index);
		if (this.caches) this.queues.hold(object, volume);
		answer[volume] = version === null ? ABSENT : index;
		this.#answered(object, serverTime, quorum, version);
		this.#tables.arrives(now + roundTrip);
		return now + roundTrip;
	}

	/** Sends the GET of an object of which nothing is kept and which does not exist. @returns when the answer arrives. */
	askInVain(object: number, now: Micros): Micros {
		const roundTrip = this.#send(object, now);
		this.#answered(object, now + (roundTrip >>> 1), true, null);
		this.#tables.arrives(now + roundTrip);
		return now + roundTrip;
	}

	/** A GET is sent. @returns its round trip. */
	#send(object: number, now: Micros): Micros {
		this.sent?.push(now);
		return this.roundTrip(object);
	}

	/** The server answers a GET. @param version that it has found; null: none. */
	#answered(object: number, serverTime: Micros, quorum: boolean, version: TimelineVersion | null): void {
		if (quorum) this.#books.etcdRead(serverTime);
		const log = this.log(object, this.#timeline(object), quorum, version !== null);
		this.#books.request(log, serverTime, REQUEST_OVERHEAD_BYTES + (version?.wireBytes ?? STATUS_BYTES));
	}

	/**
	 * Sends a GET that is answered with what is kept, and stores the answer.
	 *
	 * @param log of such a GET. @param bytes that it costs.
	 * @returns when the answer arrives.
	 */
	confirm(object: number, now: Micros, log: RequestLog, bytes: number): Micros {
		const roundTrip = this.#send(object, now);
		this.#books.request(log, now + (roundTrip >>> 1), bytes);
		this.#updatedAt[object] = now + roundTrip;
		return now + roundTrip;
	}

	/** GETs that somebody else has booked found what is kept; the last answer was stored no earlier than at `storedAt`. */
	fetched(object: number, times: number, storedAt: Micros): void {
		this.#asked[object] = (this.#asked[object] as number) + times;
		this.#updatedAt[object] = storedAt;
	}

	/** The answer to the last GET of an object has been stored. @param sentAt when that GET was sent; it was passed over. */
	confirmed(object: number, sentAt: Micros): void {
		this.#updatedAt[object] = sentAt + this.#roundTripOf(object, (this.#asked[object] as number) - 1);
	}

	/** The log of the GETs of an object. */
	log(object: number, { resource, origin }: ObjectTimeline, quorum: boolean, found: boolean): RequestLog {
		const place = 4 * object + (quorum ? 2 : 0) + (found ? 1 : 0);
		let log = this.#logs[place];
		if (log === undefined) {
			log = this.#books.log('GET', resource, quorum ? 'unset' : '0', found ? 200 : 404, origin);
			this.#logs[place] = log;
		}
		return log;
	}

	/** Asks for a token of a pod. @returns when it arrives. */
	postToken(pod: number, now: Micros): Micros {
		this.sent?.push(now);
		this.requests += 1;
		const arrived = now + this.#tokens.send(pod, now);
		this.#tables.arrives(arrived);
		this.#noteToken(pod, Math.floor((now - this.#tables.tickZero) / SECOND));
		return arrived;
	}

	/** The same in a sync far from the end, for who knows the second in which the server receives the request; its bytes are told apart. */
	sendIn(pod: number, second: number, tick: number): void {
		this.requests += 1;
		this.#tokens.sendIn(pod, second);
		this.#noteToken(pod, tick);
	}

	/** The bytes of so many of these. */
	sendBytes(requests: number): void {
		this.#tokens.sendBytes(requests);
	}

	/** Round trip of the request for a token that was sent last. */
	last(pod: number): Micros {
		return this.#tokens.last(pod);
	}

	/** Second in which the server receives the request for a token that a pod would send next. */
	secondOfNext(pod: number, now: Micros): number {
		return this.#tokens.secondOfNext(pod, now);
	}

	#noteToken(pod: number, tick: number): void {
		if (this.#ticksOfTokens === null) return;
		this.#ticksOfTokens[pod] ??= [];
		(this.#ticksOfTokens[pod] as number[]).push(tick);
	}

	/** True when a read of an object whose kept version has this index goes to etcd. */
	isQuorum(kept: number): boolean {
		return !this.caches || kept === ABSENT;
	}

	/** True when this version is what is kept of an object; under Get nothing is. */
	keeps(object: number, version: number): boolean {
		return this.#kept[object] === version;
	}

	/** Until when a constant TTL keeps an object fresh; `-Infinity` when nothing good is kept. */
	freshUntil(object: number): Micros {
		if (this.#deferred[object] === 1) return NEVER;
		if (this.#kept[object] === ABSENT) return Number.NEGATIVE_INFINITY;
		return (this.#updatedAt[object] as number) + this.#ttl;
	}

	/** Until when no read of an object asks, whatever the TTL may become; `-Infinity` when it may ask at once. */
	surelyFreshUntil(object: number): Micros {
		return this.#knowsFreshness ? this.freshUntil(object) : Number.NEGATIVE_INFINITY;
	}

	/** True when the watch cache may not show a version yet. */
	isLagging(version: TimelineVersion, now: Micros): boolean {
		return version.write >= 0 && version.commit + this.#wire.latencies.watchCacheLag.max > now;
	}

	/** Counts GETs that somebody else has booked: the next one draws the next round trip. */
	passOver(object: number, count: number): void {
		this.#asked[object] = (this.#asked[object] as number) + count;
	}

	/** An answer arrives. @returns what its reader is given. */
	store(object: number, answer: number, now: Micros): number {
		if (!this.caches) return answer;
		const kept = this.#kept[object] as number;
		// An older version than the one kept is not stored; a NotFound always is (K5.2).
		if (answer !== ABSENT && answer < kept) return kept;
		if (answer !== kept && (this.#readers[object] as number) > 1) this.changed.push(object);
		this.#kept[object] = answer;
		this.#updatedAt[object] = now;
		return answer;
	}

	/** Round trip of the next GET of an object, which somebody else counts. */
	nextRoundTrip(object: number): Micros {
		return this.#roundTripOf(object, this.#asked[object] as number);
	}

	/** Round trip of the next GET of an object, which is sent. */
	roundTrip(object: number): Micros {
		this.requests += 1;
		const ordinal = this.#asked[object] as number;
		this.#asked[object] = ordinal + 1;
		return this.#roundTripOf(object, ordinal);
	}

	#roundTripOf(object: number, ordinal: number): Micros {
		const { min, max } = this.#wire.latencies.requestLatency;
		if (min === max) return min;
		if (this.#hasLanes[object] === 0) this.#deriveLanes(object);
		return drawIntegerLanes(this.#laneA[object] as number, this.#laneB[object] as number, ordinal, min, max);
	}

	#deriveLanes(object: number): void {
		const { name, scope } = this.#timeline(object);
		this.#label.read(name, scope);
		this.#keepLanes(object);
	}

	/** The lanes of the object whose label was read last. */
	#keepLanes(object: number): void {
		this.#label.under(this.#requests);
		this.#laneA[object] = this.#label.a;
		this.#laneB[object] = this.#label.b;
		this.#hasLanes[object] = 1;
	}

	/** Last version that the API server's watch cache shows. @param kept index of one that it has shown before. */
	#cachedIndex(timeline: ObjectTimeline, kept: number, at: Micros): number {
		if (timeline.only !== null) return 0;
		const { versions } = timeline;
		let index = kept;
		while ((versions[index + 1]?.commit ?? NEVER) <= at) index += 1;
		return this.#watchCache.shownIndex(timeline, index, at);
	}

	#timeline(object: number): ObjectTimeline {
		return this.#input.objects[object] as ObjectTimeline;
	}
}
