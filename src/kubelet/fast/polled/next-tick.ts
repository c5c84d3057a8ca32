// When a pod is synced next: after the resync law, or, where it waits for a volume in vain, after its sync has timed out.

import { SECOND } from '../../../core/time.js';
import { afterTimeout } from '../blocked-pods.js';
import type { NodeTables } from '../node-tables.js';
import { reprocessAfter } from '../pass-order.js';
import type { ResyncClock } from '../resync-clock.js';

/** The tick of the sync after one. @param sync its number. @param tick at which it has started. */
export function nextTick(tables: NodeTables, clock: ResyncClock, pod: number, sync: number, tick: number): number {
	const { podBlocked, lastTick, tickZero, podLaneA, podLaneB } = tables;
	if (podBlocked[pod] === 0) return tick + clock.gap(podLaneA[pod] as number, podLaneB[pod] as number, sync);
	lastTick[pod] = tick;
	const started = tickZero + tick * SECOND;
	return tickAfterTimeout(tables, pod, sync, started + reprocessAfter(tables, pod, sync));
}

/** The tick of the sync after one that waits since an instant; its time-out is counted. */
export function tickAfterTimeout(tables: NodeTables, pod: number, sync: number, since: number): number {
	const { timeouts, tickZero, input } = tables;
	const { at, next } = afterTimeout(tables, pod, sync, since);
	if (at <= input.end && at >= input.measureFrom && at < input.measureTo) timeouts[pod] = (timeouts[pod] as number) + 1;
	return (next - tickZero) / SECOND;
}
