// One node under Get or Cache: reads of different pods meet at the objects, so the pods are taken in the order of time. A wheel
// of one-second slots holds them. Quiet syncs are counted, the others worked through before the next tick; what would reach
// into the next tick, or wait for a client token, makes the node give up for the reference path.

import { type Micros, SECOND } from '../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../client/rest-client.js';
import type { NodeTables } from './node-tables.js';
import type { PolledObjects } from './polled-objects.js';
import type { PolledSyncs } from './polled-syncs.js';
import type { QuietSyncs } from './quiet-syncs.js';
import type { Refresher } from './refresher.js';
import { ResyncClock } from './resync-clock.js';

/** A token of the client counts as this much, so that a microsecond brings `qps`. */
const TOKEN = 1_000_000;

/** A node whose pods all run undisturbed under Get or Cache. */
export class PolledNode {
	readonly #tables: NodeTables;
	readonly #refresher: Refresher;
	readonly #objects: PolledObjects;
	readonly #quiet: QuietSyncs;
	readonly #exact: PolledSyncs;
	readonly #clock: ResyncClock;
	/** First pod of each slot of the wheel, -1 for none, and the pod after each pod. */
	readonly #head: Int32Array;
	readonly #next: Int32Array;
	/** Pods of the present tick, and how many they are. */
	readonly #batch: Int32Array;
	#size = 0;
	/** Tokens that a microsecond brings and that the client's bucket holds at most; no limit below 0. */
	readonly #qps: number;
	readonly #full: number;
	/** A lower bound of what the bucket holds, and since when. */
	#level: number;
	#levelAt: Micros = 0;

	constructor(tables: NodeTables, refresher: Refresher, objects: PolledObjects, quiet: QuietSyncs, exact: PolledSyncs) {
		const { input, pods } = tables;
		const { kubeAPIQPS, kubeAPIBurst } = input.settings;
		this.#tables = tables;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#quiet = quiet;
		this.#exact = exact;
		this.#clock = new ResyncClock(input);
		this.#head = new Int32Array(this.#clock.longestGap + 2).fill(-1);
		this.#next = new Int32Array(pods);
		this.#batch = new Int32Array(pods);
		this.#qps = kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS;
		this.#full = (kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst) * TOKEN;
		this.#level = this.#full;
	}

	/** Simulates the whole run; false when the node needs the reference path after all. */
	run(): boolean {
		const { input, tickZero, firstTick, pods } = this.#tables;
		const head = this.#head;
		for (let pod = pods - 1; pod >= 0; pod--) this.#put(pod, firstTick[pod] as number);
		const ticks = Math.floor((input.end - tickZero) / SECOND) + 1;
		for (let slot = 0, tick = 0; tick < ticks; tick++) {
			const pod = head[slot] as number;
			if (pod >= 0) {
				head[slot] = -1;
				this.#quiet.tick = tick;
				if (!this.#runTick(pod, slot, tickZero + tick * SECOND)) return false;
			}
			slot += 1;
			if (slot === head.length) slot = 0;
		}
		for (let pod = 0; pod < pods; pod++) this.#quiet.flush(pod);
		this.#refresher.close(input.end, () => false);
		return true;
	}

	#runTick(pod: number, slot: number, now: Micros): boolean {
		if ((this.#next[pod] as number) >= 0) return this.#runTogether(pod, slot, now);
		if (!this.#runAlone(pod, now)) return false;
		this.#put(pod, slot + this.#gap(pod));
		return true;
	}

	/** Puts a pod into the wheel. @param slot less than two turns of it. */
	#put(pod: number, slot: number): void {
		const head = this.#head;
		const to = slot < head.length ? slot : slot - head.length;
		this.#next[pod] = head[to] as number;
		head[to] = pod;
	}

	#gap(pod: number): number {
		const { podLaneA, podLaneB } = this.#tables;
		return this.#clock.gap(podLaneA[pod] as number, podLaneB[pod] as number, this.#exact.syncs[pod] as number);
	}

	/** The only sync of a tick. */
	#runAlone(pod: number, now: Micros): boolean {
		const quiet = this.#quiet;
		const latest = quiet.latestAlone(pod, now);
		if (quiet.isQuiet(pod, now, latest) && quiet.count(pod, now, latest)) {
			const { syncs } = this.#exact;
			syncs[pod] = (syncs[pod] as number) + 1;
			return !quiet.asks || this.#pay(quiet.readsOf(pod), now, latest);
		}
		if (quiet.isNearlyQuiet(pod, now)) {
			const over = this.#replaceToken(pod, now);
			if (over >= 0) return this.#pay(1 + quiet.readsOf(pod), now, over);
		}
		if (this.#tables.podOrdered[pod] === 1) {
			this.#size = 1;
			this.#batch[0] = pod;
			return this.#workThrough(now);
		}
		const sent = this.#objects.requests;
		this.#exact.latest = now;
		return this.#exact.alone(pod, now) && this.#close(sent, now) && this.#look(pod, now);
	}

