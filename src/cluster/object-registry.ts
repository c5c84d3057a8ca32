// The Secrets and ConfigMaps of a run, numbered: those that the plan defines, those that it will define, and those that pods
// merely reference and that may never exist.

import type { ObjectStore } from '../apiserver/object-store.js';
import type { ObjectTimeline } from '../apiserver/object-timeline.js';
import { type ObjectKind, resourceOf } from '../kubernetes/objects.js';
import { objectLabel } from '../measure/trace.js';

interface Entry {
	readonly kind: ObjectKind;
	readonly namespace: string;
	readonly name: string;
	/** True when something of the manifests names it. */
	named: boolean;
}

/** Numbers objects by their first mention. */
export class ObjectRegistry {
	/** By namespace and name; nested, since joining the parts of a hundred thousand names costs more than looking them up. */
	readonly #numbers: Readonly<Record<ObjectKind, Map<string, Map<string, number>>>> = { Secret: new Map(), ConfigMap: new Map() };
	readonly #entries: Entry[] = [];
	#closed = false;

	/**
	 * The number of an object.
	 *
	 * @param injected true when it is only mentioned by the volume that the API server injects.
	 * @throws Error for an object that nobody mentioned before {@link timelines} were made.
	 */
	number(kind: ObjectKind, namespace: string, name: string, injected = false): number {
		const inNamespace = this.#namespace(kind, namespace);
		let number = inNamespace.get(name);
		if (number === undefined) {
			if (this.#closed) throw new Error(`${objectLabel(kind, namespace, name)} was not mentioned when the timelines were made`);
			number = this.#entries.length;
			inNamespace.set(name, number);
			this.#entries.push({ kind, namespace, name, named: !injected });
		} else if (!injected) (this.#entries[number] as Entry).named = true;
		return number;
	}

	/** The timelines of all objects, by number, once all writes are in the store; no more objects can be mentioned then. */
	timelines(store: ObjectStore): ObjectTimeline[] {
		this.#closed = true;
		return this.#entries.map(({ kind, namespace, name, named }, index) => ({
			index,
			kind,
			resource: resourceOf(kind),
			namespace,
			name,
			label: objectLabel(kind, namespace, name),
			origin: named ? 'workload' : 'injected',
			versions: store.history(kind, namespace, name),
		}));
	}

	#namespace(kind: ObjectKind, namespace: string): Map<string, number> {
		let names = this.#numbers[kind].get(namespace);
		if (names === undefined) {
			names = new Map();
			this.#numbers[kind].set(namespace, names);
		}
		return names;
	}
}
