// A WebAssembly module of one function that works on 64 KiB of its own memory, from the instructions of wasm-instructions.ts: its
// sections as the WebAssembly core specification 2.0 has them (section 5.5), and an instance of it where the machine allows one.

import { type I32, Local, type Step, unsigned, type ValueType } from './wasm-instructions.js';

/** What every module begins with: its mark and the version of the format. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const TYPE_CODES: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };
const FUNCTION_TYPE = 0x60;
const END = 0x0b;
const SECTION = { types: 1, functions: 3, memories: 5, exports: 7, code: 10 };
const EXPORT_FUNCTION = 0;
const EXPORT_MEMORY = 2;

/** The memory's words; it never grows. */
export const MEMORY_WORDS = 0x4000;

/** The function that an instance offers; its parameters and its result are 32-bit integers. */
export type WasmCall = (...parameters: number[]) => number;

/** A module at work: its function and its memory. */
export interface WasmInstance {
	readonly call: WasmCall;
	readonly words: Int32Array;
}

/** The one function of a module, while it is written: gives out its parameters, then its variables. */
export class WasmFunction {
	readonly #parameters: number;
	readonly #variables: ValueType[] = [];

	/** @param parameters how many there are. */
	constructor(parameters: number) {
		this.#parameters = parameters;
	}

	/** @param index from 0. */
	parameter(index: number): Local<'i32'> {
		return new Local('i32', index);
	}

	/** A new variable. */
	variable<T extends ValueType>(type: T): Local<T> {
		this.#variables.push(type);
		return new Local(type, this.#parameters + this.#variables.length - 1);
	}

	/** The module, as its bytes. @param result what the function returns after its steps. */
	module(steps: readonly Step[], result: I32): Uint8Array {
		const variables = list(this.#variables.map((type) => [1, TYPE_CODES[type]]));
		const body = [...variables, ...steps.flatMap(({ bytes }) => bytes), ...result.bytes, END];
		const integers = (count: number): number[] => list(new Array<number[]>(count).fill([TYPE_CODES.i32]));
		return Uint8Array.from([
			...PREAMBLE,
			...section(SECTION.types, [[FUNCTION_TYPE, ...integers(this.#parameters), ...integers(1)]]),
			...section(SECTION.functions, [[0]]),
			// One page, and not more ever.
			...section(SECTION.memories, [[1, 1, 1]]),
			...section(SECTION.exports, [
				[...name('call'), EXPORT_FUNCTION, 0],
				[...name('memory'), EXPORT_MEMORY, 0],
			]),
			...section(SECTION.code, [[...unsigned(body.length), ...body]]),
		]);
	}
}

/** What this program uses of the machine's WebAssembly; the libraries of types that it is compiled with do not know it. */
interface WasmEngine {
	readonly Module: new (bytes: Uint8Array) => object;
	readonly Instance: new (
		module: object,
	) => { readonly exports: { readonly call: WasmCall; readonly memory: { readonly buffer: ArrayBuffer } } };
}

declare const WebAssembly: WasmEngine | undefined;

/** An instance of a module; null where the machine knows no WebAssembly, not these instructions of it, or may not compile at run time. */
export function instanceOf(module: Uint8Array): WasmInstance | null {
	if (typeof WebAssembly === 'undefined') return null;
	try {
		const { call, memory } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
		return { call, words: new Int32Array(memory.buffer) };
	} catch {
		// An engine without vectors, a page whose content security policy forbids it, no memory left to reserve: whoever asks has another way.
		return null;
	}
}

function list(items: readonly (readonly number[])[]): number[] {
	return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
	const content = list(items);
	return [id, ...unsigned(content.length), ...content];
}

/** A name of ASCII characters. */
function name(text: string): number[] {
	return list([...text].map((character) => [character.charCodeAt(0)]));
}
