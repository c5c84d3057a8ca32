// `simulate(plan) -> partial`: runs every variant and replication of a plan node by node. Each node is driven from start to
// end against its own connection to the API server; only one node's working state is alive at a time.

import { type ApiConnection, type ConnectionInput, NodeConnection } from '../apiserver/node-connection.js';
import { RequestLedger } from '../apiserver/request-ledger.js';
import { streamKey } from '../core/random.js';
import type { Micros } from '../core/time.js';
import { isEligible, mayBeLent } from '../kubelet/fast/eligibility.js';
import { FastPath } from '../kubelet/fast/fast-node.js';
import { Node } from '../kubelet/node.js';
import type { NodeInput } from '../kubelet/node-input.js';
import type { Replay } from '../kubelet/replay.js';
import type { EnginePath, Partial, Segment } from '../measure/partial.js';
import type { TallyLayout } from '../measure/sample-policy.js';
import { SampleBuffer } from '../measure/samples.js';
import { Tally } from '../measure/tally.js';
import type { TraceSink } from '../measure/trace.js';
import type { ControlPlane } from './control-plane.js';
import { nodeInput } from './node-inputs.js';
import type { NodeRecord } from './nodes.js';
import type { Plan, VariantPlan } from './plan.js';
import { endOf } from './plan-header.js';
import { NO_FACTS } from './plane-facts.js';
import type { PodRecord } from './pod-record.js';
import { type PreparedRun, PreparedRuns } from './prepared-run.js';
import { SampleKeeper } from './sample-keeper.js';
import { traceWrites } from './write-trace.js';

/** Some of the equal parts into which the nodes of a run are cut. */
export interface NodeShard {
	readonly index: number;
	readonly count: number;
	readonly parts?: number;
}

/** How far a call is: given after each node. */
export interface SimulationStep {
	/** Nodes done and to do; a node counts once per variant and replication. */
	readonly done: number;
	readonly total: number;
	/** Pod syncs simulated so far. */
	readonly syncs: number;
}

/** Which part of a plan to simulate, and who is told. */
export interface SimulateOptions {
	/** A contiguous part of the nodes: `parts` (default 1) parts of `count` from number `index` (from 0) on. Default: all nodes. */
	readonly shard?: NodeShard;
	/** Names of variants. Default: all. */
	readonly variants?: readonly string[];
	/** Numbers of replications, from 0. Default: all. */
	readonly replications?: readonly number[];
	/** Only the part with the first node of a run says the facts of the run; merging takes them from there. Default: every part does. */
	readonly factsOnce?: boolean;
	/** What other calls for parts of the same plan have prepared and later ones may use. Default: nothing is kept. */
	readonly prepared?: PreparedRuns;
	/** Told of everything that happens, node after node. Without it nothing is made. */
	readonly trace?: TraceSink;
	/** Recorded instants of each node in place of drawn ones; conformance tests only. */
	readonly replay?: (node: string) => Replay;
	/** Puts something between each node and the API server; conformance tests only. @internal */
	readonly connection?: (inner: ApiConnection) => ApiConnection;
	/**
	 * `fast` follows pods that nothing disturbs without stepping through their events, `reference` steps through every event of every
	 * node. Both give the same figures. Default: `fast`; with a trace every node takes the reference path.
	 */
	readonly engine?: EnginePath;
	/**
	 * Keeps all samples, so that `sampleRows` tells them, also where the result needs only histograms. Default: only where it needs them.
	 */
	readonly keepSamples?: boolean;
	/** Test only: simulates nodes in another order; the partial must not depend on it. */
	readonly nodeOrder?: (count: number) => readonly number[];
}

/**
 * Runs a plan, or a part of it.
 *
 * @param plan what `loadScenario` or a program of your own made.
 * @throws Error when a variant or a shard does not exist, or when the plan breaks its own contract.
 */
export function simulate(plan: Plan, options: SimulateOptions = {}): Partial {
	const steps = simulateStepwise(plan, options);
	for (;;) {
		const step = steps.next();
		if (step.done === true) return step.value;
	}
}

