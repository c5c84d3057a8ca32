// The loop that lists the ticks of a pod's syncs four at a time, as a module of WebAssembly: what ResyncClock does with one draw it does
// with a vector of four, from which the sums of their gaps give four ticks. Receives its numbers and leaves the ticks in its memory; it
// stops at four among which there is a gap that takes more than the upper bits of two draws (K2.4).

import { drawWordsFrom } from '../../core/random-lanes.js';
import {
	type I32,
	i32,
	i32x4,
	i64x2,
	type Local,
	leaveIf,
	repeat,
	type Step,
	type V128,
	v128,
	when,
} from '../../core/wasm-instructions.js';
import { WasmFunction } from '../../core/wasm-module.js';
import { DURATION_BITS, UNIT_BITS } from './resync-units.js';

/** Places in the memory, in words. A word that is no vector is read into all four lanes of one. */
export const WORD = {
	/** Vector: where the draws of the first four syncs start. */
	starts: 0,
	/** Vector: no bits, no bits, all bits, all bits. */
	upperHalf: 4,
	/** From the draw of a sync to that of the fourth after it, and to that of its own duration. */
	toNextFour: 8,
	toDuration: 9,
	/** The pod's second lane, and the multipliers of the draws. */
	lane: 10,
	mixFirst: 11,
	mixSecond: 12,
	/** The least gap and a second, less the least certain part of a second; and what the draws add to it. */
	least: 13,
	perStep: 14,
	durations: 15,
	/** The bits that are a part of a second; and how much more than the least certain part they may be, without the duration and with it. */
	part: 16,
	partsLeft: 17,
	partsLeftWithDuration: 18,
	/** The ticks. The first one is there before the loop begins. */
	row: 20,
} as const;

export const BYTES_PER_WORD = 4;
const WORD_BITS = 32;
/** Where offsets are counted from. */
const ZERO = i32.constant(0);

/**
 * The module. Its function takes the last tick at which four may begin, and the last address at which the first of four may be; it returns
 * the address of the tick after the last four that it has listed.
 */
export function tickLoop(): Uint8Array {
	const loop = new WasmFunction(2);
	const [lastTick, lastAddress] = [loop.parameter(0), loop.parameter(1)];
	const address = loop.variable('i32');
	const reads: Step[] = [];
	// A vector that is computed from a constant some engines compute anew at each turn; what has been read they keep.
	const read = (vector: V128): Local<'v128'> => {
		const variable = loop.variable('v128');
		reads.push(variable.set(vector));
		return variable;
	};
	const four = (word: number): Local<'v128'> => read(v128.load32Splat(ZERO, word * BYTES_PER_WORD));

	const starts = read(v128.load(ZERO, WORD.starts * BYTES_PER_WORD));
	const upperHalf = read(v128.load(ZERO, WORD.upperHalf * BYTES_PER_WORD));
	const [toNextFour, toDuration, lane] = [four(WORD.toNextFour), four(WORD.toDuration), four(WORD.lane)];
	const mix = { first: four(WORD.mixFirst), second: four(WORD.mixSecond) };
	const [least, perStep, durations] = [four(WORD.least), four(WORD.perStep), four(WORD.durations)];
	const [part, partsLeft, partsLeftWithDuration] = [four(WORD.part), four(WORD.partsLeft), four(WORD.partsLeftWithDuration)];
	/** The present tick in all lanes. */
	const tick = four(WORD.row);
	const draws = loop.variable('v128');
	/** Gaps in units; then in ticks; then their sums. */
	const gaps = loop.variable('v128');
	const isUncertain = (left: V128): I32 => v128.anyTrue(i32x4.gtS(v128.and(gaps, part), left));

	return loop.module(
		[
			...reads,
			address.set(i32.constant(WORD.row * BYTES_PER_WORD)),
			repeat(
				leaveIf(i32.gtS(address, lastAddress)),
				leaveIf(i32.gtS(i32x4.lane(tick, 0), lastTick)),
				...drawWordsFrom(draws, starts, lane, mix),
				gaps.set(i32x4.add(least, i32x4.mul(i32x4.shrU(draws, WORD_BITS - UNIT_BITS), perStep))),
				when(
					isUncertain(partsLeft),
					...drawWordsFrom(draws, i32x4.add(starts, toDuration), lane, mix),
					draws.set(i32x4.mul(i32x4.shrU(draws, WORD_BITS - DURATION_BITS), durations)),
					gaps.set(i32x4.add(gaps, i32x4.shrU(draws, DURATION_BITS))),
					leaveIf(isUncertain(partsLeftWithDuration), 1),
				),
				gaps.set(i32x4.shrU(gaps, UNIT_BITS)),
				// Sums of two: g0, g0 + g1, g2, g2 + g3. Then the second one is added to the upper half.
				gaps.set(i32x4.add(gaps, i64x2.shl(gaps, WORD_BITS))),
				gaps.set(i32x4.add(gaps, v128.and(i32x4.shuffle(gaps, gaps, [1, 1, 1, 1]), upperHalf))),
				gaps.set(i32x4.add(tick, gaps)),
				v128.store(address, BYTES_PER_WORD, gaps),
				tick.set(i32x4.shuffle(gaps, gaps, [3, 3, 3, 3])),
				starts.set(i32x4.add(starts, toNextFour)),
				address.set(i32.add(address, i32.constant(4 * BYTES_PER_WORD))),
			),
		],
		address,
	);
}
