// One node under Get or Cache: reads of different pods meet at the objects, so the pods are taken in the order of time. A wheel
// of one-second slots holds them; the syncs of one tick and the reads that follow from them are worked through in the total
// order of simultaneous happenings before the next tick (design: microsecond, rank, volume). What would reach into the next
// tick, or wait for a client token, makes the node give up for the reference path.

import { firstOnGridAfter, type Micros, SECOND } from '../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../client/rest-client.js';
import { DRAW_REPROCESS, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import type { NodeInput } from '../node-input.js';
import { duration } from '../node-state.js';
import type { NodeBooks } from './node-books.js';
import type { NodeTables } from './node-tables.js';
import { placeInPass } from './pass-order.js';
import type { PolledObjects } from './polled-objects.js';
import type { QuietSyncs } from './quiet-syncs.js';
import type { Refresher } from './refresher.js';
import { ResyncClock } from './resync-clock.js';

/** A token of the client counts as this much, so that a microsecond brings `qps`. */
const TOKEN = 1_000_000;

/** A node whose pods all run undisturbed under Get or Cache. */
export class PolledNode {
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	readonly #quiet: QuietSyncs;
	readonly #clock: ResyncClock;
	readonly #syncs: Int32Array;
	/** First pod of each slot of the wheel, -1 for none, and the pod after each pod. */
	readonly #head: Int32Array;
	readonly #next: Int32Array;
	/** Pods of the present tick, and when the reconciler meets their volumes. */
	readonly #batch: number[] = [];
	readonly #visitAt: Float64Array;
	/** By volume: its place in the pass of the reconciler. */
	readonly #places: Float64Array;
	/** Answers on their way, in the order in which they were asked for: instant, and volume (~volume for a token). */
	readonly #arrivals: Micros[] = [];
	readonly #arrivesFor: number[] = [];
	/** By volume: the read at which it stands, when its SetUp began, what the server answered. */
	readonly #stage: Int32Array;
	readonly #startedAt: Float64Array;
	readonly #answer: Int32Array;
	readonly #got: Int32Array;
	readonly #dropsAtSync: boolean;
	/** A lower bound of what the client's bucket holds, and since when. */
	#level: number;
	#levelAt: Micros = 0;
	#latest: Micros = 0;
	#failed = false;

	constructor(tables: NodeTables, books: NodeBooks, refresher: Refresher, objects: PolledObjects, quiet: QuietSyncs) {
		const { input, volumes } = tables;
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#quiet = quiet;
		this.#clock = new ResyncClock(input);
		this.#syncs = new Int32Array(input.pods.length);
		this.#head = new Int32Array(this.#clock.longestGap + 2).fill(-1);
		this.#next = new Int32Array(input.pods.length);
		this.#visitAt = new Float64Array(input.pods.length);
		this.#places = new Float64Array(volumes);
		this.#stage = new Int32Array(volumes);
		this.#startedAt = new Float64Array(volumes);
		this.#answer = new Int32Array(volumes);
		this.#got = new Int32Array(tables.reads);
		this.#dropsAtSync = input.profile.cacheInvalidatesOnEverySync;
		this.#level = bucketSize(input) * TOKEN;
	}

	/** Simulates the whole run; false when the node needs the reference path after all. */
	run(): boolean {
		const { input, tickZero, firstTick } = this.#tables;
		const slots = this.#head.length;
		for (let pod = input.pods.length - 1; pod >= 0; pod--) this.#put(pod, firstTick[pod] as number);
		for (let tick = 0, now = tickZero; now <= input.end; tick++, now += SECOND) {
			let pod = this.#head[tick % slots] as number;
			if (pod < 0) continue;
			this.#head[tick % slots] = -1;
			this.#batch.length = 0;
			for (; pod >= 0; pod = this.#next[pod] as number) this.#batch.push(pod);
			if (!this.#runTick(now)) return false;
			for (const done of this.#batch) this.#put(done, tick + this.#gap(done));
		}
		this.#refresher.close(input.end, () => false);
		return true;
	}

	#put(pod: number, tick: number): void {
		const slot = tick % this.#head.length;
		this.#next[pod] = this.#head[slot] as number;
		this.#head[slot] = pod;
	}

	#gap(pod: number): number {
		const { podLaneA, podLaneB } = this.#tables;
		return this.#clock.gap(podLaneA[pod] as number, podLaneB[pod] as number, this.#syncs[pod] as number);
	}

	#runTick(now: Micros): boolean {
		const batch = this.#batch;
		const sent = this.#objects.requests;
		const latest = this.#quiet.count(batch, now);
		if (latest >= 0) {
			for (let i = 0; i < batch.length; i++) this.#syncs[batch[i] as number] = (this.#syncs[batch[i] as number] as number) + 1;
			this.#latest = latest;
			return this.#pay(this.#objects.requests - sent, now);
		}
		if (!this.#runBatch(now)) return false;
		for (let i = 0; i < batch.length; i++) this.#quiet.look(batch[i] as number, now);
		return true;
	}

	/** The syncs of one tick and everything that follows from them; false when it cannot be kept apart from the next tick. */
	#runBatch(now: Micros): boolean {
		const { end } = this.#tables.input;
		const sent = this.#objects.requests;
		this.#latest = now;
		for (const pod of this.#batch) this.#startSync(pod, now);
		const visits = this.#visits();
		for (let visit = 0; ; ) {
			const volume = visits[visit];
			const place = this.#nextArrival();
			const arrival = place < 0 ? Number.POSITIVE_INFINITY : (this.#arrivals[place] as Micros);
			const start = volume === undefined ? Number.POSITIVE_INFINITY : this.#visitOf(volume);
			if (Math.min(arrival, start) > end) break;
			// What arrives at an instant comes before what the node does at it.
			if (arrival <= start) this.#arrive(place, arrival);
			else {
				this.#setUp(volume as number, start);
				visit += 1;
			}
			if (this.#failed) return false;
		}
		this.#arrivals.length = 0;
		this.#arrivesFor.length = 0;
		return (this.#latest <= now + SECOND || now + SECOND > end) && this.#pay(this.#objects.requests - sent, now);
	}

	/** The volumes of the batch in the order in which the reconciler meets them. */
	#visits(): number[] {
		const { firstVolume } = this.#tables;
		const volumes: number[] = [];
		const places = this.#places;
		for (const pod of this.#batch) {
			for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
				volumes.push(volume);
				places[volume] = placeInPass(this.#tables, volume, this.#visitAt[pod] as Micros);
			}
		}
		return volumes.sort((a, b) => this.#visitOf(a) - this.#visitOf(b) || (places[a] as number) - (places[b] as number));
	}

	#visitOf(volume: number): Micros {
		return this.#visitAt[this.#tables.podOf[volume] as number] as Micros;
	}

	#startSync(pod: number, now: Micros): void {
		const { input, loops, podLaneA, podLaneB } = this.#tables;
		const sync = (this.#syncs[pod] as number) + 1;
		this.#syncs[pod] = sync;
		if (this.#books.measured(now)) this.#refresher.counters.syncs += 1;
		if (this.#dropsAtSync) {
			const { model } = input.pods[pod] as NodeInput['pods'][number];
			for (const object of model.secrets) this.#objects.forget(input.localObjects.get(object) as number);
			for (const object of model.configMaps) this.#objects.forget(input.localObjects.get(object) as number);
		}
		const draw = sync * DRAWS_PER_SYNC + DRAW_REPROCESS;
		const reprocessed = now + duration(input.timing.syncToReprocess, podLaneA[pod] as number, podLaneB[pod] as number, draw);
		const populated = firstOnGridAfter(reprocessed, loops.populatorPhase, loops.populatorPeriod);
		const visitAt = firstOnGridAfter(populated, loops.reconcilerPhase, loops.reconcilerPeriod);
		this.#visitAt[pod] = visitAt;
		this.#latest = Math.max(this.#latest, visitAt);
	}

	/** The reconciler starts SetUp of a volume. */
	#setUp(volume: number, now: Micros): void {
		const { podOf, firstRead } = this.#tables;
		const pod = podOf[volume] as number;
		if (this.#books.measured(now)) this.#refresher.counters.refreshes += 1;
		this.#startedAt[volume] = now;
		this.#stage[volume] = firstRead[volume] as number;
		if (this.#refresher.tokenDue(volume, this.#syncs[pod] as number, now)) this.#expect(this.#objects.postToken(pod, now), ~volume);
		else this.#read(volume, now);
	}

	#expect(at: Micros, volume: number): void {
		this.#arrivals.push(at);
		this.#arrivesFor.push(volume);
		this.#latest = Math.max(this.#latest, at);
	}

	/** Place of the earliest arrival, first asked first; -1 when nothing is on its way. */
	#nextArrival(): number {
		let earliest = this.#arrivals.length === 0 ? -1 : 0;
		for (let place = 1; place < this.#arrivals.length; place++) {
			if ((this.#arrivals[place] as Micros) < (this.#arrivals[earliest] as Micros)) earliest = place;
		}
		return earliest;
	}

	#arrive(place: number, now: Micros): void {
		const reader = this.#arrivesFor[place] as number;
		this.#arrivals.splice(place, 1);
		this.#arrivesFor.splice(place, 1);
		if (reader < 0) {
			this.#refresher.tokenIssued(~reader, now);
			this.#read(~reader, now);
			return;
		}
		const object = this.#tables.readObject[this.#stage[reader] as number] as number;
		this.#take(reader, this.#objects.store(object, this.#answer[reader] as number, now), now);
		// The reader held the mutex until here: whatever it asked for next queues behind those who wait already.
		this.#objects.release(object);
		for (let waiting = this.#objects.nextWaiting(object); waiting !== null; waiting = this.#objects.nextWaiting(object)) {
			const fresh = this.#objects.fresh(object, now);
			if (fresh === null) this.#expect(this.#objects.get(object, waiting, now, this.#answer), waiting);
			else this.#take(waiting, fresh, now);
		}
	}

	#take(volume: number, version: number, now: Micros): void {
		const stage = this.#stage[volume] as number;
		this.#got[stage] = version;
		this.#stage[volume] = stage + 1;
		this.#read(volume, now);
	}

	/** Goes on with the reads of a volume until one has to wait. */
	#read(volume: number, now: Micros): void {
		const { firstRead, readObject, podOf } = this.#tables;
		const last = firstRead[volume + 1] as number;
		for (let stage = this.#stage[volume] as number; stage < last; stage++) {
			this.#stage[volume] = stage;
			const object = readObject[stage] as number;
			if (this.#objects.waits(object, volume)) return;
			const fresh = this.#objects.fresh(object, now);
			if (fresh === null) {
				this.#expect(this.#objects.get(object, volume, now, this.#answer), volume);
				return;
			}
			this.#got[stage] = fresh;
		}
		const sync = this.#syncs[podOf[volume] as number] as number;
		if (!this.#refresher.finish(volume, this.#got, sync, this.#startedAt[volume] as number, now)) this.#failed = true;
	}

	/** Takes client tokens for the requests of a tick; false when one of them might have had to wait (A2). */
	#pay(requests: number, now: Micros): boolean {
		const { input } = this.#tables;
		const { kubeAPIQPS } = input.settings;
		if (kubeAPIQPS < 0 || requests === 0) return true;
		const perSecond = kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS;
		const refilled = this.#level + Math.max(0, now - this.#levelAt) * perSecond;
		this.#level = Math.min(bucketSize(input) * TOKEN, refilled) - requests * TOKEN;
		this.#levelAt = this.#latest;
		return this.#level >= 0;
	}
}

function bucketSize({ settings }: NodeInput): number {
	return settings.kubeAPIBurst === 0 ? DEFAULT_BURST : settings.kubeAPIBurst;
}
