// `simulate(plan) -> partial`: runs every variant and replication of a plan node by node. Each node is driven from start to
// end against its own connection to the API server; only one node's working state is alive at a time.

import { type ApiConnection, type ConnectionInput, NodeConnection } from '../apiserver/node-connection.js';
import type { ObjectTimeline, TimelineVersion } from '../apiserver/object-timeline.js';
import { RequestLedger } from '../apiserver/request-ledger.js';
import { drawInteger, streamKey } from '../core/random.js';
import { HOUR, MINUTE, type Micros, SECOND } from '../core/time.js';
import { isEligible } from '../kubelet/fast/eligibility.js';
import { simulateFast } from '../kubelet/fast/fast-node.js';
import { Node } from '../kubelet/node.js';
import type { Happening, NodeInput, PodInput } from '../kubelet/node-input.js';
import type { Replay } from '../kubelet/replay.js';
import { profileOf } from '../kubernetes/versions.js';
import type { EnginePath, Partial, PlaneFacts, Segment, VariantHeader } from '../measure/partial.js';
import { SampleBuffer } from '../measure/samples.js';
import type { TraceSink } from '../measure/trace.js';
import { type ControlPlane, controlPlane, nodeTtl } from './control-plane.js';
import { couplings, nodesAreUnits, variantCouplings } from './couplings.js';
import type { NodeRecord } from './nodes.js';
import type { Plan, VariantPlan } from './plan.js';
import type { PodRecord } from './pod-roster.js';
import { unverifiedFacts } from './version-facts.js';
import { traceWrites } from './write-trace.js';

/** Which part of a plan to simulate, and who is told. */
export interface SimulateOptions {
	/** A contiguous part of the nodes: number `index` (from 0) of `count`. Default: all nodes. */
	readonly shard?: { readonly index: number; readonly count: number };
	/** Names of variants. Default: all. */
	readonly variants?: readonly string[];
	/** Numbers of replications, from 0. Default: all. */
	readonly replications?: readonly number[];
	/** Called after each node with the number of nodes done and to do. */
	readonly onProgress?: (done: number, total: number) => void;
	/** Told of everything that happens, node after node. Without it nothing is made. */
	readonly trace?: TraceSink;
	/** Recorded instants of each node in place of drawn ones; conformance tests only. */
	readonly replay?: (node: string) => Replay;
	/** Puts something between each node and the API server; conformance tests only. */
	readonly connection?: (inner: ApiConnection) => ApiConnection;
	/**
	 * `fast` serves undisturbed nodes without stepping through their events, `reference` steps through every event of every
	 * node. Both give the same figures. Default: `fast`; with a trace every node takes the reference path.
	 */
	readonly engine?: EnginePath;
	/** Test only: simulates nodes in another order; the partial must not depend on it. */
	readonly nodeOrder?: (count: number) => readonly number[];
}

/** Idle watches are swept every minute from the kubelet's start; a kubelet in steady state started at a random instant. */
const KUBELET_AGE: Micros = HOUR;

/**
 * Runs a plan, or a part of it.
 *
 * @param plan what `loadScenario` or a program of your own made.
 * @throws Error when a variant or a shard does not exist, or when the plan breaks its own contract.
 */
export function simulate(plan: Plan, options: SimulateOptions = {}): Partial {
	const shard = options.shard ?? { index: 0, count: 1 };
	if (!(Number.isInteger(shard.index) && shard.index >= 0 && shard.index < shard.count)) {
		throw new Error(`shard ${shard.index} of ${shard.count} does not exist`);
	}
	const names = options.variants ?? plan.variants.map((variant) => variant.name);
	for (const name of names) {
		if (!plan.variants.some((variant) => variant.name === name)) throw new Error(`the plan has no variant "${name}"`);
	}
	const replications = options.replications ?? Array.from({ length: plan.replications }, (_, replication) => replication);
	const progress = new Progress(options.onProgress);
	const segments: Segment[] = [];
	for (const [index, variant] of plan.variants.entries()) {
		if (!names.includes(variant.name)) continue;
		for (const replication of replications) {
			const plane = controlPlane(variant, plan.seed, replication);
			progress.expect(plan, names.length * replications.length, plane.nodes.length, shard.count);
			segments.push(simulateSegment({ variant, index, replication, plane, shard, options, progress }));
		}
	}
	return { schema: 'secretsim.partial/v1', header: headerOf(plan), segments };
}

