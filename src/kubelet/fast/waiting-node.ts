// One node under Get whose client may have no token left: a request that waits may be sent when syncs of later ticks have begun. So
// all syncs are worked through in the order of time, whatever tick they belong to. What would still be under way when its pod is synced
// again makes the node give up (A2).

import { SECOND } from '../../core/time.js';
import { nextTick } from './next-tick.js';
import type { NodeTables } from './node-tables.js';
import { endAt } from './pod-end.js';
import type { PolledSyncs } from './polled-syncs.js';
import { ResyncClock } from './resync-clock.js';
import { TickWheel } from './tick-wheel.js';

/** A node whose pods all run undisturbed under Get. */
export class WaitingNode {
	readonly #tables: NodeTables;
	readonly #exact: PolledSyncs;
	readonly #clock: ResyncClock;
	readonly #wheel: TickWheel;

	/** @param exact takes the tokens of the client. */
	constructor(tables: NodeTables, exact: PolledSyncs) {
		this.#tables = tables;
		this.#exact = exact;
		this.#clock = new ResyncClock(tables.input);
		this.#wheel = new TickWheel(tables.pods);
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
		for (const pod of pods) endAt(this.#tables, this.#clock, pod, syncs[pod] as number, wheel.dueOf(pod));
		return true;
	}

	#runTick(size: number, tick: number): boolean {
		const exact = this.#exact;
		const { batch } = this.#wheel;
		const now = this.#tables.tickZero + tick * SECOND;
		if (!exact.advance(now) || !exact.haveEnded(batch, size, now)) return false;
		exact.start(batch, size, now);
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#wheel.put(pod, nextTick(this.#tables, this.#clock, pod, exact.syncs[pod] as number, tick));
		}
		return true;
	}
}
