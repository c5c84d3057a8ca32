// What the API server was asked and what it sent, counted: requests by verb, resource, resourceVersion option, code and
// origin for every second of the run, open watches and connections as difference arrays (so that a maximum over time can be
// taken after the nodes were summed), events, bookmarks, etcd reads and bytes in the measured window. Everything in it is
// an integer and merges by addition.

import { type Micros, SECOND } from '../core/time.js';
import type { RequestResource, ResourceVersion, Verb } from './protocol.js';
import { SecondCounts } from './second-counts.js';
import { WindowCounts } from './window-counts.js';

/** The resourceVersion option of a request as results name it. */
export type ResourceVersionOption = 'unset' | '0' | 'set';

/** Who asked for the object: the manifests, or only the volume that the API server injects. */
export type Origin = 'workload' | 'injected';

/** Requests of one kind, second by second. */
export interface RequestSeries {
	readonly verb: Verb;
	readonly resource: RequestResource;
	readonly resourceVersion: ResourceVersionOption;
	readonly code: number;
	readonly origin: Origin;
	readonly perSecond: Uint32Array;
}

/** What tells one series of requests from another. */
export type RequestKind = Pick<RequestSeries, 'verb' | 'resource' | 'resourceVersion' | 'code' | 'origin'>;

/** What is told of everything that the API server is asked and sends. */
export interface Ledger {
	/** One request that the server received at `at`. */
	request(at: Micros, verb: Verb, resource: RequestResource, option: ResourceVersionOption, code: number, origin: Origin): void;
	/**
	 * Many requests of one kind.
	 *
	 * @param seconds for each the whole second of the run in which the server received it; the first `count` are taken.
	 */
	requests(kind: RequestKind, seconds: Int32Array, count: number): void;
	/**
	 * Many times the same requests, all of them in one second.
	 *
	 * @param kinds of the requests; one that comes more than once is made as often.
	 * @param seconds for each time the whole second of the run in which the server received them; the first `count` are taken.
	 * @param sign -1 for requests that were told too many. Default: 1.
	 */
	requestsTogether(kinds: readonly RequestKind[], seconds: Int32Array, count: number, sign?: 1 | -1): void;
	/** The number of open watches changed. */
	watches(at: Micros, change: 1 | -1): void;
	/** The number of open watches changed many times. @param seconds of the run; the first `count` are taken. */
	watchesChanged(seconds: Int32Array, count: number, change: 1 | -1): void;
	/** The number of connections of a node changed. */
	connections(at: Micros, change: number): void;
	/** A watch was open over [from, to). */
	watchTime(from: Micros, to: Micros): void;
	/** A watch event (not a bookmark) was sent. */
	watchEvent(at: Micros): void;
	/** Bookmarks were sent at `from`, `from + period`, ... before `to`. @returns how many of them are measured. */
	bookmarkSeries(from: Micros, to: Micros, period: Micros): number;
	/** One bookmark was sent. */
	bookmark(at: Micros): void;
	/** etcd answered one read. */
	etcdRead(at: Micros): void;
	/** The server sent bytes. */
	bytes(at: Micros, count: number): void;
	/** Watch events and etcd reads that are known to lie in the measured window. */
	measured(watchEvents: number, etcdReads: number): void;
	/** Watch-time, whole seconds, and bookmarks that are known to lie in the measured window. */
	measuredWatches(seconds: number, bookmarks: number): void;
	/** Bytes that are known to lie in the measured window. */
	measuredBytes(count: number): void;
}

/** The plain form of a ledger. */
export interface LedgerData {
	readonly requests: readonly RequestSeries[];
	/** Difference of the number of open watches, per second. */
	readonly watchDifference: Int32Array;
	/** Difference of the number of connections, per second. */
	readonly connectionDifference: Int32Array;
	/** Watch-time in the measured window: whole seconds and the rest in microseconds. */
	readonly watchSeconds: number;
	readonly watchMicros: number;
	readonly watchEvents: number;
	readonly bookmarks: number;
	readonly etcdReads: number;
	readonly bytesSent: number;
}

/** The option that a resourceVersion stands for. */
export function resourceVersionOption(resourceVersion: ResourceVersion): ResourceVersionOption {
	if (resourceVersion < 0) return 'unset';
	return resourceVersion === 0 ? '0' : 'set';
}

/** Requests of one kind. */
interface CountedKind extends RequestKind {
	readonly counts: SecondCounts;
}

/** How often the same requests have been made together. */
interface CountedTogether {
	readonly kinds: readonly RequestKind[];
	readonly counts: SecondCounts;
}

/** Each takes as much memory as a series of requests; a run with pods of more kinds counts the others' requests one by one. */
const MOST_TOGETHER = 16;

/** Counts everything; one per replication and shard. */
export class RequestLedger extends WindowCounts implements Ledger {
	readonly #seconds: number;
	readonly #found: CountedKind[] = [];
	/** Multiplied out only when everything is told: a fleet under Get makes most of its requests together. */
	readonly #together: CountedTogether[] = [];
	readonly #watches: Int32Array;
	readonly #connections: Int32Array;
	#watchMicros = 0;

	/**
	 * @param end end of the run in microseconds; the series have one cell per second up to there.
	 * @param windowFrom beginning of the measured window.
	 * @param windowTo its end (not included).
	 */
	constructor(end: Micros, windowFrom: Micros, windowTo: Micros) {
		super(windowFrom, windowTo);
		this.#seconds = Math.ceil(end / SECOND) + 1;
		this.#watches = new Int32Array(this.#seconds + 1);
		this.#connections = new Int32Array(this.#seconds + 1);
	}

