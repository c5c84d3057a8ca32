// The Secrets and ConfigMaps of a run, numbered: those that the plan defines, those that it will define, and those that pods
// merely reference and that may never exist.

import type { ObjectHistories, ObjectHistory } from '../apiserver/object-history.js';
import type { ObjectTimeline } from '../apiserver/object-timeline.js';
import type { ObjectKind } from '../kubernetes/objects.js';

/** Numbers objects by their first mention. */
export class ObjectRegistry {
	readonly #histories: ObjectHistories;
	readonly #numbered: ObjectHistory[] = [];
	#closed = false;

	/** @param histories where the objects are that the store knows. */
	constructor(histories: ObjectHistories) {
		this.#histories = histories;
	}

	/**
	 * The number of an object.
	 *
	 * @param injected true when it is only mentioned by the volume that the API server injects.
	 * @throws Error for an object that nobody mentioned before {@link timelines} were made.
	 */
	number(kind: ObjectKind, namespace: string, name: string, injected = false): number {
		return this.mention(this.#histories.of(kind, namespace, name), injected);
	}

	/** The number of an object that is known already; see {@link number}. */
	mention(object: ObjectHistory, injected: boolean): number {
		if (object.index < 0) {
			if (this.#closed) throw new Error(`${object.label} was not mentioned when the timelines were made`);
			object.index = this.#numbered.length;
			this.#numbered.push(object);
		}
		// Something of the manifests names it.
		if (!injected) object.origin = 'workload';
		return object.index;
	}

	/** The name of an object. @param number that it was given. */
	nameOf(number: number): string {
		return (this.#numbered[number] as ObjectHistory).name;
	}

	/** The timelines of all objects, by number, once all writes are in the store; no more objects can be mentioned then. */
	timelines(): readonly ObjectTimeline[] {
		this.#closed = true;
		return this.#numbered;
	}
}
