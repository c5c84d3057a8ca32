// What the fast path books for one node: requests, watches and totals, kept beside the ledger until the node is known to be
// good. A node that turns out to need the reference path drops its books and has left no trace. One set of books serves one
// node after another.

import type { Ledger, RequestKind } from '../../apiserver/request-ledger.js';
import { SecondLog } from '../../apiserver/second-log.js';
import { accountStream, connectionsFor } from '../../apiserver/wire.js';
import { type Micros, SECOND } from '../../core/time.js';

/** Requests of one kind by the second in which the server received them. */
export class RequestLog extends SecondLog {
	readonly kind: RequestKind;

	constructor(kind: RequestKind) {
		super();
		this.kind = kind;
	}
}

/** GETs that always come together, in one second: those of the quiet syncs of pods that read alike. */
export class RequestBundle extends SecondLog {
	readonly parts: readonly RequestLog[];
	readonly kinds: readonly RequestKind[];
	/** Seconds of those that were taken back. */
	readonly takenBack: SecondLog = new SecondLog();

	constructor(parts: readonly RequestLog[]) {
		super();
		this.parts = parts;
		this.kinds = parts.map(({ kind }) => kind);
	}

	/** True for the same requests in the same order. */
	has(parts: readonly RequestLog[], from: number, to: number): boolean {
		if (this.parts.length !== to - from) return false;
		for (let i = from; i < to; i++) if (this.parts[i - from] !== parts[i]) return false;
		return true;
	}

	/** Requests that were added have not come together after all. */
	takeBack(second: number): void {
		this.takenBack.add(second);
	}
}

/** The books of one node. */
export class NodeBooks {
	#from: Micros = 0;
	#to: Micros = 0;
	readonly #logs: RequestLog[] = [];
	readonly #bundles: RequestBundle[] = [];
	/** Ends of watches, and when the server opened them; those that have been open since before the run, in its first second. */
	readonly #ends: SecondLog = new SecondLog();
	readonly #openings: SecondLog = new SecondLog();
	/** The same as instants, one end and one opening after another, where a watch less means a connection less. */
	readonly #renewals: Micros[] = [];
	/** Opened, deadline and end of each watch that an edge of the window cuts, one after another. */
	#streams: Float64Array = new Float64Array(192);
	#streamsEnd = 0;
	#watches = 0;
	#watchSeconds = 0;
	#bookmarks = 0;
	#etcdReads = 0;
	#watchEvents = 0;
	#bytes = 0;

