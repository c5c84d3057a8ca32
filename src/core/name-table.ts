// Numbers names in the order in which they come. A fleet names hundreds of thousands of objects and pods and looks each up a few times
// only, right after it was put in: a Map of strings spends that time on hash codes that nobody asks for again and on moving its
// entries while it grows, and takes several times the room.

/** Slots to begin with: a power of two. */
const FIRST_SLOTS = 64;
/** So large a part of the slots is taken at most: more would make names lie far from their hash, less would take more room. */
const MOST_TAKEN = 3 / 4;

/** Names and their numbers, from 0. */
export class NameTable {
	readonly #names: string[] = [];
	/** Hash of each name, so that growing asks no name again. */
	#hashes = new Int32Array(FIRST_SLOTS * MOST_TAKEN);
	/** Number of a name, -1 for none; a name lies in the first free one from its hash on. */
	#slots = new Int32Array(FIRST_SLOTS).fill(-1);

	/** How many names there are. */
	get size(): number {
		return this.#names.length;
	}

	/** The names by their numbers. */
	get names(): readonly string[] {
		return this.#names;
	}

	/** The number of a name, -1 when it is not known. */
	find(name: string): number {
		return this.#slots[this.#slotOf(name, hashOf(name))] as number;
	}

	/** The number of a name, whether or not it is known already; a new one gets the next number. */
	add(name: string): number {
		const hash = hashOf(name);
		const slot = this.#slotOf(name, hash);
		const known = this.#slots[slot] as number;
		if (known >= 0) return known;
		const number = this.#names.length;
		this.#names.push(name);
		this.#hashes[number] = hash;
		this.#slots[slot] = number;
		if (this.size === this.#hashes.length) this.#grow();
		return number;
	}

	/** Where a name is, or the free slot where it would be. */
	#slotOf(name: string, hash: number): number {
		const last = this.#slots.length - 1;
		let slot = hash & last;
		for (;;) {
			const number = this.#slots[slot] as number;
			if (number < 0 || (this.#hashes[number] === hash && this.#names[number] === name)) return slot;
			slot = (slot + 1) & last;
		}
	}

	#grow(): void {
		this.#slots = new Int32Array(2 * this.#slots.length).fill(-1);
		const hashes = new Int32Array(this.#slots.length * MOST_TAKEN);
		hashes.set(this.#hashes);
		this.#hashes = hashes;
		const last = this.#slots.length - 1;
		for (let number = 0; number < this.size; number++) {
			let slot = (hashes[number] as number) & last;
			while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & last;
			this.#slots[slot] = number;
		}
	}
}

/** The mixing steps of MurmurHash3 (core/random.ts) over the UTF-16 units of a name; equal names have equal hashes. */
function hashOf(name: string): number {
	let hash = name.length;
	for (let i = 0; i < name.length; i++) {
		hash = Math.imul(hash ^ name.charCodeAt(i), 0xcc9e2d51);
		hash ^= hash >>> 15;
	}
	hash = Math.imul(hash, 0x85ebca6b);
	return hash ^ (hash >>> 13);
}
