// Draws of random.ts four at a time, as instructions for a module of WebAssembly: what drawWordFrom says of a start, said of four.

import { i32x4, type Local, type Step, type V128, v128 } from './wasm-instructions.js';

/** Multipliers of the mixing step. There they are literals: engines read an exported constant from memory at each use. */
export const MIX_FIRST = 0x85ebca6b;
export const MIX_SECOND = 0xc2b2ae35;

/** {@link MIX_FIRST} and {@link MIX_SECOND}, each in all lanes of a vector. */
export interface MixMultipliers {
	readonly first: V128;
	readonly second: V128;
}

/**
 * `drawWordFrom` of four draws.
 *
 * @param words is set to them. @param starts of the draws. @param b the other lane of the stream, four times.
 */
export function drawWordsFrom(words: Local<'v128'>, starts: V128, b: V128, multipliers: MixMultipliers): readonly Step[] {
	return [...mixed(words, starts, multipliers), ...mixed(words, v128.xor(words, b), multipliers)];
}

/** One mixing step. @param h is set to what becomes of the input. */
function mixed(h: Local<'v128'>, input: V128, { first, second }: MixMultipliers): readonly Step[] {
	const folded = (bits: number): V128 => v128.xor(h, i32x4.shrU(h, bits));
	return [h.set(input), h.set(i32x4.mul(folded(16), first)), h.set(i32x4.mul(folded(13), second)), h.set(folded(16))];
}
