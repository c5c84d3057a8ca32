// The nodes of a run: names, labels, when each is there, when its kubelet restarts, and which pods may run on it.

import type { Micros } from '../core/time.js';
import type { KubeletPlan } from '../kubelet/settings.js';
import type { PodSpec } from '../kubernetes/objects.js';
import type { ClusterPlan, NodePoolPlan } from './plan.js';

/** One node over the run. */
export interface NodeRecord {
	readonly index: number;
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly kubelet: KubeletPlan;
	/** Negative: there from the beginning. */
	readonly addedAt: Micros;
	removedAt: Micros | null;
	readonly restarts: { readonly stop: Micros; readonly start: Micros }[];
}

/** Places pods on nodes in turn, honouring `nodeName` and `nodeSelector`. */
export class NodePool {
	readonly nodes: NodeRecord[] = [];
	readonly #cluster: ClusterPlan;
	/** Nodes on which a pod without wishes may run; null: not known since nodes have come or gone. */
	#anywhere: NodeRecord[] | null = null;
	readonly #matching = new Map<string, NodeRecord[]>();
	#turn = 0;

	constructor(cluster: ClusterPlan) {
		this.#cluster = cluster;
		for (let i = 0; i < cluster.nodes; i++) this.add(-1);
	}

	/** Number of nodes that are there now. */
	get present(): number {
		return this.nodes.reduce((sum, node) => sum + (node.removedAt === null ? 1 : 0), 0);
	}

	/** A node joins the cluster. */
	add(at: Micros): NodeRecord {
		const index = this.nodes.length;
		const name = `node-${index + 1}`;
		const pool = this.#poolOf(index);
		const labels: Record<string, string> = { 'kubernetes.io/hostname': name, ...this.#cluster.nodeLabels, ...pool?.labels };
		const kubelet = pool?.kubelet === undefined ? this.#cluster.kubelet : { ...this.#cluster.kubelet, ...pool.kubelet };
		const node: NodeRecord = { index, name, labels, kubelet, addedAt: at, removedAt: null, restarts: [] };
		this.nodes.push(node);
		this.#forgetMatching();
		return node;
	}

	/** A node leaves the cluster. */
	remove(node: NodeRecord, at: Micros): void {
		node.removedAt = at;
		this.#forgetMatching();
	}

	/** Nodes on which a pod may run now. */
	candidates(spec: PodSpec): readonly NodeRecord[] {
		if (spec.nodeName === undefined && Object.keys(spec.nodeSelector).length === 0) {
			this.#anywhere ??= this.nodes.filter((node) => node.removedAt === null);
			return this.#anywhere;
		}
		const key = `${spec.nodeName ?? ''} ${JSON.stringify(spec.nodeSelector)}`;
		let matching = this.#matching.get(key);
		if (matching === undefined) {
			const selector = Object.entries(spec.nodeSelector);
			matching = this.nodes.filter(
				(node) =>
					node.removedAt === null &&
					(spec.nodeName === undefined || spec.nodeName === node.name) &&
					selector.every(([label, value]) => node.labels[label] === value),
			);
			this.#matching.set(key, matching);
		}
		return matching;
	}

	/** The node for the next pod of this spec, in turn; null when none matches. */
	next(spec: PodSpec): NodeRecord | null {
		const candidates = this.candidates(spec);
		if (candidates.length === 0) return null;
		const node = candidates[this.#turn % candidates.length] as NodeRecord;
		this.#turn += 1;
		return node;
	}

	#forgetMatching(): void {
		this.#anywhere = null;
		this.#matching.clear();
	}

	#poolOf(index: number): NodePoolPlan | undefined {
		let first = 0;
		for (const pool of this.#cluster.nodePools) {
			if (index < first + pool.count) return pool;
			first += pool.count;
		}
		return undefined;
	}
}
