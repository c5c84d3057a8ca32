// The API server as one node meets it: answers the node's GET, LIST, WATCH and token requests from the objects' histories,
// sends watch events as they are committed, and keeps the ledger. Reads without resourceVersion see etcd, reads with "0"
// see the watch cache, which lags (A3.7); an event reaches the node after its own latency and never overtakes an earlier
// one. Follows apiserver/pkg/storage/cacher and endpoints/handlers.

import { EventQueue } from '../core/event-queue.js';
import { drawInteger, drawLanes, type StreamKey } from '../core/random.js';
import { type Micros, type MicrosRange, SECOND } from '../core/time.js';
import { liveVersion, type ObjectTimeline, type TimelineVersion, versionIndexAt } from './object-timeline.js';
import type { Delivery, RequestOptions, Response } from './protocol.js';
import { type Ledger, resourceVersionOption } from './request-ledger.js';
import {
	accountStream,
	cacheLagKey,
	connectionsFor,
	deliveryKey,
	EVENT_OVERHEAD_BYTES,
	INITIAL_BOOKMARK_BYTES,
	REQUEST_OVERHEAD_BYTES,
	requestKey,
	STATUS_BYTES,
	tokenRequestName,
} from './wire.js';

/** Latencies between this node and the API server. */
export interface ConnectionLatencies {
	readonly watchLatency: MicrosRange;
	readonly requestLatency: MicrosRange;
	readonly watchCacheLag: MicrosRange;
}

/** Commits of the whole run, for the resourceVersion of a collection. */
export interface CommitLog {
	/** The resourceVersion that the store has reached at `at`. */
	resourceVersionAt(at: Micros): number;
}

/** What a connection is made of. */
export interface ConnectionInput {
	/** Objects by the node's own numbers. */
	readonly objects: readonly ObjectTimeline[];
	readonly latencies: ConnectionLatencies;
	/** Key of the node in this replication. */
	readonly key: StreamKey;
	readonly commits: CommitLog;
	readonly ledger: Ledger;
	/** HTTP/2 streams of one connection (A1.8). */
	readonly streamsPerConnection: number;
	/** Key of the API server's watch cache in this replication: all nodes see the same lag. */
	readonly watchCacheKey: StreamKey;
}

/** An open watch as the server sees it. */
export interface OpenWatch {
	readonly openedAt: Micros;
	readonly deadline: Micros;
	/** Index of the next version to send. */
	readonly next: number;
	/** When the last event was sent, or the opening answered. */
	readonly lastSentAt: Micros;
}

interface Stream extends OpenWatch {
	readonly options: RequestOptions;
	readonly timeline: ObjectTimeline;
	next: number;
	lastSentAt: Micros;
}

const RESPOND = 0;
const WATCH_OPENED = 1;
const WATCH_EVENT = 2;
const WATCH_END = 3;

/** What carries a node's requests and brings what comes back. */
export interface ApiConnection {
	/** Instant of the next delivery, `Infinity` when nothing is on its way. */
	nextTime(): Micros;
	/** Takes the next delivery, or null when what was next turned out to be stale. */
	take(): Delivery<TimelineVersion> | null;
	/** The node sent a request at `now`. */
	transmit(request: number, options: RequestOptions, now: Micros): void;
	/** The node closed a watch, or lost interest in an answer. */
	cancel(request: number, now: Micros): void;
	/** A watch that has been open since before the run; `options.resourceVersion` is what it has sent. */
	adopt(request: number, options: RequestOptions, openedAt: Micros): void;
	/** Closes the books at the end of the run. */
	finish(end: Micros): void;
}

/** One node's connection; deliveries come out in time order. */
export class NodeConnection implements ApiConnection {
	readonly #input: ConnectionInput;
	readonly #queue = new EventQueue();
	readonly #responses = new Map<number, Response<TimelineVersion>>();
	readonly #streams = new Map<number, Stream>();
	readonly #ready: Delivery<TimelineVersion>[] = [];
	readonly #requestKeys: (StreamKey | undefined)[] = [];
	readonly #deliveryKeys: (StreamKey | undefined)[] = [];
	readonly #cacheKeys: (StreamKey | undefined)[] = [];
	readonly #asked: number[] = [];
	#open = 0;
	#connections = 1;

	constructor(input: ConnectionInput) {
		this.#input = input;
		input.ledger.connections(0, 1);
	}

	/** Instant of the next delivery, `Infinity` when nothing is on its way. */
	nextTime(): Micros {
		return this.#ready.length > 0 ? (this.#ready[0] as Delivery<TimelineVersion>).at : this.#queue.nextTime;
	}

	/** Takes the next delivery, or null when what was next turned out to be stale. */
	take(): Delivery<TimelineVersion> | null {
		const waiting = this.#ready.shift();
		if (waiting !== undefined) return waiting;
		const queue = this.#queue;
		if (!queue.pop()) return null;
		const { time, kind, a: request, b } = queue;
		if (kind === RESPOND) {
			const response = this.#responses.get(request);
			if (response === undefined) return null;
			this.#responses.delete(request);
			return { at: time, request, response };
		}
		const stream = this.#streams.get(request);
		if (stream === undefined) return null;
		if (kind === WATCH_OPENED) return this.#begin(time, request, stream);
		if (kind === WATCH_EVENT) return b === stream.next ? this.#sendEvent(time, request, stream) : null;
		this.#end(request, stream, time);
		return { at: time, request, response: { kind: 'closed', clean: true, message: '' } };
	}

