// When the pods of a node are synced next: one that waits for a volume in vain, after its sync has timed out; any other after the
// resync law. Both are laws of one form, so that whoever lists the ticks of a pod, or passes over its syncs, need not know how it stands
// (K2.1, K3.2).

import { type Micros, SECOND } from '../../../core/time.js';
import { MOUNT_TIMEOUT } from '../../mount-wait.js';
import { failingClock } from '../blocked-pods.js';
import type { NodeTables } from '../node-tables.js';
import { reprocessAfter } from '../pass-order.js';
import { ResyncClock } from '../resync-clock.js';

/** The clocks of one node's pods. */
export class PodClocks {
	/** Least and most ticks between two syncs of a pod. */
	readonly shortestGap: number;
	readonly longestGap: number;
	readonly #tables: NodeTables;
	readonly #resync: ResyncClock;
	/** Null: no pod of the node waits in vain. */
	readonly #failing: ResyncClock | null;

	/** @param tables know which pods wait in vain. */
	constructor(tables: NodeTables) {
		const { input, anyBlocked } = tables;
		this.#tables = tables;
		this.#resync = new ResyncClock(input);
		this.#failing = anyBlocked ? failingClock(input) : null;
		this.longestGap = Math.max(this.#resync.longestGap, this.#failing?.longestGap ?? 0);
		this.shortestGap = Math.min(this.#resync.shortestGap, this.#failing?.shortestGap ?? Number.POSITIVE_INFINITY);
	}

	/** The clock of a pod. */
	of(pod: number): ResyncClock {
		return this.#failing !== null && this.#tables.podBlocked[pod] === 1 ? this.#failing : this.#resync;
	}

	/** The tick of the sync after one. @param sync its number. @param tick at which it has started. */
	next(pod: number, sync: number, tick: number): number {
		const { podLaneA, podLaneB } = this.#tables;
		return tick + this.of(pod).gap(podLaneA[pod] as number, podLaneB[pod] as number, sync);
	}

	/** The tick of the sync before one. @param sync number of the sync before. @param tick at which the one after it starts. */
	previous(pod: number, sync: number, tick: number): number {
		const { podLaneA, podLaneB } = this.#tables;
		return tick - this.of(pod).gap(podLaneA[pod] as number, podLaneB[pod] as number, sync);
	}
}

/** Counts the time-out of a sync of a pod that waits in vain. @param sync its number. @param tick at which it starts. */
export function timesOut(tables: NodeTables, pod: number, sync: number, tick: number): void {
	givesUp(tables, pod, tables.tickZero + tick * SECOND + reprocessAfter(tables, pod, sync));
}

/** The same. @param since when the sync began to wait. */
export function givesUp({ input, timeouts }: NodeTables, pod: number, since: Micros): void {
	const at = since + MOUNT_TIMEOUT;
	if (at <= input.end && at >= input.measureFrom && at < input.measureTo) timeouts[pod] = (timeouts[pod] as number) + 1;
}
