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
	readonly #answer: Int32Array;
	/** By object: until when readers have to wait. */
	readonly #freeAt = new Map<number, Micros>();

	constructor(tables: NodeTables, parts: NodeParts, objects: PolledObjects) {
		this.#tables = tables;
		this.#parts = parts;
		this.#objects = objects;
		this.#answer = new Int32Array(tables.volumes);
	}

	/** All attempts of pods up to the end. */
	run(pods: readonly BlockedPod[]): void {
		const { state, table } = this.#parts;
		const { localObjects } = this.#tables.input;
		const all: Attempts[] = [];
		for (const { volumes } of pods) {
			for (const { volume, retryAt, backoff, message } of volumes) {
				const object = localObjects.get(table.model(volume).reads[0]?.object as number) as number;
				const one: Attempts = { volume, object, message, at: 0, place: 0, backoff, operations: 0, begun: 0, failed: 0 };
				this.#schedule(one, retryAt);
				all.push(one);
			}
		}
		for (let next = earliest(all); next !== undefined && next.at <= this.#tables.input.end; next = earliest(all)) this.#attempt(next);
		for (const { volume, message, operations, begun, failed } of all) {
			table.operations[volume] = (table.operations[volume] as number) + operations;
			state.counters.refreshes += begun;
			state.count('Warning', 'FailedMount', message, failed);
		}
	}

	#attempt(one: Attempts): void {
		const { end } = this.#tables.input;
		const { state } = this.#parts;
		one.operations += 1;
		if (state.measured(one.at)) one.begun += 1;
		const sentAt = this.#objects.caches ? Math.max(one.at, this.#freeAt.get(one.object) ?? 0) : one.at;
		let over = Number.POSITIVE_INFINITY;
		if (sentAt <= end) {
			over = this.#objects.get(one.object, one.volume, sentAt, this.#answer);
			this.#objects.release(one.object);
		}
		this.#freeAt.set(one.object, over);
		if (over > end) {
			one.at = Number.POSITIVE_INFINITY;
			return;
		}
		if (state.measured(over)) one.failed += 1;
		one.backoff = Math.min(2 * one.backoff, OPERATION_BACKOFF_MAX);
		this.#schedule(one, over + one.backoff);
	}

	#schedule(one: Attempts, after: Micros): void {
		const { reconcilerPhase, reconcilerPeriod } = this.#tables.loops;
		one.at = firstOnGridAfter(after, reconcilerPhase, reconcilerPeriod);
		one.place = placeInPass(this.#tables, one.volume, one.at);
	}
}

/** The attempt that comes first, in the order of the pass where some come together. */
function earliest(all: readonly Attempts[]): Attempts | undefined {
	let first = all[0];
	for (const one of all) {
		if (first === undefined || one.at < first.at || (one.at === first.at && one.place < first.place)) first = one;
	}
	return first;
}
