// How the work of a plan is cut. A study is a row of runs (one replication of one variant each), a run is a row of nodes.
// A shard is a stretch of that row of equal cost, whatever it holds: many small runs of a matrix, or a range of the nodes
// of one large fleet. A unit is a piece of a shard that a worker thread does at a time. Partial results merge exactly, so
// no cut changes a byte of the result.

import type { Plan, VariantPlan } from '../cluster/plan.js';
import type { NodeShard } from '../cluster/simulate.js';
import { SECOND } from '../core/time.js';

/** Some nodes of one run. */
export interface RunPart {
	readonly variant: string;
	readonly replication: number;
	readonly shard: Required<NodeShard>;
	/** Nodes that are there at time 0. */
	readonly nodes: number;
	/** What it costs compared to others; about one per pod sync under Watch. */
	readonly cost: number;
}

/** Which shard of how many; `index` counts from 0. */
export interface ShardNumber {
	readonly index: number;
	readonly count: number;
}

/** A node under Cache or Get, where syncs ask the API server, costs about twice one under Watch. */
const COST_OF_ASKING = 2;

function podCount({ cluster, workloads }: VariantPlan): number {
	return workloads.reduce((sum, workload) => sum + (workload.kind === 'DaemonSet' ? cluster.nodes : workload.replicas), 0);
}

/** How many pod syncs one replication of a variant has, roughly: pods times virtual time over the mean gap (K2.4). */
export function estimatedSyncs(variant: VariantPlan): number {
	const meanGap = 1.25 * variant.cluster.kubelet.syncFrequency + SECOND / 2;
	return Math.ceil((podCount(variant) * (variant.duration + (variant.drain ?? 2 * meanGap))) / meanGap);
}

/** Into how many parts a run can be cut: its nodes at time 0. */
function slicesOf(variant: VariantPlan): number {
	return Math.max(1, variant.cluster.nodes);
}

/** Cost of one slice, a whole number so that every machine cuts alike. */
function sliceCost(variant: VariantPlan): number {
	const factor = variant.cluster.kubelet.configMapAndSecretChangeDetectionStrategy === 'Watch' ? 1 : COST_OF_ASKING;
	return Math.max(1, Math.round((factor * estimatedSyncs(variant)) / slicesOf(variant)));
}

/** The most shards that all have something to do. */
export function mostShards(plan: Plan): number {
	return plan.variants.reduce((sum, variant) => sum + plan.replications * slicesOf(variant), 0);
}

function dividedUp(dividend: bigint, divisor: bigint): bigint {
	return dividend <= 0n ? 0n : (dividend + divisor - 1n) / divisor;
}

/**
 * The parts of runs that make up one shard, by variant and replication. All shards together are the study, without
 * overlap; their costs differ by at most one node's.
 *
 * @param number default: the whole study as one shard.
 */
export function partsOfShard(plan: Plan, number: ShardNumber = { index: 0, count: 1 }): RunPart[] {
	const count = BigInt(number.count);
	const runs = plan.variants.map((variant) => ({ variant, slices: slicesOf(variant), each: BigInt(sliceCost(variant)) }));
	const total = runs.reduce((sum, { slices, each }) => sum + BigInt(plan.replications * slices) * each, 0n);
	const parts: RunPart[] = [];
	let before = 0n;
	for (const { variant, slices, each } of runs) {
		// The first slice of this run that belongs to a shard of this number or a later one.
		const firstOf = (shard: number): number => {
			const slice = dividedUp(BigInt(shard) * total - before * count, each * count);
			return slice > BigInt(slices) ? slices : Number(slice);
		};
		for (let replication = 0; replication < plan.replications; replication++) {
			const index = firstOf(number.index);
			const length = firstOf(number.index + 1) - index;
			if (length > 0) {
				const shard = { index, parts: length, count: slices };
				parts.push({ variant: variant.name, replication, shard, nodes: length, cost: length * Number(each) });
			}
			before += BigInt(slices) * each;
		}
	}
	return parts;
}

/** A part as equal pieces. @param most how many at most; a part has no more pieces than nodes. */
export function piecesOf(part: RunPart, most: number): RunPart[] {
	const pieces = Math.max(1, Math.min(most, part.nodes));
	const edge = (piece: number): number => Math.floor((part.nodes * piece) / pieces);
	return Array.from({ length: pieces }, (_, piece) => stretchOf(part, edge(piece), edge(piece + 1)));
}

/** A part as its first nodes and the others; null for these when there are none. @param nodes at least 1. */
export function cutInTwo(part: RunPart, nodes: number): readonly [RunPart, RunPart | null] {
	return nodes >= part.nodes ? [part, null] : [stretchOf(part, 0, nodes), stretchOf(part, nodes, part.nodes)];
}

function stretchOf(part: RunPart, from: number, to: number): RunPart {
	const { index, count } = part.shard;
	const nodes = to - from;
	return { ...part, shard: { index: index + from, parts: nodes, count }, nodes, cost: (part.cost * nodes) / part.nodes };
}
