// Entries for a ledger that are not final yet: a node that is tried on one path and may have to be simulated again on another
// one writes into a journal, which is posted when the node is known to be good and dropped otherwise.

import { type Micros, SECOND } from '../core/time.js';
import type { RequestResource, Verb } from './protocol.js';
import type { Ledger, Origin, RequestKind, ResourceVersionOption } from './request-ledger.js';
import { SecondLog } from './second-log.js';
import { WindowCounts } from './window-counts.js';

/** Requests of one kind: the whole seconds of the run in which the server received them. */
interface KindEntries {
	readonly kind: RequestKind;
	readonly seconds: SecondLog;
}

/** Keeps what a ledger is told. */
export class LedgerJournal extends WindowCounts implements Ledger {
	readonly #requests: KindEntries[] = [];
	readonly #opened = new SecondLog();
	readonly #closed = new SecondLog();
	/** Requests that were told as many at once. */
	readonly #multiples: { readonly kind: RequestKind; readonly seconds: Int32Array; readonly times: number }[] = [];
	/** Instant and change, one after another. */
	readonly #connections: number[] = [];
	/** From and to, one after another. */
	readonly #watchTimes: Micros[] = [];

	request(at: Micros, verb: Verb, resource: RequestResource, option: ResourceVersionOption, code: number, origin: Origin): void {
		this.#entriesOf(verb, resource, option, code, origin).add(Math.floor(at / SECOND));
	}

	requests(kind: RequestKind, seconds: Int32Array, count: number, times = 1): void {
		if (count === 0) return;
		if (times !== 1) {
			this.#multiples.push({ kind, seconds: seconds.slice(0, count), times });
			return;
		}
		const { verb, resource, resourceVersion, code, origin } = kind;
		this.#entriesOf(verb, resource, resourceVersion, code, origin).addAll(seconds, 0, count, 0);
	}

	watches(at: Micros, change: 1 | -1): void {
		(change === 1 ? this.#opened : this.#closed).add(Math.floor(at / SECOND));
	}

	watchesChanged(seconds: Int32Array, count: number, change: 1 | -1): void {
		(change === 1 ? this.#opened : this.#closed).addAll(seconds, 0, count, 0);
	}

	connections(at: Micros, change: number): void {
		this.#connections.push(at, change);
	}

	watchTime(from: Micros, to: Micros): void {
		this.#watchTimes.push(from, to);
	}

	/** Writes everything into a ledger with the same window. */
	post(ledger: Ledger): void {
		for (const { kind, seconds } of this.#requests) ledger.requests(kind, seconds.seconds, seconds.length);
		for (const { kind, seconds, times } of this.#multiples) ledger.requests(kind, seconds, seconds.length, times);
		ledger.watchesChanged(this.#opened.seconds, this.#opened.length, 1);
		ledger.watchesChanged(this.#closed.seconds, this.#closed.length, -1);
		for (let i = 0; i < this.#connections.length; i += 2) {
			ledger.connections(this.#connections[i] as Micros, this.#connections[i + 1] as number);
		}
		for (let i = 0; i < this.#watchTimes.length; i += 2) ledger.watchTime(this.#watchTimes[i] as Micros, this.#watchTimes[i + 1] as Micros);
		ledger.measured(this.watchEvents, this.etcdReads);
		ledger.measuredWatches(this.watchSeconds, this.bookmarks);
		ledger.measuredBytes(this.bytesSent);
	}

	#entriesOf(verb: Verb, resource: RequestResource, resourceVersion: ResourceVersionOption, code: number, origin: Origin): SecondLog {
		for (const { kind, seconds } of this.#requests) {
			if (
				kind.verb === verb &&
				kind.resource === resource &&
				kind.resourceVersion === resourceVersion &&
				kind.code === code &&
				kind.origin === origin
			) {
				return seconds;
			}
		}
		const entries: KindEntries = { kind: { verb, resource, resourceVersion, code, origin }, seconds: new SecondLog() };
		this.#requests.push(entries);
		return entries.seconds;
	}
}
