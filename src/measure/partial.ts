// A partial: what simulating some nodes of some replications of some variants gave, in a form that merges exactly. Any way
// of splitting a plan gives the same whole: sums are integers, maxima are taken after summing, samples are put in node order.

import { type LedgerData, mergeLedgers } from '../apiserver/request-ledger.js';
import type { Micros } from '../core/time.js';
import type { Expectation } from './expectation.js';
import { concatenateSamples, type SampleColumns } from './samples.js';

/** What the report needs to know of a plan. */
export interface PartialHeader {
	readonly scenario: { readonly name: string; readonly file: string | null };
	readonly seed: number;
	readonly replications: number;
	readonly planDigest: string;
	readonly assumptions: readonly string[];
	readonly warnings: readonly string[];
	readonly expectations: readonly Expectation[];
	readonly variants: readonly VariantHeader[];
}

/** What the report needs to know of a variant. */
export interface VariantHeader {
	readonly name: string;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly kubernetes: string;
	readonly warmUp: Micros;
	readonly duration: Micros;
	/** End of the run: duration and drain. */
	readonly end: Micros;
	readonly couplings: readonly string[];
	/** True when nothing but writes happens: nodes are independent units for intervals. */
	readonly nodesAreUnits: boolean;
}

/** One write of one replication. */
export interface WriteRow {
	readonly object: string;
	readonly commit: Micros;
	readonly verb: 'create' | 'update' | 'delete';
}

/** Static facts of a pod that samples refer to. */
export interface PodRow {
	readonly key: string;
	readonly node: number;
	readonly workload: string;
	readonly volumes: readonly string[];
}

/** Facts of the control plane that every shard computes alike. */
export interface PlaneFacts {
	readonly nodes: readonly string[];
	readonly pods: readonly PodRow[];
	readonly writes: readonly WriteRow[];
	readonly refusals: readonly string[];
	/** At time 0: pods, refreshed volumes of the manifests, injected volumes, consumers that never update. */
	readonly counts: {
		readonly nodes: number;
		readonly pods: number;
		readonly volumes: number;
		readonly injectedVolumes: number;
		readonly subPath: number;
		readonly env: number;
		readonly notMounted: number;
	};
}

/** `reference` steps through every event; `fast` serves the nodes that it can without, the others by the reference path. */
export type EnginePath = 'reference' | 'fast';

/** Figures of a contiguous range of nodes in one replication of one variant. */
export interface Segment {
	readonly variant: number;
	readonly replication: number;
	readonly firstNode: number;
	/** First node that is not in it any more. */
	readonly endNode: number;
	/** The path that was taken; the same for every range of nodes of a run. It changes none of the figures. */
	readonly engine: EnginePath;
	readonly plane: PlaneFacts;
	readonly ledger: LedgerData;
	readonly samples: SampleColumns;
	readonly counters: { readonly syncs: number; readonly refreshes: number; readonly swaps: number; readonly throttled: Micros };
	readonly events: readonly {
		readonly type: 'Normal' | 'Warning';
		readonly reason: string;
		readonly message: string;
		readonly count: number;
	}[];
}

/** Some part of a study. */
export interface Partial {
	readonly schema: 'secretsim.partial/v1';
	readonly header: PartialHeader;
	/** Sorted by variant, replication, first node. */
	readonly segments: readonly Segment[];
}

/**
 * Joins partials of one plan.
 *
 * @throws Error when they are of different plans, or when two of them hold the same nodes.
 */
export function merge(partials: readonly Partial[]): Partial {
	const [first] = partials;
	if (first === undefined) throw new Error('merge needs at least one partial');
	for (const partial of partials) {
		if (partial.header.planDigest !== first.header.planDigest) {
			throw new Error(`partials of different plans cannot be merged: ${first.header.planDigest} and ${partial.header.planDigest}`);
		}
	}
	const segments = partials
		.flatMap((partial) => partial.segments)
		.sort((a, b) => a.variant - b.variant || a.replication - b.replication || a.firstNode - b.firstNode);
	const merged: Segment[] = [];
	for (const segment of segments) {
		const last = merged.at(-1);
		const sameRun = last !== undefined && last.variant === segment.variant && last.replication === segment.replication;
		if (sameRun && segment.firstNode < last.endNode) {
			throw new Error(
				`two partials hold node ${segment.firstNode + 1} of variant ${segment.variant + 1}, replication ${segment.replication}`,
			);
		}
		if (sameRun && segment.firstNode === last.endNode) merged[merged.length - 1] = joinSegments(last, segment);
		else merged.push(segment);
	}
	return { schema: 'secretsim.partial/v1', header: first.header, segments: merged };
}

function joinSegments(a: Segment, b: Segment): Segment {
	const events = new Map(a.events.map((event) => [`${event.type} ${event.reason} ${event.message}`, { ...event }]));
	for (const event of b.events) {
		const key = `${event.type} ${event.reason} ${event.message}`;
		const known = events.get(key);
		if (known === undefined) events.set(key, { ...event });
		else events.set(key, { ...known, count: known.count + event.count });
	}
	return {
		variant: a.variant,
		replication: a.replication,
		firstNode: a.firstNode,
		endNode: b.endNode,
		engine: a.engine === b.engine ? a.engine : 'reference',
		plane: a.plane,
		ledger: mergeLedgers([a.ledger, b.ledger]),
		samples: concatenateSamples([a.samples, b.samples]),
		counters: {
			syncs: a.counters.syncs + b.counters.syncs,
			refreshes: a.counters.refreshes + b.counters.refreshes,
			swaps: a.counters.swaps + b.counters.swaps,
			throttled: a.counters.throttled + b.counters.throttled,
		},
		events: [...events.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, event]) => event),
	};
}