/**
 * The same node by node, for callers that have to look after something else in between.
 *
 * @returns a generator that stops after each node and returns the partial.
 * @throws Error as {@link simulate} does, with its first step.
 */
export function* simulateStepwise(plan: Plan, options: SimulateOptions = {}): Generator<SimulationStep, Partial, void> {
	const shard = { parts: 1, ...(options.shard ?? { index: 0, count: 1 }) };
	const { index, parts, count } = shard;
	if (![index, parts, count].every(Number.isInteger) || index < 0 || parts < 1 || index + parts > count) {
		throw new Error(`shard ${index}${parts === 1 ? '' : ` to ${index + parts - 1}`} of ${count} does not exist`);
	}
	const names = options.variants ?? plan.variants.map((variant) => variant.name);
	for (const name of names) {
		if (!plan.variants.some((variant) => variant.name === name)) throw new Error(`the plan has no variant "${name}"`);
	}
	const replications = options.replications ?? Array.from({ length: plan.replications }, (_, replication) => replication);
	const prepared = options.prepared ?? new PreparedRuns();
	const fast = new FastPath();
	const header = prepared.header(plan);
	const progress: Progress = { done: 0, total: 0, syncs: 0 };
	const buffer = new SampleBuffer();
	const segments: Segment[] = [];
	for (const [place, variant] of plan.variants.entries()) {
		if (!names.includes(variant.name)) continue;
		for (const replication of replications) {
			const run = prepared.of(plan, variant, replication);
			const runs = names.length * replications.length;
			const { firstNode, endNode } = nodeRange(run.plane.nodes.length, shard);
			if (progress.total === 0) progress.total = runs * (endNode - firstNode);
			const layout = header.variants[place]?.tally ?? null;
			const job = { variant, index: place, replication, layout, run, plane: run.plane, shard, options, progress, buffer, fast };
			segments.push(yield* simulateSegment(job));
		}
	}
	return { schema: 'secretsim.partial/v1', header, segments };
}

interface SegmentJob {
	readonly variant: VariantPlan;
	readonly index: number;
	readonly replication: number;
	/** How samples are counted; null: they are kept. */
	readonly layout: TallyLayout | null;
	readonly run: PreparedRun;
	readonly plane: ControlPlane;
	readonly shard: Required<NodeShard>;
	readonly options: SimulateOptions;
	readonly progress: Progress;
	/** Takes the samples of one node after the other. */
	readonly buffer: SampleBuffer;
	readonly fast: FastPath;
}

/** The nodes of some parts of a run; `endNode` is the first that is not among them any more. */
function nodeRange(nodes: number, { index, parts, count }: Required<NodeShard>): { readonly firstNode: number; readonly endNode: number } {
	return { firstNode: Math.floor((nodes * index) / count), endNode: Math.floor((nodes * (index + parts)) / count) };
}

/** Nodes and syncs of a call so far. */
type Progress = { -readonly [Key in keyof SimulationStep]: SimulationStep[Key] };

