// A partial: what simulating some nodes of some replications of some variants gave, in a form that merges exactly. Any way
// of splitting a plan gives the same whole: sums are integers, maxima are taken after summing, samples are put in node order.

import { type LedgerData, mergeLedgers } from '../apiserver/request-ledger.js';
import type { Micros } from '../core/time.js';
import type { Expectation } from './expectation.js';
import type { SamplePolicy, TallyLayout } from './sample-policy.js';
import { concatenateSamples, type SampleColumns } from './samples.js';
import { joinTallies, type TallyData } from './tally.js';

/** What the report needs to know of a plan. */
export interface PartialHeader {
	readonly scenario: { readonly name: string; readonly file: string | null };
	readonly seed: number;
	readonly replications: number;
	readonly planDigest: string;
	readonly assumptions: readonly string[];
	readonly warnings: readonly string[];
	readonly expectations: readonly Expectation[];
	readonly samples: SamplePolicy;
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
	/** How samples are counted where they are not kept; null: they are kept. */
	readonly tally: TallyLayout | null;
}

/** One write of one replication. */
export interface WriteRow {
	readonly object: string;
	readonly commit: Micros;
	readonly verb: 'create' | 'update' | 'delete';
}

/** What samples tell of a pod. */
export interface PodRow {
	/** Number of the pod in the run; the same in every replication for pods that are there from the beginning. */
	readonly index: number;
	readonly key: string;
	readonly node: number;
	readonly workload: string;
	readonly volumes: readonly string[];
}

/** Facts of the control plane that every shard computes alike. */
export interface PlaneFacts {
	readonly nodes: readonly string[];
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
	/** `fast` when some of the nodes were served by the fast path; it changes none of the figures. */
	readonly engine: EnginePath;
	readonly plane: PlaneFacts;
	readonly ledger: LedgerData;
	/** Pods that samples are of, by node and number; those of a tally only where samples were asked for. */
	readonly pods: readonly PodRow[];
	/** By node, write, pod and volume. */
	readonly samples: SampleColumns;
	/** What is kept of the samples when there may be too many to keep them; null: all are in `samples`. */
	readonly tally: TallyData | null;
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
	const groups: Segment[][] = [];
	for (const segment of segments) {
		const group = groups.at(-1);
		const last = group?.at(-1);
		const sameRun = last !== undefined && last.variant === segment.variant && last.replication === segment.replication;
		if (sameRun && segment.firstNode < last.endNode) {
			throw new Error(
				`two partials hold node ${segment.firstNode + 1} of variant ${segment.variant + 1}, replication ${segment.replication}`,
			);
		}
		if (sameRun && segment.firstNode === last.endNode) group?.push(segment);
		else groups.push([segment]);
	}
	return { schema: 'secretsim.partial/v1', header: first.header, segments: groups.map(joinSegments) };
}

/** The samples of neighbours and the pods that they are of. */
export function joinSamples(neighbours: readonly Pick<Segment, 'pods' | 'samples'>[]): Pick<Segment, 'pods' | 'samples'> {
	let pods = 0;
	const firstPods = neighbours.map((one) => {
		pods += one.pods.length;
		return pods - one.pods.length;
	});
	const samples = concatenateSamples(
		neighbours.map((one) => one.samples),
		firstPods,
	);
	return { pods: neighbours.flatMap((one) => one.pods), samples };
}

/** A partial without the samples of segments whose figures do not need them: what is left when their rows have been written. */
export function withoutRows(partial: Partial): Partial {
	return {
		...partial,
		segments: partial.segments.map((segment) => (segment.tally === null ? segment : { ...segment, ...joinSamples([]) })),
	};
}

/** Neighbours as one; all at once, because joining one after the other would copy the first ones again and again. */
function joinSegments(neighbours: readonly Segment[]): Segment {
	const [first, ...others] = neighbours as readonly [Segment, ...Segment[]];
	if (others.length === 0) return first;
	const events = new Map<string, Segment['events'][number]>();
	for (const event of neighbours.flatMap((segment) => segment.events)) {
		const key = `${event.type} ${event.reason} ${event.message}`;
		events.set(key, { ...event, count: event.count + (events.get(key)?.count ?? 0) });
	}
	const tallies = neighbours.flatMap(({ tally }) => (tally === null ? [] : [tally]));
	const sum = (count: (counters: Segment['counters']) => number): number =>
		neighbours.reduce((total, segment) => total + count(segment.counters), 0);
	return {
		variant: first.variant,
		replication: first.replication,
		firstNode: first.firstNode,
		endNode: (neighbours.at(-1) as Segment).endNode,
		engine: neighbours.some((segment) => segment.engine === 'fast') ? 'fast' : 'reference',
		plane: first.plane,
		ledger: mergeLedgers(neighbours.map((segment) => segment.ledger)),
		...joinSamples(neighbours),
		tally: tallies.length === 0 ? null : joinTallies(tallies),
		counters: {
			syncs: sum((counters) => counters.syncs),
			refreshes: sum((counters) => counters.refreshes),
			swaps: sum((counters) => counters.swaps),
			throttled: sum((counters) => counters.throttled),
		},
		events: [...events.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event),
	};
}
