// The API server's Secrets and ConfigMaps over a run: create, update, patch, apply, delete, with one counter of
// resourceVersions, the server's validation, no-op updates that change nothing (A9.3), and every version kept. Takes object
// states without values (lengths and fingerprints), gives versions or the Status that a client would get (A12). Follows
// apiserver/pkg/registry/generic/registry/store.go and pkg/registry/core/{secret,configmap}.

import type { Micros } from '../core/time.js';
import type { Content } from '../kubernetes/content.js';
import type { ApiError } from '../kubernetes/field-error.js';
import { goQuote } from '../kubernetes/go-quote.js';
import { type ObjectKind, type ObjectState, resourceOf } from '../kubernetes/objects.js';
import { sameContents, type ValidationProfile, validateCreate, validateUpdate } from '../kubernetes/validation.js';
import { applied, type ObjectPatch, patched } from './object-merge.js';
import type { TimelineVersion } from './object-timeline.js';
import type { StatusError } from './protocol.js';
import { wireBytes } from './wire-size.js';

export type { ObjectPatch } from './object-merge.js';

/** What a write led to. */
export type WriteResult =
	| { readonly kind: 'accepted'; readonly version: TimelineVersion }
	/** The encoding equals the stored one: resourceVersion unchanged, no event. */
	| { readonly kind: 'unchanged'; readonly version: TimelineVersion }
	| StatusError;

/** Which object of the store, for callers that go through all of them. */
export interface StoredIdentity {
	readonly kind: ObjectKind;
	readonly namespace: string;
	readonly name: string;
}

interface StoredHistory extends StoredIdentity {
	readonly versions: TimelineVersion[];
	/** The manifest that was last created or applied, which `kubectl apply` keeps in an annotation. */
	lastApplied: ObjectState;
}

/** All objects of a run. */
export class ObjectStore {
	readonly #profile: ValidationProfile;
	/** By namespace, then by name; nested, since joining the parts of a name costs more than looking them up. */
	readonly #histories: Readonly<Record<ObjectKind, Map<string, Map<string, StoredHistory>>>> = { Secret: new Map(), ConfigMap: new Map() };
	readonly #order: StoredHistory[] = [];
	#resourceVersion: number;
	#writes = 0;