function* simulateSegment(job: SegmentJob): Generator<SimulationStep, Segment, void> {
	const { variant, plane, shard, options, progress } = job;
	const end = endOf(variant);
	const { firstNode, endNode } = nodeRange(plane.nodes.length, shard);
	const ledger = new RequestLedger(end, variant.warmUp, variant.duration);
	const range = Array.from({ length: endNode - firstNode }, (_, place) => firstNode + place);
	const order = options.nodeOrder?.(range.length).map((place) => range[place] as number) ?? range;
	const tally = job.layout === null ? null : new Tally(job.layout, plane.nodes.length, job.run.writes);
	const keeper = new SampleKeeper(tally, job.layout === null || options.keepSamples === true);
	let fast = false;
	const totals = { syncs: 0, refreshes: 0, swaps: 0, throttled: 0 };
	const events = new Map<string, Segment['events'][number]>();
	if (options.trace !== undefined) traceWrites(plane, options.trace);
	for (const index of order) {
		const node = plane.nodes[index] as NodeRecord;
		const simulated = simulateNode(job, node, job.run.podsOf[index] ?? [], ledger, end);
		keeper.take(index, simulated.input, job.buffer);
		fast ||= simulated.fast;
		totals.syncs += simulated.counters.syncs;
		totals.refreshes += simulated.counters.refreshes;
		totals.swaps += simulated.counters.swaps;
		totals.throttled += simulated.throttled;
		for (const event of simulated.events) {
			const key = `${event.type} ${event.reason} ${event.message}`;
			events.set(key, { ...event, count: event.count + (events.get(key)?.count ?? 0) });
		}
		progress.done += 1;
		progress.total = Math.max(progress.total, progress.done);
		progress.syncs += simulated.counters.syncs;
		yield { ...progress };
	}
	return {
		variant: job.index,
		replication: job.replication,
		firstNode,
		endNode,
		engine: fast ? 'fast' : 'reference',
		plane: firstNode > 0 && options.factsOnce === true ? NO_FACTS : job.run.facts(),
		ledger: ledger.data(),
		...keeper.kept(),
		counters: totals,
		events: [...events.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event),
	};
}

/** What simulating one node gave. */
interface SimulatedNode extends Pick<Node, 'counters' | 'events' | 'throttled'> {
	readonly input: NodeInput;
	/** Served by the fast path. */
	readonly fast: boolean;
}

/** Simulates one node from start to end on the path that serves it. */
function simulateNode(job: SegmentJob, node: NodeRecord, pods: readonly PodRecord[], ledger: RequestLedger, end: Micros): SimulatedNode {
	const { variant, plane, options, buffer } = job;
	const input = nodeInput(variant, plane, node, pods, end, options.replay?.(node.name));
	const wire = wireOf(variant, plane, input, ledger);
	if (mayBeFast(options)) {
		buffer.clear();
		const counters = isEligible(input, wire) ? job.fast.simulate(input, wire, buffer) : null;
		if (counters !== null) return { counters, events: [], throttled: 0, input, fast: true };
		buffer.clear();
		const pieces = mayBeLent(input, wire) ? job.fast.simulateInPieces(input, wire, buffer) : null;
		if (pieces !== null) return { ...pieces, input };
	}
	buffer.clear();
	return stepThrough(input, wire, node, options, buffer);
}

/** What is told of every event, replays recorded instants or stands between node and server needs the reference path. */
function mayBeFast({ engine, trace, replay, connection }: SimulateOptions): boolean {
	return engine !== 'reference' && trace === undefined && replay === undefined && connection === undefined;
}

/** The reference path: steps through every event of a node. */
function stepThrough(
	input: NodeInput,
	wire: ConnectionInput,
	node: NodeRecord,
	options: SimulateOptions,
	buffer: SampleBuffer,
): SimulatedNode {
	const { end } = input;
	const inner = new NodeConnection(wire);
	const connection = options.connection?.(inner) ?? inner;
	const simulated = new Node(input, connection, buffer, options.trace);
	for (;;) {
		const arrival = connection.nextTime();
		const own = simulated.nextTime();
		if (Math.min(arrival, own) > end) break;
		// What arrives at an instant comes before what the node does at it.
		if (arrival <= own) {
			const delivery = connection.take();
			if (delivery !== null) simulated.deliver(delivery);
		} else simulated.advanceTo(own);
	}
	simulated.finish(end);
	connection.finish(node.removedAt === null ? end : Math.min(end, node.removedAt));
	const { counters, events, throttled } = simulated;
	return { counters, events, throttled, input, fast: false };
}

function wireOf(variant: VariantPlan, plane: ControlPlane, input: NodeInput, ledger: RequestLedger): ConnectionInput {
	return {
		objects: input.objects,
		latencies: variant.cluster.network,
		key: input.draws,
		commits: plane.commits,
		ledger,
		streamsPerConnection: plane.profile.http2StreamsPerConnection,
		watchCacheKey: streamKey(plane.key, 'watchCache'),
	};
}
