// The watches of one node that are open to the end of a stretch of time, from its beginning or from the start of a kubelet on, object by
// object: how they are opened first, when each version reaches the node's store, when a watch times out and is opened anew, and what of it
// the server books. No read influences them, so each is followed alone from start to end. Follows reflector.go and the API server's watch
// handler (A1.2, A1.4).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { liveVersion, type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../../../apiserver/object-timeline.js';
import { RESOURCE_VERSION_UNSET, type ResourceVersion } from '../../../apiserver/protocol.js';
import { resourceVersionOption } from '../../../apiserver/request-ledger.js';
import {
	BOOKMARK_BEFORE_DEADLINE,
	BOOKMARK_BYTES,
	BOOKMARK_PERIOD,
	connectionsFor,
	deliveryPrefix,
	EVENT_OVERHEAD_BYTES,
	INITIAL_BOOKMARK_BYTES,
	REQUEST_OVERHEAD_BYTES,
	requestPrefix,
	STATUS_BYTES,
} from '../../../apiserver/wire.js';
import { drawIntegerLanes, drawLanes, drawLanesHigh, type KeyPrefix, keyPrefix, StreamName } from '../../../core/random.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import type { NodeInput } from '../../node-input.js';
import { warmPrefix, warmWatch } from '../../steady-state.js';
import type { Deliveries } from '../deliveries.js';
import type { NodeBooks, RequestLog } from '../node-books.js';
import { ABSENT } from '../node-tables.js';
import { WatchCache } from '../watch-cache.js';

/** An open watch that is followed from some instant on. */
export interface WatchStart {
	readonly openedAt: Micros;
	readonly timeoutSeconds: number;
	/** Version that the watch would be opened with again. */
	readonly lastVersion: ResourceVersion;
	/** Index of the next version to send, and when the last one was sent. */
	readonly next: number;
	readonly sentAt: Micros;
	/** Requests about the object so far, and time-outs drawn by this process of the kubelet. */
	readonly requests: number;
	readonly timeouts: number;
}

/** Stands for the versions of an object that is never written. */
const NOTHING_COMES: readonly TimelineVersion[] = [];
const HIGH_BITS = 0x800_0000;
/** Far above the rounding of a sum of seconds, far below a second. */
const ROUNDING = 1e-6;

/** Follows watches of one node through the run. */
export class WatchStreams {
	readonly #input: NodeInput;
	readonly #wire: ConnectionInput;
	readonly #books: NodeBooks;
	readonly #watchCache: WatchCache;
	/** False when a watch that is closed for a moment may close a connection: then every one is told. */
	readonly #countsSeconds: boolean;
	/** A watch that ends before is opened again in the measured window. */
	readonly #plainTo: Micros;
	readonly #warm: KeyPrefix;
	readonly #requests: KeyPrefix;
	readonly #timeouts: KeyPrefix;
	readonly #deliveries: KeyPrefix;
	/** The watch that is followed: what it is about, the lanes of its draws, when it was opened and until when it would last. */
	#timeline!: ObjectTimeline;
	readonly #label = new StreamName();
	#requestA = 0;
	#requestB = 0;
	#timeoutA = 0;
	#timeoutB = 0;
	/** Lanes of the delivery lags, derived when the first version comes. */
	#hasLags = false;
	#lagA = 0;
	#lagB = 0;
	#asked = 0;
	#drawn = 0;
	#openedAt: Micros = 0;
	#timeout = 0;
	readonly #process: number;
	readonly #closeAt: Micros;
	/** Set when something came at the very instant at which the watches are closed: then its order matters. */
	meetsClosing = false;

	/**
	 * @param watches how many watches the node has.
	 * @param process number of kubelet starts before the process whose watches these are. Default 0.
	 * @param closeAt when the watches are closed that are still open then. Default: at the end of the run.
	 */
	constructor(input: NodeInput, wire: ConnectionInput, books: NodeBooks, watches: number, process = 0, closeAt: Micros = input.end) {
		this.#process = process;
		this.#closeAt = closeAt;
		this.#input = input;
		this.#wire = wire;
		this.#warm = warmPrefix(input);
		this.#requests = requestPrefix(wire.key);
		this.#deliveries = deliveryPrefix(wire.key);
		this.#timeouts = keyPrefix(input.draws, 'watchTimeout');
		this.#books = books;
		this.#watchCache = new WatchCache(wire);
		this.#plainTo = Math.min(input.measureTo, input.end) - wire.latencies.requestLatency.max;
		const { streamsPerConnection } = wire;
		this.#countsSeconds = connectionsFor(watches, streamsPerConnection) === connectionsFor(watches - 1, streamsPerConnection);
	}