/** End of a variant's run: the measured window and the drain. */
export function endOf(variant: VariantPlan): Micros {
	return variant.duration + (variant.drain ?? worstCase(variant));
}

/**
 * The analytic worst case of a delay: the longest gap between two syncs, the loops, the TTL under Cache, the longest SetUp
 * back-off and the latencies (closed form of the rule book).
 */
function worstCase(variant: VariantPlan): Micros {
	const { kubelet, network, timing, nodeTTL } = variant.cluster;
	const gap = Math.ceil(1.5 * kubelet.syncFrequency) + SECOND + timing.syncDuration.max;
	const ttl = kubelet.configMapAndSecretChangeDetectionStrategy === 'Cache' ? (nodeTTL ?? longestTtl(variant)) : 0;
	const latency = network.watchLatency.max + 4 * network.requestLatency.max + network.watchCacheLag.max + timing.setUp.max;
	return gap + ttl + 122 * SECOND + SECOND + latency;
}

function longestTtl(variant: VariantPlan): Micros {
	const added = variant.actions.reduce((sum, { effect }) => sum + (effect.kind === 'addNodes' ? effect.count : 0), 0);
	const nodes = Math.max(variant.cluster.nodes + added, variant.cluster.previousNodes ?? 0);
	if (nodes <= 100) return 0;
	return nodes > 1_800 ? 600 * SECOND : MINUTE;
}

function headerOf(plan: Plan): Partial['header'] {
	const variants: VariantHeader[] = plan.variants.map((variant) => ({
		name: variant.name,
		settings: variant.settings,
		kubernetes: variant.kubernetes,
		warmUp: variant.warmUp,
		duration: variant.duration,
		end: endOf(variant),
		couplings: variantCouplings(variant),
		nodesAreUnits: nodesAreUnits(variant),
	}));
	const { scenario, seed, replications, digest, assumptions, expectations } = plan;
	const unverified = plan.variants.flatMap((variant) => unverifiedFacts(profileOf(variant.kubernetes)));
	const warnings = [...plan.warnings, ...new Set([...couplings(plan), ...unverified])];
	return { scenario, seed, replications, planDigest: digest, assumptions, warnings, expectations, variants };
}

interface SegmentJob {
	readonly variant: VariantPlan;
	readonly index: number;
	readonly replication: number;
	readonly plane: ControlPlane;
	readonly shard: { readonly index: number; readonly count: number };
	readonly options: SimulateOptions;
	readonly progress: Progress;
}

function simulateSegment(job: SegmentJob): Segment {
	const { variant, plane, shard, options } = job;
	const end = endOf(variant);
	const count = plane.nodes.length;
	const firstNode = Math.floor((count * shard.index) / shard.count);
	const endNode = Math.floor((count * (shard.index + 1)) / shard.count);
	const ledger = new RequestLedger(end, variant.warmUp, variant.duration);
	const podsOf = podsByNode(plane);
	const range = Array.from({ length: endNode - firstNode }, (_, place) => firstNode + place);
	const order = options.nodeOrder?.(range.length).map((place) => range[place] as number) ?? range;
	const samples = new Map<number, SampleBuffer>();
	const totals = { syncs: 0, refreshes: 0, swaps: 0, throttled: 0 };
	const events = new Map<string, Segment['events'][number]>();
	if (options.trace !== undefined) traceWrites(plane, options.trace);
	for (const index of order) {
		const node = plane.nodes[index] as NodeRecord;
		const simulated = simulateNode(job, node, podsOf[index] ?? [], ledger, end);
		samples.set(index, simulated.samples);
		totals.syncs += simulated.counters.syncs;
		totals.refreshes += simulated.counters.refreshes;
		totals.swaps += simulated.counters.swaps;
		totals.throttled += simulated.throttled;
		for (const event of simulated.events) {
			const key = `${event.type} ${event.reason} ${event.message}`;
			events.set(key, { ...event, count: event.count + (events.get(key)?.count ?? 0) });
		}
		job.progress.done();
	}
	const whole = new SampleBuffer();
	for (const index of range) (samples.get(index) as SampleBuffer).appendTo(whole);
	return {
		variant: job.index,
		replication: job.replication,
		firstNode,
		endNode,
		engine: enginePath(job, podsOf, end),
		plane: factsOf(plane),
		ledger: ledger.data(),
		samples: whole.columns(),
		counters: totals,
		events: [...events.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event),
	};
}

