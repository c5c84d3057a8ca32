// Makes the kubelet's view of a workload's pods: which volumes are refreshed from which objects, what containers read when they start,
// and which objects the pods are registered for.

import { type Micros, SECOND } from '../core/time.js';
import type { ReadModel } from '../kubelet/payload-catalog.js';
import type { ContainerModel, PodModel, VolumeModel } from '../kubelet/pod-model.js';
import type { PodSpec, Workload } from '../kubernetes/objects.js';
import { containerModels, type NumberOf } from './container-models.js';
import { isMounted, isRefreshed } from './mounted-volumes.js';
import type { ObjectMentions } from './object-mentions.js';
import type { ObjectRegistry } from './object-registry.js';
import { PayloadCatalogs, readModels } from './payload-catalogs.js';
import type { ClusterPlan } from './plan.js';
import { getsTokenVolume, ownSpec } from './pod-admission.js';
import { AddedVolume, ManifestVolume, type TemplateContext } from './volume-models.js';

/** Makes the models of the templates of a run whose objects were mentioned. */
export class PodModels {
	readonly cluster: ClusterPlan;
	readonly catalogs: PayloadCatalogs = new PayloadCatalogs();
	readonly #registry: ObjectRegistry;
	readonly #mentions: ObjectMentions;
	/** Those of the template that is being made, and behind them what is left of others. */
	readonly #volumes: VolumeModel[] = [];
	/** Of the workload that was named last: those of one kind and namespace follow each other. */
	#kind: Workload['kind'] | null = null;
	#namespace = '';
	#scope = '';

	constructor(cluster: ClusterPlan, registry: ObjectRegistry, mentions: ObjectMentions) {
		this.cluster = cluster;
		this.#registry = registry;
		this.#mentions = mentions;
	}

	/** Everything about the pods of a workload. @param mentions where the numbers of its objects are. */
	of(owner: Workload, mentions: number): PodModel {
		const getsToken = getsTokenVolume(owner, this.cluster);
		const spec = ownSpec(owner, this.cluster, getsToken);
		this.#mentions.open(owner, mentions);
		const { number } = this.#mentions;
		const added = getsToken ? this.catalogs.ofAdded(owner, spec, number) : null;
		const model = new TemplateModel(owner, spec, this, this.#mentions.secrets(), this.#mentions.configMaps(added?.objects ?? NO_OBJECTS));
		const volumes = this.#volumes;
		let count = 0;
		for (const volume of spec.volumes) {
			if (isRefreshed(volume) && isMounted(volume, spec)) volumes[count++] = new ManifestVolume(volume, readModels(volume, number), model);
		}
		if (added !== null) volumes[count++] = new AddedVolume(added, model);
		// A copy has no room for more than it needs.
		model.volumes = volumes.slice(0, count);
		return model;
	}

	/** What the names of workloads of one kind and namespace begin with. */
	scopeOf({ kind, namespace }: Workload): string {
		if (kind !== this.#kind || namespace !== this.#namespace) {
			this.#kind = kind;
			this.#namespace = namespace;
			this.#scope = `${kind}/${namespace}/`;
		}
		return this.#scope;
	}

	/** Gives the numbers of the objects of a namespace. */
	numberIn(namespace: string): NumberOf {
		return (kind, name) => this.#registry.number(kind, namespace, name, true);
	}
}

const NONE: readonly ReadModel[] = [];
const NO_OBJECTS: readonly number[] = [];
const NO_VOLUMES: readonly VolumeModel[] = [];

/** A pod template; what plays no role while its pods just run is made when somebody asks. */
class TemplateModel implements PodModel, TemplateContext {
	readonly owner: Workload;
	readonly spec: PodSpec;
	readonly run: PodModels;
	/** Filled in once they are made: they know their template. */
	volumes: readonly VolumeModel[] = NO_VOLUMES;
	readonly secrets: readonly number[];
	readonly configMaps: readonly number[];
	#containers: readonly ContainerModel[] | null = null;
	#pullSecrets: readonly ReadModel[] | null = null;

	constructor(owner: Workload, spec: PodSpec, run: PodModels, secrets: readonly number[], configMaps: readonly number[]) {
		this.owner = owner;
		this.spec = spec;
		this.run = run;
		this.secrets = secrets;
		this.configMaps = configMaps;
	}

	get workload(): string {
		return this.run.scopeOf(this.owner) + this.owner.name;
	}

	get namespace(): string {
		return this.owner.namespace;
	}

	get containers(): readonly ContainerModel[] {
		this.#containers ??= containerModels(this.spec, this.volumes, this.run.numberIn(this.namespace));
		return this.#containers;
	}

	get pullSecrets(): readonly ReadModel[] {
		const { imagePullSecrets } = this.spec;
		if (imagePullSecrets.length === 0) return NONE;
		const number = this.run.numberIn(this.namespace);
		this.#pullSecrets ??= imagePullSecrets.map((name) => ({ kind: 'Secret', object: number('Secret', name), name }));
		return this.#pullSecrets;
	}

	get terminationGracePeriod(): Micros {
		return this.spec.terminationGracePeriodSeconds * SECOND;
	}
}