	/** The node sent a request at `now`. */
	transmit(request: number, options: RequestOptions, now: Micros): void {
		const roundTrip = this.#roundTrip(options);
		const serverTime = now + (roundTrip >>> 1);
		if (options.verb === 'WATCH') this.#openStream(request, options, serverTime, now + roundTrip);
		else {
			this.#responses.set(request, this.#answer(options, serverTime));
			this.#queue.push(now + roundTrip, 0, RESPOND, request, 0);
		}
	}

	/** The node closed a watch, or lost interest in an answer. */
	cancel(request: number, now: Micros): void {
		this.#responses.delete(request);
		const stream = this.#streams.get(request);
		if (stream !== undefined) this.#end(request, stream, now);
		for (let i = this.#ready.length - 1; i >= 0; i--) {
			if ((this.#ready[i] as Delivery<TimelineVersion>).request === request) this.#ready.splice(i, 1);
		}
	}

	/** A watch that has been open since before the run; `options.resourceVersion` is what it has sent. */
	adopt(request: number, options: RequestOptions, openedAt: Micros): void {
		const timeline = this.#timeline(options);
		const deadline = openedAt + options.timeoutSeconds * SECOND;
		const next = versionIndexAt(timeline.versions, 0) + 1;
		const stream: Stream = { options, timeline, openedAt, deadline, next, lastSentAt: 0 };
		this.#streams.set(request, stream);
		this.#changeOpen(1, 0);
		this.#queue.push(deadline, 1, WATCH_END, request, 0);
		this.#scheduleEvent(request, stream);
	}

	/** How an open watch stands. @internal */
	watch(request: number): OpenWatch | undefined {
		return this.#streams.get(request);
	}

	/** Somebody else follows an open watch from now on, and books its end. @internal */
	release(request: number): void {
		if (this.#streams.delete(request)) this.#open -= 1;
	}

	/** How many requests the node has sent about an object; of `~pod` for tokens of a pod. @internal */
	askedAbout(object: number): number {
		return this.#asked[this.#place(object)] ?? 0;
	}

	/** Somebody else has sent requests about an object, or tokens of a pod (`~pod`): so many are sent by now. @internal */
	setAskedAbout(object: number, requests: number): void {
		this.#asked[this.#place(object)] = requests;
	}

	/** Closes the books at the end of the run. */
	finish(end: Micros): void {
		for (const [request, stream] of [...this.#streams]) this.#end(request, stream, end);
	}

	#timeline(options: RequestOptions): ObjectTimeline {
		return this.#input.objects[options.object] as ObjectTimeline;
	}

	#place(slot: number): number {
		return slot < 0 ? this.#input.objects.length - slot : slot;
	}

	#roundTrip(options: RequestOptions): Micros {
		const { min, max } = this.#input.latencies.requestLatency;
		const slot = options.verb === 'POST' ? ~options.object : options.object;
		const index = this.#place(slot);
		const ordinal = this.#asked[index] ?? 0;
		this.#asked[index] = ordinal + 1;
		if (min === max) return min;
		const name = slot < 0 ? tokenRequestName(options.object) : this.#timeline(options).label;
		this.#requestKeys[index] ??= requestKey(this.#input.key, name);
		return drawInteger(this.#requestKeys[index] as StreamKey, ordinal, min, max);
	}

	#answer(options: RequestOptions, serverTime: Micros): Response<TimelineVersion> {
		const { ledger } = this.#input;
		if (options.verb === 'POST') {
			ledger.request(serverTime, 'POST', options.resource, 'unset', 201, 'injected');
			ledger.bytes(serverTime, REQUEST_OVERHEAD_BYTES + STATUS_BYTES);
			return { kind: 'created' };
		}
		const timeline = this.#timeline(options);
		const option = resourceVersionOption(options.resourceVersion);
		const version = liveVersion(
			timeline,
			option === 'unset' ? versionIndexAt(timeline.versions, serverTime) : this.#cachedIndex(timeline, options, serverTime),
		);
		// A quorum read is one etcd read (A4); the watch cache answers everything else.
		if (option === 'unset') ledger.etcdRead(serverTime);
		const found = version !== null || options.verb === 'LIST';
		ledger.request(serverTime, options.verb, options.resource, option, found ? 200 : 404, timeline.origin);
		ledger.bytes(serverTime, REQUEST_OVERHEAD_BYTES + (version?.wireBytes ?? STATUS_BYTES));
		if (options.verb === 'LIST') {
			return { kind: 'list', resourceVersion: this.#input.commits.resourceVersionAt(serverTime), object: version };
		}
		if (version !== null) return { kind: 'object', object: version };
		return {
			kind: 'status',
			code: 404,
			reason: 'NotFound',
			message: `${options.resource} "${timeline.name}" not found`,
			retryAfterSeconds: undefined,
		};
	}

	/** Last version that the watch cache shows at `at`, no older than the requested resourceVersion. */
	#cachedIndex(timeline: ObjectTimeline, options: RequestOptions, at: Micros): number {
		const { min, max } = this.#input.latencies.watchCacheLag;
		let index = versionIndexAt(timeline.versions, at);
		while (index >= 0) {
			const version = timeline.versions[index] as TimelineVersion;
			if (version.commit + this.#cacheLag(timeline, index, min, max) <= at || version.write < 0) break;
			if (options.resourceVersion > 0 && version.resourceVersion <= options.resourceVersion) break;
			index -= 1;
		}
		return index;
	}

	#cacheLag(timeline: ObjectTimeline, index: number, min: Micros, max: Micros): Micros {
		if (min === max) return min;
		this.#cacheKeys[timeline.index] ??= cacheLagKey(this.#input.watchCacheKey, timeline.label);
		return drawInteger(this.#cacheKeys[timeline.index] as StreamKey, index, min, max);
	}

	#openStream(request: number, options: RequestOptions, serverTime: Micros, arrival: Micros): void {
		const { ledger } = this.#input;
		const timeline = this.#timeline(options);
		const option = resourceVersionOption(options.resourceVersion);
		ledger.request(serverTime, 'WATCH', options.resource, option, 200, timeline.origin);
		ledger.bytes(serverTime, REQUEST_OVERHEAD_BYTES);
		if (options.sendInitialEvents && option === 'unset') ledger.etcdRead(serverTime);
		const seen = versionIndexAt(timeline.versions, serverTime);
		let next = seen + 1;
		if (!options.sendInitialEvents) {
			next = 0;
			while (next < timeline.versions.length && (timeline.versions[next] as TimelineVersion).resourceVersion <= options.resourceVersion)
				next += 1;
		}
		const stream: Stream = {
			options,
			timeline,
			openedAt: serverTime,
			deadline: serverTime + options.timeoutSeconds * SECOND,
			next,
			lastSentAt: arrival,
		};
		this.#streams.set(request, stream);
		this.#changeOpen(1, serverTime);
		this.#queue.push(arrival, 0, WATCH_OPENED, request, seen);
	}

	#begin(time: Micros, request: number, stream: Stream): Delivery<TimelineVersion> {
		const { ledger, commits } = this.#input;
		if (stream.options.sendInitialEvents) {
			const version = liveVersion(stream.timeline, stream.next - 1);
			if (version !== null) {
				ledger.watchEvent(time);
				ledger.bytes(time, version.wireBytes + EVENT_OVERHEAD_BYTES);
				this.#ready.push({ at: time, request, response: { kind: 'event', type: 'ADDED', object: version } });
			}
			ledger.bookmark(time);
			ledger.bytes(time, INITIAL_BOOKMARK_BYTES);
			const resourceVersion = commits.resourceVersionAt(stream.openedAt);
			this.#ready.push({ at: time, request, response: { kind: 'bookmark', resourceVersion, initialEventsEnd: true } });
		}
		this.#queue.push(Math.max(stream.deadline, time), 1, WATCH_END, request, 0);
		this.#scheduleEvent(request, stream);
		return { at: time, request, response: { kind: 'opened' } };
	}

	#scheduleEvent(request: number, stream: Stream): void {
		const version = stream.timeline.versions[stream.next];
		if (version === undefined) return;
		const at = Math.max(stream.lastSentAt, version.commit + this.#deliveryLag(stream, version.index));
		this.#queue.push(at, 0, WATCH_EVENT, request, stream.next);
	}

	#deliveryLag(stream: Stream, version: number): Micros {
		const { min, max } = this.#input.latencies.watchLatency;
		if (min === max) return min;
		const object = stream.options.object;
		this.#deliveryKeys[object] ??= deliveryKey(this.#input.key, stream.timeline.label);
		const key = this.#deliveryKeys[object] as StreamKey;
		return min + Math.floor(drawLanes(key.a, key.b, version) * (max - min + 1));
	}

	#sendEvent(time: Micros, request: number, stream: Stream): Delivery<TimelineVersion> {
		const version = stream.timeline.versions[stream.next] as TimelineVersion;
		stream.next += 1;
		stream.lastSentAt = time;
		this.#input.ledger.watchEvent(time);
		this.#input.ledger.bytes(time, version.wireBytes + EVENT_OVERHEAD_BYTES);
		this.#scheduleEvent(request, stream);
		return { at: time, request, response: { kind: 'event', type: version.type, object: version } };
	}

	#end(request: number, stream: Stream, at: Micros): void {
		this.#streams.delete(request);
		this.#changeOpen(-1, at);
		accountStream(this.#input.ledger, stream.openedAt, stream.deadline, at);
	}

	#changeOpen(change: 1 | -1, at: Micros): void {
		this.#open += change;
		this.#input.ledger.watches(at, change);
		const connections = connectionsFor(this.#open, this.#input.streamsPerConnection);
		if (connections !== this.#connections) this.#input.ledger.connections(at, connections - this.#connections);
		this.#connections = connections;
	}
}
