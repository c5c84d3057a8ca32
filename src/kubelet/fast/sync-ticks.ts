// The ticks of all syncs of some pods of one node, noted while each pod is followed alone: so that what pods share can be found
// afterwards, in the order of time, without taking them in turn before.

import { SECOND } from '../../core/time.js';
import { MOUNT_TIMEOUT } from '../mount-wait.js';
import type { NodeTables } from './node-tables.js';
import type { ResyncClock } from './resync-clock.js';

/** Stands after the last sync of a pod: later than every tick of a run. */
export const NO_TICK = 0x7fff_ffff;

/** Ticks of one node. */
export class SyncTicks {
	/** A row for each pod, one sync after the other, and {@link NO_TICK} after the last one that {@link end} was told of. */
	readonly ticks: Int32Array;
	readonly #tables: NodeTables;
	readonly #clock: ResyncClock;
	/** A row has room for all syncs to the end. */
	readonly #room: number;

	constructor(tables: NodeTables, clock: ResyncClock) {
		const { input, pods, tickZero } = tables;
		const { settings, timing, end } = input;
		this.#tables = tables;
		this.#clock = clock;
		// A pod that waits for a volume in vain is synced again when the wait has timed out.
		const shortestGap = Math.min(Math.floor((settings.syncFrequency + timing.syncDuration.min) / SECOND) + 1, MOUNT_TIMEOUT / SECOND);
		this.#room = Math.floor(Math.max(0, end - tickZero) / SECOND / shortestGap) + 3;
		this.ticks = tables.tickRoom(pods * this.#room);
	}

	/** Notes a sync that begins before the end. */
	note(pod: number, sync: number, tick: number): void {
		this.ticks[this.#placeOf(pod, sync)] = tick;
	}

	/**
	 * Passes over syncs, as the clock does, and notes them.
	 *
	 * @param until the first tick that is not passed over, not after the end.
	 */
	skip(pod: number, sync: number, tick: number, until: number): number {
		const { podLaneA, podLaneB } = this.#tables;
		const place = this.#placeOf(pod, sync);
		const room = (pod + 1) * this.#room - place;
		return this.#clock.list(podLaneA[pod] as number, podLaneB[pod] as number, sync, tick, until, this.ticks, place, room);
	}

	/** A pod has no more syncs. @param sync number of its last one. */
	end(pod: number, sync: number): void {
		this.ticks[this.#placeOf(pod, sync + 1)] = NO_TICK;
	}

	/** Place of a pod's first sync. */
	firstOf(pod: number): number {
		return pod * this.#room;
	}

	/** Number of the sync at a place. */
	syncAt(pod: number, place: number): number {
		return place - pod * this.#room + (this.#tables.firstSync[pod] as number);
	}

	#placeOf(pod: number, sync: number): number {
		return pod * this.#room + sync - (this.#tables.firstSync[pod] as number);
	}
}
