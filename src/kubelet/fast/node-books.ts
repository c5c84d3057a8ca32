// What the fast path books for one node: requests, watches and totals, kept beside the ledger until the node is known to be
// good. A node that turns out to need the reference path drops its books and has left no trace.

import type { RequestLedger, RequestSeries } from '../../apiserver/request-ledger.js';
import { accountStream, connectionsFor } from '../../apiserver/wire.js';
import { type Micros, SECOND } from '../../core/time.js';

/** What tells one series of requests from another. */
export type RequestKind = Pick<RequestSeries, 'verb' | 'resource' | 'resourceVersion' | 'code' | 'origin'>;

/** Requests of one kind by the second in which the server received them, in any order. */
export class RequestLog {
	readonly kind: RequestKind;
	#seconds: Int32Array = new Int32Array(64);
	#length = 0;

	constructor(kind: RequestKind) {
		this.kind = kind;
	}

	/** One request in a second of the run. */
	add(second: number): void {
		if (this.#length === this.#seconds.length) {
			const wider = new Int32Array(2 * this.#length);
			wider.set(this.#seconds);
			this.#seconds = wider;
		}
		this.#seconds[this.#length++] = second;
	}

	/** Writes everything into a ledger. */
	settle(ledger: RequestLedger): void {
		ledger.requests(this.kind, this.#seconds, this.#length);
	}
}

/** The books of one node. */
export class NodeBooks {
	readonly #from: Micros;
	readonly #to: Micros;
	readonly #logs: RequestLog[] = [];
	/** Opened, deadline and end of each watch, one after another. */
	readonly #streams: Micros[] = [];
	/** Ends of watches that were opened anew at once, and when the server opened the new ones. */
	readonly #renewals: { readonly endedAt: Micros; readonly openedAt: Micros }[] = [];
	#watches = 0;
	#etcdReads = 0;
	#watchEvents = 0;
	#bytes = 0;

	/** @param from beginning of the measured window. @param to its end, not included. */
	constructor(from: Micros, to: Micros) {
		this.#from = from;
		this.#to = to;
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
	}

	/** A watch ended. */
	watchEnded(openedAt: Micros, deadline: Micros, at: Micros): void {
		this.#streams.push(openedAt, deadline, at);
	}

	/** A watch that ended was opened again by the server at `openedAt`. */
	watchRenewed(endedAt: Micros, openedAt: Micros): void {
		this.#renewals.push({ endedAt, openedAt });
	}

	/** Writes everything into the ledger of the run. */
	settle(ledger: RequestLedger, streamsPerConnection: number, end: Micros): void {
		for (const log of this.#logs) log.settle(ledger);
		ledger.measured(this.#watchEvents, this.#etcdReads);
		ledger.measuredBytes(this.#bytes);
		ledger.connections(0, 1);
		for (let i = 0; i < this.#watches; i++) ledger.watches(0, 1);
		for (let i = 0; i < this.#streams.length; i += 3) {
			const at = this.#streams[i + 2] as Micros;
			ledger.watches(at, -1);
			accountStream(ledger, this.#streams[i] as Micros, this.#streams[i + 1] as Micros, at);
		}
		// Watches are renewed one at a time, so the number that is open is one less between an end and the opening after it.
		const held = connectionsFor(this.#watches, streamsPerConnection);
		const renewing = connectionsFor(this.#watches - 1, streamsPerConnection);
		if (held !== 1) ledger.connections(0, held - 1);
		for (const { endedAt, openedAt } of this.#renewals) {
			ledger.watches(openedAt, 1);
			if (held === renewing) continue;
			ledger.connections(endedAt, renewing - held);
			ledger.connections(openedAt, held - renewing);
		}
		if (held !== 1) ledger.connections(end, 1 - held);
	}
}
