// What is left of a pod when a stretch of the fast path ends: its last sync, and the last one that the reconciler has answered.

import { SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import { visitOf } from '../pass-order.js';
import type { PodClocks } from './pod-clocks.js';

/**
 * Notes in the tables how far a pod has come.
 *
 * @param sync number of its last sync that has begun. @param due tick of the one after it.
 */
export function endAt(tables: NodeTables, clocks: PodClocks, pod: number, sync: number, due: number): void {
	const { input, tickZero, firstSync, lastSync, lastVisit } = tables;
	lastSync[pod] = sync;
	lastVisit[pod] = sync;
	if (sync < (firstSync[pod] as number)) return;
	const started = tickZero + clocks.previous(pod, sync, due) * SECOND;
	if (visitOf(tables, pod, sync, started) > input.end) lastVisit[pod] = sync - 1;
}
