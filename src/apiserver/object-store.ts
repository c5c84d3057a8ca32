// The API server's Secrets and ConfigMaps over a run: create, update, patch, delete, with one counter of resourceVersions,
// the rules of `immutable`, no-op updates that change nothing (A9.3), and every version kept. Takes object states without
// values (lengths and fingerprints), gives versions or the Status that a client would get (A12). Follows
// apiserver/pkg/registry/generic/registry/store.go and pkg/registry/core/{secret,configmap}.

import type { Micros } from '../core/time.js';
import type { Content } from '../kubernetes/content.js';
import { type ObjectKind, type ObjectState, resourceOf } from '../kubernetes/objects.js';
import type { TimelineVersion } from './object-timeline.js';
import type { StatusError } from './protocol.js';

/** Bytes of metadata beside names, labels and annotations: uid, creationTimestamp, managedFields and the like (an estimate). */
const METADATA_BYTES = 250;

/** What a write led to. */
export type WriteResult =
	| { readonly kind: 'accepted'; readonly version: TimelineVersion }
	/** The encoding equals the stored one: resourceVersion unchanged, no event. */
	| { readonly kind: 'unchanged'; readonly version: TimelineVersion }
	| StatusError;

/** Changes of a merge patch; null removes an entry. */
export interface ObjectPatch {
	readonly data?: Readonly<Record<string, Content | null>>;
	readonly binaryData?: Readonly<Record<string, Content | null>>;
	readonly labels?: Readonly<Record<string, string | null>>;
	readonly annotations?: Readonly<Record<string, string | null>>;
	readonly immutable?: boolean | undefined;
}

/** All objects of a run. */
export class ObjectStore {
	readonly #histories = new Map<string, TimelineVersion[]>();
	#resourceVersion: number;
	#writes = 0;

	/** @param resourceVersion the first write gets the number after this one. */
	constructor(resourceVersion = 100) {
		this.#resourceVersion = resourceVersion;
	}

	/** The resourceVersion of the last accepted write. */
	get resourceVersion(): number {
		return this.#resourceVersion;
	}

	/** Number of accepted writes of the run so far. */
	get writes(): number {
		return this.#writes;
	}