	/**
	 * @param profile the release whose wording errors have.
	 * @param resourceVersion the first write gets the number after this one.
	 */
	constructor(profile: ValidationProfile, resourceVersion = 100) {
		this.#profile = profile;
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

	/** Every object that ever existed, in the order of their first creation. */
	objects(): readonly StoredIdentity[] {
		return [...this.#order];
	}

	/** Versions of an object in commit order; empty when it never existed. */
	history(kind: ObjectKind, namespace: string, name: string): readonly TimelineVersion[] {
		return this.#historyOf(kind, namespace, name)?.versions ?? [];
	}

	/** The object as it is now; null when it does not exist. */
	get(kind: ObjectKind, namespace: string, name: string): TimelineVersion | null {
		return liveState(this.#historyOf(kind, namespace, name));
	}

	/**
	 * Creates an object: 409 AlreadyExists when it is there, 422 Invalid when it breaks a rule.
	 *
	 * @param at commit time; negative for the state before the run, which is not counted as a write.
	 */
	create(state: ObjectState, at: Micros): WriteResult {
		const error = validateCreate({ state }, this.#profile);
		if (error !== undefined) return refusal(error);
		const history = this.#historyOf(state.kind, state.namespace, state.name);
		// Validation comes before storage, so an invalid object that exists is called invalid.
		if (liveState(history) !== null) return alreadyExists(state);
		if (history !== undefined) history.lastApplied = state;
		return { kind: 'accepted', version: this.#commit(state, 'ADDED', at, null, history) };
	}

	/** Replaces an object (PUT): 404 when it does not exist, 422 when the change breaks a rule. */
	update(state: ObjectState, at: Micros): WriteResult {
		const history = this.#historyOf(state.kind, state.namespace, state.name);
		const old = liveState(history);
		if (old === null) return notFound(state.kind, state.name);
		const error = validateUpdate({ state }, { state: old.state }, this.#profile);
		if (error !== undefined) return refusal(error);
		if (sameState(old.state, state)) return { kind: 'unchanged', version: old };
		return { kind: 'accepted', version: this.#commit(state, 'MODIFIED', at, old.state, history) };
	}

	/**
	 * `kubectl apply` of a manifest: creates the object, or merges three ways when it exists. Every object counts as made
	 * by apply, so entries that the manifest before had and this one has not are removed.
	 */
	apply(state: ObjectState, at: Micros): WriteResult {
		const history = this.#historyOf(state.kind, state.namespace, state.name);
		const live = liveState(history);
		if (history === undefined || live === null) return this.create(state, at);
		const result = this.update(applied(history.lastApplied, live.state, state), at);
		if (result.kind !== 'status') history.lastApplied = state;
		return result;
	}

	/** Merges changes into an object (PATCH). */
	patch(kind: ObjectKind, namespace: string, name: string, patch: ObjectPatch, at: Micros): WriteResult {
		const old = this.get(kind, namespace, name);
		if (old === null) return notFound(kind, name);
		return this.update(patched(old.state, patch), at);
	}

	/** Deletes an object, an immutable one as well: 404 when it does not exist. The version has the last state. */
	delete(kind: ObjectKind, namespace: string, name: string, at: Micros): WriteResult {
		const history = this.#historyOf(kind, namespace, name);
		const old = liveState(history);
		if (old === null) return notFound(kind, name);
		return { kind: 'accepted', version: this.#commit(old.state, 'DELETED', at, null, history) };
	}

	#historyOf(kind: ObjectKind, namespace: string, name: string): StoredHistory | undefined {
		return this.#histories[kind].get(namespace)?.get(name);
	}

	#add(history: StoredHistory): void {
		const namespaces = this.#histories[history.kind];
		let names = namespaces.get(history.namespace);
		if (names === undefined) {
			names = new Map();
			namespaces.set(history.namespace, names);
		}
		names.set(history.name, history);
		this.#order.push(history);
	}

	/** @param old what it was before, where keys may have stayed as they were. @param history undefined: the object is new. */
	#commit(
		state: ObjectState,
		type: TimelineVersion['type'],
		at: Micros,
		old: ObjectState | null,
		history: StoredHistory | undefined,
	): TimelineVersion {
		const { kind, namespace, name } = state;
		this.#resourceVersion += 1;
		const version: TimelineVersion = {
			resourceVersion: this.#resourceVersion,
			immutable: state.immutable === true,
			commit: at,
			index: history?.versions.length ?? 0,
			write: at < 0 ? -1 : this.#writes++,
			type,
			state,
			wireBytes: wireBytes(state),
			changedKeys: changedKeys(old, state),
		};
		// A list that begins with its only element has room for one: most objects of a fleet never change.
		if (history === undefined) this.#add({ kind, namespace, name, versions: [version], lastApplied: state });
		else history.versions.push(version);
		return version;
	}
}

/** What there is of an object now. */
function liveState(history: StoredHistory | undefined): TimelineVersion | null {
	const last = history?.versions.at(-1);
	return last === undefined || last.type === 'DELETED' ? null : last;
}

function status(code: number, reason: string, message: string): StatusError {
	return { kind: 'status', code, reason, message, retryAfterSeconds: undefined };
}

function refusal({ code, reason, message }: ApiError): StatusError {
	return status(code, reason, message);
}

function notFound(kind: ObjectKind, name: string): StatusError {
	return status(404, 'NotFound', `${resourceOf(kind)} ${goQuote(name)} not found`);
}

function alreadyExists({ kind, name }: StoredIdentity): StatusError {
	return status(409, 'AlreadyExists', `${resourceOf(kind)} ${goQuote(name)} already exists`);
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

function sameStrings(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
	const keys = Object.keys(a);
	return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

/** Names of the keys whose values are not what they were. */
function changedKeys(old: ObjectState | null, next: ObjectState): string[] {
	if (old === null) return [...Object.keys(next.data), ...Object.keys(next.binaryData)];
	const changed = (before: Readonly<Record<string, Content>>, after: Readonly<Record<string, Content>>): string[] =>
		[...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key]?.fingerprint !== after[key]?.fingerprint);
	return [...changed(old?.data ?? {}, next.data), ...changed(old?.binaryData ?? {}, next.binaryData)];
}
