// All syncs of one undisturbed pod up to the end, listed at once: which of them comes first after something has happened, when it
// visits the volumes, and how many of them are measured. Receives the tables of a node, follows the resync law (K2.4).

import { type Micros, SECOND } from '../../../core/time.js';
import { meanGap } from '../../resync-law.js';
import type { NodeTables } from '../node-tables.js';
import { ResyncClock } from '../resync-clock.js';
import { VisitClock } from '../visit-clock.js';

/** The syncs of one pod after the other, by their place from the first one in the tables. */
export class PodSyncs {
	readonly #tables: NodeTables;
	readonly #clock: ResyncClock;
	readonly #visits: VisitClock;
	/** The first tick, and the longest time from the start of a sync to the end of the refreshes that follow from it. */
	readonly #reachZero: Micros;
	readonly #room: number;
	readonly #ticks: Int32Array;
	/** How many syncs lie in a tick, on average. */
	readonly #perTick: number;
	#pod = 0;
	/** Number of its first sync. */
	#first = 0;
	/** How many there are. */
	count = 0;

	/** @param reach longest time from the start of a sync to the end of the refreshes that follow from it. */
	constructor(tables: NodeTables, reach: Micros) {
		const { input, tickZero } = tables;
		const { settings, timing, end } = input;
		this.#tables = tables;
		this.#clock = new ResyncClock(input);
		this.#visits = new VisitClock(tables);
		this.#reachZero = tickZero + reach;
		this.#room = Math.floor(Math.max(0, end - tickZero) / SECOND / this.#clock.shortestGap) + 3;
		this.#ticks = tables.tickRoom(this.#room);
		this.#perTick = SECOND / meanGap(settings.syncFrequency, timing.syncDuration.max);
	}

	/** Lists the syncs of a pod. */
	list(pod: number): void {
		const { input, tickZero, podLaneA, podLaneB, firstTick, firstSync } = this.#tables;
		const [a, b] = [podLaneA[pod] as number, podLaneB[pod] as number];
		const first = firstSync[pod] as number;
		const until = Math.floor((input.end - tickZero) / SECOND) + 1;
		this.#clock.list(a, b, first, firstTick[pod] as number, until, this.#ticks, 0, this.#room);
		this.#pod = pod;
		this.#first = first;
		this.count = this.#clock.sync - first;
	}

	/** Tick of a sync. */
	tickOf(place: number): number {
		return this.#ticks[place] as number;
	}

	/** How long after its tick a sync visits the volumes. */
	visitAfter(place: number): Micros {
		const { podLaneA, podLaneB } = this.#tables;
		return this.#visits.after(
			podLaneA[this.#pod] as number,
			podLaneB[this.#pod] as number,
			this.#first + place,
			this.#ticks[place] as number,
		);
	}

	/** The first sync from a place on whose refreshes may be under way at an instant or after it; {@link count} when there is none. */
	firstReaching(place: number, at: Micros): number {
		return this.firstFrom(place, this.tickReaching(at));
	}

	/** The first tick with whose sync refreshes may be under way at an instant or after it. */
	tickReaching(at: Micros): number {
		return Math.ceil((at - this.#reachZero) / SECOND);
	}

	/** How many syncs begin before an instant. */
	startedBefore(at: Micros): number {
		return this.firstFrom(0, Math.ceil((at - this.#tables.tickZero) / SECOND));
	}

	/** How many syncs visit the volumes before an instant. */
	visitedBefore(at: Micros): number {
		let place = this.firstReaching(0, at);
		const { tickZero } = this.#tables;
		while (place < this.count && tickZero + this.tickOf(place) * SECOND + this.visitAfter(place) < at) place += 1;
		return place;
	}

	/** The first sync from a place on that begins at a tick or after it. */
	firstFrom(place: number, tick: number): number {
		const ticks = this.#ticks;
		const last = this.count - 1;
		if (place > last || tick > (ticks[last] as number)) return this.count;
		// The gaps vary little: so far ahead it lies nearly.
		let at = Math.min(last, place + Math.max(0, Math.floor((tick - (ticks[place] as number)) * this.#perTick)));
		while ((ticks[at] as number) < tick) at += 1;
		while (at > place && (ticks[at - 1] as number) >= tick) at -= 1;
		return at;
	}
}