function podsByNode(plane: ControlPlane): PodRecord[][] {
	const lists: PodRecord[][] = plane.nodes.map(() => []);
	for (const pod of plane.pods) (lists[pod.node.index] as PodRecord[]).push(pod);
	return lists;
}

/** What simulating one node gave. */
interface SimulatedNode extends Pick<Node, 'counters' | 'events' | 'throttled'> {
	readonly samples: SampleBuffer;
}

/** Simulates one node from start to end on the path that serves it. */
function simulateNode(job: SegmentJob, node: NodeRecord, pods: readonly PodRecord[], ledger: RequestLedger, end: Micros): SimulatedNode {
	const { variant, plane, options } = job;
	const input = { ...nodeInput(variant, plane, node, pods, end), replay: options.replay?.(node.name) };
	const wire = wireOf(variant, plane, input, ledger);
	if (mayBeFast(options) && isEligible(input, wire)) {
		const samples = new SampleBuffer();
		const counters = simulateFast(input, wire, samples);
		if (counters !== null) return { counters, events: [], throttled: 0, samples };
	}
	return stepThrough(input, wire, node, options);
}

/** What is told of every event, replays recorded instants or stands between node and server needs the reference path. */
function mayBeFast({ engine, trace, replay, connection }: SimulateOptions): boolean {
	return engine !== 'reference' && trace === undefined && replay === undefined && connection === undefined;
}

