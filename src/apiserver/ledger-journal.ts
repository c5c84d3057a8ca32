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
	readonly #together: { readonly kinds: readonly RequestKind[]; readonly seconds: Int32Array; readonly sign: 1 | -1 }[] = [];
	/** Instant and change, one after another. */
	readonly #connections: number[] = [];
	/** From and to, one after another. */
	readonly #watchTimes: Micros[] = [];

	request(at: Micros, verb: Verb, resource: RequestResource, option: ResourceVersionOption, code: number, origin: Origin): void {
		this.#entriesOf(verb, resource, option, code, origin).add(Math.floor(at / SECOND));
	}

	requests({ verb, resource, resourceVersion, code, origin }: RequestKind, seconds: Int32Array, count: number): void {
		if (count > 0) this.#entriesOf(verb, resource, resourceVersion, code, origin).addAll(seconds, 0, count, 0);
	}

	requestsTogether(kinds: readonly RequestKind[], seconds: Int32Array, count: number, sign: 1 | -1 = 1): void {
		if (count > 0) this.#together.push({ kinds, seconds: seconds.slice(0, count), sign });
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
		for (const { kinds, seconds, sign } of this.#together) ledger.requestsTogether(kinds, seconds, seconds.length, sign);
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
