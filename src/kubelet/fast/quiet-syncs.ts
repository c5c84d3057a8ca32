// Syncs under Get and Cache of which only the number counts: every read is answered with the version that the volume already
// shows, no token is due, no edge of the measured window is near, and it is certain in which second the server receives each
// request. They are counted without a draw. A tick on which one pod is not that quiet is worked through exactly.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import { REQUEST_OVERHEAD_BYTES, STATUS_BYTES } from '../../apiserver/wire.js';
import { firstOnGridAfter, type Micros, NEVER, SECOND } from '../../core/time.js';
import { shortestTokenLife } from '../token-life.js';
import { latestReach } from './eligibility.js';
import type { NodeBooks, RequestLog } from './node-books.js';
import { ABSENT, type NodeTables } from './node-tables.js';
import type { PolledObjects } from './polled-objects.js';
import type { Refresher } from './refresher.js';

/** Counts quiet syncs of one node. */
export class QuietSyncs {
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	readonly #latency: Micros;
	/** From a tick to the latest visit of the reconciler, without latencies. */
	readonly #reach: Micros;
	/** True when every read asks the API server; else answers stay fresh for a time. */
	readonly #asks: boolean;
	readonly #possible: boolean;
	/** By pod: until when its syncs are quiet, bytes and etcd reads of one of them. */
	readonly #until: Float64Array;
	readonly #bytes: Float64Array;
	readonly #etcdReads: Int32Array;
	readonly #logs: (RequestLog | undefined)[] = [];

	constructor(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, refresher: Refresher, objects: PolledObjects) {
		const { input } = tables;
		const caches = input.settings.configMapAndSecretChangeDetectionStrategy === 'Cache';
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#latency = wire.latencies.requestLatency.max;
		this.#reach = latestReach(input);
		this.#asks = !caches || input.ttlAt(0) <= 0;
		// Where the TTL changes, or registering drops what is kept, even quiet syncs leave something behind.
		this.#possible = !caches || (input.ttlIsConstant === true && !input.profile.cacheInvalidatesOnEverySync);
		this.#until = new Float64Array(tables.pods);
		this.#bytes = new Float64Array(tables.pods);
		this.#etcdReads = new Int32Array(tables.pods);
		for (let pod = 0; pod < tables.pods; pod++) this.look(pod, tables.tickZero);
	}

