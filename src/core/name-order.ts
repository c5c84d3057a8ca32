// The order of a hundred thousand names. Such names have their beginning in common and few different characters after it, so that the next
// ones of each name fit into a number together with the number of the name: sorting numbers costs a fraction of comparing names.

/** Characters behind the common beginning of which the alphabet is made at most: as many fit into a number of two symbols. */
const MOST_SYMBOLS = 52;

/**
 * The numbers of names in ascending order of the names, by UTF-16 units as `Array.prototype.sort` has it.
 *
 * @param names each once.
 */
export function nameOrder(names: readonly string[]): Uint32Array {
	const count = names.length;
	const from = commonLength(names);
	const { ranks, base } = alphabet(names, from);
	let symbols = 0;
	for (let room = count * base; room <= Number.MAX_SAFE_INTEGER && symbols < MOST_SYMBOLS; room *= base) symbols += 1;
	const keys = new Float64Array(count);
	for (let i = 0; i < count; i++) {
		const name = names[i] as string;
		let key = 0;
		// The end of a name comes before every character.
		for (let at = from; at < from + symbols; at++) key = key * base + (at < name.length ? (ranks[name.charCodeAt(at)] as number) : 0);
		keys[i] = key * count + i;
	}
	keys.sort();
	const order = new Uint32Array(count);
	for (let place = 0; place < count; place++) order[place] = (keys[place] as number) % count;
	sortTies(names, order, keys);
	return order;
}

/** How many units all names begin with alike. */
function commonLength(names: readonly string[]): number {
	let common = names[0] ?? '';
	for (const name of names) {
		if (name.startsWith(common)) continue;
		let at = 0;
		while (at < name.length && name.charCodeAt(at) === common.charCodeAt(at)) at += 1;
		common = common.slice(0, at);
	}
	return common.length;
}

/** The units that follow: by unit its rank from 1, and a number above all ranks. */
function alphabet(names: readonly string[], from: number): { readonly ranks: Uint32Array; readonly base: number } {
	const used: boolean[] = [];
	for (const name of names) {
		const end = Math.min(name.length, from + MOST_SYMBOLS);
		for (let at = from; at < end; at++) used[name.charCodeAt(at)] = true;
	}
	const ranks = new Uint32Array(used.length);
	let rank = 0;
	for (let unit = 0; unit < used.length; unit++) if (used[unit] === true) ranks[unit] = ++rank;
	return { ranks, base: rank + 1 };
}

/** Names whose beginnings are alike are compared. @param keys ascending: a number for the beginning, times how many names there are. */
function sortTies(names: readonly string[], order: Uint32Array, keys: Float64Array): void {
	const count = order.length;
	const beginning = (place: number): number => Math.floor((keys[place] as number) / count);
	for (let first = 0; first < count; ) {
		let end = first + 1;
		while (end < count && beginning(end) === beginning(first)) end += 1;
		if (end - first > 1) order.subarray(first, end).sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
		first = end;
	}
}
