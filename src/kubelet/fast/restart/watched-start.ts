// A kubelet under Watch that has just started, up to the end of the first syncs of its pods: registering a pod opens a watch for each of
// its objects that has none yet, and SetUp waits until the store is filled (K6, K16). Pods share nothing but those watches, so each is
// followed alone.

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { firstOnGridAtOrAfter, type Micros, NEVER, SECOND } from '../../../core/time.js';
import { IDLE_SWEEP, SYNC_POLL, SYNC_TIMEOUT } from '../../manager/watch.js';
import type { PodInput } from '../../node-input.js';
import { arrivalOf, START_UP_REQUESTS } from '../../start-up.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { passOrder, placeInPass } from '../pass-order.js';
import { clientOf } from '../polled/client-budget.js';
import type { Refresher } from '../refresher.js';
import { TokenRequests } from '../token-requests.js';
import { WatchStreams } from '../watch/watch-streams.js';
import { listenToObjects } from '../watch/watched-node.js';
import { type FirstSync, takeIn } from './first-sync.js';
import type { RequestCounts } from './request-counts.js';
import { StartingClient } from './starting-client.js';

/** The start of one process of a kubelet. */
export class WatchedStart {
	readonly #tables: NodeTables;
	readonly #wire: ConnectionInput;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #counts: RequestCounts;
	readonly #startedAt: Micros;
	readonly #first: FirstSync[] = [];
	readonly #tokens: TokenRequests;
	/** By object: when its store is filled. */
	readonly #filledAt: Float64Array;
	/** By volume: when its last SetUp was over. */
	readonly #doneAt: Float64Array;
	/** Volumes that ask for a service-account token; by volume: when that request is sent, {@link NEVER} when there is none. */
	readonly #asking: number[] = [];
	readonly #sentAt: Float64Array;
	/** LISTs that are sent. */
	readonly #lists: number;
	/** Time that requests have waited for client tokens. */
	throttled: Micros = 0;
	/** When the first pod is synced again. */
	firstNext: Micros = NEVER;

	/** @param tables know the process, and how the last one has left pods and volumes. @param counts of what the node has asked for. */
	constructor(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, refresher: Refresher, counts: RequestCounts, startedAt: Micros) {
		this.#tables = tables;
		this.#wire = wire;
		this.#books = books;
		this.#refresher = refresher;
		this.#counts = counts;
		this.#startedAt = startedAt;
		this.#tokens = new TokenRequests(tables.pods, wire, books, null);
		this.#doneAt = new Float64Array(tables.volumes);
		this.#sentAt = new Float64Array(tables.volumes);
		// The first attempt of a WATCH takes no token of the client, a LIST does (A2).
		this.#lists = tables.input.profile.watchListClient ? 0 : tables.input.objects.length;
		this.#filledAt = new Float64Array(tables.input.objects.length).fill(NEVER);
	}

