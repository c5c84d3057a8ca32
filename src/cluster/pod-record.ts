// One pod over the run. There may be hundreds of thousands of them and all live as long as the run, so a pod keeps only what
// tells it from its siblings; its names and the model of its template are made when somebody asks.

import type { Micros } from '../core/time.js';
import type { Happening } from '../kubelet/node-input.js';
import type { PodModel } from '../kubelet/pod-model.js';
import type { Workload } from '../kubernetes/objects.js';
import type { ModelCache } from './model-cache.js';
import type { NodeRecord } from './nodes.js';

/** Something that reaches a kubelet about one pod. */
export interface PodHappening {
	readonly at: Micros;
	readonly kind: Happening['kind'];
	readonly container: number;
}

const NOTHING: readonly PodHappening[] = [];

/** The name of a pod. @param suffix what follows the workload's name; null: nothing. */
export function podName({ name }: Workload, suffix: PodIdentity['suffix']): string {
	return suffix === null ? name : `${name}-${suffix}`;
}

/** What a pod is made of. */
export interface PodIdentity {
	/** Number of the pod in the run. */
	readonly index: number;
	readonly workload: Workload;
	/** Where the numbers of the objects are that its template mentions. */
	readonly mentions: number;
	/** What its name has after the workload's; null: the name is the workload's. */
	readonly suffix: string | number | null;
	readonly node: NodeRecord;
	/** How many pods of this name there were before. */
	readonly incarnation: number;
	/** Negative: there from the beginning. */
	readonly createdAt: Micros;
}

/** One pod. */
export class PodRecord implements PodIdentity {
	readonly index: number;
	readonly workload: Workload;
	readonly mentions: number;
	readonly suffix: string | number | null;
	readonly node: NodeRecord;
	readonly incarnation: number;
	readonly createdAt: Micros;
	deletedAt: Micros | null = null;
	ready = true;
	readonly #models: ModelCache;
	#happenings: PodHappening[] | null = null;

	constructor(identity: PodIdentity, models: ModelCache) {
		this.index = identity.index;
		this.workload = identity.workload;
		this.mentions = identity.mentions;
		this.suffix = identity.suffix;
		this.node = identity.node;
		this.incarnation = identity.incarnation;
		this.createdAt = identity.createdAt;
		this.#models = models;
	}

	get name(): string {
		return podName(this.workload, this.suffix);
	}

	/** `namespace/name`. */
	get key(): string {
		return `${this.workload.namespace}/${this.name}`;
	}

	/** The template as the kubelet sees it; keep it while it is in use, since it may be made anew for the next caller. */
	get model(): PodModel {
		return this.#models.of(this.workload, this.mentions);
	}

	/** What reaches the kubelet about this pod, in time order but for latencies. */
	get happenings(): readonly PodHappening[] {
		return this.#happenings ?? NOTHING;
	}

	/** Something will reach the kubelet about this pod. */
	happens(happening: PodHappening): void {
		if (this.#happenings === null) this.#happenings = [happening];
		else this.#happenings.push(happening);
	}
}
