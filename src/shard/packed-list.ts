// Lists of plain values as columns: what all of their values have in common is there once, and what differs is a list of strings or
// numbers for each place in which they differ. A plan of a large cluster is such a list, hundreds of thousands of workloads and objects that
// differ in a few names; as columns it goes to another thread in a tenth of the time that its JSON takes.

/** Values of a list, by what they have in common. */
export type Column =
	/** All are this value; the values of the list that was packed may be several equal ones. */
	| { readonly kind: 'same'; readonly value: unknown }
	/** A few values, each of them many times. */
	| { readonly kind: 'choices'; readonly values: readonly unknown[]; readonly choice: Uint32Array }
	/** Strings, numbers and other values that are no objects, each as it is. */
	| { readonly kind: 'each'; readonly values: readonly unknown[] | Float64Array }
	/** Objects with the same keys in the same order. */
	| { readonly kind: 'records'; readonly keys: readonly string[]; readonly columns: readonly Column[] }
	/** Lists of the same length. */
	| { readonly kind: 'lists'; readonly columns: readonly Column[] }
	/** Values of several shapes; those of each shape are a column, in their order. */
	| { readonly kind: 'shapes'; readonly shapeOf: Uint32Array; readonly columns: readonly Column[] };

type PlainRecord = Readonly<Record<string, unknown>>;

/** Part of the values of a column that may be different ones in its choices, and how many more at its beginning. */
const MOST_DIFFERENT = 0.1;
const MOST_NEW = 100;
/** Shape of every value that is no object. */
const NO_OBJECT = '';

/**
 * A list as columns.
 *
 * @param values plain data: what JSON has, and undefined.
 */
export function packed(values: readonly unknown[]): Column {
	const [first] = values;
	if (values.every((value) => Object.is(value, first))) return { kind: 'same', value: first };
	if (!areAlike(values)) return ofShapes(values);
	if (typeof first !== 'object' || first === null) return ofPlainValues(values);
	if (Array.isArray(first)) {
		const lists = values as readonly (readonly unknown[])[];
		return simplified(values, { kind: 'lists', columns: first.map((_, place) => packed(lists.map((list) => list[place]))) });
	}
	const [keys, records] = [Object.keys(first), values as readonly PlainRecord[]];
	return simplified(values, { kind: 'records', keys, columns: keys.map((key) => packed(records.map((record) => record[key]))) });
}

/** A column of which no part differs is one value; one of whose parts all have the same choices has them itself. */
function simplified(values: readonly unknown[], column: Column & { readonly columns: readonly Column[] }): Column {
	const parts = column.columns.filter(({ kind }) => kind !== 'same');
	const [first] = parts;
	if (first === undefined) return { kind: 'same', value: values[0] };
	if (first.kind !== 'choices' || !parts.every((part) => part.kind === 'choices' && areEqual(part.choice, first.choice))) return column;
	const places = first.values.map(() => -1);
	for (const [place, one] of first.choice.entries()) if ((places[one] as number) < 0) places[one] = place;
	return { kind: 'choices', values: places.map((place) => values[place]), choice: first.choice };
}

function areEqual(some: Uint32Array, others: Uint32Array): boolean {
	return some.every((value, place) => value === others[place]);
}

function ofPlainValues(values: readonly unknown[]): Column {
	if (values.every((value) => typeof value === 'number')) return { kind: 'each', values: Float64Array.from(values as readonly number[]) };
	return choicesOf(values) ?? { kind: 'each', values };
}

/** Values as choices; null when too many of them are different. */
function choicesOf(values: readonly unknown[]): Column | null {
	const numbers = new Map<unknown, number>();
	const choice = new Uint32Array(values.length);
	for (const [place, value] of values.entries()) {
		const number = numbers.get(value) ?? numbers.size;
		if (number === numbers.size) {
			if (number > MOST_NEW + place * MOST_DIFFERENT) return null;
			numbers.set(value, number);
		}
		choice[place] = number;
	}
	return { kind: 'choices', values: [...numbers.keys()], choice };
}