	/**
	 * Simulates it.
	 *
	 * @param process number of kubelet starts before it. @param closeAt when it ends. @param nextSync takes by pod when it is synced next.
	 * @returns false when more may happen than that every volume is mounted at the first attempt: the node needs the reference path.
	 */
	run(process: number, closeAt: Micros, nextSync: Float64Array): boolean {
		const { pods } = this.#tables;
		if (!this.#openWatches(process, closeAt)) return false;
		for (let pod = 0; pod < pods; pod++) this.#takeIn(pod);
		const client = this.#mayWait() ? new StartingClient(this.#tables.input, process, this.#startedAt) : null;
		// A LIST would wait as well, and its watch with it.
		if (client !== null && this.#lists > 0) return false;
		if (client !== null) this.#askInTurn(client);
		for (const first of this.#first) if (!this.#startPod(first, nextSync)) return false;
		for (let pod = 0; pod < pods; pod++) this.#counts.setAskedAbout(~pod, this.#tokens.sent[pod] as number);
		this.throttled = client?.bucket.throttled ?? 0;
		return client === null ? this.#isFullAgain() : client.isFull(this.firstNext);
	}

	/** Pods are taken in one after the other; the first one that refers to an object starts its reflector. */
	#openWatches(process: number, closeAt: Micros): boolean {
		const { input, reads, readers, deliveries } = this.#tables;
		const { objects, localObjects } = input;
		const streams = new WatchStreams(input, this.#wire, this.#books, 1, process, closeAt);
		deliveries.begin(objects.length, reads);
		const open = (object: number, at: Micros): void => {
			const local = localObjects.get(object) as number;
			if (this.#filledAt[local] !== NEVER) return;
			deliveries.open(local, false);
			const timeline = this.#tables.timeline(local);
			this.#filledAt[local] = streams.followFromStart(timeline, at, this.#counts.askedAbout(local), deliveries);
			this.#counts.setAskedAbout(local, streams.requests);
		};
		for (let pod = 0; pod < this.#tables.pods; pod++) {
			const { model } = input.pods[pod] as PodInput;
			const at = arrivalOf(this.#startedAt, pod);
			for (const object of model.secrets) open(object, at);
			for (const object of model.configMaps) open(object, at);
		}
		// The watch of an object that no volume reads is closed as idle.
		for (let object = 0; object < objects.length; object++) if (readers[object] === 0 || this.#filledAt[object] === NEVER) return false;
		return !streams.meetsClosing;
	}

	/** The kubelet takes a pod in, and its first sync begins. */
	#takeIn(pod: number): void {
		const { firstVolume } = this.#tables;
		const at = arrivalOf(this.#startedAt, pod);
		const first = takeIn(this.#tables, pod, at);
		this.#first.push(first);
		if (this.#books.measured(at)) this.#refresher.counters.syncs += 1;
		this.#tokens.sent[pod] = this.#counts.askedAbout(~pod);
		listenToObjects(this.#tables, pod);
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			const asks = this.#refresher.tokenDue(volume, first.sync, first.mountsAt);
			if (asks) this.#asking.push(volume);
			this.#sentAt[volume] = asks ? first.mountsAt : NEVER;
			this.#doneAt[volume] = Number.NEGATIVE_INFINITY;
		}
	}

	/** Requests for tokens and those of the status manager are sent in the order in which they are asked for. */
	#askInTurn(client: StartingClient): void {
		const places = new Map(this.#asking.map((volume) => [volume, placeInPass(this.#tables, volume, this.#sentAt[volume] as number)]));
		const before = (a: number, b: number): number =>
			(this.#sentAt[a] as number) - (this.#sentAt[b] as number) || (places.get(a) as number) - (places.get(b) as number);
		let arrived = 0;
		for (const volume of this.#asking.sort(before)) {
			const now = this.#sentAt[volume] as number;
			arrived = this.#tellUntil(client, arrived, now);
			this.#sentAt[volume] = client.bucket.takeToken(now);
		}
		this.#tellUntil(client, arrived, NEVER);
	}

	/** The status manager goes on up to an instant, at which a pass of the reconciler comes first. @param arrived pods that were taken in. */
	#tellUntil(client: StartingClient, arrived: number, until: Micros): number {
		let next = arrived;
		for (;;) {
			const arrival = next < this.#tables.pods ? arrivalOf(this.#startedAt, next) : NEVER;
			if (arrival <= client.statusAt && arrival <= until && arrival < NEVER) client.takeIn(next++, arrival);
			else if (client.statusAt < until) client.tellOn();
			else return next;
		}
	}

	/** The first sync of a pod. */
	#startPod(first: FirstSync, nextSync: Float64Array): boolean {
		const { input, firstVolume, lastSync, lastVisit, operationsAhead } = this.#tables;
		const { pod, sync } = first;
		const end = firstVolume[pod + 1] as number;
		const mountedAt = this.#pass(pod, sync, first.mountsAt);
		let latest = mountedAt;
		if (mountedAt <= input.end && first.flaggedAt !== NEVER) {
			for (let volume = firstVolume[pod] as number; volume < end; volume++) {
				if ((this.#doneAt[volume] as number) <= first.flaggedAt) operationsAhead[volume] = (operationsAhead[volume] as number) + 1;
			}
			latest = Math.max(latest, this.#pass(pod, sync, first.refreshesAt, first.flaggedAt));
		}
		const endsAt = first.endsAt(mountedAt);
		const next = first.nextAfter(endsAt);
		if (Math.max(latest, endsAt) > input.end || next <= latest) return false;
		lastSync[pod] = sync;
		lastVisit[pod] = sync;
		nextSync[pod] = next;
		this.firstNext = Math.min(this.firstNext, next);
		return true;
	}

	/**
	 * A pass of the reconciler meets the volumes of a pod.
	 *
	 * @param mountedBy it concerns those that are mounted at this instant. Default: all.
	 * @returns when the last SetUp that it begins is over; {@link NEVER} when one fails.
	 */
	#pass(pod: number, sync: number, at: Micros, mountedBy: Micros = NEVER): Micros {
		const { firstVolume, podOrdered } = this.#tables;
		const first = firstVolume[pod] as number;
		const end = firstVolume[pod + 1] as number;
		// Volumes meet only where they ask for tokens of their pod.
		const order = podOrdered[pod] === 1 ? passOrder(this.#tables, first, end, at) : null;
		let latest = Number.NEGATIVE_INFINITY;
		for (let place = first; place < end; place++) {
			const volume = order === null ? place : (order[place - first] as number);
			if ((this.#doneAt[volume] as number) > mountedBy) continue;
			const done = this.#setUp(pod, volume, sync, at);
			this.#doneAt[volume] = done;
			latest = Math.max(latest, done);
		}
		return latest;
	}

	/** SetUp of a volume. @returns when it is over; {@link NEVER} when it fails or is not over at the end. */
	#setUp(pod: number, volume: number, sync: number, startedAt: Micros): Micros {
		const { input, firstRead, readObject, found, seen, deliveries } = this.#tables;
		const refresher = this.#refresher;
		if (this.#books.measured(startedAt)) refresher.counters.refreshes += 1;
		let now = startedAt;
		if (refresher.tokenDue(volume, sync, startedAt)) {
			const sentAt = this.#sentAt[volume] as number;
			// One that is due only when the volume is refreshed again has not had its turn.
			if (sentAt > input.end) return NEVER;
			now = sentAt + this.#tokens.send(pod, sentAt);
			if (now > input.end) return NEVER;
			refresher.tokenIssued(volume, now);
			this.#sentAt[volume] = NEVER;
		}
		const last = firstRead[volume + 1] as number;
		for (let read = firstRead[volume] as number; read < last; read++) {
			const filledAt = this.#filledAt[readObject[read] as number] as number;
			const waitsUntil = filledAt <= now ? now : firstOnGridAtOrAfter(filledAt, now, SYNC_POLL);
			if (waitsUntil >= now + SYNC_TIMEOUT) return NEVER;
			now = waitsUntil;
			found[read] = now >= deliveries.nextAt(read) ? deliveries.take(read, now) : (seen[read] as number);
		}
		// The first sweep closes the watch of what has not been read by then (K6).
		if (now >= this.#startedAt + IDLE_SWEEP) return NEVER;
		const done = now + refresher.setUpTime(volume, sync);
		return done <= input.end && refresher.finish(volume, found, sync, startedAt, now) ? done : NEVER;
	}

	/** True when more is asked for than the client has tokens for: then it matters what is asked for first. */
	#mayWait(): boolean {
		const { burst, qps } = clientOf(this.#tables.input.settings);
		return qps >= 0 && this.#requests > burst;
	}

	/** True when the client has all of its tokens again when the next sync comes. */
	#isFullAgain(): boolean {
		const { qps } = clientOf(this.#tables.input.settings);
		return qps < 0 || this.#startedAt + (this.#requests * SECOND) / qps < this.firstNext;
	}

	/** What is asked for from the start of the kubelet to the ends of the first syncs. */
	get #requests(): number {
		return START_UP_REQUESTS + this.#tables.pods + this.#lists + this.#asking.length;
	}
}
