// The API server's Secrets and ConfigMaps over a run: create, update, patch, apply, delete, with one counter of
// resourceVersions, the server's validation, no-op updates that change nothing (A9.3), and every version kept. Takes object
// states without values (lengths and fingerprints), gives versions or the Status that a client would get (A12). Follows
// apiserver/pkg/registry/generic/registry/store.go and pkg/registry/core/{secret,configmap}.

import type { Micros } from '../core/time.js';
import type { ApiError } from '../kubernetes/field-error.js';
import { goQuote } from '../kubernetes/go-quote.js';
import { type ObjectKind, type ObjectState, resourceOf } from '../kubernetes/objects.js';
import { sameContents, type ValidationProfile, validateCreate, validateUpdate } from '../kubernetes/validation.js';
import { ObjectHistories, type ObjectHistory, StoredVersion } from './object-history.js';
import { applied, type ObjectPatch, patched } from './object-merge.js';
import type { ObjectTimeline, TimelineVersion } from './object-timeline.js';
import type { StatusError } from './protocol.js';

export type { ObjectPatch } from './object-merge.js';

/** What a write led to. */
export type WriteResult =
	| { readonly kind: 'accepted'; readonly version: TimelineVersion }
	/** The encoding equals the stored one: resourceVersion unchanged, no event. */
	| { readonly kind: 'unchanged'; readonly version: TimelineVersion }
	| StatusError;

/** A version that an accepted write has made, and of which object. */
export interface WrittenVersion {
	readonly object: ObjectTimeline;
	readonly version: TimelineVersion;
}

/** All objects of a run. */
export class ObjectStore {
	readonly #profile: ValidationProfile;
	/** Where the versions are; others may speak of objects there that do not exist yet. */
	readonly histories: ObjectHistories = new ObjectHistories();
	readonly #order: ObjectHistory[] = [];
	/** Where `kubectl apply` has changed an object: the manifest that was applied last, which it keeps in an annotation. */
	readonly #lastApplied = new Map<ObjectHistory, ObjectState>();
	readonly #written: WrittenVersion[] = [];
	#resourceVersion: number;

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

	/** The accepted writes of the run so far, by number. */
	get written(): readonly WrittenVersion[] {
		return this.#written;
	}

	/** Every object that ever existed, in the order of their first creation. */
	objects(): readonly ObjectHistory[] {
		return this.#order;
	}

	/** Versions of an object in commit order; empty when it never existed. */
	history(kind: ObjectKind, namespace: string, name: string): readonly TimelineVersion[] {
		return this.histories.find(kind, namespace, name)?.versions ?? [];
	}

	/** The object as it is now; null when it does not exist. */
	get(kind: ObjectKind, namespace: string, name: string): TimelineVersion | null {
		return this.histories.find(kind, namespace, name)?.live ?? null;
	}

	/**
	 * Creates an object: 409 AlreadyExists when it is there, 422 Invalid when it breaks a rule.
	 *
	 * @param at commit time; negative for the state before the run, which is not counted as a write.
	 */
	create(state: ObjectState, at: Micros): WriteResult {
		const error = validateCreate({ state }, this.#profile);
		if (error !== undefined) return refusal(error);
		const history = this.histories.of(state.kind, state.namespace, state.name);
		// Validation comes before storage, so an invalid object that exists is called invalid.
		if (history.live !== null) return alreadyExists(state);
		if (this.#lastApplied.size > 0) this.#lastApplied.delete(history);
		return { kind: 'accepted', version: this.#commit(history, state, 'ADDED', at, null) };
	}

	/** Replaces an object (PUT): 404 when it does not exist, 422 when the change breaks a rule. */
	update(state: ObjectState, at: Micros): WriteResult {
		const history = this.histories.find(state.kind, state.namespace, state.name);
		const old = history?.live ?? null;
		if (history === undefined || old === null) return notFound(state.kind, state.name);
		const error = validateUpdate({ state }, { state: old.state }, this.#profile);
		if (error !== undefined) return refusal(error);
		if (sameState(old.state, state)) return { kind: 'unchanged', version: old };
		return { kind: 'accepted', version: this.#commit(history, state, 'MODIFIED', at, old.state) };
	}

	/**
	 * `kubectl apply` of a manifest: creates the object, or merges three ways when it exists. Every object counts as made
	 * by apply, so entries that the manifest before had and this one has not are removed.
	 */
	apply(state: ObjectState, at: Micros): WriteResult {
		const history = this.histories.find(state.kind, state.namespace, state.name);
		const live = history?.live ?? null;
		if (history === undefined || live === null) return this.create(state, at);
		const result = this.update(applied(this.#appliedBefore(history), live.state, state), at);
		if (result.kind !== 'status') this.#lastApplied.set(history, state);
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
		const history = this.histories.find(kind, namespace, name);
		const old = history?.live ?? null;
		if (history === undefined || old === null) return notFound(kind, name);
		return { kind: 'accepted', version: this.#commit(history, old.state, 'DELETED', at, null) };
	}

	/** The manifest that an object was created from, unless another one has been applied since. */
	#appliedBefore(history: ObjectHistory): ObjectState {
		return this.#lastApplied.get(history) ?? (history.versions.findLast(({ type }) => type === 'ADDED') as TimelineVersion).state;
	}

	/** @param before what it was before, where keys may have stayed as they were. */
	#commit(
		history: ObjectHistory,
		state: ObjectState,
		type: TimelineVersion['type'],
		commit: Micros,
		before: ObjectState | null,
	): TimelineVersion {
		this.#resourceVersion += 1;
		const index = history.count;
		const write = commit < 0 ? -1 : this.#written.length;
		const version = new StoredVersion({ resourceVersion: this.#resourceVersion, commit, index, write, type, state }, before);
		if (index === 0) this.#order.push(history);
		if (write >= 0) this.#written.push({ object: history, version });
		history.add(version);
		return version;
	}
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

function alreadyExists({ kind, name }: ObjectState): StatusError {
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