	/** A sync that only has a token to replace, or to look at; -1 when it has to be worked through. */
	#replaceToken(pod: number, now: Micros): Micros {
		const { syncs } = this.#exact;
		const sync = (syncs[pod] as number) + 1;
		const over = this.#quiet.replaceToken(pod, sync, now, this.#exact.visitOf(pod, sync, now));
		if (over >= 0) syncs[pod] = sync;
		return over;
	}

	/** Several syncs of one tick. @param first pod of the slot. */
	#runTogether(first: number, slot: number, now: Micros): boolean {
		const batch = this.#batch;
		let size = 0;
		for (let pod = first; pod >= 0; pod = this.#next[pod] as number) batch[size++] = pod;
		this.#size = size;
		if (!(this.#areQuiet(now) ? this.#countAll(now) : this.#workThrough(now))) return false;
		for (let i = 0; i < size; i++) this.#put(batch[i] as number, slot + this.#gap(batch[i] as number));
		return true;
	}

	#areQuiet(now: Micros): boolean {
		const batch = this.#batch;
		const quiet = this.#quiet;
		const reads = this.#readsOf();
		for (let i = 0; i < this.#size; i++) {
			const pod = batch[i] as number;
			const latest = quiet.latestTogether(pod, now, reads);
			if (!quiet.isQuiet(pod, now, latest) || !quiet.isCertain(now, latest)) return false;
		}
		return true;
	}

	#countAll(now: Micros): boolean {
		const batch = this.#batch;
		const quiet = this.#quiet;
		const { syncs } = this.#exact;
		const reads = this.#readsOf();
		let over = now;
		for (let i = 0; i < this.#size; i++) {
			const pod = batch[i] as number;
			const latest = quiet.latestTogether(pod, now, reads);
			over = Math.max(over, latest);
			quiet.count(pod, now, latest);
			syncs[pod] = (syncs[pod] as number) + 1;
		}
		return !quiet.asks || this.#pay(reads, now, over);
	}

	#readsOf(): number {
		const batch = this.#batch;
		let reads = 0;
		for (let i = 0; i < this.#size; i++) reads += this.#quiet.readsOf(batch[i] as number);
		return reads;
	}

	/** Syncs of one tick of which at least one is not quiet. */
	#workThrough(now: Micros): boolean {
		const batch = this.#batch;
		const sent = this.#objects.requests;
		this.#exact.latest = now;
		if (this.#meet(now)) {
			if (!this.#exact.together(batch, this.#size, now)) return false;
		} else {
			for (let i = 0; i < this.#size; i++) if (!this.#runApart(batch[i] as number, now)) return false;
		}
		if (!this.#close(sent, now)) return false;
		for (let i = 0; i < this.#size; i++) this.#look(batch[i] as number, now);
		return true;
	}

	/** One of several syncs of a tick that do not meet, because what they share is fresh. */
	#runApart(pod: number, now: Micros): boolean {
		const quiet = this.#quiet;
		const latest = quiet.latestAlone(pod, now);
		if (!quiet.isQuiet(pod, now, latest) || !quiet.count(pod, now, latest)) return this.#exact.alone(pod, now);
		const { syncs } = this.#exact;
		syncs[pod] = (syncs[pod] as number) + 1;
		return true;
	}

	/** Whether syncs of one tick may ask for the same thing, so that their order matters. */
	#meet(now: Micros): boolean {
		const batch = this.#batch;
		for (let i = 0; i < this.#size; i++) {
			const pod = batch[i] as number;
			// What they share has to be fresh for all of the tick; what is not is asked for.
			if (this.#tables.podOrdered[pod] === 1 || !this.#quiet.sharesFresh(pod, now)) return true;
		}
		return false;
	}

	/** True when the syncs that were worked through can be kept apart from the next tick. */
	#close(sent: number, now: Micros): boolean {
		const { latest } = this.#exact;
		const { end } = this.#tables.input;
		return (latest <= now + SECOND || now + SECOND > end) && this.#pay(this.#objects.requests - sent, now, latest);
	}

	#look(pod: number, now: Micros): boolean {
		if (this.#objects.changed) {
			this.#objects.changed = false;
			this.#quiet.forget();
		}
		this.#quiet.look(pod, now);
		return true;
	}

	/** Takes client tokens for the requests of a tick; false when one of them might have had to wait (A2). */
	#pay(requests: number, now: Micros, latest: Micros): boolean {
		if (this.#qps < 0 || requests === 0) return true;
		const refilled = this.#level + Math.max(0, now - this.#levelAt) * this.#qps;
		this.#level = Math.min(this.#full, refilled) - requests * TOKEN;
		this.#levelAt = latest;
		return this.#level >= 0;
	}
}
