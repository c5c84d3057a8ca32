// The volumes of a pod template as the kubelet model sees them: those of the manifest, and the one that the API server adds, which is
// the same for all pods of a namespace but for its name. A fleet of bare pods has hundreds of thousands of them and looks at few from
// all sides, so that what is seldom asked for is made when somebody asks.

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { type PayloadCatalog, type ReadModel, surelyBuilds } from '../kubelet/payload-catalog.js';
import type { VolumeModel } from '../kubelet/pod-model.js';
import { TOKEN_EXPIRATION_SECONDS, TOKEN_VOLUME_PREFIX, tokenVolume } from '../kubernetes/admission.js';
import type { PodSpec, Volume, VolumeProjection, Workload } from '../kubernetes/objects.js';
import { isMountedWhole } from './mounted-volumes.js';
import type { PayloadCatalogs } from './payload-catalogs.js';
import type { ClusterPlan } from './plan.js';
import { addedVolumeName } from './pod-admission.js';

/** Lifetime of a projected service-account token when the manifest sets none (API default). */
const DEFAULT_TOKEN_SECONDS = 3600;

const NO_SOURCES: readonly VolumeProjection[] = [];
/** Stands for the added volumes of all pods where the name plays no role. */
const SOME_TOKEN_VOLUME: Volume = tokenVolume(TOKEN_VOLUME_PREFIX);

/** What the volumes of one template have in common. */
export interface TemplateContext {
	/** The workload whose template it is. */
	readonly owner: Workload;
	/** The spec of its pods without the volume that the API server adds. */
	readonly spec: PodSpec;
	/** What the templates of a run have in common. */
	readonly run: { readonly cluster: ClusterPlan; readonly catalogs: PayloadCatalogs };
}

/** A volume of the manifest. */
export class ManifestVolume implements VolumeModel {
	readonly name: string;
	readonly spec: Volume;
	readonly injected = false;
	readonly reads: readonly ReadModel[];
	readonly tokenSeconds: number | null;
	readonly #template: TemplateContext;
	#payloads: PayloadCatalog | null = null;

	constructor(spec: Volume, reads: readonly ReadModel[], template: TemplateContext) {
		this.name = spec.name;
		this.spec = spec;
		this.reads = reads;
		this.tokenSeconds = spec.projected === undefined ? null : tokenSecondsOf(spec.projected.sources);
		this.#template = template;
	}

	get seenWhole(): boolean {
		return isMountedWhole(this.spec, this.#template.spec);
	}

	get podSpecific(): boolean {
		const { downwardAPI, projected } = this.spec;
		return downwardAPI !== undefined || (projected?.sources ?? NO_SOURCES).some((source) => source.downwardAPI !== undefined);
	}

	get tmpfsBytes(): number | null {
		return this.spec.configMap === undefined ? tmpfsBytes(this.#template) : null;
	}

	get payloads(): PayloadCatalog {
		if (this.#payloads === null) {
			const { owner, spec, run } = this.#template;
			this.#payloads = run.catalogs.of(this.spec, this.reads, owner, spec);
		}
		return this.#payloads;
	}

	surelyBuilds(versions: readonly (TimelineVersion | null)[]): boolean {
		return surelyBuilds(this.spec, versions);
	}
}

/** The volume that the API server adds. Some container always mounts it whole: else it would not be added. */
export class AddedVolume implements VolumeModel {
	readonly injected = true;
	readonly seenWhole = true;
	/** It shows the pod's namespace, which stays. */
	readonly podSpecific = false;
	readonly tokenSeconds: number = TOKEN_EXPIRATION_SECONDS;
	readonly reads: readonly ReadModel[];
	readonly payloads: PayloadCatalog;
	readonly #template: TemplateContext;
	#name: string | null = null;

	/** @param like what the volumes that are added to pods like this one have in common. */
	constructor({ reads, payloads }: Pick<VolumeModel, 'reads' | 'payloads'>, template: TemplateContext) {
		this.reads = reads;
		this.payloads = payloads;
		this.#template = template;
	}

	get name(): string {
		this.#name ??= addedVolumeName(this.#template.owner);
		return this.#name;
	}

	get spec(): Volume {
		return tokenVolume(this.name);
	}

	get tmpfsBytes(): number {
		return tmpfsBytes(this.#template);
	}

	surelyBuilds(versions: readonly (TimelineVersion | null)[]): boolean {
		return surelyBuilds(SOME_TOKEN_VOLUME, versions);
	}
}

function tokenSecondsOf(sources: readonly VolumeProjection[]): number | null {
	const token = sources.find((source) => source.serviceAccountToken !== undefined)?.serviceAccountToken;
	return token === undefined ? null : (token.expirationSeconds ?? DEFAULT_TOKEN_SECONDS);
}

/** Size of the tmpfs: the pod's memory limit when every container sets one and it is smaller, else the node's memory (K7.8). */
function tmpfsBytes({ spec, run }: TemplateContext): number {
	const node = run.cluster.kubelet.allocatableMemoryBytes;
	let sum = 0;
	for (const { memoryLimitBytes } of spec.containers) {
		if (memoryLimitBytes === undefined) return node;
		sum += memoryLimitBytes;
	}
	return Math.min(node, sum);
}
