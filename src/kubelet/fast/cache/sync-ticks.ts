// The ticks of all syncs of one node's pods, listed before they are followed: when an undisturbed pod is synced follows from the resync
// law alone. So each pod is followed alone without a draw, and what pods share is found afterwards, in the order of time (K2.1).

import { SECOND } from '../../../core/time.js';
import { MOUNT_TIMEOUT } from '../../mount-wait.js';
import type { NodeTables } from '../node-tables.js';
import { NO_TICK, type ResyncClock } from '../resync-clock.js';

/** Ticks of one node. */
export class SyncTicks {
	/** A row for each pod, one sync after the other, {@link NO_TICK} at the end. */
	readonly ticks: Int32Array;
	readonly #tables: NodeTables;
	/** A row has room for all syncs to the end and the one after it. */
	readonly #room: number;

	/** Lists all pods but those that wait for volumes in vain: these note their syncs themselves. */
	constructor(tables: NodeTables, clock: ResyncClock) {
		const { input, pods, tickZero, podLaneA, podLaneB, firstSync, firstTick, podBlocked } = tables;
		const { settings, timing, end } = input;
		this.#tables = tables;
		// A pod that waits in vain is synced again when the wait has timed out.
		const shortestGap = Math.min(Math.floor((settings.syncFrequency + timing.syncDuration.min) / SECOND) + 1, MOUNT_TIMEOUT / SECOND);
		const until = Math.floor((end - tickZero) / SECOND) + 1;
		this.#room = Math.floor(Math.max(0, until) / shortestGap) + 4;
		this.ticks = tables.tickRoom(pods * this.#room);
		for (let pod = 0; pod < pods; pod++) {
			const place = pod * this.#room;
			this.ticks[place] = NO_TICK;
			if (podBlocked[pod] === 1) continue;
			const [a, b] = [podLaneA[pod] as number, podLaneB[pod] as number];
			const sync = firstSync[pod] as number;
			const beyond = clock.list(a, b, sync, firstTick[pod] as number, until, this.ticks, place, this.#room - 2);
			this.ticks[place + clock.sync - sync] = beyond;
			this.ticks[place + clock.sync - sync + 1] = NO_TICK;
		}
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
		let first = place;
		while ((ticks[first] as number) < tick) first += 1;
		return first;
	}

	/** Place of a pod's sync. */
	placeOf(pod: number, sync: number): number {
		return pod * this.#room + sync - (this.#tables.firstSync[pod] as number);
	}

	/** Number of the sync at a place. */
	syncAt(pod: number, place: number): number {
		return place - pod * this.#room + (this.#tables.firstSync[pod] as number);
	}
}
