// One node under Get. Syncs of different pods meet only in the order in which they ask for an object that both read, since that
// order gives each its round trip. So each pod passes over its syncs as long as no round trip matters, and the pods are taken in the
// order of time only where they stop. What would reach into the next tick makes the node give up.

import { type Micros, SECOND } from '../../core/time.js';
import type { AskingSyncs } from './asking-syncs.js';
import type { NodeTables } from './node-tables.js';
import { endAt } from './pod-end.js';
import type { PolledSyncs } from './polled-syncs.js';
import { ResyncClock } from './resync-clock.js';
import { TickWheel } from './tick-wheel.js';

/** Syncs that a pod passes over at most before it is looked at again. */
const ROW = 32;

/** A node whose pods all run undisturbed under Get, and whose client never waits for a token. */
export class AskingNode {
	readonly #tables: NodeTables;
	readonly #plain: AskingSyncs;
	readonly #exact: PolledSyncs;
	readonly #clock: ResyncClock;
	readonly #wheel: TickWheel;
	/** By pod, a row each: ticks of the syncs that it has passed over since it stopped last; how many, how many have been counted. */
	readonly #ticks: Int32Array;
	readonly #passed: Int32Array;
	readonly #counted: Int32Array;
	/** Pods whose syncs of the present tick are worked through together. */
	readonly #batch: Int32Array;

	constructor(tables: NodeTables, plain: AskingSyncs, exact: PolledSyncs) {
		const { pods } = tables;
		this.#tables = tables;
		this.#plain = plain;
		this.#exact = exact;
		this.#clock = new ResyncClock(tables.input);
		this.#wheel = new TickWheel(pods);
		this.#ticks = new Int32Array(pods * ROW);
		this.#passed = new Int32Array(pods);
		this.#counted = new Int32Array(pods);
		this.#batch = new Int32Array(pods);
	}

	/**
	 * Simulates pods to the end.
	 *
	 * @param pods that are simulated. Default: all.
	 * @returns false when the node needs another path after all.
	 */
	run(pods: readonly number[] = this.#tables.allPods()): boolean {
		const { input, tickZero, firstTick, firstSync } = this.#tables;
		for (const pod of pods) this.#exact.syncs[pod] = (firstSync[pod] as number) - 1;
		for (const pod of pods) this.#wheel.put(pod, this.#passOn(pod, firstTick[pod] as number));
		if (!this.#runTicks(Math.floor((input.end - tickZero) / SECOND) + 1)) return false;
		for (const pod of pods) {
			this.#countPassed(pod);
			this.#plain.flush(pod);
			endAt(this.#tables, this.#clock, pod, this.#exact.syncs[pod] as number, this.#wheel.dueOf(pod));
		}
		return true;
	}

	#runTicks(ticks: number): boolean {
		const wheel = this.#wheel;
		for (let tick = wheel.next(0); tick < ticks; tick = wheel.next(tick + 1)) {
			const size = wheel.take(tick);
			if (size !== 0 && !this.#runTick(size, tick)) return false;
		}
		return true;
	}

	/** Passes over syncs of a pod of which only the second matters. @param tick of its next sync. @returns that of the one after. */
	#passOn(pod: number, tick: number): number {
		const stop = this.#plain.firstToLookAt(pod);
		if (tick >= stop) return tick;
		const { podLaneA, podLaneB } = this.#tables;
		const { syncs } = this.#exact;
		const clock = this.#clock;
		const sync = (syncs[pod] as number) + 1;
		const row = pod * ROW;
		const at = clock.list(podLaneA[pod] as number, podLaneB[pod] as number, sync, tick, stop, this.#ticks, row, ROW);
		const count = clock.sync - sync;
		const passed = this.#plain.pass(pod, this.#ticks, row, count);
		syncs[pod] = sync - 1 + passed;
		this.#passed[pod] = passed;
		return passed < count ? (this.#ticks[row + passed] as number) : at;
	}

	#runTick(size: number, tick: number): boolean {
		const { tickZero, podLaneA, podLaneB } = this.#tables;
		const { batch } = this.#wheel;
		const { syncs } = this.#exact;
		const now = tickZero + tick * SECOND;
		let left = 0;
		let alone = true;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#countPassed(pod);
			this.#plain.crossEdge(pod, now);
			const at = this.#passOn(pod, tick);
			if (at > tick) {
				this.#wheel.put(pod, at);
				continue;
			}
			batch[left++] = pod;
			alone &&= this.#plain.standsAlone(pod, (syncs[pod] as number) + 1, now);
		}
		if (!(alone ? this.#runApart(left, now) : this.#runTogether(left, tick, now))) return false;
		for (let i = 0; i < left; i++) {
			const pod = batch[i] as number;
			const next = tick + this.#clock.gap(podLaneA[pod] as number, podLaneB[pod] as number, syncs[pod] as number);
			this.#wheel.put(pod, this.#passOn(pod, next));
		}
		return true;
	}

	/** Counts what a pod that stops has passed over. */
	#countPassed(pod: number): void {
		const left = (this.#passed[pod] as number) - (this.#counted[pod] as number);
		if (left > 0) this.#plain.countAsked(pod, left);
		this.#passed[pod] = 0;
		this.#counted[pod] = 0;
	}

	#runApart(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		const { syncs } = this.#exact;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			const sync = (syncs[pod] as number) + 1;
			syncs[pod] = sync;
			if (!this.#plain.run(pod, sync, now)) return false;
		}
		return true;
	}

	/** All syncs of a tick, also those that were passed over. */
	#runTogether(size: number, tick: number, now: Micros): boolean {
		const batch = this.#batch;
		const { syncs } = this.#exact;
		for (let i = 0; i < size; i++) batch[i] = this.#wheel.batch[i] as number;
		const all = this.#gather(size, tick);
		const { end } = this.#tables.input;
		this.#exact.latest = now;
		const ahead: number[] = [];
		for (let i = size; i < all; i++) {
			const pod = batch[i] as number;
			ahead.push(syncs[pod] as number);
			// Its number of the sync before this one.
			syncs[pod] = (syncs[pod] as number) - (this.#passed[pod] as number) + (this.#counted[pod] as number) - 1;
		}
		if (!this.#exact.together(batch, all, now)) return false;
		for (let i = size; i < all; i++) syncs[batch[i] as number] = ahead[i - size] as number;
		if (this.#exact.latest > now + SECOND && now + SECOND <= end) return false;
		for (let i = 0; i < size; i++) this.#plain.look(batch[i] as number, now);
		return true;
	}

	/** Counts what all pods have passed over before a tick, and adds those to the batch that have passed over the tick itself. */
	#gather(size: number, tick: number): number {
		const { pods } = this.#tables;
		const ticks = this.#ticks;
		let all = size;
		for (let pod = 0; pod < pods; pod++) {
			const last = this.#passed[pod] as number;
			const first = this.#counted[pod] as number;
			let next = first;
			while (next < last && (ticks[pod * ROW + next] as number) < tick) next += 1;
			if (next > first) this.#plain.countAsked(pod, next - first);
			if (next < last && ticks[pod * ROW + next] === tick) {
				this.#plain.takeBack(pod, tick);
				this.#batch[all++] = pod;
				next += 1;
			}
			this.#counted[pod] = next;
		}
		return all;
	}
}
