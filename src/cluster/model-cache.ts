// The models of pod templates, made when a node needs them and forgotten again: a fleet of bare pods has as many templates as
// pods, and only those of the node that is being simulated are in use.

import type { PodModel } from '../kubelet/pod-model.js';
import type { Workload } from '../kubernetes/objects.js';
import type { ObjectMentions } from './object-mentions.js';
import type { ObjectRegistry } from './object-registry.js';
import type { ClusterPlan } from './plan.js';
import { PodModels } from './pod-models.js';

/** Templates that are kept: more than a node has pods, since pods of one template lie on neighbouring nodes. */
const KEPT = 2_048;

/** Models of the templates in use. */
export class ModelCache {
	readonly #templates: PodModels;
	readonly #models = new Map<Workload, PodModel>();

	constructor(cluster: ClusterPlan, registry: ObjectRegistry, mentions: ObjectMentions) {
		this.#templates = new PodModels(cluster, registry, mentions);
	}

	/** The model of a workload's pods. Two calls may give two models; they say the same. @param mentions where the numbers of its objects are. */
	of(workload: Workload, mentions: number): PodModel {
		// The only pod of a template does not need it again.
		if (workload.replicas === 1 && workload.kind !== 'DaemonSet') return this.#templates.of(workload, mentions);
		let model = this.#models.get(workload);
		if (model === undefined) {
			if (this.#models.size >= KEPT) this.#models.delete(this.#models.keys().next().value as Workload);
			model = this.#templates.of(workload, mentions);
			this.#models.set(workload, model);
		}
		return model;
	}
}
