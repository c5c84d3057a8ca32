// One node under Watch: its pods share nothing but the watches, which no read of theirs influences, so each pod is followed
// alone. Its syncs are listed and counted; only those are walked through whose refreshes can see a new version or replace a token:
// ReprocessPod, populator, reconciler, token, reads, SetUp (K3.2-K3.6).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import type { ObjectTimeline } from '../../../apiserver/object-timeline.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import { MOUNT_TIMEOUT } from '../../mount-wait.js';
import { afterTimeout, type BlockedPod, failingClock } from '../blocked-pods.js';
import type { NodeBooks } from '../node-books.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import { passOrder, reprocessAfter, visitOf } from '../pass-order.js';
import type { Refresher } from '../refresher.js';
import { TokenRenewals } from '../token-renewals.js';
import { TokenRequests } from '../token-requests.js';
import { PodSyncs } from './pod-syncs.js';
import { WatchStreams } from './watch-streams.js';

/** The reads of a pod begin to follow what is delivered of their objects. */
export function listenToObjects({ firstVolume, firstRead, readObject, deliveries }: NodeTables, pod: number): void {
	const last = firstRead[firstVolume[pod + 1] as number] as number;
	for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) deliveries.listen(read, readObject[read] as number);
}

/** A node whose pods all run undisturbed under Watch. */
export class WatchedNode {
	readonly #tables: NodeTables;
	readonly #wire: ConnectionInput;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #syncs: PodSyncs;
	readonly #reach: Micros;
	readonly #tokens: TokenRequests;
	readonly #renewals: TokenRenewals;
	/** The first tick at which these are not followed: it is near the end of the window, or somebody wants to know at which instant each is asked for. */
	readonly #renewUntil: number;
	/** Refreshes that begin from here on and before there, and ask for a token, lie far from the edges of the measured window. */
	readonly #plainFrom: Micros;
	readonly #plainTo: Micros;

	/**
	 * @param reach longest time from the start of a sync to the end of the refreshes that follow from it.
	 * @param tokensAsked takes the instants at which client tokens are asked for, which are taken to be there. Default: nothing does.
	 */
	constructor(
		tables: NodeTables,
		wire: ConnectionInput,
		books: NodeBooks,
		refresher: Refresher,
		reach: Micros,
		tokensAsked: Micros[] | null = null,
	) {
		this.#tables = tables;
		this.#wire = wire;
		this.#books = books;
		this.#refresher = refresher;
		this.#syncs = new PodSyncs(tables, reach);
		this.#reach = reach;
		this.#tokens = new TokenRequests(tables.pods, wire, books, tokensAsked);
		this.#renewals = new TokenRenewals(tables, wire, this.#syncs, refresher, this.#tokens);
		this.#renewUntil = this.#tokens.areFollowed ? 0 : this.#renewals.tickReaching(refresher.plainTo);
		this.#plainFrom = refresher.plainFrom;
		this.#plainTo = refresher.plainTo - wire.latencies.requestLatency.max;
	}

	/** By pod: how many service-account tokens were asked for so far. */
	get tokenRequests(): Int32Array {
		return this.#tokens.sent;
	}

