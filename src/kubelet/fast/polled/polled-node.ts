// One node under Get or Cache: reads of different pods meet at the objects, so the pods are taken in the order of time. A wheel
// of one-second slots holds them. Quiet syncs are counted, the others worked through before the next tick. What would wait for a client
// token is for somebody beside it, if there is one; else it makes the node give up, as does what would reach into the next tick.

import { type Micros, SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import { visitOf } from '../pass-order.js';
import type { Beside } from './beside.js';
import { type Budget, ClientBudget } from './client-budget.js';
import { PodClocks, timesOut } from './pod-clocks.js';
import { endAt } from './pod-end.js';
import type { PolledObjects } from './polled-objects.js';
import type { PolledSyncs } from './polled-syncs.js';
import type { QuietSyncs } from './quiet-syncs.js';
import { TickWheel } from './tick-wheel.js';

/** A node whose pods all run undisturbed under Get or Cache. */
export class PolledNode {
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #quiet: QuietSyncs;
	readonly #exact: PolledSyncs;
	readonly #clocks: PodClocks;
	readonly #wheel: TickWheel;
	readonly #budget: Budget;
	/** Quiet syncs may be counted: nobody has to know when their requests are sent. */
	readonly #mayCount: boolean;

	/** @param budget pays for requests. Default: a lower bound of what the client has. */
	constructor(tables: NodeTables, objects: PolledObjects, quiet: QuietSyncs, exact: PolledSyncs, budget: Budget | null = null) {
		const { input, pods } = tables;
		this.#tables = tables;
		this.#objects = objects;
		this.#quiet = quiet;
		this.#exact = exact;
		this.#clocks = new PodClocks(tables);
		this.#wheel = new TickWheel(pods);
		this.#budget = budget ?? new ClientBudget(input.settings);
		this.#mayCount = !this.#budget.isExact;
	}

	/**
	 * Simulates pods to the end.
	 *
	 * @param pods that are simulated. Default: all.
	 * @param beside makes the syncs of other pods, and some of theirs. Default: nobody does.
	 * @returns false when the node needs the reference path after all.
	 */
	run(pods: readonly number[] = this.#tables.allPods(), beside: Beside | null = null): boolean {
		const { input, tickZero, firstTick, firstSync, podBlocked } = this.#tables;
		for (const pod of pods) this.#exact.syncs[pod] = (firstSync[pod] as number) - 1;
		const wheel = this.#wheel;
		for (const pod of pods) wheel.put(pod, firstTick[pod] as number);
		const ticks = Math.floor((input.end - tickZero) / SECOND) + 1;
		for (let tick = 0; tick < ticks; tick++) {
			const now = tickZero + tick * SECOND;
			// What else happens at the instant of a tick is for who makes its syncs as well.
			if (beside !== null && !this.#advance(beside, now - 1)) return false;
			const size = wheel.take(tick);
			if (size === 0 || this.#handsOver(beside, size, now)) continue;
			this.#quiet.tick = tick;
			if (!this.#runTick(size, now)) return false;
			for (let i = 0; i < size; i++) {
				const pod = wheel.batch[i] as number;
				const sync = this.#exact.syncs[pod] as number;
				if (podBlocked[pod] === 1) timesOut(this.#tables, pod, sync, tick);
				wheel.put(pod, this.#clocks.next(pod, sync, tick));
			}
		}
		if (beside !== null && !this.#advance(beside, input.end)) return false;
		for (const pod of pods) {
			this.#quiet.flush(pod);
			endAt(this.#tables, this.#clocks, pod, this.#exact.syncs[pod] as number, wheel.dueOf(pod));
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
			this.#quiet.look(pod, until);
			this.#wheel.put(pod, this.#tables.firstTick[pod] as number);
		}
		return true;
	}

	/** Lets others make the syncs of a tick where it is not certain to do without. */
	#handsOver(beside: Beside | null, size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		if (beside?.mustMake(batch, size, now) !== true) {
			this.#forgetChanged();
			return false;
		}
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			this.#quiet.flush(pod);
			beside.handOver(pod, this.#exact.syncs[pod] as number, now);
		}
		return true;
	}

	#forgetChanged(): void {
		const { changed } = this.#objects;
		while (changed.length > 0) this.#quiet.forget(changed.pop() as number);
	}

	#runTick(size: number, now: Micros): boolean {
		if (size === 1) return this.#runAlone(this.#wheel.batch[0] as number, now);
		return this.#mayCount && this.#areQuiet(size, now) ? this.#countAll(size, now) : this.#workThrough(size, now);
	}

	/** The only sync of a tick. */
	#runAlone(pod: number, now: Micros): boolean {
		const quiet = this.#quiet;
		const latest = quiet.latestAlone(pod, now);
		if (this.#mayCount && quiet.isQuiet(pod, now, latest) && quiet.count(pod, now, latest)) {
			const { syncs } = this.#exact;
			syncs[pod] = (syncs[pod] as number) + 1;
			return this.#budget.pay(quiet.readsOf(pod), now, latest);
		}
		if (this.#mayCount && quiet.isNearlyQuiet(pod, now)) {
			const over = this.#replaceToken(pod, now);
			if (over >= 0) return this.#budget.pay(1 + quiet.readsOf(pod), now, over);
		}
		if (this.#tables.podOrdered[pod] === 1) return this.#workThrough(1, now);
		const sent = this.#objects.requests;
		this.#exact.latest = now;
		return this.#exact.alone(pod, now) && this.#close(sent, now) && this.#look(pod, now);
	}

	/** A sync that only has a token to replace, or to look at; -1 when it has to be worked through. */
	#replaceToken(pod: number, now: Micros): Micros {
		const { syncs } = this.#exact;
		const sync = (syncs[pod] as number) + 1;
		const over = this.#quiet.replaceToken(pod, sync, now, visitOf(this.#tables, pod, sync, now));
		if (over >= 0) syncs[pod] = sync;
		return over;
	}

	#areQuiet(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		const quiet = this.#quiet;
		const reads = this.#readsOf(size);
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			const latest = quiet.latestTogether(pod, now, reads);
			if (!quiet.isQuiet(pod, now, latest) || !quiet.isCertain(now, latest)) return false;
		}
		return true;
	}

	#countAll(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		const quiet = this.#quiet;
		const { syncs } = this.#exact;
		const reads = this.#readsOf(size);
		let over = now;
		for (let i = 0; i < size; i++) {
			const pod = batch[i] as number;
			const latest = quiet.latestTogether(pod, now, reads);
			over = Math.max(over, latest);
			quiet.count(pod, now, latest);
			syncs[pod] = (syncs[pod] as number) + 1;
		}
		return this.#budget.pay(reads, now, over);
	}

	#readsOf(size: number): number {
		const { batch } = this.#wheel;
		let reads = 0;
		for (let i = 0; i < size; i++) reads += this.#quiet.readsOf(batch[i] as number);
		return reads;
	}

	/** Syncs of one tick of which at least one is not quiet. */
	#workThrough(size: number, now: Micros): boolean {
		const { batch } = this.#wheel;
		const sent = this.#objects.requests;
		this.#exact.latest = now;
		if (!this.#exact.together(batch, size, now)) return false;
		if (!this.#close(sent, now)) return false;
		for (let i = 0; i < size; i++) this.#look(batch[i] as number, now);
		return true;
	}

	/** True when the syncs that were worked through can be kept apart from the next tick. */
	#close(sent: number, now: Micros): boolean {
		const { latest } = this.#exact;
		const { end } = this.#tables.input;
		return (latest <= now + SECOND || now + SECOND > end) && this.#budget.pay(this.#objects.requests - sent, now, latest);
	}

	#look(pod: number, now: Micros): boolean {
		this.#forgetChanged();
		this.#quiet.look(pod, now);
		return true;
	}
}
