// Syncs that ask the API server at every read, of which only the number counts: each answer is the version that the volume
// already shows, no token is due, no edge of the measured window is near, and it is certain in which second the server receives
// each request. They are counted without a draw. For each pod this holds until an instant that is found when it is looked at.

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import type { ObjectTimeline } from '../../../apiserver/object-timeline.js';
import { REQUEST_OVERHEAD_BYTES, STATUS_BYTES } from '../../../apiserver/wire.js';
import { firstOnGridAfter, type Micros, NEVER, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import type { NodeBooks, RequestBundle, RequestLog } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import type { Refresher } from '../refresher.js';
import type { PolledObjects } from './polled-objects.js';

/** Counts quiet syncs of one node. */
export class QuietSyncs {
	/** Number of the present tick. */
	tick = 0;
	/** True when every read asks the API server and a TTL of 0 never changes; else no sync is quiet. */
	readonly asks: boolean;
	/** By pod: before when all that a quiet sync does has to be over. */
	readonly #until: Float64Array;
	/** By pod: the same without tokens. */
	readonly #versionsUntil: Float64Array;
	/** By pod: quiet syncs that the counters do not know yet, and whether they are measured. */
	readonly #pending: Int32Array;
	readonly #measured: Uint8Array;
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	readonly #latency: Micros;
	/** The second in which the earliest request of tick 0 may be received, and how long after each tick such a second ends. */
	readonly #secondOfTickZero: number;
	readonly #room: Micros;
	/** From a tick to the latest visit of the reconciler, without latencies. */
	readonly #reach: Micros;
	/** True when readers of one object wait for each other's requests. */
	readonly #queues: boolean;
	/** By pod: reads of a sync, the longest chain of reads that come one after the other, bytes and etcd reads, requests by kind. */
	readonly #reads: Int32Array;
	readonly #chain: Int32Array;
	readonly #bytes: Float64Array;
	readonly #etcdReads: Int32Array;
	readonly #bundles: (RequestBundle | undefined)[] = [];
	readonly #parts: RequestLog[] = [];

	constructor(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, refresher: Refresher, objects: PolledObjects) {
		const { input, pods } = tables;
		const caches = input.settings.configMapAndSecretChangeDetectionStrategy === 'Cache';
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#latency = wire.latencies.requestLatency.max;
		this.#reach = latestReach(input, tables.loops);
		const earliest = tables.tickZero + input.timing.syncToReprocess.min;
		this.#secondOfTickZero = Math.floor(earliest / SECOND);
		this.#room = (this.#secondOfTickZero + 1) * SECOND - tables.tickZero;
		this.#queues = caches;
		this.asks = !caches || (input.ttlAt(0) <= 0 && input.ttlIsConstant === true && !input.profile.cacheInvalidatesOnEverySync);
		this.#until = new Float64Array(pods);
		this.#versionsUntil = new Float64Array(pods);
		this.#pending = new Int32Array(pods);
		this.#measured = new Uint8Array(pods);
		this.#reads = new Int32Array(pods);
		this.#chain = new Int32Array(pods);
		this.#bytes = new Float64Array(pods);
		this.#etcdReads = new Int32Array(pods);
		for (let pod = 0; pod < pods; pod++) {
			this.#measure(pod);
			this.look(pod, tables.tickZero);
		}
	}

	/** When all that a sync at `now` does is over if the pod is alone in its tick and its reads are as expected. */
	latestAlone(pod: number, now: Micros): Micros {
		return now + this.#reach + (this.#chain[pod] as number) * this.#latency;
	}

	/** The same when readers may have to wait for those of other pods. @param reads of all pods of the tick. */
	latestTogether(pod: number, now: Micros, reads: number): Micros {
		return this.#queues ? now + this.#reach + reads * this.#latency : this.latestAlone(pod, now);
	}

	/** Reads of one sync of the pod. */
	readsOf(pod: number): number {
		return this.#reads[pod] as number;
	}

	/** Forgets what was found about the pods that read an object: something else is kept of it. */
	forget(object: number): void {
		const { pods } = this.#tables;
		for (let pod = 0; pod < pods; pod++) {
			if (!this.#tables.podReads(pod, object)) continue;
			this.#versionsUntil[pod] = Number.NEGATIVE_INFINITY;
			this.#until[pod] = Number.NEGATIVE_INFINITY;
		}
	}

	/** Looks at a pod anew. @param now instant of its present sync, or of the first tick. */
	look(pod: number, now: Micros): void {
		this.flush(pod);
		this.#measured[pod] = this.#books.measured(now) ? 1 : 0;
		if (!this.asks) {
			this.#versionsUntil[pod] = Number.NEGATIVE_INFINITY;
			this.#until[pod] = Number.NEGATIVE_INFINITY;
			return;
		}
		const { firstVolume, firstRead } = this.#tables;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		let until = this.#tables.edgeAfter(now);
		for (let volume = first; volume < last; volume++) if (this.#refresher.isRestless(volume)) until = Number.NEGATIVE_INFINITY;
		const start = firstRead[first] as number;
		const end = firstRead[last] as number;
		this.#versionsUntil[pod] = Math.min(until, this.#lookAtVersions(pod, start, end, now));
		this.#lookAtTokens(pod);
	}

	/** A token that was replaced leaves everything else that was found as it is. */
	#lookAtTokens(pod: number): void {
		const { firstVolume, tokenKeptUntil } = this.#tables;
		let until = this.#versionsUntil[pod] as number;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			const kept = tokenKeptUntil[volume] as number;
			if (kept < until) until = kept;
		}
		this.#until[pod] = until;
	}

	/** True when the pod's sync at `now` is quiet. @param latest when all that a quiet sync does is over. */
	isQuiet(pod: number, now: Micros, latest: Micros): boolean {
		return latest < (this.#until[pod] as number) && latest <= now + SECOND;
	}

	/** True when the pod's sync may be quiet but for a token. */
	isNearlyQuiet(pod: number, now: Micros): boolean {
		return now < (this.#versionsUntil[pod] as number);
	}

	/** Counts a quiet sync. @param latest when all that it does is over. @returns false when it is not certain enough for that. */
	count(pod: number, now: Micros, latest: Micros): boolean {
		const second = this.#second(now, latest);
		if (second < 0) return false;
		this.#countReads(pod, second);
		this.#pending[pod] = (this.#pending[pod] as number) + 1;
		return true;
	}

	/**
	 * A sync that is quiet but for the pod's token: the token is asked for exactly, what the volumes read is counted.
	 *
	 * @param visitAt when the reconciler meets the pod's volumes. @param sync its number.
	 * @returns when all is over, -1 when something of it is not certain: then nothing was done.
	 */
	replaceToken(pod: number, sync: number, now: Micros, visitAt: Micros): Micros {
		const { firstVolume, podOrdered } = this.#tables;
		if (podOrdered[pod] === 1) return -1;
		const chain = (this.#chain[pod] as number) * this.#latency;
		// The token takes one round trip more; the next tick and whatever else is near have to be beyond all of it.
		const latest = visitAt + this.#latency + chain;
		const swapped = latest + this.#tables.input.timing.setUp.max;
		if (swapped >= (this.#versionsUntil[pod] as number) || latest > now + SECOND) return -1;
		if (Math.floor(visitAt / SECOND) !== Math.floor(latest / SECOND)) return -1;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		for (let volume = first; volume < last; volume++) {
			if (!this.#refresher.tokenDue(volume, sync, visitAt)) continue;
			if (!this.#refresher.swapsPlainly(volume)) return -1;
			this.#refresher.tokenIssued(volume, this.#objects.postToken(pod, visitAt));
			this.#refresher.swapToken(volume, visitAt);
		}
		this.#countReads(pod, Math.floor(visitAt / SECOND));
		this.#pending[pod] = (this.#pending[pod] as number) + 1;
		this.#lookAtTokens(pod);
		return latest;
	}

	/** Tells the counters of the quiet syncs that were counted since the pod was looked at. */
	flush(pod: number): void {
		const count = this.#pending[pod] as number;
		this.#pending[pod] = 0;
		if (count === 0 || this.#measured[pod] === 0) return;
		this.#refresher.passedOver(pod, count);
		this.#books.total(count * (this.#etcdReads[pod] as number), count * (this.#bytes[pod] as number));
	}

	/** True when it is certain in which second the server receives the requests of quiet syncs at a tick. */
	isCertain(now: Micros, latest: Micros): boolean {
		return this.#second(now, latest) >= 0;
	}

	#countReads(pod: number, second: number): void {
		const { firstVolume, firstRead, readObject } = this.#tables;
		const last = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++)
			this.#objects.passOver(readObject[read] as number, 1);
		(this.#bundles[pod] as RequestBundle).add(second);
	}

	#measure(pod: number): void {
		const { firstVolume, firstRead, podOrdered } = this.#tables;
		const reads = (firstRead[firstVolume[pod + 1] as number] as number) - (firstRead[firstVolume[pod] as number] as number);
		// Volumes that share an object wait for each other's requests.
		let chain = this.#queues && podOrdered[pod] === 1 ? reads : 0;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			chain = Math.max(chain, (firstRead[volume + 1] as number) - (firstRead[volume] as number));
		}
		this.#chain[pod] = chain;
		this.#reads[pod] = reads;
	}

	/** Each read asks: until one of the objects is written, and what the requests are like until then. */
	#lookAtVersions(pod: number, start: number, end: number, now: Micros): Micros {
		const { input, readObject, seen } = this.#tables;
		let until: Micros = NEVER;
		let bytes = 0;
		let etcdReads = 0;
		let parts = 0;
		for (let read = start; read < end; read++) {
			const object = readObject[read] as number;
			const timeline = input.objects[object] as ObjectTimeline;
			const { versions } = timeline;
			const index = seen[read] as number;
			until = Math.min(until, versions[index + 1]?.commit ?? NEVER);
			const version = versions[index];
			const certain =
				!this.#queues || (this.#objects.keeps(object, index) && !(version !== undefined && this.#objects.isLagging(version, now)));
			if (!certain) until = Number.NEGATIVE_INFINITY;
			const quorum = this.#objects.isQuorum(index);
			if (quorum) etcdReads += 1;
			bytes += REQUEST_OVERHEAD_BYTES + (version?.wireBytes ?? STATUS_BYTES);
			this.#parts[parts++] = this.#objects.log(object, timeline, quorum, index !== ABSENT);
		}
		this.#bytes[pod] = bytes;
		this.#etcdReads[pod] = etcdReads;
		this.#bundles[pod] = this.#books.bundle(this.#parts, 0, parts);
		return until;
	}

	/** The second in which the server receives all requests of a tick, -1 when it is not certain. */
	#second(now: Micros, latest: Micros): number {
		if (latest - now < this.#room) return this.#secondOfTickZero + this.tick;
		const { timing } = this.#tables.input;
		const latencies = latest - now - this.#reach;
		const from = Math.floor(this.#visitAfter(now + timing.syncToReprocess.min) / SECOND);
		const to = Math.floor((this.#visitAfter(now + timing.syncToReprocess.max) + latencies) / SECOND);
		return from === to ? from : -1;
	}

	#visitAfter(reprocessed: Micros): Micros {
		const { populatorPhase, populatorPeriod, reconcilerPhase, reconcilerPeriod } = this.#tables.loops;
		return firstOnGridAfter(firstOnGridAfter(reprocessed, populatorPhase, populatorPeriod), reconcilerPhase, reconcilerPeriod);
	}
}