	/** Requests about the object that was followed last, all told. */
	get requests(): number {
		return this.#asked;
	}

	/**
	 * Follows the watch of one object of a node in steady state from time 0 to the end.
	 *
	 * @param deliveries take what it brings; they are open for the object.
	 */
	followFromZero(timeline: ObjectTimeline, deliveries: Deliveries): void {
		this.#turnTo(timeline);
		this.#label.under(this.#warm);
		const watch = warmWatch(this.#input.profile.watchTimeoutMinSeconds, this.#label.a, this.#label.b);
		this.#openedAt = watch.openedAt;
		this.#timeout = watch.timeoutSeconds;
		this.#asked = 0;
		this.#drawn = 0;
		const { only } = timeline;
		if (only !== null) {
			this.#follow(NOTHING_COMES, only.resourceVersion, 0, 0, deliveries);
			return;
		}
		const { versions } = timeline;
		const index = versionIndexAt(versions, 0);
		this.#follow(versions, liveVersion(timeline, index)?.resourceVersion ?? 1, index + 1, 0, deliveries);
	}

	/**
	 * Follows the watch of an object that nobody has asked for since the kubelet started.
	 *
	 * @param at when the reflector starts. @param requests about the object so far. @param deliveries take what it brings; they are open for
	 * the object.
	 * @returns when the store is filled.
	 */
	followFromStart(timeline: ObjectTimeline, at: Micros, requests: number, deliveries: Deliveries): Micros {
		this.#turnTo(timeline);
		this.#asked = requests;
		this.#drawn = 0;
		const versions = timeline.only === null ? timeline.versions : NOTHING_COMES;
		return this.#input.profile.watchListClient
			? this.#beginWithState(versions, at, deliveries)
			: this.#listAndWatch(versions, at, deliveries);
	}

	/** The watch begins with the object's present state (A1.3). @returns when that arrives. */
	#beginWithState(versions: readonly TimelineVersion[], at: Micros, deliveries: Deliveries): Micros {
		const books = this.#books;
		const arrival = this.#openFirst(at, RESOURCE_VERSION_UNSET);
		const openedAt = this.#openedAt;
		books.etcdRead(openedAt);
		const { only } = this.#timeline;
		const index = versionIndexAt(versions, openedAt);
		const version = only ?? liveVersion(this.#timeline, index);
		if (version !== null) books.watchEvent(arrival, version.wireBytes + EVENT_OVERHEAD_BYTES);
		books.initialBookmark(arrival, INITIAL_BOOKMARK_BYTES);
		deliveries.add(arrival, version === null ? ABSENT : Math.max(0, index));
		this.#follow(versions, this.#wire.commits.resourceVersionAt(openedAt), index + 1, arrival, deliveries);
		return arrival;
	}

	/** A LIST that the watch cache answers, and a watch that goes on from there (A1.2). @returns when the LIST is answered. */
	#listAndWatch(versions: readonly TimelineVersion[], at: Micros, deliveries: Deliveries): Micros {
		const { resource, origin, only } = this.#timeline;
		const roundTrip = this.#roundTrip();
		this.#asked += 1;
		const listedAt = at + (roundTrip >>> 1);
		const index = only === null ? this.#watchCache.shownIndex(this.#timeline, versionIndexAt(versions, listedAt), listedAt) : 0;
		const version = only ?? liveVersion(this.#timeline, index);
		const log = this.#books.log('LIST', resource, resourceVersionOption(0), 200, origin);
		this.#books.request(log, listedAt, REQUEST_OVERHEAD_BYTES + (version?.wireBytes ?? STATUS_BYTES));
		const listed = at + roundTrip;
		deliveries.add(listed, version === null ? ABSENT : Math.max(0, index));
		const resourceVersion = this.#wire.commits.resourceVersionAt(listedAt);
		const opened = this.#openFirst(listed, resourceVersion);
		this.#follow(versions, resourceVersion, firstAfter(versions, resourceVersion, 0), opened, deliveries);
		return listed;
	}

	/** The watch is opened for the first time. @param version with which. @returns when that is answered. */
	#openFirst(at: Micros, version: ResourceVersion): Micros {
		const { resource, origin } = this.#timeline;
		const roundTrip = this.#roundTrip();
		this.#openedAt = at + (roundTrip >>> 1);
		this.#timeout = this.#nextTimeout();
		this.#asked += 1;
		this.#drawn += 1;
		const log = this.#books.log('WATCH', resource, resourceVersionOption(version), 200, origin);
		this.#books.watchOpened(log, this.#openedAt, REQUEST_OVERHEAD_BYTES);
		return at + roundTrip;
	}