/** The reference path: steps through every event of a node. */
function stepThrough(input: NodeInput, wire: ConnectionInput, node: NodeRecord, options: SimulateOptions): SimulatedNode {
	const { end } = input;
	const samples = new SampleBuffer();
	const inner = new NodeConnection(wire);
	const connection = options.connection?.(inner) ?? inner;
	const simulated = new Node(input, connection, samples, options.trace);
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
	return { counters: simulated.counters, events: simulated.events, throttled: simulated.throttled, samples };
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

/**
 * Which path a segment names: `fast` when the fast path was asked for and some node of the whole run is eligible. It follows
 * from the plan and the options, not from the part of the nodes that was simulated.
 */
function enginePath(job: SegmentJob, podsOf: readonly PodRecord[][], end: Micros): EnginePath {
	const { variant, plane, options } = job;
	if (!mayBeFast(options)) return 'reference';
	const ledger = new RequestLedger(0, 0, 0);
	const served = plane.nodes.some((node, index) => {
		const input = nodeInput(variant, plane, node, podsOf[index] ?? [], end);
		return isEligible(input, wireOf(variant, plane, input, ledger));
	});
	return served ? 'fast' : 'reference';
}

function nodeInput(variant: VariantPlan, plane: ControlPlane, node: NodeRecord, pods: readonly PodRecord[], end: Micros): NodeInput {
	const draws = streamKey(plane.key, 'node', node.name);
	const objects: ObjectTimeline[] = [];
	const localObjects = new Map<number, number>();
	const use = (object: number): void => {
		if (localObjects.has(object)) return;
		localObjects.set(object, objects.length);
		objects.push(plane.objects[object] as ObjectTimeline);
	};
	for (const { model } of pods) {
		for (const object of model.secrets) use(object);
		for (const object of model.configMaps) use(object);
	}
	const age = node.addedAt < 0 ? KUBELET_AGE + drawInteger(streamKey(draws, 'age'), 0, 0, MINUTE - 1) : 0;
	return {
		name: node.name,
		draws,
		profile: plane.profile,
		settings: variant.cluster.kubelet,
		timing: variant.cluster.timing,
		requestLatency: variant.cluster.network.requestLatency,
		objects,
		localObjects,
		pods: pods.map((pod) => podInput(plane, pod)),
		happenings: happeningsOf(node, pods),
		ttlAt: nodeTtl(plane, node),
		ttlIsConstant: plane.ttlSteps.length === 1,
		kubeletStartedAt: node.addedAt < 0 ? -age : node.addedAt,
		measureFrom: variant.warmUp,
		measureTo: variant.duration,
		end,
	};
}

function podInput(plane: ControlPlane, pod: PodRecord): PodInput {
	const { workload, name, incarnation } = pod;
	return {
		index: pod.index,
		key: pod.key,
		uid: `${pod.key}/${incarnation}`,
		model: pod.model,
		draws: streamKey(plane.key, 'pod', workload.namespace, name, incarnation),
		boundAt: pod.createdAt,
		warm: pod.createdAt < 0,
	};
}

function happeningsOf(node: NodeRecord, pods: readonly PodRecord[]): Happening[] {
	const list: Happening[] = [];
	for (const [pod, { happenings }] of pods.entries()) for (const happening of happenings) list.push({ ...happening, pod });
	for (const { stop, start } of node.restarts) {
		list.push({ at: stop, kind: 'kubeletStopped', pod: -1, container: 0 }, { at: start, kind: 'kubeletStarted', pod: -1, container: 0 });
	}
	if (node.removedAt !== null) list.push({ at: node.removedAt, kind: 'nodeRemoved', pod: -1, container: 0 });
	const before = (happening: Happening): boolean => node.removedAt === null || happening.at <= node.removedAt;
	// Sorting is stable: what happens to one pod at one instant keeps its order.
	return list.filter(before).sort((a, b) => a.at - b.at);
}

function factsOf(plane: ControlPlane): PlaneFacts {
	const writes = new Array<PlaneFacts['writes'][number]>(plane.writes);
	const verbs = { ADDED: 'create', MODIFIED: 'update', DELETED: 'delete' } as const;
	for (const object of plane.objects) {
		for (const version of object.versions as readonly TimelineVersion[]) {
			if (version.write >= 0) writes[version.write] = { object: object.label, commit: version.commit, verb: verbs[version.type] };
		}
	}
	const counts = {
		nodes: plane.nodes.filter((node) => node.addedAt < 0).length,
		pods: 0,
		volumes: 0,
		injectedVolumes: 0,
		subPath: 0,
		env: 0,
		notMounted: 0,
	};
	for (const { createdAt, model } of plane.pods) {
		if (createdAt > 0) continue;
		counts.pods += 1;
		counts.volumes += model.volumes.filter((volume) => !volume.injected && volume.seenWhole).length;
		counts.injectedVolumes += model.volumes.filter((volume) => volume.injected).length;
		counts.subPath += model.neverUpdating.subPath;
		counts.env += model.neverUpdating.env;
		counts.notMounted += model.neverUpdating.notMounted;
	}
	return {
		nodes: plane.nodes.map((node) => node.name),
		pods: plane.pods.map((pod) => ({
			key: pod.key,
			node: pod.node.index,
			workload: pod.model.workload,
			volumes: pod.model.volumes.map((volume) => volume.name),
		})),
		writes,
		refusals: plane.refusals.map(({ at, action, message }) => `${action} at ${(at / SECOND).toFixed(3)} s was refused: ${message}`),
		counts,
	};
}

/** Counts nodes for the listener. */
class Progress {
	readonly #listener: ((done: number, total: number) => void) | undefined;
	#total = 0;
	#done = 0;

	constructor(listener: ((done: number, total: number) => void) | undefined) {
		this.#listener = listener;
	}

	expect(_plan: Plan, runs: number, nodes: number, shards: number): void {
		if (this.#total === 0) this.#total = Math.ceil((runs * nodes) / shards);
	}

	done(): void {
		this.#done += 1;
		this.#listener?.(this.#done, Math.max(this.#done, this.#total));
	}
}
