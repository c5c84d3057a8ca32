// What a volume's files are for given versions of its objects. Payloads are pure functions of the volume spec and the
// versions read, so they are computed once and looked up by every pod of the workload on every node. Two payloads have the
// same id exactly when the atomic writer would find nothing to write or remove (paths and bytes; modes are not compared,
// K8.1 step 4).

import { EMPTY_CONTENT, contentOf, type Content } from '../kubernetes/content.js';
import type { ObjectKind, Volume } from '../kubernetes/objects.js';
import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { buildPayload, type PayloadPod } from '../projection/payload.js';
import type { ReadModel } from './pod-model.js';
import type { ReadResult } from './manager/manager.js';

/** One projected file. */
export interface PayloadFile {
	readonly path: string;
	readonly mode: number;
	readonly length: number;
	readonly fingerprint: string;
}

/** The files of a volume, or why there are none. */
export type VolumePayload =
	| {
			readonly kind: 'payload';
			/** Equal ids: equal paths and bytes. */
			readonly id: number;
			readonly files: readonly PayloadFile[];
			/** Space in a tmpfs: whole pages of 4 KiB per file. */
			readonly bytes: number;
	  }
	| { readonly kind: 'error'; readonly text: string };

const PAGE = 4096;
const TOKEN: Content = contentOf(new Uint8Array([116, 111, 107, 101, 110]));

/** UTF-8 of a string without an encoder of the platform. */
function utf8(text: string): Uint8Array {
	const bytes: number[] = [];
	for (const character of text) {
		const point = character.codePointAt(0) as number;
		if (point < 0x80) bytes.push(point);
		else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
		else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
		else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
	}
	return Uint8Array.from(bytes);
}

/** Payloads of one volume of one pod template. */
export class PayloadCatalog {
	readonly #volume: Volume;
	readonly #reads: readonly ReadModel[];
	readonly #pod: PayloadPod;
	readonly #bySingle = new Map<number, VolumePayload>();
	readonly #byMany = new Map<string, VolumePayload>();
	readonly #ids = new Map<string, number>();

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
			const known = this.#bySingle.get(result.object.resourceVersion);
			if (known !== undefined) return known;
			const built = this.#build(results);
			this.#bySingle.set(result.object.resourceVersion, built);
			return built;
		}
		const key = results.map((result) => (result.kind === 'found' ? result.object.resourceVersion : result.text)).join(' ');
		const known = this.#byMany.get(key);
		if (known !== undefined) return known;
		const built = this.#build(results);
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
			text: (value) => contentOf(utf8(value)),
			token: () => ({ kind: 'token', content: TOKEN }),
			pod: this.#pod,
		});
		if (built.kind === 'error') return built;
		const files = built.files.map(({ path, mode, content }) => ({ path, mode, length: content.length, fingerprint: content.fingerprint }));
		const identity = files
			.map((file) => `${file.path}\u0000${file.fingerprint}`)
			.sort()
			.join('\u0001');
		let id = this.#ids.get(identity);
		if (id === undefined) {
			id = this.#ids.size + 1;
			this.#ids.set(identity, id);
		}
		const bytes = files.reduce((sum, file) => sum + Math.max(1, Math.ceil(file.length / PAGE)) * PAGE, 0);
		return { kind: 'payload', id, files, bytes };
	}
}

/** Paths whose files differ between two payloads, and paths that the second one lacks. */
export function comparePayloads(
	before: readonly PayloadFile[] | null,
	after: readonly PayloadFile[],
): { readonly changed: readonly string[]; readonly removed: readonly string[] } {
	const old = new Map((before ?? []).map((file) => [file.path, file.fingerprint]));
	const changed = after.filter((file) => old.get(file.path) !== file.fingerprint).map((file) => file.path);
	const kept = new Set(after.map((file) => file.path));
	return { changed, removed: [...old.keys()].filter((path) => !kept.has(path)) };
}
