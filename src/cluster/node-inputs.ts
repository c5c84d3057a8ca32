// Puts together what one node is made of, from the timeline of the control plane: its pods, the objects that concern it, and
// everything that happens to it from outside. Made when the node's turn comes and dropped when it has been simulated.

import type { ObjectTimeline } from '../apiserver/object-timeline.js';
import { drawInteger, type KeyPrefix, keyPrefix, type StreamKey, StreamName, streamKey } from '../core/random.js';
import { HOUR, MINUTE, type Micros } from '../core/time.js';
import { LocalNumbers } from '../kubelet/local-numbers.js';
import type { Happening, NodeInput, PodInput } from '../kubelet/node-input.js';
import type { PodModel } from '../kubelet/pod-model.js';
import type { Replay } from '../kubelet/replay.js';
import { type ControlPlane, nodeTtl } from './control-plane.js';
import type { NodeRecord } from './nodes.js';
import type { VariantPlan } from './plan.js';
import type { PodRecord } from './pod-record.js';

/** Idle watches are swept every minute from the kubelet's start; a kubelet in steady state started at a random instant. */
const KUBELET_AGE: Micros = HOUR;

/** The pods of each node, in the order of their creation. */
export function podsByNode(plane: ControlPlane): PodRecord[][] {
	const lists: PodRecord[][] = plane.nodes.map(() => []);
	for (const pod of plane.pods) (lists[pod.node.index] as PodRecord[]).push(pod);
	return lists;
}

/**
 * The input of one node.
 *
 * @param pods all that are ever on it. @param end end of the run. @param replay recorded instants in place of drawn ones. Default: none.
 */
export function nodeInput(
	variant: VariantPlan,
	plane: ControlPlane,
	node: NodeRecord,
	pods: readonly PodRecord[],
	end: Micros,
	replay?: Replay,
): NodeInput {
	const draws = streamKey(plane.key, 'node', node.name);
	const streams = new PodStreams(plane.key);
	// Not by mapping: lists that are made by it are of one kind before and of another after this function has been compiled.
	const inputs = new Array<PodInput>(pods.length);
	let mentions = 0;
	for (let place = 0; place < pods.length; place++) {
		const pod = pods[place] as PodRecord;
		const input = new PodOnNode(pod, streams.of(pod));
		inputs[place] = input;
		mentions += input.model.secrets.length + input.model.configMaps.length;
	}
	const objects: ObjectTimeline[] = [];
	const localObjects = new LocalNumbers(mentions);
	for (let place = 0; place < inputs.length; place++) {
		const { secrets, configMaps } = (inputs[place] as PodInput).model;
		for (const object of secrets) if (localObjects.add(object)) objects.push(plane.objects[object] as ObjectTimeline);
		for (const object of configMaps) if (localObjects.add(object)) objects.push(plane.objects[object] as ObjectTimeline);
	}
	const age = node.addedAt < 0 ? KUBELET_AGE + drawInteger(streamKey(draws, 'age'), 0, 0, MINUTE - 1) : 0;
	return {
		name: node.name,
		draws,
		profile: plane.profile,
		settings: node.kubelet,
		timing: variant.cluster.timing,
		requestLatency: variant.cluster.network.requestLatency,
		objects,
		localObjects,
		pods: inputs,
		happenings: happeningsOf(node, pods),
		ttlAt: nodeTtl(plane, node),
		ttlIsConstant: plane.ttlSteps.length === 1,
		kubeletStartedAt: node.addedAt < 0 ? -age : node.addedAt,
		measureFrom: variant.warmUp,
		measureTo: variant.duration,
		end,
		// Here and not by spreading: each object that is made by spreading one of so many fields has a hidden class of its own.
		replay,
	};
}

/** The streams of pods, one after the other: (seed, replication, namespace, name, incarnation). */
class PodStreams {
	readonly #key: StreamKey;
	readonly #name = new StreamName();
	/** Of the pod before: most pods of a node are of one namespace. */
	#namespace: string | null = null;
	#prefix: KeyPrefix;

	/** @param key of the replication. */
	constructor(key: StreamKey) {
		this.#key = key;
		this.#prefix = key;
	}

	of({ workload: { namespace }, name, incarnation }: PodRecord): StreamKey {
		if (namespace !== this.#namespace) {
			this.#namespace = namespace;
			this.#prefix = keyPrefix(this.#key, 'pod', namespace);
		}
		this.#name.read(name);
		this.#name.underWithNumber(this.#prefix, incarnation);
		return { a: this.#name.a >>> 0, b: this.#name.b >>> 0 };
	}
}

/** A pod as its node knows it. Most pods of a fleet only run: nobody asks for their names. */
class PodOnNode implements PodInput {
	readonly model: PodModel;
	readonly draws: StreamKey;
	readonly #record: PodRecord;

	constructor(record: PodRecord, draws: StreamKey) {
		this.#record = record;
		this.model = record.model;
		this.draws = draws;
	}

	get index(): number {
		return this.#record.index;
	}

	get key(): string {
		return this.#record.key;
	}

	get uid(): string {
		return `${this.key}/${this.#record.incarnation}`;
	}

	get boundAt(): Micros {
		return this.#record.createdAt;
	}

	get warm(): boolean {
		return this.boundAt < 0;
	}
}

function happeningsOf(node: NodeRecord, pods: readonly PodRecord[]): Happening[] {
	const list: Happening[] = [];
	for (let pod = 0; pod < pods.length; pod++) for (const happening of (pods[pod] as PodRecord).happenings) list.push({ ...happening, pod });
	for (const { stop, start } of node.restarts) {
		list.push({ at: stop, kind: 'kubeletStopped', pod: -1, container: 0 }, { at: start, kind: 'kubeletStarted', pod: -1, container: 0 });
	}
	if (node.removedAt !== null) list.push({ at: node.removedAt, kind: 'nodeRemoved', pod: -1, container: 0 });
	const before = (happening: Happening): boolean => node.removedAt === null || happening.at <= node.removedAt;
	// Sorting is stable: what happens to one pod at one instant keeps its order.
	return list.filter(before).sort((a, b) => a.at - b.at);
}
