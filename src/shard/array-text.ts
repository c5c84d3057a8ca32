// Values with typed arrays as JSON and bytes, exactly: what comes back is what went in, bit for bit, on any machine. JSON
// alone would make ten bytes of each of the millions of integers of a partial result, and lose NaN.

import { endianness } from 'node:os';

/** A typed array that a partial result may hold. */
type NumberArray =
	| Int8Array
	| Uint8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| Float32Array
	| Float64Array
	| BigInt64Array
	| BigUint64Array;

const ARRAY_TYPES = {
	Int8Array,
	Uint8Array,
	Int16Array,
	Uint16Array,
	Int32Array,
	Uint32Array,
	Float32Array,
	Float64Array,
	BigInt64Array,
	BigUint64Array,
} as const;

type ArrayType = keyof typeof ARRAY_TYPES;

/** The only key of an object that stands for something JSON has not. No field and no YAML key has a NUL in its name. */
const MARK = '\u0000';

type Mark =
	| { readonly [MARK]: readonly [type: ArrayType, length: number] }
	| { readonly [MARK]: readonly [type: 'number' | 'bigint', text: string] };

/** A value as one line of JSON and the bytes of its arrays, little end first, one array after the other. */
export interface ArrayText {
	readonly text: string;
	readonly arrays: readonly Uint8Array[];
}

function isNumberArray(value: object): value is NumberArray {
	return ArrayBuffer.isView(value) && Object.hasOwn(ARRAY_TYPES, value.constructor.name);
}

/** Turns the bytes of each element around where the machine keeps the big end first. */
function littleEnd(bytes: Uint8Array, width: number): Uint8Array {
	if (endianness() === 'LE' || width === 1) return bytes;
	const turned = Buffer.from(bytes);
	if (width === 2) return turned.swap16();
	return width === 4 ? turned.swap32() : turned.swap64();
}

/**
 * Writes a value of plain objects, arrays, typed arrays, strings, numbers, booleans and null. A field that is undefined is
 * left out.
 *
 * @throws Error for anything else: it could not come back as it was.
 */
export function arrayText(value: unknown): ArrayText {
	const arrays: Uint8Array[] = [];
	const plain = (one: unknown): unknown => {
		if (typeof one === 'bigint') return { [MARK]: ['bigint', String(one)] };
		if (typeof one === 'number') {
			const isJson = Number.isFinite(one) && !Object.is(one, -0);
			return isJson ? one : { [MARK]: ['number', Object.is(one, -0) ? '-0' : String(one)] };
		}
		if (one === null || typeof one === 'string' || typeof one === 'boolean') return one;
		if (typeof one !== 'object') throw new Error(`a ${typeof one} cannot be written to a file`);
		if (Array.isArray(one)) return one.map(plain);
		if (isNumberArray(one)) {
			arrays.push(littleEnd(new Uint8Array(one.buffer, one.byteOffset, one.byteLength), one.BYTES_PER_ELEMENT));
			return { [MARK]: [one.constructor.name, one.length] };
		}
		const prototype: unknown = Object.getPrototypeOf(one);
		if (prototype !== Object.prototype && prototype !== null) throw new Error(`a ${one.constructor.name} cannot be written to a file`);
		const entries = Object.entries(one).filter(([, inner]) => inner !== undefined);
		return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
	};
	return { text: JSON.stringify(plain(value)), arrays };
}

/**
 * Reads a value back.
 *
 * @param bytes what follows the text: all arrays.
 * @throws Error when the bytes are fewer or more than the text says.
 */
export function valueOfArrayText(text: string, bytes: Uint8Array): unknown {
	let at = 0;
	const revived = (mark: Mark): unknown => {
		const [type, content] = mark[MARK];
		if (type === 'number') return Number(content);
		if (type === 'bigint') return BigInt(content);
		const make = ARRAY_TYPES[type as ArrayType];
		const length = Number(content) * make.BYTES_PER_ELEMENT;
		if (at + length > bytes.length) throw new Error('its arrays are cut off');
		const own = littleEnd(bytes.slice(at, at + length), make.BYTES_PER_ELEMENT);
		at += length;
		return new make(own.buffer.slice(own.byteOffset, own.byteOffset + length) as ArrayBuffer);
	};
	// JSON.parse revives inner values first and in the order of the text, which is the order in which they were written.
	const value: unknown = JSON.parse(text, (_key, one: unknown) =>
		typeof one === 'object' && one !== null && Object.hasOwn(one, MARK) ? revived(one as Mark) : one,
	);
	if (at !== bytes.length) throw new Error('there is more after its arrays');
	return value;
}
