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
	readonly #numbers = new Map<string, number>();
	readonly #entries: Entry[] = [];

	/**
	 * The number of an object.
	 *
	 * @param injected true when it is only mentioned by the volume that the API server injects.
	 */
	number(kind: ObjectKind, namespace: string, name: string, injected = false): number {
		const label = objectLabel(kind, namespace, name);
		let number = this.#numbers.get(label);
		if (number === undefined) {
			number = this.#entries.length;
			this.#numbers.set(label, number);
			this.#entries.push({ kind, namespace, name, named: !injected });
		} else if (!injected) (this.#entries[number] as Entry).named = true;
		return number;
	}

	/** Number of objects. */
	get size(): number {
		return this.#entries.length;
	}

	/** The timelines of all objects, by number, once all writes are in the store. */
	timelines(store: ObjectStore): ObjectTimeline[] {
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
}
