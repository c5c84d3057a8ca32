// One node under Get whose client may have no token left: a request that waits may be sent when syncs of later ticks have begun. So
// all syncs are worked through in the order of time, whatever tick they belong to, but those of a pod that is alone in its tick, reads
// nothing new and finds enough tokens. What would still be under way when its pod is synced again makes the node give up (A2).

import { type Micros, SECOND } from '../../core/time.js';
import type { AskingSyncs } from './asking-syncs.js';
import { nextTick } from './next-tick.js';
import type { NodeTables } from './node-tables.js';
import { visitOf } from './pass-order.js';
import { endAt } from './pod-end.js';
import type { ClientTokens, PolledSyncs } from './polled-syncs.js';
import { readsInARow } from './request-chains.js';
import { ResyncClock } from './resync-clock.js';
import { TickWheel } from './tick-wheel.js';

/** A node whose pods all run undisturbed under Get. */
export class WaitingNode {
	readonly #tables: NodeTables;
	readonly #tokens: ClientTokens;
	readonly #plain: AskingSyncs;
	readonly #exact: PolledSyncs;
	readonly #clock: ResyncClock;
	readonly #wheel: TickWheel;
	/** By pod: reads that a sync asks for at once; 0 when one of them may follow from another, or when their order matters. */
	readonly #reads: Int32Array;
	/** By pod: 1 when its last sync may have found something new, so that the pod has to be looked at anew. */
	readonly #unknown: Uint8Array;

	/** @param exact takes the tokens. */
	constructor(tables: NodeTables, tokens: ClientTokens, plain: AskingSyncs, exact: PolledSyncs) {
		const { pods, firstVolume, firstRead, podOrdered } = tables;
		this.#tables = tables;
		this.#tokens = tokens;
		this.#plain = plain;
		this.#exact = exact;
		this.#clock = new ResyncClock(tables.input);
		this.#wheel = new TickWheel(pods);
		this.#unknown = new Uint8Array(pods);
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
			endAt(this.#tables, this.#clock, pod, syncs[pod] as number, wheel.dueOf(pod));
		}
		return true;
	}

	#runTick(size: number, tick: number): boolean {
		const exact = this.#exact;
		const { batch } = this.#wheel;
		const now = this.#tables.tickZero + tick * SECOND;
		if (!exact.advance(now) || !exact.haveEnded(batch, size, now)) return false;
		if (size > 1 || !this.#passesOver(batch[0] as number, tick, now)) {
			exact.start(batch, size, now);
			for (let i = 0; i < size; i++) if (tick >= this.#plain.firstToLookAt(batch[i] as number)) this.#unknown[batch[i] as number] = 1;
		}
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#wheel.put(pod, nextTick(this.#tables, this.#clock, pod, exact.syncs[pod] as number, tick));
		}
		return true;
	}

	/** The only sync of a tick: reads again what the volumes show, without waiting. */
	#passesOver(pod: number, tick: number, now: Micros): boolean {
		const reads = this.#reads[pod] as number;
		if (reads === 0 || !this.#exact.isIdle) return false;
		if (this.#unknown[pod] === 1) this.#plain.look(pod, now);
		this.#unknown[pod] = 0;
		if (tick >= this.#plain.firstToLookAt(pod)) return false;
		const { syncs } = this.#exact;
		const sync = (syncs[pod] as number) + 1;
		const visitAt = visitOf(this.#tables, pod, sync, now);
		if (!this.#tokens.hasTokens(reads, visitAt)) return false;
		for (let read = 0; read < reads; read++) this.#tokens.takeToken(visitAt);
		this.#plain.readInTurn(pod, visitAt);
		syncs[pod] = sync;
		return true;
	}
}
