// The control plane's timeline of one replication: every version of every object, which pods exist on which node and when,
// what reaches each kubelet from outside, and the TTL annotation. All of it follows from the plan alone, before the first
// node is simulated; that is what makes the nodes independent of each other.

import type { CommitLog } from '../apiserver/node-connection.js';
import { type ObjectPatch, ObjectStore, type WriteResult } from '../apiserver/object-store.js';
import type { ObjectTimeline } from '../apiserver/object-timeline.js';
import { draw, drawInteger, type StreamKey, streamKey } from '../core/random.js';
import { type Micros, SECOND } from '../core/time.js';
import type { Happening } from '../kubelet/node-input.js';
import type { PodModel } from '../kubelet/pod-model.js';
import { ROOT_CA_CONFIG_MAP } from '../kubernetes/admission.js';
import { type Content, contentOfText } from '../kubernetes/content.js';
import type { ObjectKind, ObjectState, Workload } from '../kubernetes/objects.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';
import { profileOf } from '../kubernetes/versions.js';
import { type Firing, firings, renderContent } from './firings.js';
import { NodePool, type NodeRecord } from './nodes.js';
import { ObjectRegistry } from './object-registry.js';
import type { ContentTemplate, NodeTarget, PodTarget, VariantPlan } from './plan.js';
import { podModel } from './pod-models.js';
import { TtlController } from './ttl-controller.js';

/** Longest time between two updates of a Node object; the TTL annotation is corrected at one of them (A7.1). */
const NODE_UPDATE_PERIOD: Micros = 300 * SECOND;
/** Rest of the certificate bundle in `kube-root-ca.crt`: one certificate of about this size. */
const ROOT_CA_TEXT = '-----BEGIN CERTIFICATE-----\n'.padEnd(1_100, 'x');

/** One pod over the run. */
export interface PodRecord {
	readonly index: number;
	readonly name: string;
	/** `namespace/name`. */
	readonly key: string;
	readonly workload: Workload;
	readonly model: PodModel;
	readonly node: NodeRecord;
	/** How many pods of this name there were before. */
	readonly incarnation: number;
	/** Negative: there from the beginning. */
	readonly createdAt: Micros;
	deletedAt: Micros | null;
	ready: boolean;
	/** What reaches the kubelet about this pod, in time order but for latencies. */
	readonly happenings: { readonly at: Micros; readonly kind: Happening['kind']; readonly container: number }[];
}

/** A change that the API server refused. */
export interface Refusal {
	readonly at: Micros;
	readonly action: string;
	readonly message: string;
}

/** Everything that follows from the plan for one replication. */
export interface ControlPlane {
	readonly profile: VersionProfile;
	readonly objects: readonly ObjectTimeline[];
	readonly pods: readonly PodRecord[];
	readonly nodes: readonly NodeRecord[];
	/** Changes of the TTL annotation's value, first entry at -Infinity. */
	readonly ttlSteps: readonly { readonly at: Micros; readonly ttl: Micros }[];
	readonly commits: CommitLog;
	/** Number of accepted writes. */
	readonly writes: number;
	readonly refusals: readonly Refusal[];
	/** Key of the replication. */
	readonly key: StreamKey;
}

/** Computes the control plane's timeline of a variant in one replication. */
export function controlPlane(variant: VariantPlan, seed: number, replication: number): ControlPlane {
	return new TimelineBuilder(variant, streamKey(seed, 'replication', replication)).build();
}

interface Postponed {
	readonly at: Micros;
	readonly run: () => void;
}

class TimelineBuilder {
	readonly #variant: VariantPlan;
	readonly #key: StreamKey;
	readonly #profile: VersionProfile;
	readonly #store = new ObjectStore();
	readonly #registry = new ObjectRegistry();
	readonly #pool: NodePool;
	readonly #ttl: TtlController;
	readonly #ttlSteps: { at: Micros; ttl: Micros }[] = [];
	readonly #pods: PodRecord[] = [];
	readonly #models = new Map<Workload, PodModel>();
	readonly #incarnations = new Map<string, number>();
	readonly #workloads: Workload[] = [];
	readonly #commitTimes: Micros[] = [];
	readonly #refusals: Refusal[] = [];
	readonly #postponed: Postponed[] = [];

	constructor(variant: VariantPlan, key: StreamKey) {
		this.#variant = variant;
		this.#key = key;
		this.#profile = profileOf(variant.kubernetes);
		this.#pool = new NodePool(variant.cluster);
		this.#ttl = new TtlController(this.#profile.ttlTopStep600);
	}

