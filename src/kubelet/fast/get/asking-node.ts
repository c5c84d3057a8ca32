// One node under Get. Syncs of different pods meet only in the order in which they ask for an object that both read, since that
// order gives each its round trip. When pods are synced follows from the resync law alone, so their ticks are listed ahead; each pod
// then passes over its syncs as long as no round trip matters, and the pods are taken in the order of time only where they stop; where they
// cannot meet, not even there. What would reach into the next tick makes the node give up.

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, SECOND } from '../../../core/time.js';
import { ListedRow } from '../listed-row.js';
import type { NodeTables } from '../node-tables.js';
import { PodClocks, timesOut } from '../polled/pod-clocks.js';
import { endAt } from '../polled/pod-end.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { PolledSyncs } from '../polled/polled-syncs.js';
import { TickWheel } from '../polled/tick-wheel.js';
import type { Refresher } from '../refresher.js';
import type { AskingSyncs } from './asking-syncs.js';
import { CalmTokens, findsNothingShared } from './calm-tokens.js';

/** Syncs of all pods that are listed ahead at most: what a processor keeps at hand. */
const LISTED = 0x1_0000;
/** Slots of the wheel: pods stop where a token is replaced, so seldom more than once in so many seconds. */
const SLOTS = 4_096;

/** A node whose pods all run undisturbed under Get, and whose client never waits for a token. */
export class AskingNode {
	readonly #tables: NodeTables;
	readonly #plain: AskingSyncs;
	readonly #exact: PolledSyncs;
	readonly #clocks: PodClocks;
	readonly #wheel: TickWheel;
	/** Places of a pod's row, and the ticks that surely fit into it. */
	readonly #room: number;
	readonly #window: number;
	/** By pod, a row each: the ticks of its syncs in the present window; and the number of the sync before the first of them. */
	readonly #ticks: Int32Array;
	readonly #before: Int32Array;
	/** By pod: how many syncs are listed, how many of them are over, and of how many the reads have been counted. */
	readonly #listed: Int32Array;
	readonly #over: Int32Array;
	readonly #counted: Int32Array;
	/** By pod: tick of the first sync after those listed. */
	readonly #due: Int32Array;
	/** Pods whose syncs of the present tick are worked through together. */
	readonly #batch: Int32Array;

	/** Follows tokens ahead of other syncs; null where pods may meet. */
	readonly #tokens: CalmTokens | null;
	/** Before this tick no pod meets another one: each is followed alone. */
	#calmUntil = 0;

