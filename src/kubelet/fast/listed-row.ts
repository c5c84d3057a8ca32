// Syncs of one pod after the other whose ticks somebody has listed, each by its place from the first one on. Receives the array in which
// the ticks are, finds what comes first from a tick on, and when it visits the volumes (K2.1, K3.5).

import type { Micros } from '../../core/time.js';
import type { NodeTables } from './node-tables.js';
import type { ListedSyncs } from './token-renewals.js';
import { VisitClock } from './visit-clock.js';

/** Such syncs of one node. */
export class ListedRow implements ListedSyncs {
	count = 0;
	readonly #tables: NodeTables;
	readonly #ticks: Int32Array;
	readonly #visits: VisitClock;
	/** How many syncs come in a tick at least, on average. */
	readonly #leastPerTick: number;
	#pod = 0;
	#start = 0;
	#sync = 0;

	/** @param ticks where they are. @param longestGap most ticks between two of them. */
	constructor(tables: NodeTables, ticks: Int32Array, longestGap: number) {
		this.#tables = tables;
		this.#ticks = ticks;
		this.#visits = new VisitClock(tables);
		this.#leastPerTick = 1 / longestGap;
	}

	/**
	 * From now on these are the syncs of a pod.
	 *
	 * @param start where the first one is in the array. @param count how many are listed. @param sync number of the first one.
	 */
	turnTo(pod: number, start: number, count: number, sync: number): void {
		this.#pod = pod;
		this.#start = start;
		this.count = count;
		this.#sync = sync;
	}

	firstFrom(place: number, tick: number): number {
		const { count } = this;
		if (place >= count) return count;
		const ticks = this.#ticks;
		const start = this.#start;
		const ahead = tick - (ticks[start + place] as number);
		if (ahead <= 0) return place;
		// So many come before it surely.
		let first = Math.min(count, place + Math.floor((ahead - 1) * this.#leastPerTick));
		while (first < count && (ticks[start + first] as number) < tick) first += 1;
		return first;
	}

	tickOf(place: number): number {
		return this.#ticks[this.#start + place] as number;
	}

	visitAfter(place: number): Micros {
		const { podLaneA, podLaneB } = this.#tables;
		const pod = this.#pod;
		return this.#visits.after(podLaneA[pod] as number, podLaneB[pod] as number, this.#sync + place, this.tickOf(place));
	}
}
