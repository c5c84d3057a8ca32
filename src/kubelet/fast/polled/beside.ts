// Who makes some syncs of a node under Get or Cache in the place of the engine that serves its pods tick by tick. Both read some of the same
// objects and have one API client, so they take turns.

import type { Micros } from '../../../core/time.js';
import type { Budget } from './client-budget.js';

/** Makes syncs that the engine must not make. */
export interface Beside {
	/** True while pods are out that will come back. */
	readonly isOut: boolean;
	/**
	 * Goes on up to and including an instant.
	 *
	 * @param budget pays for client tokens that were asked for. Null: the caller judges them all in the end.
	 * @param returned takes the pods that come back: the tables know their next ticks, which lie after that instant.
	 * @returns false when the node needs another way.
	 */
	advance(until: Micros, budget: Budget | null, returned: number[]): boolean;
	/**
	 * True when the engine must not make the syncs of a tick. Something else may be kept of objects afterwards.
	 *
	 * @param batch pods of the syncs in the first places.
	 */
	mustMake(batch: Int32Array, size: number, now: Micros): boolean;
	/** Takes a pod over with its sync at `now`. @param sync number of the sync before it. */
	handOver(pod: number, sync: number, now: Micros): void;
}