	constructor(
		tables: NodeTables,
		wire: ConnectionInput,
		refresher: Refresher,
		objects: PolledObjects,
		plain: AskingSyncs,
		exact: PolledSyncs,
	) {
		const { pods } = tables;
		this.#tables = tables;
		this.#plain = plain;
		this.#exact = exact;
		this.#clocks = new PodClocks(tables);
		this.#wheel = new TickWheel(pods, SLOTS);
		this.#room = Math.max(1, Math.floor(LISTED / pods));
		this.#window = this.#room * this.#clocks.shortestGap;
		this.#ticks = tables.tickRoom(pods * this.#room);
		this.#before = new Int32Array(pods);
		this.#listed = new Int32Array(pods);
		this.#over = new Int32Array(pods);
		this.#counted = new Int32Array(pods);
		this.#due = new Int32Array(pods);
		this.#batch = new Int32Array(pods);
		const isCalm = plain.tickAtEdge() > 0 && findsNothingShared(tables, refresher);
		this.#tokens = isCalm
			? new CalmTokens(tables, wire, refresher, objects, new ListedRow(tables, this.#ticks, this.#clocks.longestGap))
			: null;
	}

	/**
	 * Simulates pods to the end.
	 *
	 * @param pods that are simulated. Default: all.
	 * @returns false when the node needs another path after all.
	 */
	run(pods: readonly number[] = this.#tables.allPods()): boolean {
		const { input, tickZero, firstTick, firstSync } = this.#tables;
		for (const pod of pods) {
			this.#before[pod] = (firstSync[pod] as number) - 1;
			this.#due[pod] = firstTick[pod] as number;
		}
		const ticks = Math.floor((input.end - tickZero) / SECOND) + 1;
		for (let from = 0; from < ticks; from += this.#window) {
			const until = Math.min(ticks, from + this.#window);
			this.#calmUntil = this.#tokens === null ? 0 : Math.min(until, this.#plain.tickAtEdge());
			for (const pod of pods) this.#list(pod, until);
			if (this.#plain.failed || !this.#runTicks(from, until)) return false;
			for (const pod of pods) this.#countPassed(pod);
		}
		for (const pod of pods) {
			this.#plain.flush(pod);
			endAt(this.#tables, this.#clocks, pod, this.#numberOf(pod, this.#listed[pod] as number), this.#due[pod] as number);
		}
		return true;
	}

	/** Number of a pod's sync in the present window. @param place counted from 1; 0 for the sync before the window. */
	#numberOf(pod: number, place: number): number {
		return (this.#before[pod] as number) + place;
	}

	/** Lists a pod's syncs up to before a tick, and passes over the first of them. */
	#list(pod: number, until: number): void {
		const { podLaneA, podLaneB, podBlocked } = this.#tables;
		const clock = this.#clocks.of(pod);
		const before = this.#numberOf(pod, this.#listed[pod] as number);
		const due = this.#due[pod] as number;
		const row = pod * this.#room;
		this.#due[pod] = clock.list(podLaneA[pod] as number, podLaneB[pod] as number, before + 1, due, until, this.#ticks, row, this.#room);
		this.#before[pod] = before;
		this.#listed[pod] = clock.sync - before - 1;
		this.#over[pod] = 0;
		this.#counted[pod] = 0;
		if (podBlocked[pod] === 1) this.#countTimeouts(pod);
		this.#tokens?.follow(pod, row, this.#listed[pod] as number, before + 1, this.#calmUntil, this.#plain.isMeasured(pod));
		this.#passOn(pod);
	}

	#countTimeouts(pod: number): void {
		const row = pod * this.#room;
		const listed = this.#listed[pod] as number;
		for (let place = 0; place < listed; place++) {
			timesOut(this.#tables, pod, this.#numberOf(pod, place + 1), this.#ticks[row + place] as number);
		}
	}

	#runTicks(from: number, until: number): boolean {
		const wheel = this.#wheel;
		for (let tick = wheel.next(from); tick < until; tick = wheel.next(tick + 1)) {
			const size = wheel.take(tick);
			if (size !== 0 && !this.#runTick(size, tick)) return false;
		}
		return true;
	}

	/** Passes over syncs of a pod of which only the second matters. */
	#passOver(pod: number): void {
		const row = pod * this.#room;
		const stop = this.#plain.pass(pod, this.#ticks, row + (this.#over[pod] as number), row + (this.#listed[pod] as number));
		this.#over[pod] = stop - row;
	}

	/** Goes on with a pod, and puts it into the wheel where the order of time may matter. */
	#passOn(pod: number): void {
		const row = pod * this.#room;
		for (;;) {
			this.#passOver(pod);
			const stop = this.#over[pod] as number;
			if (stop === this.#listed[pod]) return;
			const tick = this.#ticks[row + stop] as number;
			if (tick < this.#calmUntil && this.#refresh(pod, this.#tables.tickZero + tick * SECOND)) continue;
			this.#wheel.put(pod, tick);
			return;
		}
	}

	#runTick(size: number, tick: number): boolean {
		const { batch } = this.#wheel;
		const now = this.#tables.tickZero + tick * SECOND;
		if (size === 1 && this.#refresh(batch[0] as number, now)) {
			this.#passOn(batch[0] as number);
			return !this.#plain.failed;
		}
		let left = 0;
		let alone = true;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#countPassed(pod);
			if (this.#plain.crossEdge(pod, now) && this.#leaves(pod)) continue;
			batch[left++] = pod;
			alone &&= this.#plain.standsAlone(pod, this.#numberOf(pod, (this.#over[pod] as number) + 1), now);
		}
		if (!(alone ? this.#runApart(left, now) : this.#runTogether(left, tick, now))) return false;
		for (let i = 0; i < left; i++) this.#goOn(batch[i] as number);
		return true;
	}

	/** The usual stop: one pod asks for a token, or finds a new version of what nobody else reads. @returns false when it is more than that. */
	#refresh(pod: number, now: Micros): boolean {
		this.#countPassed(pod);
		if (!this.#plain.refresh(pod, this.#numberOf(pod, (this.#over[pod] as number) + 1), now)) return false;
		this.#over[pod] = (this.#over[pod] as number) + 1;
		this.#counted[pod] = this.#over[pod] as number;
		return true;
	}

	/** The sync at which a pod has stopped is over, and its reads are counted. */
	#goOn(pod: number): void {
		this.#over[pod] = (this.#over[pod] as number) + 1;
		this.#counted[pod] = this.#over[pod] as number;
		this.#passOn(pod);
	}

	/** True when a pod passes over the sync at which it has stopped after all. */
	#leaves(pod: number): boolean {
		const stop = this.#over[pod] as number;
		this.#passOver(pod);
		if (this.#over[pod] === stop) return false;
		this.#passOn(pod);
		return true;
	}

	/** Counts the reads of what a pod has passed over. */
	#countPassed(pod: number): void {
		const left = (this.#over[pod] as number) - (this.#counted[pod] as number);
		if (left > 0) this.#plain.countAsked(pod, left);
		this.#counted[pod] = this.#over[pod] as number;
	}

	#runApart(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			if (!this.#plain.run(pod, this.#numberOf(pod, (this.#over[pod] as number) + 1), now)) return false;
		}
		return true;
	}

	/** All syncs of a tick, also those that were passed over. */
	#runTogether(size: number, tick: number, now: Micros): boolean {
		const batch = this.#batch;
		const { syncs } = this.#exact;
		for (let i = 0; i < size; i++) {
			const pod = this.#wheel.batch[i] as number;
			batch[i] = pod;
			syncs[pod] = this.#numberOf(pod, this.#over[pod] as number);
		}
		const all = this.#gather(size, tick);
		if (all === 1) {
			const pod = batch[0] as number;
			if (this.#tables.podOrdered[pod] === 0 && tick < this.#plain.firstToLookAt(pod)) {
				this.#plain.readInTurn(pod, this.#plain.visitOf(pod, (syncs[pod] as number) + 1, now));
				return true;
			}
		}
		this.#exact.latest = now;
		if (!this.#exact.together(batch, all, now)) return false;
		if (this.#exact.latest > now + SECOND && now + SECOND <= this.#tables.input.end) return false;
		for (let i = 0; i < size; i++) this.#plain.look(batch[i] as number, now);
		return true;
	}

	/** Counts what all pods have passed over before a tick, and adds those to the batch that have passed over the tick itself. */
	#gather(size: number, tick: number): number {
		const { pods } = this.#tables;
		const { syncs } = this.#exact;
		const ticks = this.#ticks;
		let all = size;
		for (let pod = 0; pod < pods; pod++) {
			const row = pod * this.#room;
			const last = this.#over[pod] as number;
			const first = this.#counted[pod] as number;
			let next = first;
			while (next < last && (ticks[row + next] as number) < tick) next += 1;
			if (next > first) this.#plain.countAsked(pod, next - first);
			if (next < last && ticks[row + next] === tick) {
				this.#plain.takeBack(pod, tick);
				syncs[pod] = this.#numberOf(pod, next);
				this.#batch[all++] = pod;
				next += 1;
			}
			this.#counted[pod] = next;
		}
		return all;
	}
}
