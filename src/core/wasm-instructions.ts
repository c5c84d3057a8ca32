// Instructions of WebAssembly with 128-bit vectors, as functions that put their operands' bytes before their own: a loop over words that
// nothing else computes as fast is written with them like an expression. Only what such loops of this program need is here; opcodes are those of
// the WebAssembly core specification 2.0, section 5.4. wasm-module.ts makes a module of them.

/** What an expression leaves on the stack: a 32-bit integer, or four of them. */
export type ValueType = 'i32' | 'v128';

/** Bytes of instructions, and what they leave. */
export interface Code<T extends ValueType | 'nothing'> {
	readonly leaves: T;
	readonly bytes: readonly number[];
}

export type I32 = Code<'i32'>;
export type V128 = Code<'v128'>;
/** An instruction that leaves nothing. */
export type Step = Code<'nothing'>;

/** Opcode that all vector instructions begin with. */
const VECTOR = 0xfd;
/** Type of a block that leaves nothing. */
const NOTHING = 0x40;
/** Power of two that a memory access says it is aligned to: 4 bytes. */
const WORD_ALIGNMENT = 2;

/** An unsigned integer as LEB128: seven bits a byte, the lowest first. */
export function unsigned(value: number): number[] {
	const bytes: number[] = [];
	let rest = value >>> 0;
	for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
	return [...bytes, rest];
}

/** A signed 32-bit integer as LEB128: the last byte's bit 6 is the sign. */
export function signed(value: number): number[] {
	const bytes: number[] = [];
	let rest = value | 0;
	for (; rest > 0x3f || rest < -0x40; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
	return [...bytes, rest & 0x7f];
}

function code<T extends ValueType | 'nothing'>(leaves: T, ...parts: (readonly number[])[]): Code<T> {
	return { leaves, bytes: parts.flat() };
}

function vectorOpcode(opcode: number): number[] {
	return [VECTOR, ...unsigned(opcode)];
}

/** Where an access goes: that many bytes behind the address on the stack. */
function place(offset: number): number[] {
	return [WORD_ALIGNMENT, ...unsigned(offset)];
}

/** A parameter or variable of the function, and the instruction that reads it. */
export class Local<T extends ValueType> implements Code<T> {
	readonly leaves: T;
	readonly bytes: readonly number[];
	readonly #index: number;

	/** @param index among parameters and variables of the function, from 0. */
	constructor(leaves: T, index: number) {
		this.leaves = leaves;
		this.bytes = [0x20, ...unsigned(index)];
		this.#index = index;
	}

	/** `local.set` */
	set(value: Code<T>): Step {
		return code('nothing', value.bytes, [0x21, ...unsigned(this.#index)]);
	}
}

type Binary<T extends ValueType> = (x: Code<T>, y: Code<T>) => Code<T>;

function binary<T extends ValueType>(leaves: T, opcode: number[]): Binary<T> {
	return (x, y) => code(leaves, x.bytes, y.bytes, opcode);
}

/** Instructions on integers. `gtS` leaves 1 when `x` is greater than `y`, both with sign, else 0. */
export const i32: {
	readonly constant: (value: number) => I32;
	readonly add: Binary<'i32'>;
	readonly gtS: Binary<'i32'>;
} = {
	constant: (value) => code('i32', [0x41, ...signed(value)]),
	add: binary('i32', [0x6a]),
	gtS: binary('i32', [0x4a]),
};

/** Instructions on vectors of whatever lanes. Addresses are in bytes. */
export const v128: {
	readonly load: (address: I32, offset: number) => V128;
	/** Reads one word into all four lanes. */
	readonly load32Splat: (address: I32, offset: number) => V128;
	readonly store: (address: I32, offset: number, value: V128) => Step;
	readonly and: Binary<'v128'>;
	readonly xor: Binary<'v128'>;
	/** 1 when some bit is set, else 0. */
	readonly anyTrue: (x: V128) => I32;
} = {
	load: (address, offset) => code('v128', address.bytes, vectorOpcode(0), place(offset)),
	load32Splat: (address, offset) => code('v128', address.bytes, vectorOpcode(9), place(offset)),
	store: (address, offset, value) => code('nothing', address.bytes, value.bytes, vectorOpcode(11), place(offset)),
	and: binary('v128', vectorOpcode(78)),
	xor: binary('v128', vectorOpcode(81)),
	anyTrue: (x) => code('i32', x.bytes, vectorOpcode(83)),
};

/** Instructions on vectors of four integers. `gtS` sets all bits of a lane in which `x` is greater, with sign. */
export const i32x4: {
	readonly splat: (x: I32) => V128;
	readonly lane: (x: V128, lane: number) => I32;
	/** Four of the eight lanes of `x` and `y`. */
	readonly shuffle: (x: V128, y: V128, lanes: readonly [number, number, number, number]) => V128;
	readonly add: Binary<'v128'>;
	readonly mul: Binary<'v128'>;
	readonly gtS: Binary<'v128'>;
	readonly shrU: (x: V128, bits: number) => V128;
} = {
	splat: (x) => code('v128', x.bytes, vectorOpcode(17)),
	lane: (x, lane) => code('i32', x.bytes, vectorOpcode(27), [lane]),
	// There is a shuffle of bytes only.
	shuffle: (x, y, lanes) =>
		code(
			'v128',
			x.bytes,
			y.bytes,
			vectorOpcode(13),
			lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
		),
	add: binary('v128', vectorOpcode(174)),
	mul: binary('v128', vectorOpcode(181)),
	gtS: binary('v128', vectorOpcode(59)),
	shrU: (x, bits) => code('v128', x.bytes, i32.constant(bits).bytes, vectorOpcode(173)),
};

/** Instructions on vectors of two 64-bit integers. */
export const i64x2: { readonly shl: (x: V128, bits: number) => V128 } = {
	shl: (x, bits) => code('v128', x.bytes, i32.constant(bits).bytes, vectorOpcode(203)),
};

/** Steps over and over, until a {@link leaveIf} among them. */
export function repeat(...steps: readonly Step[]): Step {
	const body = steps.flatMap(({ bytes }) => bytes);
	// A branch to the loop goes to its beginning, one to the block leaves it.
	return code('nothing', [0x02, NOTHING, 0x03, NOTHING], body, [0x0c, 0], [0x0b, 0x0b]);
}

/** Leaves the {@link repeat} around it. @param within how many {@link when} are around it inside of that. Default: none. */
export function leaveIf(condition: I32, within = 0): Step {
	return code('nothing', condition.bytes, [0x0d, ...unsigned(within + 1)]);
}

/** Steps that are taken when the condition is not 0. */
export function when(condition: I32, ...steps: readonly Step[]): Step {
	return code(
		'nothing',
		condition.bytes,
		[0x04, NOTHING],
		steps.flatMap(({ bytes }) => bytes),
		[0x0b],
	);
}
