// One node under Get or Cache: reads of different pods meet at the objects, so the pods are taken in the order of time. A wheel
// of one-second slots holds them. Quiet syncs are counted, the others worked through before the next tick; what would reach
// into the next tick, or wait for a client token, makes the node give up for the reference path.

import { type Micros, SECOND } from '../../core/time.js';
import { ClientBudget } from './client-budget.js';
import type { NodeTables } from './node-tables.js';
import { visitOf } from './pass-order.js';
import type { PolledObjects } from './polled-objects.js';
import type { PolledSyncs } from './polled-syncs.js';
import type { QuietSyncs } from './quiet-syncs.js';
import type { Refresher } from './refresher.js';
import { ResyncClock } from './resync-clock.js';

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
	readonly #budget: ClientBudget;

	constructor(tables: NodeTables, refresher: Refresher, objects: PolledObjects, quiet: QuietSyncs, exact: PolledSyncs) {
		const { input, pods } = tables;
		this.#tables = tables;
		this.#refresher = refresher;
		this.#objects = objects;
		this.#quiet = quiet;
		this.#exact = exact;
		this.#clock = new ResyncClock(input);
		this.#head = new Int32Array(this.#clock.longestGap + 2).fill(-1);
		this.#next = new Int32Array(pods);
		this.#batch = new Int32Array(pods);
		this.#budget = new ClientBudget(input.settings);
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
			return this.#budget.pay(quiet.readsOf(pod), now, latest);
		}
		if (quiet.isNearlyQuiet(pod, now)) {
			const over = this.#replaceToken(pod, now);
			if (over >= 0) return this.#budget.pay(1 + quiet.readsOf(pod), now, over);
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
		const over = this.#quiet.replaceToken(pod, sync, now, visitOf(this.#tables, pod, sync, now));
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
		return this.#budget.pay(reads, now, over);
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
		if (!this.#exact.together(batch, this.#size, now)) return false;
		if (!this.#close(sent, now)) return false;
		for (let i = 0; i < this.#size; i++) this.#look(batch[i] as number, now);
		return true;
	}

	/** True when the syncs that were worked through can be kept apart from the next tick. */
	#close(sent: number, now: Micros): boolean {
		const { latest } = this.#exact;
		const { end } = this.#tables.input;
		return (latest <= now + SECOND || now + SECOND > end) && this.#budget.pay(this.#objects.requests - sent, now, latest);
	}

	#look(pod: number, now: Micros): boolean {
		const { changed } = this.#objects;
		while (changed.length > 0) this.#quiet.forget(changed.pop() as number);
		this.#quiet.look(pod, now);
		return true;
	}
}