	build(): ControlPlane {
		const variant = this.#variant;
		this.#startTtl();
		for (const state of variant.objects) this.#store.create(state, -1);
		this.#rootCertificates([
			...variant.workloads,
			...variant.actions.flatMap(({ effect }) => (effect.kind === 'apply' ? effect.workloads : [])),
		]);
		for (const workload of variant.workloads) this.#deploy(workload, variant.coldStart ? 0 : -1);
		const before = this.#store.resourceVersion;
		for (const firing of firings(variant.actions, this.#key, variant.duration)) {
			this.#runPostponed(firing.at);
			this.#fire(firing);
		}
		this.#runPostponed(variant.duration);
		for (const object of variant.objects) this.#registry.number(object.kind, object.namespace, object.name);
		return {
			profile: this.#profile,
			objects: this.#registry.timelines(this.#store),
			pods: this.#pods,
			nodes: this.#pool.nodes,
			ttlSteps: this.#ttlSteps,
			commits: commitLog(before, this.#commitTimes),
			writes: this.#store.writes,
			refusals: this.#refusals,
			key: this.#key,
		};
	}

	#startTtl(): void {
		const { cluster } = this.#variant;
		for (let i = 0; i < Math.max(cluster.previousNodes ?? 0, cluster.nodes); i++) this.#ttl.add();
		for (let i = cluster.nodes; i < (cluster.previousNodes ?? 0); i++) this.#ttl.delete();
		this.#ttlSteps.push({ at: Number.NEGATIVE_INFINITY, ttl: cluster.nodeTTL ?? this.#ttl.ttl });
	}

	#rootCertificates(workloads: readonly Workload[]): void {
		for (const namespace of new Set(workloads.map((workload) => workload.namespace))) {
			if (this.#store.get('ConfigMap', namespace, ROOT_CA_CONFIG_MAP) !== null) continue;
			const data = { 'ca.crt': contentOfText(ROOT_CA_TEXT) };
			this.#store.create(
				{
					kind: 'ConfigMap',
					namespace,
					name: ROOT_CA_CONFIG_MAP,
					labels: {},
					annotations: {},
					type: '',
					immutable: undefined,
					data,
					binaryData: {},
				},
				-1,
			);
		}
	}

	#deploy(workload: Workload, at: Micros): void {
		const { spec } = workload.template;
		this.#workloads.push(workload);
		if (workload.kind === 'DaemonSet') {
			for (const node of this.#pool.candidates(spec)) this.#createPod(workload, `${workload.name}-${node.name}`, node, at);
			return;
		}
		for (let i = 0; i < workload.replicas; i++) {
			const name = workload.kind === 'Pod' ? workload.name : `${workload.name}-${i}`;
			const node = this.#pool.next(spec);
			if (node === null) {
				this.#refusals.push({
					at,
					action: `${workload.kind}/${workload.namespace}/${workload.name}`,
					message: `pod ${name} matches no node and stays Pending`,
				});
				return;
			}
			this.#createPod(workload, name, node, at);
		}
	}

	#createPod(workload: Workload, name: string, node: NodeRecord, at: Micros): void {
		const key = `${workload.namespace}/${name}`;
		let model = this.#models.get(workload);
		if (model === undefined) {
			model = podModel(workload, this.#variant.cluster, this.#registry);
			this.#models.set(workload, model);
		}
		const incarnation = this.#incarnations.get(key) ?? 0;
		this.#incarnations.set(key, incarnation + 1);
		const pod: PodRecord = {
			index: this.#pods.length,
			name,
			key,
			workload,
			model,
			node,
			incarnation,
			createdAt: at,
			deletedAt: null,
			ready: true,
			happenings: [],
		};
		this.#pods.push(pod);
		if (at >= 0) this.#tell(pod, at, 'podAdded', 0);
	}

	/** Something about a pod travels to its kubelet over the pod watch. */
	#tell(pod: PodRecord, at: Micros, kind: Happening['kind'], container: number): void {
		const { min, max } = this.#variant.cluster.network.podWatchLatency;
		const key = streamKey(this.#key, 'podWatch', pod.key, pod.incarnation);
		const latency = min === max ? min : drawInteger(key, pod.happenings.length, min, max);
		pod.happenings.push({ at: at + latency, kind, container });
	}

	#fire({ at, action, ordinal }: Firing): void {
		const { effect } = action;
		switch (effect.kind) {
			case 'create':
				return this.#took(this.#store.create(effect.object, at), at, action.id);
			case 'apply':
				for (const object of effect.objects) this.#took(this.#store.apply(object, at), at, action.id);
				for (const workload of effect.workloads) this.#applyWorkload(workload, at);
				return;
			case 'patch': {
				const patch: ObjectPatch = {
					data: this.#render(effect.data, action.id, ordinal),
					binaryData: this.#render(effect.binaryData, action.id, ordinal),
					labels: effect.labels,
					annotations: effect.annotations,
					immutable: effect.immutable,
				};
				return this.#took(this.#store.patch(effect.objectKind, effect.namespace, effect.name, patch, at), at, action.id);
			}
			case 'delete':
				return this.#took(this.#store.delete(effect.objectKind, effect.namespace, effect.name, at), at, action.id);
			case 'recreate':
				return this.#recreate(effect, at, action.id, ordinal);
			case 'deletePods':
				return this.#eachPod(effect.target, action.id, ordinal, at, (pod, when) => this.#deletePod(pod, when, replaces(effect.target)));
			case 'annotate':
				return this.#eachPod(effect.target, action.id, ordinal, at, (pod, when) => this.#tell(pod, when, 'podChanged', 0));
			case 'restartContainer':
				return this.#eachPod(effect.target, action.id, ordinal, at, (pod, when) => {
					const container = Math.max(
						0,
						pod.model.containers.findIndex((candidate) => candidate.name === effect.container),
					);
					pod.happenings.push({ at: when, kind: effect.how === 'crash' ? 'containerDied' : 'livenessFailed', container });
				});
			case 'setReady':
				return this.#eachPod(effect.target, action.id, ordinal, at, (pod, when) => {
					if (pod.ready === effect.ready) return;
					pod.ready = effect.ready;
					pod.happenings.push({ at: when, kind: 'readinessChanged', container: 0 });
				});
			case 'restartKubelet':
				return this.#restartKubelets(effect.target, action.id, ordinal, at);
			case 'addNodes':
				return this.#addNodes(effect.count, at);
			case 'removeNodes':
				return this.#removeNodes(effect.count, effect.names, at);
		}
	}

	#took(result: WriteResult, at: Micros, action: string): void {
		if (result.kind === 'accepted') this.#commitTimes.push(at);
		else if (result.kind === 'status') this.#refusals.push({ at, action, message: result.message });
		else this.#refusals.push({ at, action, message: 'the object is already like that: no write, no event (A9.3)' });
	}

	#render(templates: Readonly<Record<string, ContentTemplate | null>>, action: string, ordinal: number): Record<string, Content | null> {
		const rendered: Record<string, Content | null> = {};
		for (const [key, template] of Object.entries(templates)) {
			rendered[key] = template === null ? null : renderContent(template, `${this.#key.a} ${this.#key.b} ${action} ${key}`, ordinal);
		}
		return rendered;
	}

	#recreate(
		effect: {
			readonly objectKind: ObjectKind;
			readonly namespace: string;
			readonly name: string;
			readonly gap: Micros;
			readonly data: Readonly<Record<string, ContentTemplate | null>>;
			readonly immutable: boolean | undefined;
		},
		at: Micros,
		action: string,
		ordinal: number,
	): void {
		const old = this.#store.get(effect.objectKind, effect.namespace, effect.name);
		this.#took(this.#store.delete(effect.objectKind, effect.namespace, effect.name, at), at, action);
		if (old === null) return;
		const data: Record<string, Content> = { ...old.state.data };
		for (const [key, content] of Object.entries(this.#render(effect.data, action, ordinal))) {
			if (content === null) delete data[key];
			else data[key] = content;
		}
		const state: ObjectState = { ...old.state, data, immutable: effect.immutable ?? old.state.immutable };
		const again = at + effect.gap;
		this.#postponed.push({ at: again, run: () => this.#took(this.#store.create(state, again), again, action) });
	}

	/** Second halves of actions that take time, in the order of their instants. */
	#runPostponed(until: Micros): void {
		this.#postponed.sort((a, b) => a.at - b.at);
		while (this.#postponed.length > 0 && (this.#postponed[0] as Postponed).at <= until) (this.#postponed.shift() as Postponed).run();
	}

	#applyWorkload(workload: Workload, at: Micros): void {
		const known = this.#workloads.find(
			(other) => other.kind === workload.kind && other.namespace === workload.namespace && other.name === workload.name,
		);
		if (known === undefined) this.#deploy(workload, at);
	}

	#eachPod(target: PodTarget, action: string, ordinal: number, at: Micros, act: (pod: PodRecord, when: Micros) => void): void {
		const labels = Object.entries(target.matchLabels);
		const matching = this.#pods.filter(
			(pod) =>
				pod.createdAt <= at &&
				pod.deletedAt === null &&
				pod.workload.namespace === target.namespace &&
				(target.name === null || pod.name === target.name || (pod.workload.name === target.name && target.workloadKind !== 'Pod')) &&
				(target.workloadKind === null || target.workloadKind === 'Pod' || pod.workload.kind === target.workloadKind) &&
				labels.every(([label, value]) => pod.workload.template.labels[label] === value),
		);
		const chosen = this.#share(matching, (pod) => pod.key, target.sharePpm, action, ordinal);
		for (const [place, pod] of chosen.entries()) act(pod, at + place * target.stagger);
	}

	/** Which part of the targets an action concerns: a keyed draw of each, the lowest ones, in their own order. */
	#share<T>(all: readonly T[], name: (target: T) => string, sharePpm: number, action: string, ordinal: number): readonly T[] {
		if (sharePpm >= 1_000_000) return all;
		const count = Math.round((all.length * sharePpm) / 1_000_000);
		const drawn = all.map((target, place) => ({ place, u: draw(streamKey(this.#key, 'share', action, name(target)), ordinal) }));
		drawn.sort((a, b) => a.u - b.u);
		const chosen = new Set(drawn.slice(0, count).map(({ place }) => place));
		return all.filter((_, place) => chosen.has(place));
	}

	#deletePod(pod: PodRecord, at: Micros, replace: boolean): void {
		pod.deletedAt = at;
		this.#tell(pod, at, 'podDeleted', 0);
		if (replace) this.#replace(pod, at);
	}

	/** The pod's controller makes a new one at once, on the next node in turn. */
	#replace(pod: PodRecord, at: Micros): void {
		const { kind, template } = pod.workload;
		if (kind === 'Pod') return;
		const node = kind === 'DaemonSet' ? (pod.node.removedAt === null ? pod.node : null) : this.#pool.next(template.spec);
		if (node !== null) this.#createPod(pod.workload, pod.name, node, at);
	}

	#restartKubelets(target: NodeTarget, action: string, ordinal: number, at: Micros): void {
		const present = this.#pool.nodes.filter(
			(node) => node.removedAt === null && (target.names.length === 0 || target.names.includes(node.name)),
		);
		const { min, max } = this.#variant.cluster.timing.kubeletRestart;
		for (const [place, node] of this.#share(present, (one) => one.name, target.sharePpm, action, ordinal).entries()) {
			const stop = at + place * target.stagger;
			const start = stop + drawInteger(streamKey(this.#key, 'kubeletRestart', node.name), node.restarts.length, min, max);
			const last = node.restarts.at(-1);
			if (last === undefined || last.start < stop) node.restarts.push({ stop, start });
		}
	}

	#addNodes(count: number, at: Micros): void {
		for (let i = 0; i < count; i++) {
			const node = this.#pool.add(at);
			this.#ttl.add();
			for (const workload of this.#workloads) {
				const fits = workload.kind === 'DaemonSet' && this.#pool.candidates(workload.template.spec).includes(node);
				if (fits) this.#createPod(workload, `${workload.name}-${node.name}`, node, at);
			}
		}
		this.#ttlStep(at);
	}

	#removeNodes(count: number, names: readonly string[], at: Micros): void {
		const present = this.#pool.nodes.filter((node) => node.removedAt === null);
		const leaving = names.length > 0 ? present.filter((node) => names.includes(node.name)) : present.slice(-count);
		for (const node of leaving) {
			this.#pool.remove(node, at);
			this.#ttl.delete();
		}
		this.#ttlStep(at);
		const gone = new Set(leaving);
		for (const pod of this.#pods.filter((one) => gone.has(one.node) && one.deletedAt === null)) {
			pod.deletedAt = at;
			this.#replace(pod, at);
		}
	}

	#ttlStep(at: Micros): void {
		if (this.#variant.cluster.nodeTTL !== null) return;
		if (this.#ttlSteps.at(-1)?.ttl !== this.#ttl.ttl) this.#ttlSteps.push({ at, ttl: this.#ttl.ttl });
	}
}

