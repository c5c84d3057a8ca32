// Sorted lists of names put together. Parts of a fleet have hundreds of thousands of names between them, and each part's are in order: they
// are merged by their heads, without a hash and without sorting again.

/** The names of all lists, and where each was. */
export interface MergedNames {
	/** Ascending, each once. */
	readonly names: readonly string[];
	/** First source of each name; one more entry than there are names. */
	readonly first: Uint32Array;
	/** By source: the number of the list, and the place in it. Sources of one name are in the order of the lists. */
	readonly part: Uint32Array;
	readonly row: Uint32Array;
}

/** Merges lists. @param lists each ascending by UTF-16 units, without repetition. */
export function mergedNames(lists: readonly (readonly string[])[]): MergedNames {
	const sources = lists.reduce((sum, list) => sum + list.length, 0);
	const [part, row, first] = [new Uint32Array(sources), new Uint32Array(sources), new Uint32Array(sources + 1)];
	const names: string[] = [];
	const heads = new Heads(lists);
	for (let source = 0; source < sources; source++) {
		const name = heads.name;
		if (names.length === 0 || name !== names[names.length - 1]) {
			first[names.length] = source;
			names.push(name);
		}
		part[source] = heads.list;
		row[source] = heads.place;
		heads.advance();
	}
	first[names.length] = sources;
	return { names, first: first.slice(0, names.length + 1), part, row };
}

/** The next name of each list, as a binary heap. */
class Heads {
	readonly #lists: readonly (readonly string[])[];
	/** Place in each list. */
	readonly #places: Uint32Array;
	/** Numbers of the lists that have names left; the least name is the first one's. */
	readonly #heap: number[];

	constructor(lists: readonly (readonly string[])[]) {
		this.#lists = lists;
		this.#places = new Uint32Array(lists.length);
		this.#heap = [...lists.keys()].filter((list) => lists[list]?.length !== 0);
		for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
	}

	/** Number of the list with the least name. */
	get list(): number {
		return this.#heap[0] as number;
	}

	/** Its place in that list. */
	get place(): number {
		return this.#places[this.list] as number;
	}

	/** The least name. */
	get name(): string {
		return this.#nameOf(this.list);
	}

	/** Goes on to the next one. */
	advance(): void {
		const [list, heap] = [this.list, this.#heap];
		const place = this.place + 1;
		this.#places[list] = place;
		if (place === this.#lists[list]?.length) {
			const last = heap.pop() as number;
			if (heap.length === 0) return;
			heap[0] = last;
		}
		this.#sink(0);
	}

	#nameOf(list: number): string {
		return (this.#lists[list] as readonly string[])[this.#places[list] as number] as string;
	}

	#sink(from: number): void {
		const heap = this.#heap;
		const list = heap[from] as number;
		const name = this.#nameOf(list);
		let at = from;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= heap.length) break;
			if (child + 1 < heap.length && this.#isBefore(child + 1, this.#nameOf(heap[child] as number), heap[child] as number)) child += 1;
			if (!this.#isBefore(child, name, list)) break;
			heap[at] = heap[child] as number;
			at = child;
		}
		heap[at] = list;
	}

	/** Whether the list at a place of the heap comes before another one: by its name, then by its number. */
	#isBefore(at: number, name: string, list: number): boolean {
		const mine = this.#heap[at] as number;
		const own = this.#nameOf(mine);
		return own < name || (own === name && mine < list);
	}
}
