// What pods of one node share under Cache, and until when it stays fresh: pods that share the same objects are looked at once, so
// that a fetch by one of them is known to all.

import { type Micros, NEVER } from '../../core/time.js';
import type { NodeTables } from './node-tables.js';
import type { PolledObjects } from './polled-objects.js';

/** Freshness of the objects that several volumes of a node read. */
export class SharedFreshness {
	readonly #objects: PolledObjects;
	/** By pod: the set of its shared objects. */
	readonly #setOf: Int32Array;
	readonly #sets: (readonly number[])[] = [];
	readonly #until: Micros[] = [];

	constructor({ pods, firstVolume, firstRead, readObject, readers }: NodeTables, objects: PolledObjects) {
		this.#objects = objects;
		this.#setOf = new Int32Array(pods);
		for (let pod = 0; pod < pods; pod++) {
			const shared: number[] = [];
			const last = firstRead[firstVolume[pod + 1] as number] as number;
			for (let read = firstRead[firstVolume[pod] as number] as number; read < last; read++) {
				const object = readObject[read] as number;
				if ((readers[object] as number) > 1) shared.push(object);
			}
			let set = this.#sets.findIndex((known) => known.length === shared.length && known.every((object, place) => object === shared[place]));
			if (set < 0) set = this.#sets.push(shared) - 1;
			this.#setOf[pod] = set;
		}
	}

	/** Until when everything is fresh that a pod shares with others; {@link NEVER} when it shares nothing. */
	until(pod: number): Micros {
		if (this.#objects.sharedStored) this.#look();
		return this.#until[this.#setOf[pod] as number] as Micros;
	}

	#look(): void {
		this.#objects.sharedStored = false;
		for (let set = 0; set < this.#sets.length; set++) {
			let until: Micros = NEVER;
			for (const object of this.#sets[set] as readonly number[]) until = Math.min(until, this.#objects.freshUntil(object));
			this.#until[set] = until;
		}
	}
}