/** Deleting a whole workload leaves nothing that would replace its pods. */
function replaces(target: PodTarget): boolean {
	return target.workloadKind === null || target.workloadKind === 'Pod';
}

function commitLog(before: number, times: readonly Micros[]): CommitLog {
	return {
		resourceVersionAt: (at) => {
			let low = 0;
			let high = times.length;
			while (low < high) {
				const middle = (low + high) >>> 1;
				if ((times[middle] as Micros) <= at) low = middle + 1;
				else high = middle;
			}
			return before + low;
		},
	};
}

/** The TTL that a node is annotated with at an instant: a change reaches it with its next Node update. */
export function nodeTtl(plane: ControlPlane, node: NodeRecord): (at: Micros) => Micros {
	const offset = drawInteger(streamKey(plane.key, 'nodeUpdate', node.name), 0, 0, NODE_UPDATE_PERIOD - 1);
	const { ttlSteps } = plane;
	const [first] = ttlSteps;
	if (first === undefined) throw new Error('a control plane has at least one TTL');
	if (ttlSteps.length === 1) return () => first.ttl;
	return (at) => {
		let ttl = first.ttl;
		for (const step of ttlSteps) {
			// A node that joined later was annotated when it was added.
			if (step.at + (step.at <= node.addedAt ? 0 : offset) > at) break;
			ttl = step.ttl;
		}
		return ttl;
	};
}
