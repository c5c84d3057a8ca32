// The Secrets and ConfigMaps that `mount` shows, with their values, as an API server would hold them: changes are judged by
// the same validation, and a refused change changes nothing. Messages and results name keys, never values.

import { fieldErrorText } from '../kubernetes/field-error.js';
import { toContent } from '../kubernetes/object-content.js';
import { type ObjectKind, type ObjectState, resourceOf } from '../kubernetes/objects.js';
import type { SecretBytes } from '../kubernetes/secret-bytes.js';
import { createErrors, validateUpdate } from '../kubernetes/validation.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';
import { sameBytes } from '../projection/adapters/real-directory.js';
import type { PayloadRead } from '../projection/payload.js';
import { InputError } from './input-error.js';

/** Name of an object. */
export interface ObjectName {
	readonly kind: ObjectKind;
	readonly namespace: string;
	readonly name: string;
}

/** What became of a change. */
export type ChangeResult =
	| {
			readonly kind: 'accepted';
			readonly verb: 'created' | 'updated' | 'deleted';
			readonly object: string;
			readonly keys: readonly string[];
	  }
	| { readonly kind: 'same'; readonly object: string }
	/** `message` is the API server's. */
	| { readonly kind: 'refused'; readonly object: string; readonly message: string };

type LiveState = ObjectState<SecretBytes>;

/** `Secret/namespace/name`. */
export function labelOf({ kind, namespace, name }: ObjectName): string {
	return `${kind}/${namespace}/${name}`;
}

/** The objects by name. */
export class LiveObjects {
	readonly #objects = new Map<string, LiveState>();
	readonly #profile: VersionProfile;
	/** Namespace of names that give none. */
	readonly #namespace: string;

	constructor(profile: VersionProfile, namespace: string) {
		this.#profile = profile;
		this.#namespace = namespace;
	}

	/** All objects, in the order in which they came. */
	get all(): readonly LiveState[] {
		return [...this.#objects.values()];
	}

	/** What a manager of the kubelet would answer. The text of a missing object is that of the Watch strategy. */
	read({ kind, namespace, name }: ObjectName): PayloadRead<Uint8Array> {
		const state = this.#objects.get(labelOf({ kind, namespace, name }));
		if (state) return { kind: 'found', state };
		return { kind: 'notFound', text: `${resourceOf(kind).slice(0, -1)} "${name}" not found` };
	}

	/** Creates an object or replaces it. */
	put(state: LiveState): ChangeResult {
		const object = labelOf(state);
		const old = this.#objects.get(object);
		if (!old) {
			const [problem] = createErrors({ state: toContent(state) }, this.#profile).map(fieldErrorText);
			if (problem !== undefined) return { kind: 'refused', object, message: problem };
			this.#objects.set(object, state);
			return { kind: 'accepted', verb: 'created', object, keys: keysOf(state) };
		}
		const refusal = validateUpdate({ state: toContent(state) }, { state: toContent(old) }, this.#profile);
		if (refusal) return { kind: 'refused', object, message: refusal.message };
		this.#objects.set(object, state);
		const keys = [...new Set([...keysOf(old), ...keysOf(state)])].filter((key) => !sameValue(valueAt(old, key), valueAt(state, key)));
		return keys.length === 0 ? { kind: 'same', object } : { kind: 'accepted', verb: 'updated', object, keys };
	}

	/**
	 * Changes keys of an object.
	 *
	 * @param changes new values; null removes a key.
	 * @throws InputError when there is no such object.
	 */
	patch(name: ObjectName, changes: ReadonlyMap<string, SecretBytes | null>): ChangeResult {
		const old = this.#existing(name);
		const change = (values: Readonly<Record<string, SecretBytes>>, add: boolean): Record<string, SecretBytes> => {
			const next = new Map(Object.entries(values).filter(([key]) => changes.get(key) !== null));
			for (const [key, value] of changes)
				if (value !== null && (next.has(key) || (add && !Object.hasOwn(old.binaryData, key)))) next.set(key, value);
			return Object.fromEntries(next);
		};
		return this.put({ ...old, data: change(old.data, true), binaryData: change(old.binaryData, false) });
	}

	/** @throws InputError when there is no such object. */
	delete(name: ObjectName): ChangeResult {
		const old = this.#existing(name);
		this.#objects.delete(labelOf(old));
		return { kind: 'accepted', verb: 'deleted', object: labelOf(old), keys: keysOf(old) };
	}

	/**
	 * Reads `Secret/name` or `Secret/namespace/name`; the kind may be written small.
	 *
	 * @throws InputError for anything else.
	 */
	parseName(text: string): ObjectName {
		const [kindText = '', ...rest] = text.split('/');
		const kind = ({ secret: 'Secret', configmap: 'ConfigMap' } as const)[kindText.toLowerCase()];
		if (kind === undefined || rest.length === 0 || rest.length > 2 || rest.includes('')) {
			throw new InputError(`${JSON.stringify(text)} is no object: write Secret/NAME, ConfigMap/NAME or KIND/NAMESPACE/NAME`);
		}
		const name = rest.at(-1) as string;
		return { kind, namespace: rest.length === 2 ? (rest[0] as string) : this.#namespace, name };
	}

	/**
	 * Reads `Secret/name.key`, where both may hold dots: the object with the longest name that fits counts.
	 *
	 * @throws InputError when no known object fits.
	 */
	parseKey(text: string): { readonly object: ObjectName; readonly key: string } {
		const dots = [...text.matchAll(/\./g)].map((match) => match.index).reverse();
		for (const dot of dots) {
			const object = this.parseName(text.slice(0, dot));
			if (this.#objects.has(labelOf(object)) && dot + 1 < text.length) return { object, key: text.slice(dot + 1) };
		}
		throw new InputError(`${JSON.stringify(text)} names no key of a known object: write KIND/NAME.KEY, for example Secret/db.password`);
	}

	#existing(name: ObjectName): LiveState {
		const state = this.#objects.get(labelOf(name));
		if (state) return state;
		const known = [...this.#objects.keys()];
		throw new InputError(`there is no ${labelOf(name)}${known.length === 0 ? '' : `; there are ${known.join(', ')}`}`);
	}
}

function keysOf(state: LiveState): readonly string[] {
	return [...Object.keys(state.data), ...Object.keys(state.binaryData)];
}

function valueAt(state: LiveState, key: string): SecretBytes | undefined {
	if (Object.hasOwn(state.data, key)) return state.data[key];
	return Object.hasOwn(state.binaryData, key) ? state.binaryData[key] : undefined;
}

function sameValue(left: SecretBytes | undefined, right: SecretBytes | undefined): boolean {
	return left === right || (left !== undefined && right !== undefined && sameBytes(left, right));
}
