// The pods of a run: which workload's pods exist on which node and when, who replaces them, and what about them reaches
// their kubelets. Placement follows from the plan alone: in turn over the nodes that fit.

import { NameTable } from '../core/name-table.js';
import { draw, drawInteger, type StreamKey, streamKey } from '../core/random.js';
import type { Micros } from '../core/time.js';
import type { Happening } from '../kubelet/node-input.js';
import type { Workload } from '../kubernetes/objects.js';
import { ModelCache } from './model-cache.js';
import type { NodePool, NodeRecord } from './nodes.js';
import { ObjectMentions } from './object-mentions.js';
import type { ObjectRegistry } from './object-registry.js';
import type { ClusterPlan, PodTarget } from './plan.js';
import { type PodIdentity, PodRecord, podName } from './pod-record.js';

/** A pod that is about to be made. */
type Placement = Pick<PodIdentity, 'workload' | 'mentions' | 'suffix' | 'node'>;

/** All pods of a run. */
export class PodRoster {
	readonly pods: PodRecord[] = [];
	/** Those that make pods anew: of the others nothing is asked but their pods. */
	readonly #workloads: Workload[] = [];
	readonly #cluster: ClusterPlan;
	readonly #key: StreamKey;
	readonly #pool: NodePool;
	readonly #mentions: ObjectMentions;
	readonly #models: ModelCache;
	/** Names of pods that there were, by namespace. */
	readonly #names = new Map<string, NameTable>();
	/** By key: how many pods there were of a name that was used again. */
	readonly #incarnations = new Map<string, number>();

	constructor(cluster: ClusterPlan, key: StreamKey, pool: NodePool, registry: ObjectRegistry) {
		this.#cluster = cluster;
		this.#key = key;
		this.#pool = pool;
		this.#mentions = new ObjectMentions(registry);
		this.#models = new ModelCache(cluster, registry, this.#mentions);
	}

	/**
	 * Makes a workload's pods.
	 *
	 * @param at negative: they have been there for long.
	 * @returns the name of the first pod for which there is no node, null when all were placed.
	 */
	deploy(workload: Workload, at: Micros): string | null {
		const { spec } = workload.template;
		if (workload.kind !== 'Pod') this.#workloads.push(workload);
		const mentions = this.#mentions.add(workload);
		if (workload.kind === 'DaemonSet') {
			for (const node of this.#pool.candidates(spec)) this.#create({ workload, mentions, suffix: node.name, node }, at);
			return null;
		}
		for (let i = 0; i < workload.replicas; i++) {
			const suffix = workload.kind === 'Pod' ? null : i;
			const node = this.#pool.next(spec);
			if (node === null) return podName(workload, suffix);
			this.#create({ workload, mentions, suffix, node }, at);
		}
		return null;
	}

	/** True when a workload of that kind and name was deployed, and, for a bare Pod, has not been deleted since. */
	has(workload: Workload): boolean {
		const { kind, namespace, name } = workload;
		if (kind === 'Pod') {
			const key = `${namespace}/${name}`;
			return this.pods.some((pod) => pod.key === key && pod.workload.kind === 'Pod' && pod.deletedAt === null);
		}
		return this.#workloads.some((other) => other.kind === kind && other.namespace === namespace && other.name === name);
	}

	/** A node joined: DaemonSets get a pod on it. */
	joined(node: NodeRecord, at: Micros): void {
		for (const workload of this.#workloads) {
			const fits = workload.kind === 'DaemonSet' && this.#pool.candidates(workload.template.spec).includes(node);
			if (fits) this.#create({ workload, mentions: this.#mentions.add(workload), suffix: node.name, node }, at);
		}
	}

	/** Nodes left: their pods are gone, and their controllers make new ones elsewhere. */
	left(nodes: readonly NodeRecord[], at: Micros): void {
		const gone = new Set(nodes);
		for (const pod of this.pods.filter((one) => gone.has(one.node) && one.deletedAt === null)) {
			pod.deletedAt = at;
			this.#replace(pod, at);
		}
	}

	/** Deletes a pod; unless its workload is deleted with it, the controller makes a new one. */
	delete(pod: PodRecord, at: Micros, replace: boolean): void {
		pod.deletedAt = at;
		this.tell(pod, at, 'podDeleted', 0);
		if (replace) this.#replace(pod, at);
	}

	/** Something about a pod travels to its kubelet over the pod watch. */
	tell(pod: PodRecord, at: Micros, kind: Happening['kind'], container: number): void {
		const { min, max } = this.#cluster.network.podWatchLatency;
		const key = streamKey(this.#key, 'podWatch', pod.key, pod.incarnation);
		const latency = min === max ? min : drawInteger(key, pod.happenings.length, min, max);
		pod.happens({ at: at + latency, kind, container });
	}

	/** The pods that an action concerns at `at`, in their order. */
	matching(target: PodTarget, action: string, ordinal: number, at: Micros): readonly PodRecord[] {
		const labels = Object.entries(target.matchLabels);
		const all = this.pods.filter(
			(pod) =>
				pod.createdAt <= at &&
				pod.deletedAt === null &&
				pod.workload.namespace === target.namespace &&
				(target.name === null || pod.name === target.name || (pod.workload.name === target.name && target.workloadKind !== 'Pod')) &&
				(target.workloadKind === null || target.workloadKind === 'Pod' || pod.workload.kind === target.workloadKind) &&
				labels.every(([label, value]) => pod.workload.template.labels[label] === value),
		);
		return share(all, (pod) => pod.key, target.sharePpm, streamKey(this.#key, 'share', action), ordinal);
	}

	#create({ workload, mentions, suffix, node }: Placement, at: Micros): void {
		const incarnation = this.#use(workload.namespace, podName(workload, suffix));
		const pod = new PodRecord({ index: this.pods.length, workload, mentions, suffix, node, incarnation, createdAt: at }, this.#models);
		this.pods.push(pod);
		if (at >= 0) this.tell(pod, at, 'podAdded', 0);
	}

	/** A pod gets a name. @returns how many pods of that name there were before. */
	#use(namespace: string, name: string): number {
		let names = this.#names.get(namespace);
		if (names === undefined) {
			names = new NameTable();
			this.#names.set(namespace, names);
		}
		const known = names.size;
		if (names.add(name) === known) return 0;
		const key = `${namespace}/${name}`;
		const before = this.#incarnations.get(key) ?? 1;
		this.#incarnations.set(key, before + 1);
		return before;
	}

	/** The pod's controller makes a new one at once, on the next node in turn. */
	#replace(pod: PodRecord, at: Micros): void {
		const { kind, template } = pod.workload;
		if (kind === 'Pod') return;
		const stays = pod.node.removedAt === null ? pod.node : null;
		const node = kind === 'DaemonSet' ? stays : this.#pool.next(template.spec);
		const { workload, mentions, suffix } = pod;
		if (node !== null) this.#create({ workload, mentions, suffix, node }, at);
	}
}

/** Which part of the targets an action concerns: a keyed draw of each, the lowest ones, in their own order. */
export function share<T>(all: readonly T[], name: (target: T) => string, sharePpm: number, key: StreamKey, ordinal: number): readonly T[] {
	if (sharePpm >= 1_000_000) return all;
	const count = Math.round((all.length * sharePpm) / 1_000_000);
	const drawn = all.map((target, place) => ({ place, u: draw(streamKey(key, name(target)), ordinal) }));
	drawn.sort((a, b) => a.u - b.u);
	const chosen = new Set(drawn.slice(0, count).map(({ place }) => place));
	return all.filter((_, place) => chosen.has(place));
}