	/** Every object that ever existed, in the order of its first version. */
	objects(): readonly Pick<ObjectState, 'kind' | 'namespace' | 'name'>[] {
		return [...this.#histories.values()].flatMap((history) => (history[0] === undefined ? [] : [history[0].state]));
	}

	/** Versions of an object in commit order; empty when it never existed. */
	history(kind: ObjectKind, namespace: string, name: string): readonly TimelineVersion[] {
		return this.#histories.get(storeKey(kind, namespace, name)) ?? [];
	}

	/** The object as it is now; null when it does not exist. */
	get(kind: ObjectKind, namespace: string, name: string): TimelineVersion | null {
		const last = this.history(kind, namespace, name).at(-1);
		return last === undefined || last.type === 'DELETED' ? null : last;
	}

	/**
	 * Creates an object.
	 *
	 * @param at commit time; negative for the state before the run, which is not counted as a write.
	 */
	create(state: ObjectState, at: Micros): WriteResult {
		if (this.get(state.kind, state.namespace, state.name) !== null) {
			return status(409, 'AlreadyExists', `${resourceOf(state.kind)} "${state.name}" already exists`);
		}
		return { kind: 'accepted', version: this.#commit(state, 'ADDED', at, null) };
	}

	/** Replaces an object (PUT); 404 when it does not exist. */
	update(state: ObjectState, at: Micros): WriteResult {
		const old = this.get(state.kind, state.namespace, state.name);
		if (old === null) return notFound(state.kind, state.name);
		const refusal = immutableRefusal(old.state, state);
		if (refusal !== null) return refusal;
		if (sameState(old.state, state)) return { kind: 'unchanged', version: old };
		return { kind: 'accepted', version: this.#commit(state, 'MODIFIED', at, old.state) };
	}

	/** Creates the object, or replaces it when it exists: `kubectl apply` of a manifest that owns every field. */
	apply(state: ObjectState, at: Micros): WriteResult {
		return this.get(state.kind, state.namespace, state.name) === null ? this.create(state, at) : this.update(state, at);
	}

	/** Merges changes into an object (PATCH). */
	patch(kind: ObjectKind, namespace: string, name: string, patch: ObjectPatch, at: Micros): WriteResult {
		const old = this.get(kind, namespace, name);
		if (old === null) return notFound(kind, name);
		return this.update(patched(old.state, patch), at);
	}

	/** Deletes an object; immutable ones as well. */
	delete(kind: ObjectKind, namespace: string, name: string, at: Micros): WriteResult {
		const old = this.get(kind, namespace, name);
		if (old === null) return notFound(kind, name);
		return { kind: 'accepted', version: this.#commit(old.state, 'DELETED', at, null) };
	}

	#commit(state: ObjectState, type: TimelineVersion['type'], at: Micros, old: ObjectState | null): TimelineVersion {
		const key = storeKey(state.kind, state.namespace, state.name);
		const history = this.#histories.get(key) ?? [];
		this.#histories.set(key, history);
		this.#resourceVersion += 1;
		const version: TimelineVersion = {
			resourceVersion: this.#resourceVersion,
			immutable: state.immutable === true,
			commit: at,
			index: history.length,
			write: at < 0 ? -1 : this.#writes++,
			type,
			state,
			wireBytes: wireBytes(state),
			changedKeys: changedKeys(old, state),
		};
		history.push(version);
		return version;
	}
}

/** The state after a merge patch. */
export function patched(state: ObjectState, patch: ObjectPatch): ObjectState {
	return {
		...state,
		data: merge(state.data, patch.data),
		binaryData: merge(state.binaryData, patch.binaryData),
		labels: merge(state.labels, patch.labels),
		annotations: merge(state.annotations, patch.annotations),
		immutable: patch.immutable ?? state.immutable,
	};
}

function merge<T>(old: Readonly<Record<string, T>>, change: Readonly<Record<string, T | null>> | undefined): Readonly<Record<string, T>> {
	if (change === undefined) return old;
	const merged: Record<string, T> = { ...old };
	for (const [key, value] of Object.entries(change)) {
		if (value === null) delete merged[key];
		else merged[key] = value;
	}
	return merged;
}

function storeKey(kind: ObjectKind, namespace: string, name: string): string {
	return `${kind}/${namespace}/${name}`;
}

function status(code: number, reason: string, message: string): StatusError {
	return { kind: 'status', code, reason, message, retryAfterSeconds: undefined };
}

function notFound(kind: ObjectKind, name: string): StatusError {
	return status(404, 'NotFound', `${resourceOf(kind)} "${name}" not found`);
}

/** What `immutable: true` and the type forbid (A12). */
function immutableRefusal(old: ObjectState, next: ObjectState): StatusError | null {
	const errors: string[] = [];
	if (old.kind === 'Secret' && old.type !== next.type) errors.push(`type: Invalid value: "${next.type}": field is immutable`);
	if (old.immutable === true) {
		const forbidden = (field: string): string => `${field}: Forbidden: field is immutable when \`immutable\` is set`;
		if (next.immutable !== true) errors.push(forbidden('immutable'));
		if (!sameContents(old.data, next.data)) errors.push(forbidden('data'));
		if (!sameContents(old.binaryData, next.binaryData)) errors.push(forbidden('binaryData'));
	}
	if (errors.length === 0) return null;
	const list = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
	return status(422, 'Invalid', `${old.kind} "${old.name}" is invalid: ${list}`);
}

function sameState(a: ObjectState, b: ObjectState): boolean {
	return (
		a.immutable === b.immutable &&
		a.type === b.type &&
		sameContents(a.data, b.data) &&
		sameContents(a.binaryData, b.binaryData) &&
		sameStrings(a.labels, b.labels) &&
		sameStrings(a.annotations, b.annotations)
	);
}

function sameContents(a: Readonly<Record<string, Content>>, b: Readonly<Record<string, Content>>): boolean {
	const keys = Object.keys(a);
	return keys.length === Object.keys(b).length && keys.every((key) => a[key]?.fingerprint === b[key]?.fingerprint);
}

function sameStrings(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
	const keys = Object.keys(a);
	return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function changedKeys(old: ObjectState | null, next: ObjectState): string[] {
	const changed = (before: Readonly<Record<string, Content>>, after: Readonly<Record<string, Content>>): string[] =>
		[...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key]?.fingerprint !== after[key]?.fingerprint);
	return [...changed(old?.data ?? {}, next.data), ...changed(old?.binaryData ?? {}, next.binaryData)];
}

/** Size of the object in protobuf: values raw, keys and metadata (A3.9). */
function wireBytes(state: ObjectState): number {
	const strings = (record: Readonly<Record<string, string>>): number =>
		Object.entries(record).reduce((sum, [key, value]) => sum + key.length + value.length + 6, 0);
	const contents = (record: Readonly<Record<string, Content>>): number =>
		Object.entries(record).reduce((sum, [key, value]) => sum + key.length + value.length + 6, 0);
	return METADATA_BYTES + strings(state.labels) + strings(state.annotations) + contents(state.data) + contents(state.binaryData);
}
