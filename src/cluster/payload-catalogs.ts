// Which volumes may share the payloads that have been made: those of different templates whose files are made of the same
// objects in the same way. In a fleet of bare pods every pod has a template of its own, and thousands of them show one Secret.

import { PayloadCatalog, type ReadModel } from '../kubelet/payload-catalog.js';
import { TOKEN_VOLUME_PREFIX, tokenVolume } from '../kubernetes/admission.js';
import type { Container, ObjectKind, PodSpec, SecretVolumeSource, Volume, Workload } from '../kubernetes/objects.js';
import { type PayloadPod, volumeReads } from '../projection/payload.js';

/** Places of catalogs, a power of two: more than the nodes in use have volumes. */
const PLACES = 4_096;

/** A catalog and what of the volume it depends on besides the object. */
interface Plain {
	readonly object: number;
	readonly source: SecretVolumeSource;
	readonly catalog: PayloadCatalog;
	readonly next: Plain | undefined;
}

/** What the volumes have in common that the API server adds to pods of one namespace which run as the same users. */
interface Added {
	readonly hasFsGroup: boolean;
	readonly user: number | undefined;
	readonly reads: readonly ReadModel[];
	/** Numbers of the ConfigMaps that they read. */
	readonly objects: readonly number[];
	readonly payloads: PayloadCatalog;
}

/** Catalogs of the volumes in use. */
export class PayloadCatalogs {
	/** By namespace: besides the root certificate, an added volume depends on that and on the users of the pod. */
	readonly #added = new Map<string, Added[]>();
	/**
	 * By number of the object, which gives way to that of the next one with the same place: most objects of a fleet are shown by one pod, and
	 * a search among them costs more than to make what it looks for.
	 */
	readonly #plain = new Array<Plain | null>(PLACES).fill(null);

	/** What the volumes share that the API server adds to pods like this one. @param number of an object of the pod's namespace. */
	ofAdded({ namespace }: Workload, spec: PodSpec, number: (kind: ObjectKind, name: string) => number): Added {
		let known = this.#added.get(namespace);
		if (known === undefined) {
			known = [];
			this.#added.set(namespace, known);
		}
		const hasFsGroup = spec.fsGroup !== undefined;
		const user = uniformUser(spec);
		for (const one of known) if (one.hasFsGroup === hasFsGroup && one.user === user) return one;
		const volume = tokenVolume(TOKEN_VOLUME_PREFIX);
		const reads = readModels(volume, number);
		const pod = { name: '', namespace, uid: '', labels: {}, annotations: {}, hasFsGroup, uniformRunAsUser: user };
		const objects = [...new Set(reads.map(({ object }) => object))];
		const added = { hasFsGroup, user, reads, objects, payloads: new PayloadCatalog(volume, reads, pod) };
		known.push(added);
		return added;
	}

	/** The catalog of a volume of a manifest; shared where the volume shows all keys of one Secret and nothing of the pod. */
	of(volume: Volume, reads: readonly ReadModel[], workload: Workload, spec: PodSpec): PayloadCatalog {
		const { secret } = volume;
		if (secret === undefined || secret.items !== undefined) return new PayloadCatalog(volume, reads, payloadPod(workload, spec));
		const { object } = reads[0] as ReadModel;
		const place = object & (PLACES - 1);
		const last = this.#plain[place];
		const known = last?.object === object ? last : undefined;
		for (let one = known; one !== undefined; one = one.next) {
			if (one.source.defaultMode === secret.defaultMode && one.source.optional === secret.optional) return one.catalog;
		}
		const catalog = new PayloadCatalog(volume, reads, payloadPod(workload, spec));
		this.#plain[place] = { object, source: secret, catalog, next: known };
		return catalog;
	}
}

/** The reads of a volume with the numbers of their objects. */
export function readModels(volume: Volume, number: (kind: ObjectKind, name: string) => number): ReadModel[] {
	const { secret } = volume;
	if (secret !== undefined) return [{ kind: 'Secret', object: number('Secret', secret.secretName), name: secret.secretName }];
	return volumeReads(volume).map(({ kind, name }) => ({ kind, object: number(kind, name), name }));
}

/** A template's pod as payloads see it. */
function payloadPod({ namespace, name, template }: Workload, spec: PodSpec): PayloadPod {
	return {
		name,
		namespace,
		uid: `${namespace}/${name}`,
		labels: template.labels,
		annotations: template.annotations,
		hasFsGroup: spec.fsGroup !== undefined,
		uniformRunAsUser: uniformUser(spec),
	};
}

/** The user that every container of a pod has; undefined when they differ or none is set. */
function uniformUser({ runAsUser, initContainers, containers, ephemeralContainers }: PodSpec): number | undefined {
	const first = initContainers[0] ?? containers[0] ?? ephemeralContainers[0];
	const user = first?.runAsUser ?? runAsUser;
	const same = (container: Container): boolean => (container.runAsUser ?? runAsUser) === user;
	const uniform = first !== undefined && initContainers.every(same) && containers.every(same) && ephemeralContainers.every(same);
	return uniform ? user : undefined;
}
