// Reads under Cache of what several pods of a node share and nobody writes, such as the root certificate of the injected volume. All
// that such a read may do is to ask for the object again; no volume ever shows anything else. So pods need not meet at it: each is
// followed alone, and afterwards it is found which of all reads came first when the object was no longer fresh (K5.2).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import { requestsInARow } from '../polled/request-chains.js';
import { NO_TICK } from '../resync-clock.js';
import type { KeptReads } from './kept-reads.js';
import type { SyncTicks } from './sync-ticks.js';

/** Such an object with the volumes that read it, of which it is the only one. */
interface Deferred {
	readonly object: number;
	readonly volumes: readonly number[];
}

/** Such reads of one node. */
export class DeferredReads {
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #kept: KeptReads;
	readonly #ticks: SyncTicks;
	/** From a tick to the latest read of its syncs. */
	readonly #latest: Micros;
	readonly #deferred: readonly Deferred[];
	/** By reader of the present object: places of the sync to look at and of the next token among those that came. */
	readonly #place: Int32Array;
	readonly #token: Int32Array;

	/** Tells the objects which of them are deferred. */
	constructor(tables: NodeTables, { latencies }: ConnectionInput, objects: PolledObjects, kept: KeptReads, ticks: SyncTicks) {
		const { max } = latencies.requestLatency;
		this.#tables = tables;
		this.#objects = objects;
		this.#kept = kept;
		this.#ticks = ticks;
		this.#latest = latestReach(tables.input, tables.loops) + max;
		this.#place = new Int32Array(tables.volumes);
		this.#token = new Int32Array(tables.volumes);
		// Somebody else's request may hold a read up for one round trip; the next sync finds everything at rest all the same.
		const waits = latestReach(tables.input, tables.loops) + tables.input.timing.setUp.max + max;
		const endsInTime = (pod: number): boolean => waits + requestsInARow(tables, pod) * max <= SECOND;
		// With a shorter TTL one tick could ask twice.
		this.#deferred = tables.input.ttlAt(0) > SECOND ? this.#find(endsInTime) : [];
		for (const { object } of this.#deferred) objects.defer(object);
	}

	/** True when there is such a read. */
	get any(): boolean {
		return this.#deferred.length > 0;
	}

	/** Makes the requests, once all pods have been followed to the end. */
	settle(): void {
		for (const one of this.#deferred) this.#settle(one);
	}

	#settle({ object, volumes }: Deferred): void {
		const { input, tickZero, podOf, firstRead, firstSync } = this.#tables;
		const objects = this.#objects;
		const read = firstRead[volumes[0] as number] as number;
		for (const [reader, volume] of volumes.entries()) {
			const pod = podOf[volume] as number;
			this.#place[reader] = this.#ticks.placeOf(pod, firstSync[pod] as number);
			this.#token[reader] = 0;
		}
		objects.undefer(object);
		for (let tick = 0; ; tick++) {
			const until = objects.freshUntil(object);
			tick = this.#firstFrom(Math.max(tick, Math.ceil((until - this.#latest - tickZero) / SECOND)), volumes.length);
			const at = this.#firstReadAt(tick, volumes, until);
			if (at === NEVER && tick !== NO_TICK) continue;
			if (at > input.end) return;
			const arrived = objects.confirm(object, at, this.#kept.log(read), this.#kept.bytes[read] as number);
			this.#tables.arrives(arrived);
			// What is under way when the kubelet stops is lost.
			if (arrived > input.end) return;
		}
	}

	/** The first tick from `from` on at which one of the readers is synced, {@link NO_TICK} when there is none. */
	#firstFrom(from: number, readers: number): number {
		const { ticks } = this.#ticks;
		const places = this.#place;
		let first = NO_TICK;
		for (let reader = 0; reader < readers; reader++) {
			const place = this.#ticks.firstFrom(places[reader] as number, from);
			places[reader] = place;
			const tick = ticks[place] as number;
			if (tick < first) first = tick;
		}
		return first;
	}

	/** The first of the reads of a tick that does not come before `until`; {@link NEVER} when there is none. */
	#firstReadAt(tick: number, volumes: readonly number[], until: Micros): Micros {
		const { podOf, tickZero } = this.#tables;
		let first = NEVER;
		for (let reader = 0; reader < volumes.length; reader++) {
			const place = this.#place[reader] as number;
			if (this.#ticks.ticks[place] !== tick) continue;
			const volume = volumes[reader] as number;
			const pod = podOf[volume] as number;
			const visitAt = tickZero + tick * SECOND + this.#ticks.visitAfter(pod, this.#ticks.syncAt(pod, place), tick);
			const at = this.#readAt(reader, volume, tick, visitAt);
			if (at >= until && at < first) first = at;
		}
		return first;
	}

	/** When a volume comes to its read in a sync: at once, unless its token is replaced before. */
	#readAt(reader: number, volume: number, tick: number, visitAt: Micros): Micros {
		const { models, podOf } = this.#tables;
		if (models[volume]?.tokenSeconds === null) return visitAt;
		const pod = podOf[volume] as number;
		const asked = this.#objects.ticksOfTokens(pod);
		let place = this.#token[reader] as number;
		while (place < asked.length && (asked[place] as number) < tick) place += 1;
		this.#token[reader] = place;
		return asked[place] === tick ? visitAt + this.#objects.tokenRoundTrip(pod, place) : visitAt;
	}

	/** @param endsInTime whether a sync of a pod is surely over before the next tick. */
	#find(endsInTime: (pod: number) => boolean): Deferred[] {
		const { pods, firstVolume, firstRead, readObject, readers, written, podOrdered } = this.#tables;
		const volumesOf = new Map<number, number[]>();
		for (let pod = 0; pod < pods; pod++) {
			// Volumes that meet in a pod, or that one another's tokens hold up, come to their reads in an order of their own.
			const defers = podOrdered[pod] === 0 && endsInTime(pod);
			for (let volume = firstVolume[pod] as number; defers && volume < (firstVolume[pod + 1] as number); volume++) {
				const read = firstRead[volume] as number;
				if ((firstRead[volume + 1] as number) !== read + 1) continue;
				const object = readObject[read] as number;
				if ((readers[object] as number) <= 1 || written[object] === 1 || !this.#kept.look(read, this.#tables.tickZero)) continue;
				const volumes = volumesOf.get(object);
				if (volumes === undefined) volumesOf.set(object, [volume]);
				else volumes.push(volume);
			}
		}
		const all = [...volumesOf].map(([object, volumes]) => ({ object, volumes }));
		return all.filter(({ object, volumes }) => volumes.length === readers[object] && this.#objects.keptOf(object) !== ABSENT);
	}
}
