// One node under Cache whose TTL never changes. What is kept of an object stays fresh until an instant that all who read it know,
// so a pod passes over its syncs up to the earliest such instant of what it shares; the pods are taken in the order of time only
// where they stop. What would wait for a client token is for somebody beside it, if there is one; else it makes the node give up, as does
// what would reach into the next tick.

import { type Micros, SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import type { Beside } from '../polled/beside.js';
import { type Budget, ClientBudget } from '../polled/client-budget.js';
import type { PodClocks } from '../polled/pod-clocks.js';
import { endAt } from '../polled/pod-end.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { PolledSyncs } from '../polled/polled-syncs.js';
import { TickWheel } from '../polled/tick-wheel.js';
import type { CachedSyncs } from './cached-syncs.js';
import type { DeferredReads } from './deferred-reads.js';
import type { OwnReads } from './own-reads.js';

/** Slots of the wheel of pods that are followed apart: these stop so seldom that they would stay for many turns of a small one. */
const SLOTS_APART = 4_096;

/** What not every such node has. */
export interface CachedNodeParts {
	/**
	 * Reads that are followed pod by pod; then somebody else has to see to it that no request waits for a client token. Null: all reads
	 * are made in the order of time, and the node gives up where one may have to wait.
	 */
	readonly own: OwnReads | null;
	/** Pays for requests that are made in the order of time. Null: a lower bound of what the client has. */
	readonly budget: Budget | null;
	/** Reads of what pods share at which they need not meet. */
	readonly deferred: DeferredReads | null;
}

/** A node whose pods all run undisturbed under Cache. */
export class CachedNode {
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #plain: CachedSyncs;
	readonly #exact: PolledSyncs;
	readonly #clocks: PodClocks;
	readonly #own: OwnReads | null;
	readonly #deferred: DeferredReads | null;
	readonly #budget: Budget | null;
	readonly #wheel: TickWheel;

	constructor(
		tables: NodeTables,
		objects: PolledObjects,
		plain: CachedSyncs,
		exact: PolledSyncs,
		clocks: PodClocks,
		{ own, budget, deferred }: CachedNodeParts,
	) {
		this.#tables = tables;
		this.#objects = objects;
		this.#plain = plain;
		this.#exact = exact;
		this.#clocks = clocks;
		this.#own = own;
		this.#deferred = deferred;
		this.#budget = own === null ? (budget ?? new ClientBudget(tables.input.settings)) : null;
		this.#wheel = new TickWheel(tables.pods, own === null ? undefined : SLOTS_APART);
	}

	/**
	 * Simulates pods to the end.
	 *
	 * @param pods that are simulated. Default: all.
	 * @param beside makes the syncs of other pods, and some of theirs. Default: nobody does.
	 * @returns false when the node needs another path after all.
	 */
	run(pods: readonly number[] = this.#tables.allPods(), beside: Beside | null = null): boolean {
		const { input, tickZero, firstTick, firstSync } = this.#tables;
		for (const pod of pods) {
			this.#exact.syncs[pod] = (firstSync[pod] as number) - 1;
			this.#own?.begin(pod);
			this.#wheel.put(pod, this.#passOn(pod, firstTick[pod] as number));
		}
		if (!this.#runTicks(Math.floor((input.end - tickZero) / SECOND) + 1, beside)) return false;
		if (beside !== null && !this.#advance(beside, input.end)) return false;
		// In what may be the last sync of a pod.
		if (this.#own?.failed === true) return false;
		for (const pod of pods) {
			this.#own?.resolve(pod, Number.POSITIVE_INFINITY);
			this.#plain.flush(pod);
			endAt(this.#tables, this.#clocks, pod, this.#exact.syncs[pod] as number, this.#wheel.dueOf(pod));
		}
		this.#deferred?.settle();
		return true;
	}

	#runTicks(ticks: number, beside: Beside | null): boolean {
		const wheel = this.#wheel;
		for (let tick = wheel.next(0); tick < ticks; tick = beside?.isOut === true ? tick + 1 : wheel.next(tick + 1)) {
			// What else happens at the instant of a tick is for who makes its syncs as well.
			if (beside !== null && !this.#advance(beside, this.#tables.tickZero + tick * SECOND - 1)) return false;
			const size = wheel.take(tick);
			if (size === 0) continue;
			if (!this.#runTick(size, tick, beside) || this.#own?.failed === true) return false;
		}
		return true;
	}

	/** Lets others go on to an instant. @returns false when a request may have had to wait for a client token. */
	#advance(beside: Beside, until: Micros): boolean {
		const returned: number[] = [];
		if (!beside.advance(until, this.#budget, returned)) return false;
		this.#forgetChanged();
		for (const pod of returned) {
			this.#exact.syncs[pod] = (this.#tables.firstSync[pod] as number) - 1;
			this.#plain.look(pod, until);
			this.#own?.begin(pod);
			this.#wheel.put(pod, this.#passOn(pod, this.#tables.firstTick[pod] as number));
		}
		return true;
	}

	/** Others make the syncs of a tick. */
	#handOver(beside: Beside, size: number, now: Micros): void {
		const { batch } = this.#wheel;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#plain.flush(pod);
			this.#own?.resolve(pod, Number.POSITIVE_INFINITY);
			beside.handOver(pod, this.#exact.syncs[pod] as number, now);
		}
	}

	#forgetChanged(): void {
		const { changed } = this.#objects;
		while (changed.length > 0) this.#plain.forget(changed.pop() as number);
	}

	/** Passes over the syncs of a pod that nobody else has to know of. @param tick of its next sync. @returns that of the one after. */
	#passOn(pod: number, tick: number): number {
		const stop = this.#plain.firstToLookAt(pod);
		if (tick >= stop) return tick;
		const { syncs } = this.#exact;
		const sync = (syncs[pod] as number) + 1;
		if (this.#own !== null) {
			const at = this.#own.follow(pod, sync, stop);
			syncs[pod] = this.#own.sync - 1;
			this.#plain.passed(pod, this.#own.sync - sync, this.#own.bytes);
			if (this.#own.unsettled >= 0) this.#look(pod, this.#tables.tickZero + this.#own.unsettled * SECOND);
			return at;
		}
		const { podLaneA, podLaneB } = this.#tables;
		const clock = this.#clocks.of(pod);
		const at = clock.skip(podLaneA[pod] as number, podLaneB[pod] as number, sync, tick, stop);
		syncs[pod] = clock.sync - 1;
		this.#plain.passed(pod, clock.sync - sync, 0);
		return at;
	}

	#runTick(size: number, tick: number, beside: Beside | null): boolean {
		const { batch } = this.#wheel;
		const now = this.#tables.tickZero + tick * SECOND;
		let left = 0;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#plain.crossEdge(pod, now);
			// What others have fetched since the pod was last looked at may be fresh for longer now.
			const at = this.#passOn(pod, tick);
			if (at > tick) this.#wheel.put(pod, at);
			else batch[left++] = pod;
		}
		if (left === 0) return true;
		const own = this.#own;
		if (beside?.mustMake(batch, left, now) === true) {
			this.#handOver(beside, left, now);
			return true;
		}
		this.#forgetChanged();
		if (own !== null) for (let i = 0; i < left; i++) own.resolve(batch[i] as number, tick);
		if (!this.#runBatch(left, now)) return false;
		const { syncs } = this.#exact;
		for (let i = 0; i < left; i++) {
			const pod = batch[i] as number;
			own?.synced(pod);
			this.#wheel.put(pod, this.#passOn(pod, this.#clocks.next(pod, syncs[pod] as number, tick)));
		}
		return true;
	}

	#runBatch(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		const sent = this.#objects.requests;
		this.#exact.latest = now;
		if (size === 1 || !this.#meet(size, now)) {
			for (let i = 0; i < size; i++) if (!this.#runAlone(batch[i] as number, now)) return false;
		} else {
			if (!this.#exact.together(batch, size, now)) return false;
			for (let i = 0; i < size; i++) this.#look(batch[i] as number, now);
		}
		return this.#close(sent, now);
	}

	/** Whether syncs of one tick may ask for the same thing, so that their order matters. */
	#meet(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			if (this.#tables.podOrdered[pod] === 1 || this.#plain.meets(pod, batch, size, now)) return true;
		}
		return false;
	}

	/** A sync that meets no other one. */
	#runAlone(pod: number, now: Micros): boolean {
		const { syncs } = this.#exact;
		const sync = (syncs[pod] as number) + 1;
		if (this.#plain.run(pod, sync, now)) {
			syncs[pod] = sync;
			this.#exact.latest = Math.max(this.#exact.latest, this.#plain.latest);
			return true;
		}
		const done = this.#tables.podOrdered[pod] === 1 ? this.#exact.together(this.#wheel.batch, 1, now) : this.#exact.alone(pod, now);
		if (done) this.#look(pod, now);
		return done;
	}

	#look(pod: number, now: Micros): void {
		this.#forgetChanged();
		this.#plain.look(pod, now);
	}

	/** True when the syncs that were worked through can be kept apart from the next tick, and none had to wait for a token (A2). */
	#close(sent: number, now: Micros): boolean {
		const { latest } = this.#exact;
		const { end } = this.#tables.input;
		if (latest > now + SECOND && now + SECOND <= end) return false;
		return this.#budget === null || this.#budget.pay(this.#objects.requests - sent, now, latest);
	}
}
