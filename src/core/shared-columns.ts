// Typed arrays that results are made of. Where the platform has memory that threads share they lie in it: a worker hands them over without
// a copy, and the garbage collector does not take tens of megabytes of plain numbers for a reason to go through a heap that has nothing to
// do with them (it counts the memory of all other typed arrays, and a fleet's result made it walk over the whole plan once more).

/** A page in a browser may have none. */
const Memory: new (bytes: number) => ArrayBufferLike = typeof SharedArrayBuffer === 'undefined' ? ArrayBuffer : SharedArrayBuffer;

/** @param length of the column, all zero. */
export function float64Column(length: number): Float64Array {
	return new Float64Array(new Memory(8 * length));
}

/** @param length of the column, all zero. */
export function uint32Column(length: number): Uint32Array {
	return new Uint32Array(new Memory(4 * length));
}

/** @param length of the column, all zero. */
export function int32Column(length: number): Int32Array {
	return new Int32Array(new Memory(4 * length));
}

/** The first entries of a column, in memory of their own unless they are all there are. */
export function uint32Beginning(column: Uint32Array, length: number): Uint32Array {
	if (length === column.length) return column;
	const beginning = uint32Column(length);
	beginning.set(column.subarray(0, length));
	return beginning;
}
