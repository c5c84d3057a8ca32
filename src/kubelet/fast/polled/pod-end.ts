// What is left of a pod when a stretch of the fast path ends: its last sync, and the last one that the reconciler has answered.

import { SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import { visitOf } from '../pass-order.js';
import type { ResyncClock } from '../resync-clock.js';

/**
 * Notes in the tables how far a pod has come.
 *
 * @param sync number of its last sync that has begun. @param due tick of the one after it.
 */
export function endAt(tables: NodeTables, clock: ResyncClock, pod: number, sync: number, due: number): void {
	const { input, tickZero, firstSync, lastSync, lastVisit, podLaneA, podLaneB, podBlocked, lastTick } = tables;
	lastSync[pod] = sync;
	lastVisit[pod] = sync;
	if (sync < (firstSync[pod] as number)) return;
	const a = podLaneA[pod] as number;
	const tick = podBlocked[pod] === 1 ? (lastTick[pod] as number) : due - clock.gap(a, podLaneB[pod] as number, sync);
	const started = tickZero + tick * SECOND;
	if (visitOf(tables, pod, sync, started) > input.end) lastVisit[pod] = sync - 1;
}