	/** Follows the watch of one object to the end. @param deliveries take what it brings; they are open for the object. */
	follow(timeline: ObjectTimeline, start: WatchStart, deliveries: Deliveries): void {
		this.#turnTo(timeline);
		this.#openedAt = start.openedAt;
		this.#timeout = start.timeoutSeconds;
		this.#asked = start.requests;
		this.#drawn = start.timeouts;
		this.#follow(timeline.versions, start.lastVersion, start.next, start.sentAt, deliveries);
	}

	/**
	 * @param versions of which those from `first` on are to come. @param version that the watch would be opened with again.
	 * @param before when the last one was sent.
	 */
	#follow(versions: readonly TimelineVersion[], version: ResourceVersion, first: number, before: Micros, deliveries: Deliveries): void {
		const timeline = this.#timeline;
		const { end } = this.#input;
		let [lastVersion, next, sentAt] = [version, first, before];
		for (;;) {
			const log = this.#books.log('WATCH', timeline.resource, resourceVersionOption(lastVersion), 200, timeline.origin);
			this.#renewPlainly(log, next < versions.length ? (versions[next] as TimelineVersion).commit : NEVER);
			const deadline = this.#openedAt + this.#timeout * SECOND;
			for (; next < versions.length; next++) {
				const one = versions[next] as TimelineVersion;
				sentAt = Math.max(sentAt, one.commit + this.#deliveryLag(next));
				// What is sent at the deadline itself still comes before the end of the stream.
				if (sentAt > Math.min(deadline, end)) break;
				this.#books.watchEvent(sentAt, one.wireBytes + EVENT_OVERHEAD_BYTES);
				deliveries.add(sentAt, one.type === 'DELETED' ? ABSENT : next);
				lastVersion = one.resourceVersion;
			}
			if (deadline > end) {
				this.#books.watchEnded(this.#openedAt, deadline, this.#closeAt);
				this.#meet(next < versions.length ? Math.min(sentAt, deadline) : deadline);
				return;
			}
			sentAt = this.#renew(log, deadline);
			next = firstAfter(versions, lastVersion, next);
			if (sentAt > end) {
				// Still being opened when the run ends.
				this.#books.watchEnded(this.#openedAt, this.#openedAt + this.#timeout * SECOND, this.#closeAt);
				this.#meet(sentAt);
				return;
			}
		}
	}

