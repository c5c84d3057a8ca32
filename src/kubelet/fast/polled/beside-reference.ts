// The part of a node under Get or Cache that stays on the reference path while the fast path serves the other pods. Both read some of
// the same objects and have one API client, so they take turns: the reference path goes on up to each tick of the fast path, and
// where it may touch a common object before the syncs of a tick are over, it makes those syncs as well and gives the pods back afterwards.

import type { NodeConnection } from '../../../apiserver/node-connection.js';
import type { TimelineVersion } from '../../../apiserver/object-timeline.js';
import { type Micros, type MicrosRange, NEVER } from '../../../core/time.js';
import type { TokenBucket } from '../../client/token-bucket.js';
import type { Node, NodeParts } from '../../node.js';
import type { PodInput } from '../../node-input.js';
import { WORKER } from '../../pod-table.js';
import { latestReach } from '../eligibility.js';
import { ABSENT, type NodeTables } from '../node-tables.js';
import type { PodLoan } from '../pod-loan.js';
import type { Beside } from './beside.js';
import type { Budget } from './client-budget.js';
import type { PolledObjects } from './polled-objects.js';
import { latestEnd, mostRequests } from './request-chains.js';

/** Lets the reference path go on up to and including an instant. */
export type Drive = (until: Micros) => void;

/** Of so many syncs that were looked at the reference path may make one; more would be no faster than making all there. */
const MOST_HANDED_OVER = 3;
/** So many are too few to judge by. */
const ENOUGH_HANDED_OVER = 300;

/** The reference path of one node beside the fast one. */
export class BesideReference implements Beside {
	readonly #node: Node;
	readonly #parts: NodeParts;
	readonly #connection: NodeConnection;
	readonly #drive: Drive;
	readonly #tables: NodeTables;
	readonly #loan: PodLoan;
	readonly #objects: PolledObjects;
	/** Pods that are never lent, and pods that are out for some syncs. */
	readonly #others: readonly number[];
	readonly #out: number[] = [];
	/** Objects that more than one pod may ask for. */
	readonly #common: readonly number[];
	readonly #isCommon: Uint8Array;
	/** By pod, where somebody has asked: the objects that it has registered. */
	readonly #registeredBy: (readonly number[] | undefined)[] = [];
	/** Syncs that the reference path was given, and that it was thought about. */
	#handedOver = 0;
	#looked = 0;
	/** The fast path has asked for common objects since the reference path knows of them. */
	#news: boolean;
	/** Client tokens of the reference path that are paid for. */
	#paid: number;
	/** The client's tokens where the fast path has to wait for none; null: somebody else sees to that. */
	readonly #bucket: TokenBucket | null;
	readonly #reach: Micros;
	readonly #latency: Micros;

