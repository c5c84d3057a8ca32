// Lists ticks of a pod's syncs four at a time, with the module of tick-loop.ts: writes the numbers of the law and of the pod into its
// memory, calls it, and copies the ticks to whoever wants them. Where the machine cannot run it, ResyncClock lists them one by one.

import { drawStart } from '../../core/random.js';
import { MIX_FIRST, MIX_SECOND } from '../../core/random-lanes.js';
import { instanceOf, MEMORY_WORDS, type WasmCall, type WasmInstance } from '../../core/wasm-module.js';
import { DRAWS_PER_SYNC } from '../draw-ordinals.js';
import { type ResyncUnits, ROUNDING_UNITS, UNITS } from './resync-units.js';
import { BYTES_PER_WORD, tickLoop, WORD } from './tick-loop.js';

/** So many syncs at a time. */
export const LANES = 4;
/** From the draws of a sync to those of the next one. */
const NEXT_SYNC = drawStart(0, DRAWS_PER_SYNC);
/** Least part of a second with which a gap is certain. */
const LEAST_PART = ROUNDING_UNITS + 1;

/** What {@link TickLanes.ofThread} has found. */
let ofThread: TickLanes | null | undefined;

/** The module at work. */
export class TickLanes {
	/** Tick of the sync that follows the last {@link list}. */
	next = 0;
	readonly #call: WasmCall;
	readonly #words: Int32Array;

	constructor({ call, words }: WasmInstance) {
		this.#call = call;
		this.#words = words;
		words.set([0, 0, -1, -1], WORD.upperHalf);
		words[WORD.toNextFour] = Math.imul(LANES, NEXT_SYNC);
		words[WORD.mixFirst] = MIX_FIRST;
		words[WORD.mixSecond] = MIX_SECOND;
		words[WORD.part] = UNITS - 1;
	}

	/**
	 * The one that all clocks of a thread use, since nothing of a call is left behind for the next one. Each node has clocks of its own, but a
	 * memory takes gigabytes of addresses, and a module time to compile. Null where the machine cannot run it.
	 */
	static ofThread(): TickLanes | null {
		if (ofThread === undefined) {
			const instance = instanceOf(tickLoop());
			ofThread = instance === null ? null : new TickLanes(instance);
		}
		return ofThread;
	}

	/**
	 * Lists syncs four by four, as many as their gaps are certain.
	 *
	 * @param start of the draw of the first one's jitter. @param b the other lane of the pod's stream.
	 * @param tick of the first sync. @param lastTick at which four may begin.
	 * @param ticks takes the ticks from place `from` on. @param room at most so many.
	 * @returns how many are listed; {@link next} is the tick of the one after them.
	 */
	list(law: ResyncUnits, start: number, b: number, tick: number, lastTick: number, ticks: Int32Array, from: number, room: number): number {
		const words = this.#words;
		for (let sync = 0; sync < LANES; sync++) words[WORD.starts + sync] = start + Math.imul(sync, NEXT_SYNC);
		words[WORD.toDuration] = law.toDuration;
		words[WORD.lane] = b;
		words[WORD.least] = law.least + UNITS - LEAST_PART;
		words[WORD.perStep] = law.perStep;
		words[WORD.durations] = law.durations;
		words[WORD.partsLeft] = law.latest - 1 - LEAST_PART;
		words[WORD.partsLeftWithDuration] = law.latestWithDuration - 1 - LEAST_PART;
		words[WORD.row] = tick;
		// Four more and the tick after them must fit.
		const last = Math.min(room, MEMORY_WORDS - 1 - WORD.row) - LANES;
		const end = this.#call(lastTick, (WORD.row + last) * BYTES_PER_WORD) / BYTES_PER_WORD;
		if (end > WORD.row) ticks.set(words.subarray(WORD.row, end), from);
		this.next = words[end] as number;
		return end - WORD.row;
	}
}
