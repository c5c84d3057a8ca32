// The control plane's timeline of one replication: every version of every object, which pods exist on which node and when,
// what reaches each kubelet from outside, and the TTL annotation. All of it follows from the plan alone, before the first
// node is simulated; that is what makes the nodes independent of each other.

import type { CommitLog } from '../apiserver/node-connection.js';
import { type ObjectPatch, ObjectStore, type WriteResult, type WrittenVersion } from '../apiserver/object-store.js';
import type { ObjectTimeline } from '../apiserver/object-timeline.js';
import { drawInteger, type StreamKey, streamKey } from '../core/random.js';
import { type Micros, SECOND } from '../core/time.js';
import { ROOT_CA_CONFIG_MAP } from '../kubernetes/admission.js';
import { type Content, contentOfText } from '../kubernetes/content.js';
import type { ObjectKind, ObjectState, Workload } from '../kubernetes/objects.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';
import { profileOf } from '../kubernetes/versions.js';
import { type Firing, firings, renderContent } from './firings.js';
import { NodePool, type NodeRecord } from './nodes.js';
import { ObjectRegistry } from './object-registry.js';
import type { ActionEffect, ContentTemplate, NodeTarget, PodTarget, VariantPlan } from './plan.js';
import type { PodRecord } from './pod-record.js';
import { PodRoster, share } from './pod-roster.js';
import { TtlController } from './ttl-controller.js';

/** Longest time between two updates of a Node object; the TTL annotation is corrected at one of them (A7.1). */
const NODE_UPDATE_PERIOD: Micros = 300 * SECOND;
/** Rest of the certificate bundle in `kube-root-ca.crt`: one certificate of about this size. */
const ROOT_CA_TEXT = '-----BEGIN CERTIFICATE-----\n'.padEnd(1_100, 'x');

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
	/** The accepted writes, by number. */
	readonly writes: readonly WrittenVersion[];
	readonly refusals: readonly Refusal[];
	/** Key of the replication. */
	readonly key: StreamKey;
}

/** Computes the control plane's timeline of a variant in one replication. */
export function controlPlane(variant: VariantPlan, seed: number, replication: number): ControlPlane {
	return new TimelineBuilder(variant, streamKey(seed, 'replication', replication)).build();
}

/** Actions that concern pods. */
type PodEffect = Extract<ActionEffect, { kind: 'deletePods' | 'annotate' | 'restartContainer' | 'setReady' }>;

interface Postponed {
	readonly at: Micros;
	readonly run: () => void;
}

class TimelineBuilder {
	readonly #variant: VariantPlan;
	readonly #key: StreamKey;
	readonly #profile: VersionProfile;
	readonly #store: ObjectStore;
	readonly #registry: ObjectRegistry;
	readonly #pool: NodePool;
	readonly #ttl: TtlController;
	readonly #ttlSteps: { at: Micros; ttl: Micros }[] = [];
	readonly #roster: PodRoster;
	readonly #commitTimes: Micros[] = [];
	readonly #refusals: Refusal[] = [];
	readonly #postponed: Postponed[] = [];

	constructor(variant: VariantPlan, key: StreamKey) {
		this.#variant = variant;
		this.#key = key;
		this.#profile = profileOf(variant.kubernetes);
		this.#store = new ObjectStore(this.#profile);
		this.#registry = new ObjectRegistry(this.#store.histories);
		this.#pool = new NodePool(variant.cluster);
		this.#roster = new PodRoster(variant.cluster, key, this.#pool, this.#registry);
		this.#ttl = new TtlController(this.#profile.ttlTopStep600);
	}

