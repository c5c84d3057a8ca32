// How a write that names only some fields becomes a whole object: the JSON merge patch of `kubectl patch`, where null
// removes, and the three-way merge of `kubectl apply`, which removes only what the manifest applied before had and this one
// has not. Takes object states without values, gives the state that is then validated and stored. Follows RFC 7386 and
// apimachinery/pkg/util/strategicpatch.

import type { Content } from '../kubernetes/content.js';
import type { ObjectState } from '../kubernetes/objects.js';

/** Changes of a merge patch; null removes an entry. */
export interface ObjectPatch {
	readonly data?: Readonly<Record<string, Content | null>>;
	readonly binaryData?: Readonly<Record<string, Content | null>>;
	readonly labels?: Readonly<Record<string, string | null>>;
	readonly annotations?: Readonly<Record<string, string | null>>;
	/** Undefined: not part of the patch. */
	readonly immutable?: boolean | undefined;
}

type Entries<T> = Readonly<Record<string, T>>;

function merge<T>(old: Entries<T>, change: Entries<T | null> | undefined): Entries<T> {
	if (change === undefined) return old;
	// A map, because an object would take the key `__proto__` for something else.
	const merged = new Map(Object.entries(old));
	for (const [key, value] of Object.entries(change)) {
		if (value === null) merged.delete(key);
		else merged.set(key, value);
	}
	return Object.fromEntries(merged);
}

/** The state after a merge patch; the type of a Secret stays. */
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

function apply<T>(last: Entries<T>, live: Entries<T>, next: Entries<T>): Entries<T> {
	const dropped = Object.keys(last).filter((key) => !Object.hasOwn(next, key));
	return merge(live, Object.fromEntries([...dropped.map((key) => [key, null] as const), ...Object.entries(next)]));
}

/**
 * The state after `kubectl apply` of a manifest.
 *
 * @param last the manifest that was applied before; what others added to the object since then stays.
 * @param live the object as it is stored.
 */
export function applied(last: ObjectState, live: ObjectState, next: ObjectState): ObjectState {
	return {
		...next,
		labels: apply(last.labels, live.labels, next.labels),
		annotations: apply(last.annotations, live.annotations, next.annotations),
		data: apply(last.data, live.data, next.data),
		binaryData: apply(last.binaryData, live.binaryData, next.binaryData),
		immutable: next.immutable ?? (last.immutable === undefined ? live.immutable : undefined),
	};
}
