// The numbers that the objects of a node have among themselves, by their numbers in the run. Every node of a fleet has a table of its own
// and asks it a few times for each of its volumes: a Map costs several times as much to fill.

const FREE = -1;

/** Node-local numbers of objects, from 0 in the order in which they come. */
export class LocalNumbers {
	/** Numbers in the run and, in the other half, on the node; an object lies in the first free slot from its own on. */
	readonly #slots: Int32Array;
	readonly #mask: number;
	#size = 0;

	/** @param most objects at most that are ever added, counting those that are added again. */
	constructor(most: number) {
		let slots = 8;
		while (slots < 2 * most) slots *= 2;
		this.#slots = new Int32Array(2 * slots).fill(FREE);
		this.#mask = slots - 1;
	}

	/** How many objects there are. */
	get size(): number {
		return this.#size;
	}

	/** Gives an object the next number. @returns false when it has one already. */
	add(object: number): boolean {
		const slot = this.#slotOf(object);
		if (this.#slots[slot] === object) return false;
		this.#slots[slot] = object;
		this.#slots[slot + this.#mask + 1] = this.#size;
		this.#size += 1;
		return true;
	}

	/** The number of an object on the node; undefined when it is not among its objects. */
	get(object: number): number | undefined {
		const slot = this.#slotOf(object);
		return this.#slots[slot] === object ? this.#slots[slot + this.#mask + 1] : undefined;
	}

	/** Where an object is, or the free slot where it would be. */
	#slotOf(object: number): number {
		const mixed = Math.imul(object, 0x9e3779b1);
		let slot = (mixed ^ (mixed >>> 15)) & this.#mask;
		while (this.#slots[slot] !== object && this.#slots[slot] !== FREE) slot = (slot + 1) & this.#mask;
		return slot;
	}
}