	/** Simulates the whole run; false when the node needs the reference path after all. */
	run(): boolean {
		const { input, pods, deliveries } = this.#tables;
		this.followWatches((watches) => new WatchStreams(input, this.#wire, this.#books, watches));
		for (let pod = 0; pod < pods; pod++) if (!this.runPod(pod)) return false;
		this.#refresher.close(input.end, (object) => deliveries.isFrozen(object));
		return true;
	}

	/**
	 * Simulates one pod to the end. The tables know what is delivered of every object that it reads.
	 *
	 * @returns false when it needs the reference path.
	 */
	runPod(pod: number): boolean {
		this.#listen(pod);
		return this.#run(pod);
	}

	/** The same for a pod whose reads have followed the deliveries up to its first sync in the tables. */
	runOn(pod: number): boolean {
		this.#look(pod);
		return this.#run(pod);
	}

	#run(pod: number): boolean {
		return this.#tables.podOrdered[pod] === 1 ? this.#followTogether(pod) : this.#followApart(pod);
	}

	/**
	 * Simulates a pod that waits for volumes in vain to the end, but for the attempts to mount these.
	 *
	 * @returns how many of its syncs timed out in the measured window; -1 when it needs the reference path.
	 */
	runBlocked({ pod, waitsSince }: BlockedPod): number {
		this.#listen(pod);
		const { counters } = this.#refresher;
		const { input, tickZero, firstTick, firstSync, lastSync, lastVisit, podLaneA, podLaneB } = this.#tables;
		const clock = failingClock(input);
		const refreshed = this.#tables.refreshesOf(pod);
		let sync = (firstSync[pod] as number) - 1;
		let visited = sync;
		let tick = firstTick[pod] as number;
		let since = waitsSince;
		let timeouts = 0;
		for (;;) {
			if (since === null) {
				const quiet = clock.skip(podLaneA[pod] as number, podLaneB[pod] as number, sync + 1, tick, this.#quietUntil(pod, tick));
				const passed = clock.sync - sync - 1;
				if (passed > 0 && this.#books.measured(tickZero + tick * SECOND)) {
					counters.syncs += passed;
					counters.refreshes += passed * refreshed;
					timeouts += passed;
				}
				sync += passed;
				visited = sync;
				tick = quiet;
				const now = tickZero + tick * SECOND;
				if (now > input.end) break;
				sync += 1;
				const visit = visitOf(this.#tables, pod, sync, now);
				if (visit <= input.end) visited = sync;
				if (this.#books.measured(now)) counters.syncs += 1;
				if (visit <= input.end && this.#books.measured(visit)) counters.refreshes += refreshed;
				if (!this.#refresh(pod, sync, tick)) return -1;
				since = now + reprocessAfter(this.#tables, pod, sync);
			}
			const { at, next } = afterTimeout(this.#tables, pod, sync, since);
			if (at > input.end) break;
			if (this.#books.measured(at)) timeouts += 1;
			tick = (next - tickZero) / SECOND;
			since = null;
		}
		lastSync[pod] = sync;
		lastVisit[pod] = visited;
		return timeouts;
	}

	/** Up to before this tick the syncs of a pod that waits in vain find nothing new, and time out on this side of the window's next edge. */
	#quietUntil(pod: number, tick: number): number {
		const { firstVolume, due, tickZero } = this.#tables;
		let until = this.#tables.edgeAfter(tickZero + tick * SECOND) - MOUNT_TIMEOUT;
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			until = Math.min(until, due[volume] as number);
		}
		return Math.floor((until - this.#reach - tickZero) / SECOND);
	}

	#listen(pod: number): void {
		listenToObjects(this.#tables, pod);
		this.#look(pod);
	}

	#look(pod: number): void {
		const { firstVolume, due } = this.#tables;
		const end = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < end; volume++) due[volume] = this.#dueOf(volume);
	}

	/** From when on a visit of the reconciler may find something new in a volume: a delivery, or that a token is to be replaced. */
	#dueOf(volume: number): Micros {
		const { firstRead, tokenKeptUntil, blocked, deliveries } = this.#tables;
		if (blocked[volume] === 1) return NEVER;
		if (this.#refresher.isRestless(volume)) return 0;
		let due = (tokenKeptUntil[volume] as number) + 1;
		const last = firstRead[volume + 1] as number;
		for (let read = firstRead[volume] as number; read < last; read++) {
			const next = deliveries.nextAt(read);
			if (next < due) due = next;
		}
		return due;
	}

	/**
	 * Follows the watches of a node in steady state, from time 0 on.
	 *
	 * @param streamsOf makes who follows so many watches.
	 * @param followed told of each watch: how many requests were sent about its object, all told. Default: nobody is.
	 */
	followWatches(streamsOf: (watches: number) => WatchStreams, followed: ((object: number, requests: number) => void) | null = null): void {
		const { input, reads, deliveries } = this.#tables;
		const { objects } = input;
		let watches = 0;
		for (let object = 0; object < objects.length; object++) if (this.#isWatched(object)) watches += 1;
		const streams = streamsOf(watches);
		deliveries.begin(objects.length, reads);
		for (let object = 0; object < objects.length; object++) {
			const watched = this.#isWatched(object);
			deliveries.open(object, !watched && this.#isImmutable(object));
			if (!watched) continue;
			this.#books.watchAdopted();
			streams.followFromZero(objects[object] as ObjectTimeline, deliveries);
			followed?.(object, streams.requests);
		}
	}

	/** An immutable object is not watched once it was read, and neither is one that nobody reads. */
	#isWatched(object: number): boolean {
		return (this.#tables.readers[object] as number) > 0 && !this.#isImmutable(object);
	}

	#isImmutable(object: number): boolean {
		const index = this.#tables.firstVersion[object] as number;
		return index !== ABSENT && this.#tables.version(object, index).immutable;
	}

	/** Follows the volumes of a pod one after the other: nothing that one of them does concerns another one. */
	#followApart(pod: number): boolean {
		const { firstVolume } = this.#tables;
		this.#syncs.list(pod);
		this.#countSyncs(pod);
		const end = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < end; volume++) if (!this.#followVolume(pod, volume)) return false;
		return true;
	}

	#followVolume(pod: number, volume: number): boolean {
		const { input, tickZero, firstSync } = this.#tables;
		const syncs = this.#syncs;
		const first = firstSync[pod] as number;
		const renews = this.#onlyRenews(volume);
		for (let place = 0; ; place++) {
			const due = this.#tables.due[volume] as number;
			if (due > input.end) return true;
			place = syncs.firstFrom(place, syncs.tickReaching(due));
			if (place >= syncs.count) return true;
			const tick = syncs.tickOf(place);
			const sinceStart = syncs.visitAfter(place);
			const visit = tickZero + tick * SECOND + sinceStart;
			if (visit > input.end) return true;
			if (visit < due) continue;
			const plain = renews && visit >= this.#plainFrom && visit < this.#plainTo;
			if (plain && tick < this.#renewUntil) place = this.#renewTokens(pod, volume, place) - 1;
			else if (plain) this.#renewToken(pod, volume, first + place, tick, sinceStart);
			else if (!this.#setUp(pod, volume, first + place, tick, sinceStart)) return false;
		}
	}

	/** True when nothing comes to a volume but new tokens, and nobody follows what it shows. */
	#onlyRenews(volume: number): boolean {
		const { firstRead, models, deliveries } = this.#tables;
		if (models[volume]?.tokenSeconds === null || this.#refresher.isRestless(volume)) return false;
		for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
			if (deliveries.nextAt(read) !== NEVER) return false;
		}
		return this.#refresher.swapsPlainly(volume);
	}

	/** Follows such a volume through the measured window. @returns place of the first sync that was not looked at. */
	#renewTokens(pod: number, volume: number, place: number): number {
		const { firstSync, due, tokenKeptUntil } = this.#tables;
		const next = this.#renewals.follow(pod, volume, place, firstSync[pod] as number, this.#renewUntil, true);
		due[volume] = (tokenKeptUntil[volume] as number) + 1;
		return next;
	}

	/** One refresh of it, when it has to be known at which instant its token is asked for. */
	#renewToken(pod: number, volume: number, sync: number, tick: number, sinceStart: Micros): void {
		const startedAt = this.#tables.tickZero + tick * SECOND + sinceStart;
		if (!this.#refresher.tokenDue(volume, sync, startedAt)) return;
		this.#refresher.swapTokens(volume, 1, startedAt + this.#tokens.send(pod, startedAt));
		this.#tables.due[volume] = (this.#tables.tokenKeptUntil[volume] as number) + 1;
	}

	/** Follows the volumes of a pod sync by sync: they ask for tokens of one pod, so that it matters which of them comes first. */
	#followTogether(pod: number): boolean {
		const { firstVolume, input, firstSync } = this.#tables;
		const syncs = this.#syncs;
		syncs.list(pod);
		this.#countSyncs(pod);
		const [first, end] = [firstVolume[pod] as number, firstVolume[pod + 1] as number];
		for (let place = 0; ; place++) {
			let due = NEVER;
			for (let volume = first; volume < end; volume++) due = Math.min(due, this.#tables.due[volume] as number);
			if (due > input.end) return true;
			place = syncs.firstReaching(place, due);
			if (place >= syncs.count) return true;
			if (!this.#refresh(pod, (firstSync[pod] as number) + place, syncs.tickOf(place))) return false;
		}
	}

	/** Counts the syncs of a pod and the refreshes that follow from them, and notes the last ones. */
	#countSyncs(pod: number): void {
		const { input, firstSync, lastSync, lastVisit, firstVolume } = this.#tables;
		const { measureFrom, measureTo, end } = input;
		const syncs = this.#syncs;
		const { counters } = this.#refresher;
		const visited = syncs.visitedBefore(end + 1);
		const measured = Math.min(visited, syncs.visitedBefore(measureTo)) - syncs.visitedBefore(measureFrom);
		counters.syncs += Math.max(0, syncs.startedBefore(measureTo) - syncs.startedBefore(measureFrom));
		counters.refreshes += Math.max(0, measured) * ((firstVolume[pod + 1] as number) - (firstVolume[pod] as number));
		lastSync[pod] = (firstSync[pod] as number) + syncs.count - 1;
		lastVisit[pod] = (firstSync[pod] as number) + visited - 1;
	}

	/** The refreshes that follow from one sync of a pod. @returns false when the node needs the reference path. */
	#refresh(pod: number, sync: number, tick: number): boolean {
		const tables = this.#tables;
		const { input, tickZero, firstVolume, podOrdered } = tables;
		const reconciled = visitOf(tables, pod, sync, tickZero + tick * SECOND);
		if (reconciled > input.end) return true;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		// Volumes meet only where they ask for tokens of their pod: the order of the pass is the order of those requests.
		const order = podOrdered[pod] === 1 ? passOrder(tables, first, last, reconciled) : null;
		const sinceStart = (reconciled - tickZero - tick * SECOND) | 0;
		for (let volume = first; volume < last; volume++) {
			const next = order === null ? volume : (order[volume - first] as number);
			if (reconciled >= (this.#tables.due[next] as number) && !this.#setUp(pod, next, sync, tick, sinceStart)) return false;
		}
		return true;
	}

	/** A refresh that may find something new. @param sinceStart from the tick of the sync to the visit. */
	#setUp(pod: number, volume: number, sync: number, tick: number, sinceStart: Micros): boolean {
		const { input, tickZero, firstRead, seen, found, due, deliveries } = this.#tables;
		const startedAt = tickZero + tick * SECOND + sinceStart;
		let now = startedAt;
		let changed = this.#refresher.tokenDue(volume, sync, startedAt);
		if (changed) {
			now += this.#tokens.send(pod, startedAt);
			// What arrives just when a kubelet stops is still taken in: its order matters.
			if (now === input.end + 1) return false;
			if (now > input.end) return true;
			this.#refresher.tokenIssued(volume, now);
		}
		const last = firstRead[volume + 1] as number;
		for (let read = firstRead[volume] as number; read < last; read++) {
			const delivers = now >= deliveries.nextAt(read);
			found[read] = delivers ? deliveries.take(read, now) : (seen[read] as number);
			changed ||= delivers;
		}
		if (!changed && !this.#refresher.isRestless(volume)) return true;
		if (!this.#refresher.finish(volume, found, sync, startedAt, now)) return false;
		due[volume] = this.#dueOf(volume);
		return true;
	}
}
