// Which volumes may share the payloads that have been made: those of different templates whose files are made of the same
// objects in the same way. In a fleet of bare pods every pod has a template of its own, and thousands of them show one Secret.

import { PayloadCatalog, type ReadModel } from '../kubelet/payload-catalog.js';
import type { SecretVolumeSource, Volume } from '../kubernetes/objects.js';
import type { PayloadPod } from '../projection/payload.js';

/** Catalogs of one generation: those of more nodes than share a template's neighbours. */
const GENERATION = 4_096;

/** A catalog and what of the volume it depends on besides the object. */
interface Plain {
	readonly source: SecretVolumeSource;
	readonly catalog: PayloadCatalog;
	readonly next: Plain | undefined;
}

/** Catalogs of the volumes in use. */
export class PayloadCatalogs {
	readonly #injected = new Map<string, PayloadCatalog>();
	/** By number of the object. Two generations: the older one is dropped whole, which costs less than dropping one by one. */
	#young = new Map<number, Plain>();
	#old = new Map<number, Plain>();

	/** The catalog of a volume that the API server injects: besides the root certificate it depends on namespace and users. */
	ofInjected(volume: Volume, reads: readonly ReadModel[], pod: PayloadPod): PayloadCatalog {
		const key = `${pod.namespace} ${pod.hasFsGroup} ${pod.uniformRunAsUser}`;
		let catalog = this.#injected.get(key);
		if (catalog === undefined) {
			catalog = new PayloadCatalog(volume, reads, pod);
			this.#injected.set(key, catalog);
		}
		return catalog;
	}

	/** The catalog of a volume of a manifest; shared where the volume shows all keys of one Secret and nothing of the pod. */
	of(volume: Volume, reads: readonly ReadModel[], pod: PayloadPod): PayloadCatalog {
		const { secret } = volume;
		if (secret === undefined || secret.items !== undefined) return new PayloadCatalog(volume, reads, pod);
		const { object } = reads[0] as ReadModel;
		const known = this.#known(object);
		for (let one = known; one !== undefined; one = one.next) {
			if (one.source.defaultMode === secret.defaultMode && one.source.optional === secret.optional) return one.catalog;
		}
		const catalog = new PayloadCatalog(volume, reads, pod);
		this.#keep(object, { source: secret, catalog, next: known });
		return catalog;
	}

	#known(object: number): Plain | undefined {
		const young = this.#young.get(object);
		if (young !== undefined) return young;
		const old = this.#old.get(object);
		if (old !== undefined) this.#keep(object, old);
		return old;
	}

	#keep(object: number, plain: Plain): void {
		if (this.#young.size >= GENERATION) {
			this.#old = this.#young;
			this.#young = new Map();
		}
		this.#young.set(object, plain);
	}
}
