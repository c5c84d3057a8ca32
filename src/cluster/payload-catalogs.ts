// Which volumes may share the payloads that have been made: those of different templates whose files are made of the same
// objects in the same way. In a fleet of bare pods every pod has a template of its own, and thousands of them show one Secret.

import { PayloadCatalog, type ReadModel } from '../kubelet/payload-catalog.js';
import type { Volume } from '../kubernetes/objects.js';
import type { PayloadPod } from '../projection/payload.js';

/** Catalogs that are kept: those of more nodes than share a template's neighbours. */
const KEPT = 4_096;

/** Catalogs of the volumes in use. */
export class PayloadCatalogs {
	readonly #injected = new Map<string, PayloadCatalog>();
	readonly #plain = new Map<string, PayloadCatalog>();

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
		const key = `${pod.namespace}/${secret.secretName} ${secret.defaultMode} ${secret.optional}`;
		let catalog = this.#plain.get(key);
		if (catalog === undefined) {
			if (this.#plain.size >= KEPT) this.#plain.delete(this.#plain.keys().next().value as string);
			catalog = new PayloadCatalog(volume, reads, pod);
			this.#plain.set(key, catalog);
		}
		return catalog;
	}
}