	request(at: Micros, verb: Verb, resource: RequestResource, option: ResourceVersionOption, code: number, origin: Origin): void {
		this.#countsOf(verb, resource, option, code, origin).add(Math.floor(at / SECOND));
	}

	requests(kind: RequestKind, seconds: Int32Array, count: number): void {
		if (count > 0) this.#countsOfKind(kind).addAll(seconds, count, 1);
	}

	requestsTogether(kinds: readonly RequestKind[], seconds: Int32Array, count: number, sign: 1 | -1 = 1): void {
		if (count === 0) return;
		const together = this.#togetherOf(kinds);
		if (together !== null) together.addAll(seconds, count, sign);
		else for (const kind of kinds) this.#countsOfKind(kind).addAll(seconds, count, sign);
	}

	watches(at: Micros, change: 1 | -1): void {
		const second = this.#cell(at);
		this.#watches[second] = (this.#watches[second] as number) + change;
	}

	watchesChanged(seconds: Int32Array, count: number, change: 1 | -1): void {
		const last = this.#seconds;
		for (let i = 0; i < count; i++) {
			const second = Math.min(last, Math.max(0, seconds[i] as number));
			this.#watches[second] = (this.#watches[second] as number) + change;
		}
	}

	connections(at: Micros, change: number): void {
		const second = this.#cell(at);
		this.#connections[second] = (this.#connections[second] as number) + change;
	}

	watchTime(from: Micros, to: Micros): void {
		const length = Math.min(to, this.windowTo) - Math.max(from, this.windowFrom);
		if (length <= 0) return;
		this.#watchMicros += length % SECOND;
		this.watchSeconds += Math.floor(length / SECOND) + Math.floor(this.#watchMicros / SECOND);
		this.#watchMicros %= SECOND;
	}

	/** Everything that was counted, series in a stable order. */
	data(): LedgerData {
		this.#multiplyOut();
		const series = this.#found.map(({ counts, ...kind }) => ({ ...kind, perSecond: counts.perSecond() }));
		const requests = series.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
		return {
			requests,
			watchDifference: this.#watches,
			connectionDifference: this.#connections,
			watchSeconds: this.watchSeconds,
			watchMicros: this.#watchMicros,
			watchEvents: this.watchEvents,
			bookmarks: this.bookmarks,
			etcdReads: this.etcdReads,
			bytesSent: this.bytesSent,
		};
	}

	#multiplyOut(): void {
		for (const { kinds, counts } of this.#together.splice(0)) {
			for (const kind of kinds) addInto(this.#countsOfKind(kind).perSecond(), counts.perSecond());
		}
	}

	/** Null when there are too many already. */
	#togetherOf(kinds: readonly RequestKind[]): SecondCounts | null {
		const known = this.#together.find((one) => one.kinds === kinds);
		if (known !== undefined) return known.counts;
		if (this.#together.length === MOST_TOGETHER) return null;
		const counts = new SecondCounts(this.#seconds);
		this.#together.push({ kinds, counts });
		return counts;
	}

	#countsOfKind({ verb, resource, resourceVersion, code, origin }: RequestKind): SecondCounts {
		return this.#countsOf(verb, resource, resourceVersion, code, origin);
	}

	#countsOf(verb: Verb, resource: RequestResource, option: ResourceVersionOption, code: number, origin: Origin): SecondCounts {
		// There are few kinds, and this is asked for every request: comparing beats making a key.
		for (const { verb: v, resource: r, resourceVersion, code: c, origin: o, counts } of this.#found) {
			if (v === verb && r === resource && resourceVersion === option && c === code && o === origin) return counts;
		}
		const counts = new SecondCounts(this.#seconds);
		this.#found.push({ verb, resource, resourceVersion: option, code, origin, counts });
		return counts;
	}

	#cell(at: Micros): number {
		return Math.min(this.#seconds, Math.max(0, Math.floor(at / SECOND)));
	}
}

/** Names a kind of requests; series are told in this order. */
function keyOf({ verb, resource, resourceVersion, code, origin }: RequestKind): string {
	return `${verb} ${resource} ${resourceVersion} ${code} ${origin}`;
}

/** The sum of ledgers of the same run and replication. */
export function mergeLedgers(parts: readonly LedgerData[]): LedgerData {
	const first = parts[0];
	if (first === undefined) throw new Error('mergeLedgers needs at least one ledger');
	const series = new Map<string, RequestSeries>();
	const watchDifference = new Int32Array(first.watchDifference.length);
	const connectionDifference = new Int32Array(first.connectionDifference.length);
	let [watchSeconds, watchMicros, watchEvents, bookmarks, etcdReads, bytesSent] = [0, 0, 0, 0, 0, 0];
	for (const part of parts) {
		for (const one of part.requests) {
			const key = keyOf(one);
			const sum = series.get(key);
			if (sum === undefined) series.set(key, { ...one, perSecond: one.perSecond.slice() });
			else addInto(sum.perSecond, one.perSecond);
		}
		addInto(watchDifference, part.watchDifference);
		addInto(connectionDifference, part.connectionDifference);
		watchMicros += part.watchMicros;
		watchSeconds += part.watchSeconds + Math.floor(watchMicros / SECOND);
		watchMicros %= SECOND;
		watchEvents += part.watchEvents;
		bookmarks += part.bookmarks;
		etcdReads += part.etcdReads;
		bytesSent += part.bytesSent;
	}
	const requests = [...series.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
	return { requests, watchDifference, connectionDifference, watchSeconds, watchMicros, watchEvents, bookmarks, etcdReads, bytesSent };
}

function addInto(sum: Uint32Array | Int32Array, part: Uint32Array | Int32Array): void {
	for (let i = 0; i < part.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
}