	/** Looks at a pod anew after a sync that was worked through. @param now instant of the tick. */
	look(pod: number, now: Micros): void {
		const { firstVolume, firstRead, readObject, seen } = this.#tables;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		let until = this.#possible ? this.#edge(now) : Number.NEGATIVE_INFINITY;
		let bytes = 0;
		let etcdReads = 0;
		for (let volume = first; volume < last; volume++) {
			if (this.#refresher.isRestless(volume)) until = Number.NEGATIVE_INFINITY;
			until = Math.min(until, this.#tokenFrom(volume));
		}
		for (let read = firstRead[first] as number; read < (firstRead[last] as number) && this.#asks; read++) {
			const { versions, resource, origin } = this.#tables.input.objects[readObject[read] as number] as ObjectTimeline;
			const index = seen[read] as number;
			until = Math.min(until, versions[index + 1]?.commit ?? NEVER);
			const quorum = this.#objects.isQuorum(index);
			if (quorum) etcdReads += 1;
			bytes += REQUEST_OVERHEAD_BYTES + (index === ABSENT ? STATUS_BYTES : (versions[index] as TimelineVersion).wireBytes);
			this.#logs[read] = this.#books.log('GET', resource, quorum ? 'unset' : '0', index === ABSENT ? 404 : 200, origin);
		}
		this.#until[pod] = until;
		this.#bytes[pod] = bytes;
		this.#etcdReads[pod] = etcdReads;
	}

	/**
	 * Counts the syncs of a tick if all of them are quiet.
	 *
	 * @returns when the last request may have been sent, -1 when the tick has to be worked through.
	 */
	count(batch: readonly number[], now: Micros): Micros {
		const reads = this.#asks ? this.#reads(batch) : 0;
		const latest = now + this.#reach + reads * this.#latency;
		if (latest > now + SECOND) return -1;
		for (let i = 0; i < batch.length; i++) {
			const pod = batch[i] as number;
			if (latest >= (this.#until[pod] as number) || !(this.#asks || this.#isFresh(pod, latest))) return -1;
		}
		if (!this.#asks) {
			this.#countSyncs(batch, now);
			return now;
		}
		const second = this.#second(now, reads);
		if (second < 0) return -1;
		this.#countSyncs(batch, now);
		for (let i = 0; i < batch.length; i++) this.#countReads(batch[i] as number, second, now);
		return latest;
	}

	#countSyncs(batch: readonly number[], now: Micros): void {
		if (!this.#books.measured(now)) return;
		const { counters } = this.#refresher;
		const { firstVolume } = this.#tables;
		counters.syncs += batch.length;
		for (let i = 0; i < batch.length; i++) {
			const pod = batch[i] as number;
			counters.refreshes += (firstVolume[pod + 1] as number) - (firstVolume[pod] as number);
		}
	}

	#countReads(pod: number, second: number, now: Micros): void {
		const { firstVolume, firstRead, readObject } = this.#tables;
		const last = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) {
			(this.#logs[read] as RequestLog).add(second);
			this.#objects.passOver(readObject[read] as number);
		}
		if (this.#books.measured(now)) this.#books.total(this.#etcdReads[pod] as number, this.#bytes[pod] as number);
	}

	#reads(batch: readonly number[]): number {
		const { firstVolume, firstRead } = this.#tables;
		let reads = 0;
		for (let i = 0; i < batch.length; i++) {
			const pod = batch[i] as number;
			reads += (firstRead[firstVolume[pod + 1] as number] as number) - (firstRead[firstVolume[pod] as number] as number);
		}
		return reads;
	}

	/** Everything that the pod reads is kept, is what its volumes show, and stays fresh until `until`. */
	#isFresh(pod: number, until: Micros): boolean {
		const { firstVolume, firstRead, readObject, seen } = this.#tables;
		const last = firstRead[firstVolume[pod + 1] as number] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) {
			if (!this.#objects.holds(readObject[read] as number, seen[read] as number, until)) return false;
		}
		return true;
	}

	/** The second in which the server receives all requests of a tick, -1 when it is not certain. */
	#second(now: Micros, reads: number): number {
		const { timing } = this.#tables.input;
		const early = Math.floor((now + timing.syncToReprocess.min) / SECOND);
		if (early === Math.floor((now + this.#reach + reads * this.#latency) / SECOND)) return early;
		const from = Math.floor(this.#visitAfter(now + timing.syncToReprocess.min) / SECOND);
		const to = Math.floor((this.#visitAfter(now + timing.syncToReprocess.max) + reads * this.#latency) / SECOND);
		return from === to ? from : -1;
	}

	#visitAfter(reprocessed: Micros): Micros {
		const { populatorPhase, populatorPeriod, reconcilerPhase, reconcilerPeriod } = this.#tables.loops;
		return firstOnGridAfter(firstOnGridAfter(reprocessed, populatorPhase, populatorPeriod), reconcilerPhase, reconcilerPeriod);
	}

	#edge(now: Micros): Micros {
		const { measureFrom, measureTo, end } = this.#tables.input;
		return now < measureFrom ? Math.min(measureFrom, end) : now < measureTo ? Math.min(measureTo, end) : end;
	}

	#tokenFrom(volume: number): Micros {
		const { models, tokenIssuedAt } = this.#tables;
		const lifetime = models[volume]?.tokenSeconds ?? null;
		return lifetime === null ? NEVER : (tokenIssuedAt[volume] as number) + shortestTokenLife(lifetime);
	}
}
