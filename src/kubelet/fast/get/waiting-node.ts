// One node under Get whose client may have no token left: a request that waits may be sent when syncs of later ticks have begun. So
// all syncs are worked through in the order of time, whatever tick they belong to; where pods read nothing new, only their requests are
// booked. What would still be under way when its pod is synced again makes the node give up (A2).

import { type Micros, SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import { placeInPass } from '../pass-order.js';
import { PodClocks } from '../polled/pod-clocks.js';
import { endAt } from '../polled/pod-end.js';
import type { ClientTokens, PolledSyncs } from '../polled/polled-syncs.js';
import { readsInARow } from '../polled/request-chains.js';
import { TickWheel } from '../polled/tick-wheel.js';
import { NO_TICK } from '../resync-clock.js';
import type { AskingSyncs } from './asking-syncs.js';

/** A node whose pods all run undisturbed under Get. */
export class WaitingNode {
	readonly #tables: NodeTables;
	readonly #tokens: ClientTokens;
	readonly #plain: AskingSyncs;
	readonly #exact: PolledSyncs;
	readonly #clocks: PodClocks;
	readonly #wheel: TickWheel;
	/** By pod: reads that a sync asks for at once; 0 when one of them may follow from another, or when their order matters. */
	readonly #reads: Int32Array;
	/** By pod: 1 when its last sync may have found something new, so that the pod has to be looked at anew. */
	readonly #unknown: Uint8Array;
	/** By pod that is known: the first tick at which a sync may do more than read again what its volumes show. */
	readonly #firstToLookAt: Int32Array;
	/** By pod: when the reconciler meets the volumes of the present sync; by volume: its place in that pass. */
	readonly #visitAt: Float64Array;
	readonly #places: Float64Array;
	/** Volumes of the present tick in the order in which the reconciler meets them. */
	readonly #queue: Int32Array;

	/** @param exact takes the tokens. */
	constructor(tables: NodeTables, tokens: ClientTokens, plain: AskingSyncs, exact: PolledSyncs) {
		const { pods, firstVolume, firstRead, podOrdered } = tables;
		this.#tables = tables;
		this.#tokens = tokens;
		this.#plain = plain;
		this.#exact = exact;
		this.#clocks = new PodClocks(tables);
		this.#wheel = new TickWheel(pods);
		this.#unknown = new Uint8Array(pods);
		this.#firstToLookAt = new Int32Array(pods);
		this.#visitAt = new Float64Array(pods);
		this.#places = new Float64Array(tables.volumes);
		this.#queue = new Int32Array(tables.volumes);
		this.#reads = new Int32Array(pods);
		for (let pod = 0; pod < pods; pod++) {
			if (podOrdered[pod] === 1 || readsInARow(tables, pod) !== 1) continue;
			const end = firstRead[firstVolume[pod + 1] as number] as number;
			this.#reads[pod] = end - (firstRead[firstVolume[pod] as number] as number);
		}
	}

	/**
	 * Simulates pods to the end.
	 *
	 * @returns false when the node needs the reference path after all.
	 */
	run(pods: readonly number[]): boolean {
		const { input, tickZero, firstTick, firstSync } = this.#tables;
		const { syncs } = this.#exact;
		const wheel = this.#wheel;
		for (const pod of pods) {
			syncs[pod] = (firstSync[pod] as number) - 1;
			this.#know(pod);
			wheel.put(pod, firstTick[pod] as number);
		}
		const ticks = Math.floor((input.end - tickZero) / SECOND) + 1;
		for (let tick = wheel.next(0); tick < ticks; tick = wheel.next(tick + 1)) {
			const size = wheel.take(tick);
			if (size !== 0 && !this.#runTick(size, tick)) return false;
		}
		if (!this.#exact.advance(input.end)) return false;
		for (const pod of pods) {
			this.#plain.flush(pod);
			endAt(this.#tables, this.#clocks, pod, syncs[pod] as number, wheel.dueOf(pod));
		}
		return true;
	}

	#runTick(size: number, tick: number): boolean {
		const exact = this.#exact;
		const { batch } = this.#wheel;
		const now = this.#tables.tickZero + tick * SECOND;
		if (!exact.advance(now) || !exact.haveEnded(batch, size, now)) return false;
		if (!this.#readsAgain(size, tick, now)) {
			exact.start(batch, size, now);
			for (let i = 0; i < size; i++) if (tick >= (this.#firstToLookAt[batch[i] as number] as number)) this.#unknown[batch[i] as number] = 1;
		}
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#wheel.put(pod, this.#clocks.next(pod, exact.syncs[pod] as number, tick));
		}
		return true;
	}

	/** All syncs of a tick that read again what the volumes show. @returns false when some of them may do more: then nothing was done. */
	#readsAgain(size: number, tick: number, now: Micros): boolean {
		if (!this.#exact.isIdle) return false;
		const { batch } = this.#wheel;
		let all = 0;
		let last = now;
		let until = NO_TICK;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			const reads = this.#reads[pod] as number;
			if (reads === 0) return false;
			if (this.#unknown[pod] === 1) {
				this.#plain.look(pod, now);
				this.#know(pod);
			}
			until = Math.min(until, this.#firstToLookAt[pod] as number);
			if (tick >= until) return false;
			this.#visitAt[pod] = this.#plain.visitOf(pod, (this.#exact.syncs[pod] as number) + 1, now);
			last = Math.max(last, this.#visitAt[pod] as Micros);
			all += reads;
		}
		const ready = this.#tokens.tokensAt(all, last);
		// Before the tick before `until` everything is surely as it was found: that tick is rounded up.
		if (size === 1 && ready === last) this.#readAtOnce(batch[0] as number, all, last);
		else if (this.#plain.overAfter(ready) < this.#tables.tickZero + Math.min(until - 1, tick + this.#clocks.shortestGap) * SECOND)
			this.#readInTurn(size);
		else return false;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#exact.syncs[pod] = (this.#exact.syncs[pod] as number) + 1;
		}
		return true;
	}

	/** A pod has been looked at. */
	#know(pod: number): void {
		this.#unknown[pod] = 0;
		this.#firstToLookAt[pod] = this.#plain.firstToLookAt(pod);
	}

	#readAtOnce(pod: number, reads: number, visitAt: Micros): void {
		for (let read = 0; read < reads; read++) this.#tokens.takeToken(visitAt);
		this.#plain.readInTurn(pod, visitAt);
	}

	/** Requests take their tokens in the order in which the reconciler meets the volumes. */
	#readInTurn(size: number): void {
		const { firstVolume, firstRead } = this.#tables;
		const { batch } = this.#wheel;
		let count = 0;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#plain.waitsInTurn(pod);
			for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
				// Each volume reads one object at most.
				if (firstRead[volume] !== firstRead[volume + 1]) this.#queueUp(volume, count++);
			}
		}
		for (let i = 0; i < count; i++) {
			const volume = this.#queue[i] as number;
			this.#plain.readAt(firstRead[volume] as number, this.#tokens.takeToken(this.#visitOf(volume)));
		}
	}

	/** Puts a volume into the queue where the reconciler meets it. @param length of the queue so far. */
	#queueUp(volume: number, length: number): void {
		const queue = this.#queue;
		const places = this.#places;
		const visitAt = this.#visitOf(volume);
		const place = placeInPass(this.#tables, volume, visitAt);
		places[volume] = place;
		let to = length;
		for (; to > 0; to--) {
			const before = queue[to - 1] as number;
			const sooner = this.#visitOf(before) - visitAt;
			if (sooner < 0 || (sooner === 0 && (places[before] as number) < place)) break;
			queue[to] = before;
		}
		queue[to] = volume;
	}

	#visitOf(volume: number): Micros {
		return this.#visitAt[this.#tables.podOf[volume] as number] as Micros;
	}
}
