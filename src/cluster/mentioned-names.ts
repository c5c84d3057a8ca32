// The names of objects that a pod spec mentions, each once. Asked of a hundred thousand specs one after the other.

import type { ObjectKind, PodSpec } from '../kubernetes/objects.js';
import { visitReferences } from '../kubernetes/references.js';

/** The names of one kind that one spec after the other mentions, each once. Its list is used again, so that a fleet makes no garbage. */
export class MentionedNames {
	readonly #kind: ObjectKind;
	readonly #names: string[] = [];
	/** How many there are. */
	count = 0;
	readonly #add = (name: string): void => {
		if (this.place(name) >= 0) return;
		this.#names[this.count] = name;
		this.count += 1;
	};

	/** @param kind of the objects that are meant. */
	constructor(kind: ObjectKind) {
		this.#kind = kind;
	}

	/** Forgets the spec before. */
	collect(spec: PodSpec): void {
		this.count = 0;
		visitReferences(spec, this.#kind, this.#add);
	}

	/** A name by its place in the order of mention. */
	name(place: number): string {
		return this.#names[place] as string;
	}

	/** Place of a name in the order of mention, -1 when it is not among them. */
	place(name: string): number {
		for (let place = 0; place < this.count; place++) if (this.#names[place] === name) return place;
		return -1;
	}
}
