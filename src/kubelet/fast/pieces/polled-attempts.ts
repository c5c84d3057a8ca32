// Attempts under Get and Cache to mount volumes whose object does not exist: each asks the API server, which says so, and after a
// back-off the next one does. Nothing else reads the objects, so the attempts are followed alone, in the order of time: under Cache
// readers of one object wait for each other (K4.1, K5.2).

import { firstOnGridAfter, type Micros } from '../../../core/time.js';
import type { NodeParts } from '../../node.js';
import { OPERATION_BACKOFF_MAX } from '../../operation-backoff.js';
import type { BlockedPod } from '../blocked-pods.js';
import type { NodeTables } from '../node-tables.js';
import { placeInPass } from '../pass-order.js';
import type { PolledObjects } from '../polled/polled-objects.js';

/** One volume and its next attempt. */
interface Attempts {
	readonly volume: number;
	readonly object: number;
	readonly message: string;
	/** When the reconciler meets the volume, and its place in that pass. */
	at: Micros;
	place: number;
	backoff: Micros;
	operations: number;
	begun: number;
	failed: number;
}

/** Such attempts of one node. */
export class PolledAttempts {
	readonly #tables: NodeTables;
	readonly #parts: NodeParts;
	readonly #objects: PolledObjects;
	/** By object: until when readers have to wait. */
	readonly #freeAt = new Map<number, Micros>();
	/** In the order in which they come. */
	readonly #queue: Attempts[] = [];

	constructor(tables: NodeTables, parts: NodeParts, objects: PolledObjects) {
		this.#tables = tables;
		this.#parts = parts;
		this.#objects = objects;
	}

	/** All attempts of pods up to the end. */
	run(pods: readonly BlockedPod[]): void {
		const { state, table } = this.#parts;
		const { localObjects, end } = this.#tables.input;
		const all: Attempts[] = [];
		for (const { volumes } of pods) {
			for (const { volume, retryAt, backoff, message } of volumes) {
				const object = localObjects.get(table.model(volume).reads[0]?.object as number) as number;
				const one: Attempts = { volume, object, message, at: 0, place: 0, backoff, operations: 0, begun: 0, failed: 0 };
				this.#schedule(one, retryAt);
				all.push(one);
			}
		}
		const queue = this.#queue;
		while (queue.length > 0 && (queue[0] as Attempts).at <= end) this.#attempt(queue.shift() as Attempts, end);
		for (const { volume, message, operations, begun, failed } of all) {
			table.operations[volume] = (table.operations[volume] as number) + operations;
			state.counters.refreshes += begun;
			state.count('Warning', 'FailedMount', message, failed);
		}
	}

	#attempt(one: Attempts, end: Micros): void {
		const { state } = this.#parts;
		one.operations += 1;
		if (state.measured(one.at)) one.begun += 1;
		const sentAt = this.#objects.caches ? Math.max(one.at, this.#freeAt.get(one.object) ?? 0) : one.at;
		const over = sentAt <= end ? this.#objects.askInVain(one.object, sentAt) : Number.POSITIVE_INFINITY;
		if (this.#objects.caches) this.#freeAt.set(one.object, over);
		if (over > end) return;
		if (state.measured(over)) one.failed += 1;
		one.backoff = Math.min(2 * one.backoff, OPERATION_BACKOFF_MAX);
		this.#schedule(one, over + one.backoff);
	}

	#schedule(one: Attempts, after: Micros): void {
		const { reconcilerPhase, reconcilerPeriod } = this.#tables.loops;
		one.at = firstOnGridAfter(after, reconcilerPhase, reconcilerPeriod);
		one.place = placeInPass(this.#tables, one.volume, one.at);
		this.#queueUp(one);
	}

	/** Nearly always among the last ones: in the end all have the longest back-off. */
	#queueUp(one: Attempts): void {
		const queue = this.#queue;
		let place = queue.length;
		for (; place > 0; place--) {
			const before = queue[place - 1] as Attempts;
			if (before.at < one.at || (before.at === one.at && before.place < one.place)) break;
			queue[place] = before;
		}
		queue[place] = one;
	}
}