	/**
	 * @param others pods that stay on the reference path. @param paid client tokens that it has asked for and got already.
	 * @param bucket of the client: the reference path makes the syncs that may have to wait. Null: somebody else sees to that.
	 */
	constructor(
		node: Node,
		connection: NodeConnection,
		drive: Drive,
		tables: NodeTables,
		loan: PodLoan,
		objects: PolledObjects,
		others: readonly number[],
		requestLatency: MicrosRange,
		paid: number,
		bucket: TokenBucket | null,
	) {
		this.#bucket = bucket;
		this.#node = node;
		this.#parts = node.parts;
		this.#connection = connection;
		this.#drive = drive;
		this.#tables = tables;
		this.#loan = loan;
		this.#objects = objects;
		this.#others = others;
		this.#paid = paid;
		// With nobody else to ask, everything is news in the end.
		this.#news = others.length === 0;
		this.#reach = latestReach(tables.input, tables.loops);
		this.#latency = requestLatency.max;
		this.#isCommon = new Uint8Array(tables.input.objects.length);
		for (let object = 0; object < this.#isCommon.length; object++) if ((tables.readers[object] as number) > 1) this.#isCommon[object] = 1;
		for (const pod of others) for (const object of this.#registered(pod)) this.#isCommon[object] = 1;
		this.#common = [...this.#isCommon.keys()].filter((object) => this.#isCommon[object] === 1);
	}

	/** True while pods are out that will come back. */
	get isOut(): boolean {
		return this.#out.length > 0;
	}

	/**
	 * Lets the reference path go on to an instant.
	 *
	 * @param budget pays for client tokens that were asked for. Null: the caller judges them all in the end.
	 * @param returned takes the pods that come back: the tables know their next ticks.
	 * @returns false when a request may have had to wait for a client token, or when the reference path makes too many of the syncs.
	 */
	advance(until: Micros, budget: Budget | null, returned: number[]): boolean {
		if (this.#handedOver > ENOUGH_HANDED_OVER && this.#handedOver * MOST_HANDED_OVER > this.#looked) return false;
		this.#driveTo(until);
		const asked = this.#parts.state.tokensAsked as readonly Micros[];
		for (; this.#paid < asked.length; this.#paid++) {
			const at = asked[this.#paid] as Micros;
			if (budget?.pay(1, at, at) === false) return false;
		}
		for (let place = this.#out.length - 1; place >= 0; place--) {
			const pod = this.#out[place] as number;
			if (!this.#isBack(pod)) continue;
			this.#out.splice(place, 1);
			this.#loan.take([pod]);
			this.#learnOwn(pod);
			returned.push(pod);
		}
		return true;
	}

	/**
	 * True when the reference path may touch a common object before syncs that start at `now` are over: then it has to make them.
	 *
	 * @param batch pods of the syncs in the first places.
	 */
	mustMake(batch: Int32Array, size: number, now: Micros): boolean {
		this.#looked += size;
		if (this.#mayMeet(batch, size, now)) return true;
		// What else happens at the instant of the tick comes before its syncs, unless these are made here as well.
		if (this.#driveTo(now) && this.#mayMeet(batch, size, now)) return true;
		this.#news = true;
		return false;
	}

	#mayMeet(batch: Int32Array, size: number, now: Micros): boolean {
		if (this.isOut) return true;
		const latest = latestEnd(this.#tables, batch, size, now + this.#reach, this.#latency);
		for (const pod of this.#others) if (this.#touchesAt(pod, now) <= latest) return true;
		if (this.#bucket !== null) {
			// Requests of the status manager take tokens of the same client, each when the one before has been answered.
			if (!this.#parts.workers.statusIsTold) return true;
			if (!this.#bucket.has(mostRequests(this.#tables, batch, size, latest, this.#objects), now)) return true;
		}
		return false;
	}

	/** Lets the reference path go on. @returns false when nothing happened there. */
	#driveTo(until: Micros): boolean {
		if (Math.min(this.#node.nextTime(), this.#connection.nextTime()) > until) return false;
		this.#tellNews();
		this.#drive(until);
		for (const object of this.#common) this.#learn(object);
		return true;
	}

	/** The reference path makes a pod's sync at `now`. @param sync number of the sync before it. */
	handOver(pod: number, sync: number, now: Micros): void {
		this.#tellNews();
		this.#handedOver += 1;
		const { lastSync, lastVisit } = this.#tables;
		lastSync[pod] = sync;
		lastVisit[pod] = sync;
		this.#loan.giveBack(pod);
		this.tellOwn(pod);
		this.#parts.workers.scheduleTick(pod, now);
		this.#out.push(pod);
	}

	/** The reference path takes over what the fast path knows of the objects that several pods read. */
	#tellNews(): void {
		if (!this.#news) return;
		this.#news = false;
		for (const object of this.#common) this.#tell(object);
	}

	/** The end of the stretch: the reference path knows what the fast path has asked for. */
	tellAll(): void {
		this.#tellNews();
		for (const pod of this.#loan.pods) this.tellOwn(pod);
	}

	/** What the fast path knows of a pod's own objects and tokens. */
	tellOwn(pod: number): void {
		this.#connection.setAskedAbout(~pod, this.#objects.tokensAskedOf(pod));
		for (const object of this.#registered(pod)) if (this.#isCommon[object] === 0) this.#tell(object);
	}

	/** What the reference path knows of all objects and tokens of a pod. */
	learn(pod: number): void {
		for (const object of this.#registered(pod)) this.#learn(object);
		this.#learnOwn(pod);
	}

	#learnOwn(pod: number): void {
		this.#objects.resumeTokens(pod, this.#connection.askedAbout(~pod));
		for (const object of this.#registered(pod)) if (this.#isCommon[object] === 0) this.#learn(object);
	}

	#tell(object: number): void {
		const { managers } = this.#parts;
		this.#connection.setAskedAbout(object, this.#objects.askedAbout(object));
		const timeline = this.#tables.timeline(object);
		const kept = this.#objects.keptOf(object);
		const version = kept === ABSENT ? null : (timeline.versions[kept] as TimelineVersion);
		managers.manager(timeline.kind).restore(object, version, this.#objects.updatedAtOf(object));
	}

	/** Nothing is learned of an object that somebody is asking for; then nobody else reads it either. */
	#learn(object: number): void {
		const standing = this.#parts.managers.standing(object);
		if (standing === null) return;
		this.#objects.resume(object, standing.object?.index ?? ABSENT, standing.storedAt, this.#connection.askedAbout(object));
	}

	#isBack(pod: number): boolean {
		if (!this.#loan.isResting(pod)) return false;
		return this.#registered(pod).every((object) => this.#parts.managers.standing(object) !== null);
	}

	/** A lower bound of when a pod of the reference path touches an object or asks for a token, if nothing else happens to it. */
	#touchesAt(pod: number, now: Micros): Micros {
		const { pods, table, volumes } = this.#parts;
		const worker = pods.worker[pod] as number;
		let at = NEVER;
		if (worker === WORKER.idle) at = pods.tickAt[pod] as Micros;
		// The wait for volumes ends with an error and a pause, or soon after a visit of the reconciler.
		else if (worker !== WORKER.waitingForMounts) return now;
		if (pods.pending[pod] !== 0 || pods.processed[pod] === 0 || pods.didSomething[pod] !== 0) return now;
		const last = pods.firstVolume[pod + 1] as number;
		for (let volume = pods.firstVolume[pod] as number; volume < last; volume++) {
			if (volumes.isAtWork(volume)) return now;
			const visitAt = table.visitAt[volume] as Micros;
			if (visitAt >= 0 && visitAt < at) at = visitAt;
		}
		// With nothing left to visit, the wait is about to end.
		return at === NEVER ? now : at;
	}

	#registered(pod: number): readonly number[] {
		let known = this.#registeredBy[pod];
		if (known === undefined) {
			const { secrets, configMaps } = (this.#parts.pods.inputs[pod] as PodInput).model;
			const { localObjects } = this.#tables.input;
			known = [...secrets, ...configMaps].map((object) => localObjects.get(object) as number);
			this.#registeredBy[pod] = known;
		}
		return known;
	}
}
