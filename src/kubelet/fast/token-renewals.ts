// Tokens of volumes to which nothing else comes, far from the edges of the measured window: one is replaced by the first
// refresh after most of its life, and leaves nothing but a request and a swap. Which sync that is follows nearly always from the
// ticks alone, since syncs lie a minute apart and everything else is a fraction of a second: instants are worked out only where
// chance decides in the last seconds of a token's life, and for the token that is left in the end (K7.6).

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { type Micros, SECOND } from '../../core/time.js';
import type { VolumeModel } from '../pod-model.js';
import { longestTokenLife, shortestTokenLife } from '../token-life.js';
import { latestReach } from './eligibility.js';
import type { NodeTables } from './node-tables.js';
import type { Refresher } from './refresher.js';

/** The second differs from sync to sync. */
const NOT_FIXED = -1;

/** Syncs of one pod that are listed ahead, by place. */
export interface ListedSyncs {
	/** How many are listed. */
	readonly count: number;
	/** The first one from a place on that begins at a tick or after it; {@link count} when there is none. */
	firstFrom(place: number, tick: number): number;
	tickOf(place: number): number;
	/** How long after its tick a sync visits the volumes. */
	visitAfter(place: number): Micros;
}

/** Who books the requests for tokens, and knows their round trips. */
export interface RenewalRequests {
	/** A pod asks in the sync at a tick; the server receives that in a second of the run. Its bytes are told apart. */
	sendIn(pod: number, second: number, tick: number): void;
	/** The bytes of so many requests, in the measured window. */
	sendBytes(requests: number): void;
	/** Round trip of the request that was sent last. */
	last(pod: number): Micros;
	/** Second in which the server receives the request that a pod would send next. */
	secondOfNext(pod: number, now: Micros): number;
}

/** Such tokens of one node. */
export class TokenRenewals {
	readonly #tables: NodeTables;
	readonly #syncs: ListedSyncs;
	readonly #refresher: Refresher;
	readonly #requests: RenewalRequests;
	/** From a tick to the earliest and to the latest visit, and to the earliest and the latest arrival of a token. */
	readonly #visitFrom: Micros;
	readonly #visitTo: Micros;
	readonly #arrivalFrom: Micros;
	readonly #arrivalTo: Micros;
	/** Second in which the server receives the requests of the sync at tick 0, when that is the same for all ticks but for their number. */
	readonly #firstSecond: number;

	/** @param syncs of the pod that is followed at present. */
	constructor(tables: NodeTables, wire: ConnectionInput, syncs: ListedSyncs, refresher: Refresher, requests: RenewalRequests) {
		const { input, loops, tickZero } = tables;
		const { min, max } = wire.latencies.requestLatency;
		this.#tables = tables;
		this.#syncs = syncs;
		this.#refresher = refresher;
		this.#requests = requests;
		this.#visitFrom = input.timing.syncToReprocess.min;
		this.#visitTo = latestReach(input, loops);
		this.#arrivalFrom = this.#visitFrom + min;
		this.#arrivalTo = this.#visitTo + max;
		const received = Math.floor((tickZero + this.#visitFrom + (min >>> 1)) / SECOND);
		this.#firstSecond = received === Math.floor((tickZero + this.#visitTo + (max >>> 1)) / SECOND) ? received : NOT_FIXED;
	}

	/** The first tick at which a sync may wait for a token at an instant or after it. */
	tickReaching(at: Micros): number {
		return Math.floor((at - this.#arrivalTo - this.#tables.tickZero) / SECOND);
	}

	/**
	 * Follows a volume through the syncs of its pod.
	 *
	 * @param from place of the first sync that may replace its token. @param first number of the sync at place 0.
	 * @param until the first tick whose sync is not looked at. @param measured whether these syncs are in the measured window.
	 * @returns place of the first sync that was not looked at; the tables know how the volume stands then.
	 */
	follow(pod: number, volume: number, from: number, first: number, until: number, measured: boolean): number {
		const { tickZero, tokenIssuedAt, models } = this.#tables;
		const syncs = this.#syncs;
		const seconds = (models[volume] as VolumeModel).tokenSeconds as number;
		const earliest = shortestTokenLife(seconds) - this.#visitTo - tickZero;
		const latest = longestTokenLife(seconds) - this.#visitFrom - tickZero;
		let issuedFrom = tokenIssuedAt[volume] as number;
		let issuedTo = issuedFrom;
		/** Tokens that the tables do not know yet, and the place of the sync that asked for the last one. */
		let untold = 0;
		let by = 0;
		let place = from;
		for (;;) {
			place = syncs.firstFrom(place, Math.floor((issuedFrom + earliest) / SECOND) + 1);
			const tick = place < syncs.count ? syncs.tickOf(place) : until;
			if (tick >= until) break;
			const surely = tick * SECOND > issuedTo + latest;
			if (!surely) {
				if (untold > 0) issuedFrom = this.#tell(pod, volume, untold, by, measured);
				issuedTo = issuedFrom;
				untold = 0;
				if (!this.#isDue(volume, place, first + place)) {
					place += 1;
					continue;
				}
			}
			this.#requests.sendIn(pod, this.#firstSecond === NOT_FIXED ? this.#secondOf(pod, place) : this.#firstSecond + tick, tick);
			untold += 1;
			by = place++;
			issuedFrom = tickZero + tick * SECOND + this.#arrivalFrom;
			issuedTo = tickZero + tick * SECOND + this.#arrivalTo;
		}
		if (untold > 0) this.#tell(pod, volume, untold, by, measured);
		return place;
	}

	#isDue(volume: number, place: number, sync: number): boolean {
		return this.#refresher.tokenDue(volume, sync, this.#visitOf(place));
	}

	#secondOf(pod: number, place: number): number {
		return this.#requests.secondOfNext(pod, this.#visitOf(place));
	}

	#visitOf(place: number): Micros {
		return this.#tables.tickZero + this.#syncs.tickOf(place) * SECOND + this.#syncs.visitAfter(place);
	}

	/** Tells the tables of so many tokens. @param by place of the sync that asked for the last one. @returns when that was issued. */
	#tell(pod: number, volume: number, tokens: number, by: number, measured: boolean): Micros {
		const issuedAt = this.#visitOf(by) + this.#requests.last(pod);
		if (measured) this.#requests.sendBytes(tokens);
		this.#refresher.swapTokens(volume, tokens, issuedAt, measured);
		return issuedAt;
	}
}
