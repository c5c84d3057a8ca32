// What a volume's files are for given versions of its objects. Payloads are pure functions of the volume spec and the
// versions read, so they are computed once and looked up by every pod of the workload on every node. Two payloads have the
// same id exactly when the atomic writer would find nothing to write or remove (paths and bytes; modes are not compared,
// K8.1 step 4).

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { type Content, contentOfText, EMPTY_CONTENT } from '../kubernetes/content.js';
import type { ObjectKind, Volume } from '../kubernetes/objects.js';
import { buildPayload, type PayloadFile, type PayloadPod } from '../projection/payload.js';
import type { ReadResult } from './manager/manager.js';

/** The files of a volume, or why there are none. */
export type VolumePayload =
	| {
			readonly kind: 'payload';
			/** Equal ids: equal paths and bytes. */
			readonly id: number;
			readonly files: readonly PayloadFile<Content>[];
			/** Space in a tmpfs: whole pages of 4 KiB per file. */
			readonly bytes: number;
	  }
	| { readonly kind: 'error'; readonly text: string };

const PAGE = 4096;
/** Stands for any token: which one it is, the volume itself knows. */
const TOKEN: Content = contentOfText('token');

/** One object that a refresh reads. */
export interface ReadModel {
	readonly kind: ObjectKind;
	/** Number of the object in the run. */
	readonly object: number;
	readonly name: string;
}

/** Payloads of one volume of one pod template. */
export class PayloadCatalog {
	readonly #volume: Volume;
	readonly #reads: readonly ReadModel[];
	readonly #pod: PayloadPod;
	// Made when they are needed: in a fleet of bare pods most volumes have one payload for all of the run.
	#bySingle: Map<number, VolumePayload> | undefined;
	#byMany: Map<string, VolumePayload> | undefined;
	#ids: Map<string, number> | undefined;

	constructor(volume: Volume, reads: readonly ReadModel[], pod: PayloadPod) {
		this.#volume = volume;
		this.#reads = reads;
		this.#pod = pod;
	}

	/**
	 * The payload for the results of the volume's reads.
	 *
	 * @param results one per read of the volume, in order.
	 */
	payload(results: readonly ReadResult<TimelineVersion>[]): VolumePayload {
		if (results.length === 1) {
			const result = results[0] as ReadResult<TimelineVersion>;
			if (result.kind !== 'found') return this.#build(results);
			const known = this.#bySingle?.get(result.object.resourceVersion);
			if (known !== undefined) return known;
			const built = this.#build(results);
			this.#bySingle ??= new Map();
			this.#bySingle.set(result.object.resourceVersion, built);
			return built;
		}
		const key = results.map((result) => (result.kind === 'found' ? result.object.resourceVersion : result.text)).join(' ');
		const known = this.#byMany?.get(key);
		if (known !== undefined) return known;
		const built = this.#build(results);
		this.#byMany ??= new Map();
		this.#byMany.set(key, built);
		return built;
	}

	#build(results: readonly ReadResult<TimelineVersion>[]): VolumePayload {
		let next = 0;
		const built = buildPayload<Content>(this.#volume, {
			read: (kind: ObjectKind, name: string) => {
				const expected = this.#reads[next];
				const result = results[next++];
				if (result === undefined || expected?.kind !== kind || expected.name !== name) {
					throw new Error(`the payload of volume ${this.#volume.name} reads ${kind} ${name} out of order`);
				}
				return result.kind === 'found' ? { kind: 'found', state: result.object.state } : result;
			},
			empty: EMPTY_CONTENT,
			text: contentOfText,
			token: () => TOKEN,
			pod: this.#pod,
		});
		if (built.kind === 'error') return built;
		const { files } = built;
		const identities = files.map((file) => `${file.path}\u0000${file.content.fingerprint}`);
		const identity = identities.length === 1 ? (identities[0] as string) : identities.sort().join('\u0001');
		this.#ids ??= new Map();
		let id = this.#ids.get(identity);
		if (id === undefined) {
			id = this.#ids.size + 1;
			this.#ids.set(identity, id);
		}
		const bytes = files.reduce((sum, file) => sum + Math.max(1, Math.ceil(file.content.length / PAGE)) * PAGE, 0);
		return { kind: 'payload', id, files, bytes };
	}
}

/**
 * True when the payload of a volume is certainly no error; false says nothing. Much cheaper than building it.
 *
 * @param versions what each read finds, null for nothing.
 */
export function surelyBuilds({ secret, configMap, projected }: Volume, versions: readonly (TimelineVersion | null)[]): boolean {
	const one = secret ?? configMap;
	if (one !== undefined) return one.defaultMode !== undefined && surelySelects(one, versions[0]);
	if (projected?.defaultMode === undefined) return false;
	let read = 0;
	for (const source of projected.sources) {
		const object = source.secret ?? source.configMap;
		if (object !== undefined) {
			if (!surelySelects(object, versions[read++])) return false;
		} else if (source.downwardAPI !== undefined) {
			for (const { fieldRef } of source.downwardAPI.items ?? []) if (fieldRef?.fieldPath !== 'metadata.namespace') return false;
		} else if (source.serviceAccountToken === undefined) return false;
	}
	return true;
}

/** True when a source finds every key that it names. */
function surelySelects(
	{ items, optional }: { readonly items?: readonly { readonly key: string }[]; readonly optional?: boolean },
	version: TimelineVersion | null | undefined,
): boolean {
	if (optional === true) return true;
	if (version === null || version === undefined) return false;
	if (items !== undefined) for (const { key } of items) if (!Object.hasOwn(version.state.data, key)) return false;
	return true;
}

/** Paths whose files differ between two payloads, and paths that the second one lacks. */
export function comparePayloads(
	before: readonly PayloadFile<Content>[] | null,
	after: readonly PayloadFile<Content>[],
): { readonly changed: readonly string[]; readonly removed: readonly string[] } {
	const old = new Map((before ?? []).map((file) => [file.path, file.content.fingerprint]));
	const changed = after.filter((file) => old.get(file.path) !== file.content.fingerprint).map((file) => file.path);
	const kept = new Set(after.map((file) => file.path));
	return { changed, removed: [...old.keys()].filter((path) => !kept.has(path)) };
}