/** Whether all values have the shape of the first one. */
function areAlike(values: readonly unknown[]): boolean {
	const [first] = values;
	if (typeof first !== 'object' || first === null) return values.every((value) => typeof value !== 'object' || value === null);
	if (Array.isArray(first)) return values.every((value) => Array.isArray(value) && value.length === first.length);
	const keys = Object.keys(first);
	return values.every((value) => value === first || (typeof value === 'object' && value !== null && hasKeys(value, keys)));
}

/** Whether an object has these keys in this order, and no others. */
function hasKeys(value: object, keys: readonly string[]): boolean {
	let place = 0;
	for (const key in value) if (key !== keys[place++]) return false;
	return place === keys.length && !Array.isArray(value);
}

function ofShapes(values: readonly unknown[]): Column {
	const numbers = new Map<string, number>();
	const shapeOf = Uint32Array.from(values, (value) => {
		const shape = shapeText(value);
		const number = numbers.get(shape) ?? numbers.size;
		numbers.set(shape, number);
		return number;
	});
	const lists: unknown[][] = [...numbers].map(() => []);
	for (const [place, value] of values.entries()) lists[shapeOf[place] as number]?.push(value);
	return { kind: 'shapes', shapeOf, columns: lists.map(packed) };
}

function shapeText(value: unknown): string {
	if (typeof value !== 'object' || value === null) return NO_OBJECT;
	return Array.isArray(value) ? String(value.length) : JSON.stringify(Object.keys(value));
}

/**
 * The list that was packed. Values that were equal may be one value in it.
 *
 * @param length of the list.
 */
export function unpacked(column: Column, length: number): unknown[] {
	// Value by value, not column by column: what belongs to one value is used together, and lies together in memory.
	const valueAt = readerOf(column);
	return Array.from({ length }, (_, place) => valueAt(place));
}

/** Gives the value at a place of the list. */
type Reader = (place: number) => unknown;

function readerOf(column: Column): Reader {
	switch (column.kind) {
		case 'same': {
			const { value } = column;
			return () => value;
		}
		case 'choices': {
			const { values, choice } = column;
			return (place) => values[choice[place] as number];
		}
		case 'each': {
			const { values } = column;
			return (place) => values[place];
		}
		case 'lists':
			return listReader(column.columns);
		case 'records':
			return recordReader(column.keys, column.columns);
		case 'shapes':
			return shapeReader(column.shapeOf, column.columns);
	}
}

function listReader(columns: readonly Column[]): Reader {
	const readers = columns.map(readerOf);
	return (place) => {
		const list: unknown[] = [];
		for (let at = 0; at < readers.length; at++) list.push((readers[at] as Reader)(place));
		return list;
	};
}

function recordReader(keys: readonly string[], columns: readonly Column[]): Reader {
	// A copy has all keys at once, in their order, and of one hidden class.
	const example = JSON.parse(JSON.stringify(Object.fromEntries(keys.map((key) => [key, null])))) as Record<string, unknown>;
	const different: { readonly key: string; readonly valueAt: Reader }[] = [];
	for (const [place, key] of keys.entries()) {
		const column = columns[place] as Column;
		if (column.kind === 'same') example[key] = column.value;
		else different.push({ key, valueAt: readerOf(column) });
	}
	return (place) => {
		const record = { ...example };
		for (const { key, valueAt } of different) record[key] = valueAt(place);
		return record;
	};
}

function shapeReader(shapeOf: Uint32Array, columns: readonly Column[]): Reader {
	const readers = columns.map(readerOf);
	const counts = new Uint32Array(columns.length);
	const places = shapeOf.map((shape) => {
		const place = counts[shape] as number;
		counts[shape] = place + 1;
		return place;
	});
	return (place) => (readers[shapeOf[place] as number] as Reader)(places[place] as number);
}