	build(): ControlPlane {
		const variant = this.#variant;
		this.#startTtl();
		variant.objects.forEach(this.#createBefore);
		this.#rootCertificates([
			...variant.workloads,
			...variant.actions.flatMap(({ effect }) => (effect.kind === 'apply' ? effect.workloads : [])),
		]);
		const deployedAt = variant.coldStart ? 0 : -1;
		variant.workloads.forEach((workload) => this.#deploy(workload, deployedAt));
		const before = this.#store.resourceVersion;
		for (const firing of firings(variant.actions, this.#key, variant.duration)) {
			this.#runPostponed(firing.at);
			this.#fire(firing);
		}
		this.#runPostponed(variant.duration);
		this.#store.objects().forEach((object) => this.#registry.mention(object, object.name === ROOT_CA_CONFIG_MAP));
		return {
			profile: this.#profile,
			objects: this.#registry.timelines(),
			pods: this.#roster.pods,
			nodes: this.#pool.nodes,
			ttlSteps: this.#ttlSteps,
			commits: commitLog(before, this.#commitTimes),
			writes: this.#store.written,
			refusals: this.#refusals,
			key: this.#key,
		};
	}

	/** Creates an object that is there before the run. */
	readonly #createBefore = (state: ObjectState): void => {
		const result = this.#store.create(state, -1);
		if (result.kind !== 'status') return;
		this.#refusals.push({ at: 0, action: `${state.kind}/${state.namespace}/${state.name}`, message: result.message });
	};

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
		const unplaced = this.#roster.deploy(workload, at);
		if (unplaced === null) return;
		const action = `${workload.kind}/${workload.namespace}/${workload.name}`;
		this.#refusals.push({ at, action, message: `pod ${unplaced} matches no node and stays Pending` });
	}

	#fire({ at, action, ordinal }: Firing): void {
		const { effect } = action;
		switch (effect.kind) {
			case 'create':
				this.#took(this.#store.create(effect.object, at), at, action.id);
				break;
			case 'apply':
				for (const object of effect.objects) this.#took(this.#store.apply(object, at), at, action.id);
				// A workload that is there already is as the file says; the loader refuses a changed template.
				for (const workload of effect.workloads) if (!this.#roster.has(workload)) this.#deploy(workload, at);
				break;
			case 'patch': {
				const patch: ObjectPatch = {
					data: this.#render(effect.data, action.id, ordinal),
					binaryData: this.#render(effect.binaryData, action.id, ordinal),
					labels: effect.labels,
					annotations: effect.annotations,
					immutable: effect.immutable,
				};
				this.#took(this.#store.patch(effect.objectKind, effect.namespace, effect.name, patch, at), at, action.id);
				break;
			}
			case 'delete':
				this.#took(this.#store.delete(effect.objectKind, effect.namespace, effect.name, at), at, action.id);
				break;
			case 'recreate':
				this.#recreate(effect, at, action.id, ordinal);
				break;
			case 'deletePods':
			case 'annotate':
			case 'restartContainer':
			case 'setReady':
				this.#concernPods(effect, action.id, ordinal, at);
				break;
			case 'restartKubelet':
				this.#restartKubelets(effect.target, action.id, ordinal, at);
				break;
			case 'addNodes':
				this.#addNodes(effect.count, at);
				break;
			case 'removeNodes':
				this.#removeNodes(effect.count, effect.names, at);
				break;
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

	#concernPods(effect: PodEffect, action: string, ordinal: number, at: Micros): void {
		for (const [place, pod] of this.#roster.matching(effect.target, action, ordinal, at).entries()) {
			const when = at + place * effect.target.stagger;
			if (effect.kind === 'deletePods') this.#roster.delete(pod, when, replaces(effect.target));
			else if (effect.kind === 'annotate') this.#roster.tell(pod, when, 'podChanged', 0);
			else if (effect.kind === 'restartContainer') {
				const { containers } = pod.model;
				const named = containers.findIndex(({ name, init }) => (effect.container === null ? !init : name === effect.container));
				pod.happens({ at: when, kind: effect.how === 'crash' ? 'containerDied' : 'livenessFailed', container: Math.max(0, named) });
			} else if (pod.ready !== effect.ready) {
				pod.ready = effect.ready;
				pod.happens({ at: when, kind: 'readinessChanged', container: 0 });
			}
		}
	}

	#restartKubelets(target: NodeTarget, action: string, ordinal: number, at: Micros): void {
		const present = this.#pool.nodes.filter(
			(node) => node.removedAt === null && (target.names.length === 0 || target.names.includes(node.name)),
		);
		const { min, max } = this.#variant.cluster.timing.kubeletRestart;
		const chosen = share(present, (one) => one.name, target.sharePpm, streamKey(this.#key, 'share', action), ordinal);
		for (const [place, node] of chosen.entries()) {
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
			this.#roster.joined(node, at);
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
		this.#roster.left(leaving, at);
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
	const { ttlSteps } = plane;
	const [first] = ttlSteps;
	if (first === undefined) throw new Error('a control plane has at least one TTL');
	if (ttlSteps.length === 1) return () => first.ttl;
	const offset = drawInteger(streamKey(plane.key, 'nodeUpdate', node.name), 0, 0, NODE_UPDATE_PERIOD - 1);
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
