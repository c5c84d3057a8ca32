// Small studies for statistical tests: equal nodes with the same pods that mount one Secret, which is written again and
// again. Everything that is not the law under test takes no time, except that the loops drift against the tick as they do.

import { MILLISECOND, type Micros, SECOND } from '../../src/core/time.js';
import type { Plan, Partial as RunPartial, Strategy } from '../../src/index.js';
import { action, object, plan, rotate, secretVolume, variant, workload } from '../support/plans.js';

/** What a study varies. Durations are microseconds. */
export interface Study {
	readonly strategy: Strategy;
	readonly syncFrequency: Micros;
	readonly nodes: number;
	/** Pods on each node; all of them mount the one Secret. */
	readonly podsPerNode: number;
	/** Time of the first write, time between writes, number of writes; each is moved by up to `jitter`. */
	readonly from: Micros;
	readonly period: Micros;
	readonly writes: number;
	readonly jitter: Micros;
	/** Cache: TTL annotation of the nodes; null (default): what the TTL controller writes. */
	readonly nodeTTL?: Micros | null;
	/** True: all pods start at time 0, and their watches with them. Default false. */
	readonly coldStart?: boolean;
	readonly seed: number;
}

/** A sync takes a millisecond, as with a fast runtime (K2.4). */
export const SYNC_DURATION: Micros = MILLISECOND;

/** The plan of a study. */
export function planOf(study: Study): Plan {
	const { strategy, syncFrequency, nodes, podsPerNode, from, period, writes, jitter, nodeTTL = null, coldStart = false, seed } = study;
	const until = from + (writes - 1) * period;
	const timing = {
		syncDuration: { min: SYNC_DURATION, max: SYNC_DURATION },
		syncToReprocess: { min: 0, max: SYNC_DURATION },
		loopRunTime: { min: 0, max: MILLISECOND },
	};
	const fields = {
		strategy,
		syncFrequency,
		kubeAPIQPS: 5000,
		kubeAPIBurst: 10_000,
		duration: until + jitter + 1,
		coldStart,
		cluster: { nodes, nodeTTL, timing },
		objects: [object('key', { k: 'first' })],
		workloads: [workload('app', nodes * podsPerNode, [secretVolume('key')])],
		actions: [action('rotate', { kind: 'every', period, from, until, times: null, jitter }, rotate('key'))],
	};
	// The laws are held against the samples themselves.
	return plan([variant(fields)], { seed, exactSamples: Number.MAX_SAFE_INTEGER });
}

/** Delays in seconds, write by write and in each in the order of the nodes; a write that was not settled is infinite. */
export function delaysByWrite(partial: RunPartial): Float64Array[] {
	const lists: number[][] = [];
	for (const { plane, samples } of partial.segments) {
		samples.settled.forEach((settled, i) => {
			const write = samples.write[i] as number;
			const commit = plane.writes[write]?.commit as Micros;
			const list = lists[write] ?? [];
			list.push(Number.isNaN(settled) ? Number.POSITIVE_INFINITY : (settled - commit) / SECOND);
			lists[write] = list;
		});
	}
	return lists.map((list) => Float64Array.from(list));
}

/** Number of requests with a verb for Secrets, from one second of the run up to another. */
export function requestCount(partial: RunPartial, verb: string, fromSecond: number, toSecond: number): number {
	let count = 0;
	for (const { ledger } of partial.segments) {
		for (const series of ledger.requests) {
			if (series.verb !== verb || series.resource !== 'secrets') continue;
			for (const inSecond of series.perSecond.subarray(fromSecond, toSecond)) count += inSecond;
		}
	}
	return count;
}

/** Samples put together, ascending. */
export function pooled(parts: readonly Float64Array[]): Float64Array {
	const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all.sort();
}
