// The ticks of all syncs of one node's pods, listed before they are followed: when an undisturbed pod is synced follows from the resync
// law alone. So each pod is followed alone without a draw, one kind of what it does after the other, and what pods share is found
// afterwards, in the order of time (K2.1).

import { type Micros, SECOND } from '../../../core/time.js';
import { MOUNT_TIMEOUT } from '../../mount-wait.js';
import type { NodeTables } from '../node-tables.js';
import { NO_TICK, type ResyncClock } from '../resync-clock.js';
import { VisitClock } from '../visit-clock.js';

/** Ticks of one node. */
export class SyncTicks {
	/** A row for each pod, one sync after the other, {@link NO_TICK} at the end. */
	readonly ticks: Int32Array;
	readonly #tables: NodeTables;
	readonly #clock: ResyncClock;
	readonly #visits: VisitClock;
	/** The first tick after the end. */
	readonly #until: number;
	/** A row has room for all syncs to the end and the one after it. */
	readonly #room: number;
	/** By pod: place of the last sync that is listed. */
	readonly #last: Int32Array;

	constructor(tables: NodeTables, clock: ResyncClock) {
		const { input, pods, tickZero } = tables;
		const { settings, timing, end } = input;
		this.#tables = tables;
		this.#clock = clock;
		this.#visits = new VisitClock(tables);
		// A pod that waits in vain is synced again when the wait has timed out.
		const shortestGap = Math.min(Math.floor((settings.syncFrequency + timing.syncDuration.min) / SECOND) + 1, MOUNT_TIMEOUT / SECOND);
		this.#until = Math.floor((end - tickZero) / SECOND) + 1;
		this.#room = Math.floor(Math.max(0, this.#until) / shortestGap) + 4;
		this.#last = new Int32Array(pods);
		this.ticks = tables.tickRoom(pods * this.#room);
	}

	/** Lists the syncs of a pod from its first one on, but for one that waits for volumes in vain: that notes its syncs itself. */
	list(pod: number): void {
		const { podLaneA, podLaneB, firstSync, firstTick, podBlocked } = this.#tables;
		const place = pod * this.#room;
		this.ticks[place] = NO_TICK;
		this.#last[pod] = place;
		if (podBlocked[pod] === 1) return;
		const [a, b] = [podLaneA[pod] as number, podLaneB[pod] as number];
		const sync = firstSync[pod] as number;
		const beyond = this.#clock.list(a, b, sync, firstTick[pod] as number, this.#until, this.ticks, place, this.#room - 2);
		const last = place + this.#clock.sync - sync;
		this.ticks[last] = beyond;
		this.ticks[last + 1] = NO_TICK;
		this.#last[pod] = last;
	}

	/** Notes a sync of a pod that waits in vain. */
	note(pod: number, sync: number, tick: number): void {
		const place = this.placeOf(pod, sync);
		this.ticks[place] = tick;
		this.ticks[place + 1] = NO_TICK;
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