	/** Begins a node's books. @param from beginning of the measured window. @param to its end, not included. */
	open(from: Micros, to: Micros): void {
		this.#from = from;
		this.#to = to;
		for (const log of this.#logs) log.length = 0;
		for (const bundle of this.#bundles) {
			bundle.length = 0;
			bundle.takenBack.length = 0;
		}
		this.#ends.length = 0;
		this.#openings.length = 0;
		this.#renewals.length = 0;
		this.#streamsEnd = 0;
		this.#watches = 0;
		this.#watchSeconds = 0;
		this.#bookmarks = 0;
		this.#etcdReads = 0;
		this.#watchEvents = 0;
		this.#bytes = 0;
	}

	/** The log of a kind of requests; the same one every time. */
	log(
		verb: RequestKind['verb'],
		resource: RequestKind['resource'],
		option: RequestKind['resourceVersion'],
		code: number,
		origin: RequestKind['origin'],
	): RequestLog {
		for (const log of this.#logs) {
			const { kind } = log;
			if (
				kind.verb === verb &&
				kind.resource === resource &&
				kind.resourceVersion === option &&
				kind.code === code &&
				kind.origin === origin
			) {
				return log;
			}
		}
		const log = new RequestLog({ verb, resource, resourceVersion: option, code, origin });
		this.#logs.push(log);
		return log;
	}

	/** The bundle of the requests from place `from` to before `to`; the same one every time. */
	bundle(parts: readonly RequestLog[], from: number, to: number): RequestBundle {
		for (const known of this.#bundles) if (known.has(parts, from, to)) return known;
		const bundle = new RequestBundle(parts.slice(from, to));
		this.#bundles.push(bundle);
		return bundle;
	}

	/** True when `at` lies in the measured window. */
	measured(at: Micros): boolean {
		return at >= this.#from && at < this.#to;
	}

	/** A request that the server received at `at`, and the bytes that it sent for it then. */
	request(log: RequestLog, at: Micros, bytes: number): void {
		log.add(Math.floor(at / SECOND));
		if (this.measured(at)) this.#bytes += bytes;
	}

	/** etcd answered a read. */
	etcdRead(at: Micros): void {
		if (this.measured(at)) this.#etcdReads += 1;
	}

	/** etcd reads and bytes that lie in the measured window. */
	total(etcdReads: number, bytes: number): void {
		this.#etcdReads += etcdReads;
		this.#bytes += bytes;
	}

	/** A watch event was sent. */
	watchEvent(at: Micros, bytes: number): void {
		if (!this.measured(at)) return;
		this.#watchEvents += 1;
		this.#bytes += bytes;
	}

	/** One of the node's watches has been open since before the run. */
	watchAdopted(): void {
		this.#watches += 1;
		this.#openings.add(0);
	}

	/** A watch was opened that had not been open before. @param at when the server received the request. */
	watchOpened(log: RequestLog, at: Micros, bytes: number): void {
		this.request(log, at, bytes);
		this.#openings.add(Math.floor(at / SECOND));
	}

	/** The bookmark was sent that ends the initial events of a watch. */
	initialBookmark(at: Micros, bytes: number): void {
		if (!this.measured(at)) return;
		this.#bookmarks += 1;
		this.#bytes += bytes;
	}

	/** A watch ended. */
	watchEnded(openedAt: Micros, deadline: Micros, at: Micros): void {
		this.#ends.add(Math.floor(at / SECOND));
		const place = this.#streamsEnd;
		if (place === this.#streams.length) this.#widenStreams();
		this.#streams[place] = openedAt;
		this.#streams[place + 1] = deadline;
		this.#streams[place + 2] = at;
		this.#streamsEnd = place + 3;
	}

	/** A watch that ended at `endedAt` was opened again by the server at `openedAt`. */
	watchRenewed(log: RequestLog, endedAt: Micros, openedAt: Micros, bytes: number): void {
		this.watchOpened(log, openedAt, bytes);
		this.#renewals.push(endedAt, openedAt);
	}

	/**
	 * Watches that lay in the measured window from opening to deadline were opened again, each in the second in which it ended.
	 *
	 * @param seconds for which they were open. @param bookmarks that they got. @param bytes of the bookmarks and of the new openings.
	 */
	watchRounds(seconds: number, bookmarks: number, bytes: number): void {
		this.#watchSeconds += seconds;
		this.#bookmarks += bookmarks;
		this.#bytes += bytes;
	}

	/** One of these was opened again in another second than that in which it had ended. */
	watchMoved(ended: number, opened: number): void {
		if (ended === opened) return;
		this.#ends.add(ended);
		this.#openings.add(opened);
	}

	/**
	 * Counts all requests by the time at which they were received.
	 *
	 * @param counts one cell for each 2^`bits` seconds of the run. @param verb of the requests. Default: all.
	 */
	countInto(counts: Int32Array, bits: number, verb: RequestKind['verb'] | null = null): void {
		const last = counts.length - 1;
		const count = ({ seconds, length }: SecondLog, times: number): void => {
			for (let i = 0; i < length; i++) {
				const cell = Math.min(last, Math.max(0, (seconds[i] as number) >> bits));
				counts[cell] = (counts[cell] as number) + times;
			}
		};
		for (const log of this.#logs) if (verb === null || log.kind.verb === verb) count(log, 1);
		if (verb !== null && verb !== 'GET') return;
		for (const bundle of this.#bundles) {
			count(bundle, bundle.parts.length);
			count(bundle.takenBack, -bundle.parts.length);
		}
	}

	/** Writes everything into the ledger of the run: the node was here from its beginning to its end. */
	settle(ledger: Ledger, streamsPerConnection: number, end: Micros): void {
		ledger.connections(0, 1);
		this.settlePiece(ledger);
		// Watches are renewed one at a time, so the number that is open is one less between an end and the opening after it.
		const held = connectionsFor(this.#watches, streamsPerConnection);
		if (held !== 1) ledger.connections(0, held - 1);
		const renewing = connectionsFor(this.#watches - 1, streamsPerConnection);
		for (let i = 0; i < this.#renewals.length && held !== renewing; i += 2) {
			ledger.connections(this.#renewals[i] as Micros, renewing - held);
			ledger.connections(this.#renewals[i + 1] as Micros, held - renewing);
		}
		if (held !== 1) ledger.connections(end, 1 - held);
	}

	/** Writes the books of a piece of a node's time: its watches and its connection were there before. */
	settlePiece(ledger: Ledger): void {
		for (const log of this.#logs) ledger.requests(log.kind, log.seconds, log.length);
		for (const bundle of this.#bundles) {
			const { kinds, seconds, length, takenBack } = bundle;
			ledger.requestsTogether(kinds, seconds, length);
			ledger.requestsTogether(kinds, takenBack.seconds, takenBack.length, -1);
		}
		ledger.measured(this.#watchEvents, this.#etcdReads);
		ledger.measuredBytes(this.#bytes);
		ledger.measuredWatches(this.#watchSeconds, this.#bookmarks);
		ledger.watchesChanged(this.#openings.seconds, this.#openings.length, 1);
		ledger.watchesChanged(this.#ends.seconds, this.#ends.length, -1);
		const streams = this.#streams;
		for (let i = 0; i < this.#streamsEnd; i += 3) {
			accountStream(ledger, streams[i] as Micros, streams[i + 1] as Micros, streams[i + 2] as Micros);
		}
	}

	#widenStreams(): void {
		const wider = new Float64Array(2 * this.#streams.length);
		wider.set(this.#streams);
		this.#streams = wider;
	}
}
