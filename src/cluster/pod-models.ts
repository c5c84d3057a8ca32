// Makes the kubelet's view of a workload's pods: which volumes are refreshed from which objects, what containers read when they start,
// and which objects the pods are registered for.

import { type Micros, SECOND } from '../core/time.js';
import type { ReadModel } from '../kubelet/payload-catalog.js';
import type { ContainerModel, PodModel, VolumeModel } from '../kubelet/pod-model.js';
import type { ObjectKind, PodSpec, Volume, Workload } from '../kubernetes/objects.js';
import { visitReferences } from '../kubernetes/references.js';
import { volumeReads } from '../projection/payload.js';
import { containerModels, environmentReads, type NumberOf } from './container-models.js';
import { isMounted, isRefreshed } from './mounted-volumes.js';
import type { ObjectRegistry } from './object-registry.js';
import { PayloadCatalogs, readModels } from './payload-catalogs.js';
import type { ClusterPlan } from './plan.js';
import { getsTokenVolume, ownSpec } from './pod-admission.js';
import { AddedVolume, ManifestVolume, type TemplateContext } from './volume-models.js';

/** Numbers the objects that the manifest of a workload names, whether or not a volume shows them. */
export function mentionObjects({ namespace, template: { spec } }: Workload, registry: ObjectRegistry): void {
	visitReferences(spec, 'Secret', (name) => registry.number('Secret', namespace, name));
	visitReferences(spec, 'ConfigMap', (name) => registry.number('ConfigMap', namespace, name));
	// What has no name is not registered, but read all the same, in vain.
	const read: NumberOf = (kind, name) => registry.number(kind, namespace, name, name === '');
	for (const volume of spec.volumes) {
		if (isRefreshed(volume) && !hasNamedSecret(volume)) for (const { kind, name } of volumeReads(volume)) read(kind, name);
	}
	for (const containers of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
		for (const container of containers) if (container.env.length + container.envFrom.length > 0) environmentReads(container, read);
	}
}

function hasNamedSecret({ secret }: Volume): boolean {
	return secret !== undefined && secret.secretName !== '';
}

/** Makes the models of the templates of a run whose objects were mentioned. */
export class PodModels {
	readonly cluster: ClusterPlan;
	readonly catalogs: PayloadCatalogs = new PayloadCatalogs();
	readonly #registry: ObjectRegistry;
	readonly #secrets: ReferencedObjects;
	readonly #configMaps: ReferencedObjects;
	readonly #number: NumberOf = (kind, name) => (kind === 'Secret' ? this.#secrets : this.#configMaps).number(name);

	constructor(cluster: ClusterPlan, registry: ObjectRegistry) {
		this.cluster = cluster;
		this.#registry = registry;
		this.#secrets = new ReferencedObjects('Secret', registry);
		this.#configMaps = new ReferencedObjects('ConfigMap', registry);
	}

	/** Everything about the pods of a workload. */
	of(owner: Workload): PodModel {
		const getsToken = getsTokenVolume(owner, this.cluster);
		const spec = ownSpec(owner, this.cluster, getsToken);
		const secrets = this.#secrets.collect(owner.namespace, spec);
		const configMaps = this.#configMaps.collect(owner.namespace, spec);
		const model = new TemplateModel(owner, spec, this, secrets, configMaps);
		for (const volume of spec.volumes) {
			if (!isRefreshed(volume) || !isMounted(volume, spec)) continue;
			model.volumes.push(new ManifestVolume(volume, readModels(volume, this.#number), model));
		}
		if (!getsToken) return model;
		const added = this.catalogs.ofAdded(owner, spec, this.#number);
		model.volumes.push(new AddedVolume(added, model));
		for (const { object } of added.reads) if (!configMaps.includes(object)) configMaps.push(object);
		return model;
	}

	/** The number of an object of a namespace. */
	numberIn(namespace: string): NumberOf {
		return (kind, name) => this.#registry.number(kind, namespace, name, true);
	}
}

/** The objects of one kind that one pod after the other references, each of which is looked up once. */
class ReferencedObjects {
	readonly #kind: ObjectKind;
	readonly #registry: ObjectRegistry;
	#namespace = '';
	#count = 0;
	readonly #names: string[] = [];
	readonly #numbers: number[] = [];
	readonly #add = (name: string): void => {
		if (this.#place(name) >= 0) return;
		this.#names[this.#count] = name;
		this.#numbers[this.#count] = this.#registry.number(this.#kind, this.#namespace, name, true);
		this.#count += 1;
	};

	constructor(kind: ObjectKind, registry: ObjectRegistry) {
		this.#kind = kind;
		this.#registry = registry;
	}

	/** Numbers of the objects that a pod references, each once, in visiting order. */
	collect(namespace: string, spec: PodSpec): number[] {
		this.#namespace = namespace;
		this.#count = 0;
		visitReferences(spec, this.#kind, this.#add);
		return this.#numbers.slice(0, this.#count);
	}

	/** The number of an object that this pod reads. */
	number(name: string): number {
		const place = this.#place(name);
		return place >= 0 ? (this.#numbers[place] as number) : this.#registry.number(this.#kind, this.#namespace, name, true);
	}

	#place(name: string): number {
		for (let place = 0; place < this.#count; place++) if (this.#names[place] === name) return place;
		return -1;
	}
}

const NONE: readonly ReadModel[] = [];

/** A pod template; what plays no role while its pods just run is made when somebody asks. */
class TemplateModel implements PodModel, TemplateContext {
	readonly owner: Workload;
	readonly spec: PodSpec;
	readonly run: PodModels;
	readonly volumes: VolumeModel[] = [];
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
		const { kind, namespace, name } = this.owner;
		return `${kind}/${namespace}/${name}`;
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