	/** The watch has come to its deadline and is opened again. @returns when that is answered. */
	#renew(log: RequestLog, deadline: Micros): Micros {
		const books = this.#books;
		const openedAt = this.#openedAt;
		const seconds = this.#timeout;
		const roundTrip = this.#roundTrip();
		this.#openedAt = deadline + (roundTrip >>> 1);
		this.#timeout = this.#nextTimeout();
		this.#asked += 1;
		this.#drawn += 1;
		if (this.#countsSeconds && openedAt >= this.#input.measureFrom && deadline < this.#plainTo) {
			const opened = Math.floor(this.#openedAt / SECOND);
			const bookmarks = bookmarksOf(seconds);
			log.add(opened);
			books.watchMoved(Math.floor(deadline / SECOND), opened);
			books.watchRounds(seconds, bookmarks, bookmarks * BOOKMARK_BYTES + REQUEST_OVERHEAD_BYTES);
		} else {
			books.watchEnded(openedAt, deadline, deadline);
			books.watchRenewed(log, deadline, this.#openedAt, REQUEST_OVERHEAD_BYTES);
		}
		return deadline + roundTrip;
	}

	/** Turns to the watch of an object: its draws. */
	#turnTo(timeline: ObjectTimeline): void {
		const label = this.#label;
		this.#timeline = timeline;
		this.#hasLags = false;
		label.read(timeline.name, timeline.scope);
		label.under(this.#requests);
		this.#requestA = label.a;
		this.#requestB = label.b;
		label.underWithNumber(this.#timeouts, this.#process);
		this.#timeoutA = label.a;
		this.#timeoutB = label.b;
	}

	#meet(at: Micros): void {
		if (at === this.#closeAt && at > this.#input.end) this.meetsClosing = true;
	}

	/**
	 * Passes over renewals that lie in the measured window and carry no event. Watches last whole seconds, so seconds and
	 * microseconds of the instants are counted apart.
	 *
	 * @param commit when the next version is committed that has not been sent.
	 */
	#renewPlainly(log: RequestLog, commit: Micros): void {
		if (this.#openedAt < this.#input.measureFrom || !this.#countsSeconds) return;
		const books = this.#books;
		const latest = Math.min(this.#plainTo, commit - this.#wire.latencies.requestLatency.max);
		const until = Math.floor(latest / SECOND) - 1;
		let second = Math.floor(this.#openedAt / SECOND);
		let micros = this.#openedAt - second * SECOND;
		let timeout = this.#timeout;
		if (second + timeout >= until) return;
		const first = this.#asked;
		const opened = log.room(Math.ceil((until - second) / this.#input.profile.watchTimeoutMinSeconds) + 1);
		let place = log.length;
		let [seconds, bookmarks] = [0, 0];
		while (second + timeout < until) {
			seconds += timeout;
			bookmarks += bookmarksOf(timeout);
			second += timeout;
			micros += this.#roundTrip() >>> 1;
			if (micros >= SECOND) {
				const ended = second;
				second += Math.floor(micros / SECOND);
				micros %= SECOND;
				books.watchMoved(ended, second);
			}
			timeout = this.#nextTimeout();
			this.#asked += 1;
			this.#drawn += 1;
			opened[place++] = second;
		}
		log.length = place;
		books.watchRounds(seconds, bookmarks, bookmarks * BOOKMARK_BYTES + (this.#asked - first) * REQUEST_OVERHEAD_BYTES);
		this.#openedAt = second * SECOND + micros;
		this.#timeout = timeout;
	}

	/** Round trip of the opening that comes next. */
	#roundTrip(): Micros {
		const { min, max } = this.#wire.latencies.requestLatency;
		return drawIntegerLanes(this.#requestA, this.#requestB, this.#asked, min, max);
	}

	/** How many seconds the watch lasts that is opened next. Half a draw says it unless the bound straddles a second. */
	#nextTimeout(): number {
		const minimum = this.#input.profile.watchTimeoutMinSeconds;
		const [a, b] = [this.#timeoutA, this.#timeoutB];
		const scaled = (drawLanesHigh(a, b, this.#drawn) * minimum) / HIGH_BITS;
		const least = Math.floor(scaled);
		if (scaled + minimum / HIGH_BITS + ROUNDING < least + 1) return minimum + least;
		return Math.floor(minimum + minimum * drawLanes(a, b, this.#drawn));
	}

	#deliveryLag(version: number): Micros {
		const { min, max } = this.#wire.latencies.watchLatency;
		if (min === max) return min;
		if (!this.#hasLags) this.#deriveLags();
		return drawIntegerLanes(this.#lagA, this.#lagB, version, min, max);
	}

	#deriveLags(): void {
		this.#label.under(this.#deliveries);
		this.#lagA = this.#label.a;
		this.#lagB = this.#label.b;
		this.#hasLags = true;
	}
}

/**
 * The first version that a watch sends that is opened with a version.
 *
 * @param next the first one that has not been sent: nearly always that is it.
 */
function firstAfter(versions: readonly TimelineVersion[], opened: ResourceVersion, next: number): number {
	const sent = next > 0 && (versions[next - 1] as TimelineVersion).resourceVersion <= opened;
	let first = sent ? next : 0;
	while (first < versions.length && (versions[first] as TimelineVersion).resourceVersion <= opened) first += 1;
	return first;
}

/** Bookmarks of a watch that lasts to its deadline: periodic ones, and the last one before the deadline (A3.6). */
function bookmarksOf(timeout: number): number {
	const last = timeout * SECOND - BOOKMARK_BEFORE_DEADLINE;
	return 1 + (last <= BOOKMARK_PERIOD ? 0 : Math.ceil((last - BOOKMARK_PERIOD) / BOOKMARK_PERIOD));
}
