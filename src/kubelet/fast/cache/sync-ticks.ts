// The ticks of all syncs of one node's pods, listed before they are followed: when an undisturbed pod is synced follows from the resync
// law alone. So each pod is followed alone without a draw, one kind of what it does after the other, and what pods share is found
// afterwards, in the order of time (K2.1).

import { type Micros, SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import { type PodClocks, timesOut } from '../polled/pod-clocks.js';
import { NO_TICK } from '../resync-clock.js';
import { VisitClock } from '../visit-clock.js';

/** Ticks of one node. */
export class SyncTicks {
	/** A row for each pod, one sync after the other, {@link NO_TICK} at the end. */
	readonly ticks: Int32Array;
	readonly #tables: NodeTables;
	readonly #clocks: PodClocks;
	readonly #visits: VisitClock;
	/** The first tick after the end. */
	readonly #until: number;
	/** A row has room for all syncs to the end and the one after it. */
	readonly #room: number;
	/** By pod: place of the last sync that is listed. */
	readonly #last: Int32Array;

	constructor(tables: NodeTables, clocks: PodClocks) {
		const { input, pods, tickZero } = tables;
		this.#tables = tables;
		this.#clocks = clocks;
		this.#visits = new VisitClock(tables);
		this.#until = Math.floor((input.end - tickZero) / SECOND) + 1;
		this.#room = Math.floor(Math.max(0, this.#until) / clocks.shortestGap) + 4;
		this.#last = new Int32Array(pods);
		this.ticks = tables.tickRoom(pods * this.#room);
	}

	/** Lists the syncs of a pod from its first one on. */
	list(pod: number): void {
		const { podLaneA, podLaneB, firstSync, firstTick, podBlocked } = this.#tables;
		const place = pod * this.#room;
		const clock = this.#clocks.of(pod);
		const [a, b] = [podLaneA[pod] as number, podLaneB[pod] as number];
		const sync = firstSync[pod] as number;
		const beyond = clock.list(a, b, sync, firstTick[pod] as number, this.#until, this.ticks, place, this.#room - 2);
		const last = place + clock.sync - sync;
		this.ticks[last] = beyond;
		this.ticks[last + 1] = NO_TICK;
		this.#last[pod] = last;
		if (podBlocked[pod] === 0) return;
		for (let at = place; at < last; at++) timesOut(this.#tables, pod, sync + at - place, this.ticks[at] as number);
	}

	/** The first place from `place` on, in a pod's row, whose tick is not before `tick`. */
	firstFrom(place: number, tick: number): number {
		const { ticks } = this;
		const least = tick | 0;
		let first = place | 0;
		while ((ticks[first] as number) < least) first = (first + 1) | 0;
		return first;
	}

	/** Place of a pod's sync. */
	placeOf(pod: number, sync: number): number {
		return pod * this.#room + sync - (this.#tables.firstSync[pod] as number);
	}

	/** How long after its tick a sync visits the volumes. */
	visitAfter(pod: number, sync: number, tick: number): Micros {
		const { podLaneA, podLaneB } = this.#tables;
		return this.#visits.after(podLaneA[pod] as number, podLaneB[pod] as number, sync, tick);
	}

	/** Place of the last sync of a pod that is listed. */
	lastOf(pod: number): number {
		return this.#last[pod] as number;
	}

	/** Number of the sync at a place. */
	syncAt(pod: number, place: number): number {
		return place - pod * this.#room + (this.#tables.firstSync[pod] as number);
	}
}
