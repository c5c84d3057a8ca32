// One node under Watch: its pods share nothing but the watches, which no read of theirs influences, so each pod is followed
// alone. A sync that can neither see a new version, nor replace a token, nor touch an edge of the measured window is only
// counted; the others are walked through: ReprocessPod, populator, reconciler, token, reads, SetUp (K3.2-K3.6).

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import type { ObjectTimeline } from '../../apiserver/object-timeline.js';
import { REQUEST_OVERHEAD_BYTES, requestKey, STATUS_BYTES, tokenRequestName } from '../../apiserver/wire.js';
import { drawInteger, type StreamKey } from '../../core/random.js';
import { firstOnGridAfter, type Micros, NEVER, SECOND } from '../../core/time.js';
import { DRAW_REPROCESS, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import { duration } from '../node-state.js';
import { objectUses, warmState } from '../steady-state.js';
import { shortestTokenLife } from '../token-life.js';
import type { NodeBooks } from './node-books.js';
import type { NodeTables } from './node-tables.js';
import { passOrder } from './pass-order.js';
import type { Refresher } from './refresher.js';
import { ResyncClock } from './resync-clock.js';
import { type Deliveries, followWatch, unwatched } from './watch-streams.js';

/** A node whose pods all run undisturbed under Watch. */
export class WatchedNode {
	readonly #tables: NodeTables;
	readonly #wire: ConnectionInput;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #clock: ResyncClock;
	/** Longest time from the start of a sync to the end of the refreshes that follow from it. */
	readonly #reach: Micros;
	readonly #deliveries: Deliveries[] = [];
	/** By read: how many deliveries of its object the last refresh has seen. */
	readonly #delivered: Int32Array;
	readonly #got: Int32Array;
	readonly #tokenRequests: Int32Array;
	readonly #tokenKeys: (StreamKey | undefined)[] = [];

	/** @param reach longest time from the start of a sync to the end of the refreshes that follow from it. */
	constructor(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, refresher: Refresher, reach: Micros) {
		this.#tables = tables;
		this.#wire = wire;
		this.#books = books;
		this.#refresher = refresher;
		this.#clock = new ResyncClock(tables.input);
		this.#reach = reach;
		this.#delivered = new Int32Array(tables.readObject.length);
		this.#got = new Int32Array(tables.readObject.length);
		this.#tokenRequests = new Int32Array(tables.input.pods.length);
	}

	/** Simulates the whole run; false when the node needs the reference path after all. */
	run(): boolean {
		const { input } = this.#tables;
		const warm = input.pods.map((_, pod) => pod);
		for (const [object, use] of objectUses(input, warm)) {
			const state = warmState(input, object, use);
			const timeline = input.objects[object] as ObjectTimeline;
			this.#deliveries[object] = state.watchOpen
				? followWatch(input, this.#wire, timeline, state, this.#books)
				: unwatched(timeline, state);
		}
		for (let pod = 0; pod < input.pods.length; pod++) if (!this.#runPod(pod)) return false;
		this.#refresher.close(input.end, (object) => (this.#deliveries[object] as Deliveries).frozen);
		return true;
	}

	#runPod(pod: number): boolean {
		const { input, tickZero, firstTick, podLaneA, podLaneB, firstVolume } = this.#tables;
		const clock = this.#clock;
		const a = podLaneA[pod] as number;
		const b = podLaneB[pod] as number;
		const volumes = (firstVolume[pod + 1] as number) - (firstVolume[pod] as number);
		const { counters } = this.#refresher;
		let tick = firstTick[pod] as number;
		let sync = 1;
		for (;;) {
			const from = sync;
			const now = tickZero + tick * SECOND;
			const quietUntil = (this.#quietUntil(pod, now) - this.#reach - tickZero) / SECOND;
			// Ticks before this one need no look.
			const careful = Math.ceil(quietUntil);
			while (tick < careful) {
				tick += clock.gap(a, b, sync);
				sync += 1;
			}
			if (sync > from && this.#books.measured(now)) {
				counters.syncs += sync - from;
				counters.refreshes += (sync - from) * volumes;
			}
			const at = tickZero + tick * SECOND;
			if (at > input.end) return true;
			if (sync === from) {
				if (this.#books.measured(at)) counters.syncs += 1;
				if (!this.#syncPod(pod, sync, at)) return false;
				tick += clock.gap(a, b, sync);
				sync += 1;
			}
		}
	}

	/** The next instant at which something other than a sync may concern the pod: syncs whose reach ends before it are quiet. */
	#quietUntil(pod: number, now: Micros): Micros {
		const { input, firstVolume, firstRead, models, tokenIssuedAt } = this.#tables;
		const { measureFrom, measureTo, end } = input;
		let until = now < measureFrom ? Math.min(measureFrom, end) : now < measureTo ? Math.min(measureTo, end) : end;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		for (let volume = first; volume < last; volume++) {
			const lifetime = models[volume]?.tokenSeconds ?? null;
			if (lifetime !== null) until = Math.min(until, (tokenIssuedAt[volume] as number) + shortestTokenLife(lifetime));
			if (this.#refresher.isRestless(volume)) return now;
		}
		for (let read = firstRead[first] as number; read < (firstRead[last] as number); read++) {
			until = Math.min(until, this.#nextDelivery(read));
		}
		return until;
	}

	#nextDelivery(read: number): Micros {
		const { at } = this.#deliveries[this.#tables.readObject[read] as number] as Deliveries;
		return at[this.#delivered[read] as number] ?? NEVER;
	}

	/** One sync of a pod and the refreshes that follow from it. */
	#syncPod(pod: number, sync: number, now: Micros): boolean {
		const { input, loops, firstVolume, podLaneA, podLaneB } = this.#tables;
		const draw = sync * DRAWS_PER_SYNC + DRAW_REPROCESS;
		const reprocessed = now + duration(input.timing.syncToReprocess, podLaneA[pod] as number, podLaneB[pod] as number, draw);
		const populated = firstOnGridAfter(reprocessed, loops.populatorPhase, loops.populatorPeriod);
		const reconciled = firstOnGridAfter(populated, loops.reconcilerPhase, loops.reconcilerPeriod);
		if (reconciled > input.end) return true;
		const measured = this.#books.measured(reconciled);
		// Volumes meet only where they ask for tokens of their pod: the order of the pass is the order of those requests.
		for (const volume of passOrder(this.#tables, firstVolume[pod] as number, firstVolume[pod + 1] as number, reconciled)) {
			if (measured) this.#refresher.counters.refreshes += 1;
			if (!this.#setUp(pod, volume, sync, reconciled)) return false;
		}
		return true;
	}

	#setUp(pod: number, volume: number, sync: number, startedAt: Micros): boolean {
		const { input, firstRead, readObject } = this.#tables;
		let now = startedAt;
		if (this.#refresher.tokenDue(volume, sync, startedAt)) {
			now = this.#requestToken(pod, startedAt);
			if (now > input.end) return true;
			this.#refresher.tokenIssued(volume, now);
		}
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
			const { at, version, first } = this.#deliveries[readObject[read] as number] as Deliveries;
			let delivered = this.#delivered[read] as number;
			while (delivered < at.length && (at[delivered] as number) <= now) delivered += 1;
			this.#delivered[read] = delivered;
			this.#got[read] = delivered === 0 ? first : (version[delivered - 1] as number);
		}
		return this.#refresher.finish(volume, this.#got, sync, startedAt, now);
	}

	/** Asks for a token; gives the instant at which it arrives. */
	#requestToken(pod: number, now: Micros): Micros {
		const { min, max } = this.#wire.latencies.requestLatency;
		this.#tokenKeys[pod] ??= requestKey(this.#wire.key, tokenRequestName(pod));
		const ordinal = this.#tokenRequests[pod] as number;
		this.#tokenRequests[pod] = ordinal + 1;
		const roundTrip = drawInteger(this.#tokenKeys[pod] as StreamKey, ordinal, min, max);
		const log = this.#books.log('POST', 'serviceaccounts/token', 'unset', 201, 'injected');
		this.#books.request(log, now + (roundTrip >>> 1), REQUEST_OVERHEAD_BYTES + STATUS_BYTES);
		return now + roundTrip;
	}
}
