// When a pod that nothing disturbs is synced: the gap between two of its syncs in whole ticks, from half a draw. Half a draw
// bounds the jitter to a fraction of a microsecond; only where a tick lies between the shortest and the longest duration of the sync is
// half a draw of that looked at, and whole draws only where the bound still straddles a tick (K2.1, K2.2, K2.4).

import { drawLanes, drawLanesHigh, drawStart, drawWord, drawWordFrom } from '../../core/random.js';
import { type Micros, type MicrosRange, SECOND } from '../../core/time.js';
import { DRAW_DURATION, DRAW_JITTER, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import type { NodeInput } from '../node-input.js';
import { duration } from '../node-state.js';

/** Later than every tick of a run. */
export const NO_TICK = 0x7fff_ffff;

const HIGH_BITS = 0x800_0000;
/** Room for the roundings of the bound, microseconds. */
const ROUNDING: Micros = 2;
/** {@link ResyncClock.skip} counts in 2^-20 s, and takes as many bits of a draw, so that 32-bit integers do. */
const UNIT_BITS = 20;
const UNITS = 0x10_0000;
const WORD_REST = 32 - UNIT_BITS;
const ROUNDING_UNITS = 2;
/** From the draws of a sync to those of the next one. */
const NEXT_SYNC = drawStart(0, DRAWS_PER_SYNC);
/** Above this, 1.5 x syncFrequency in units leaves 31 bits. */
const LONGEST_FREQUENCY: Micros = 1_200 * SECOND;

/** What the gaps between syncs follow from. */
export interface ResyncLaw {
	readonly settings: Pick<NodeInput['settings'], 'syncFrequency'>;
	readonly timing: Pick<NodeInput['timing'], 'syncDuration'>;
}

/** The resync law of one node's kubelet. */
export class ResyncClock {
	/** Number of the sync that follows the last {@link skip}. */
	sync = 0;
	/** Most ticks between two syncs. */
	readonly longestGap: number;
	readonly #durationDraw: number;
	readonly #syncFrequency: Micros;
	readonly #syncDuration: MicrosRange;
	readonly #least: Micros;
	readonly #jitterPerUnit: number;
	readonly #durationPerUnit: number;
	readonly #leastUnits: number;
	/** What one step of a draw's upper 20 bits adds; 0: the frequency does not fit. */
	readonly #unitsPerStep: number;
	readonly #latestUnits: number;

	/** @param durationDraw which of a sync's draws says how long it lasts. Default: that of a sync which does what it has to do. */
	constructor({ settings, timing }: ResyncLaw, durationDraw: number = DRAW_DURATION) {
		const { syncFrequency } = settings;
		this.#durationDraw = durationDraw;
		const { min, max } = timing.syncDuration;
		this.#syncFrequency = syncFrequency;
		this.#syncDuration = timing.syncDuration;
		this.#least = syncFrequency + min;
		const jitter = syncFrequency / 2;
		this.#jitterPerUnit = jitter / HIGH_BITS;
		this.longestGap = Math.floor((max + 1.5 * syncFrequency) / SECOND) + 1;
		this.#durationPerUnit = min === max ? 0 : (max - min + 1) / HIGH_BITS;
		const perStep = jitter / SECOND;
		this.#leastUnits = Math.floor((this.#least * UNITS) / SECOND);
		this.#unitsPerStep = Number.isInteger(perStep) && syncFrequency < LONGEST_FREQUENCY ? perStep : 0;
		this.#latestUnits = UNITS - Math.ceil(((max - min) * UNITS) / SECOND) - this.#unitsPerStep - 2 * ROUNDING_UNITS;
	}

	/**
	 * Ticks between two syncs.
	 *
	 * @param a lane of the pod's stream. @param b the other lane.
	 * @param sync number of the sync that ends, from 1.
	 */
	gap(a: number, b: number, sync: number): number {
		if (this.#unitsPerStep !== 0) {
			const word = drawWord(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER);
			const units = this.#leastUnits + Math.imul(word >>> WORD_REST, this.#unitsPerStep);
			const part = units & (UNITS - 1);
			if (part > ROUNDING_UNITS && part < this.#latestUnits) return (units >> UNIT_BITS) + 1;
		}
		return this.#gapOfDuration(a, b, sync);
	}

	/**
	 * Passes over syncs of which nothing but the number matters.
	 *
	 * @param sync number of the first one, which starts at `tick`. @param until the first tick that is not passed over.
	 * @returns the tick of the sync {@link sync}, at or after `until`.
	 */
	skip(a: number, b: number, sync: number, tick: number, until: number): number {
		if (this.#unitsPerStep === 0) return this.#skipAnyway(a, b, sync, tick, until);
		const least = this.#leastUnits;
		const step = this.#unitsPerStep;
		const latest = this.#latestUnits;
		let at = tick | 0;
		let next = sync | 0;
		let start = drawStart(a, sync * DRAWS_PER_SYNC + DRAW_JITTER);
		while (at < until) {
			const due = (least + Math.imul(drawWordFrom(start, b) >>> WORD_REST, step)) | 0;
			const rest = due & (UNITS - 1);
			if (rest > ROUNDING_UNITS && rest < latest) at = (at + (due >> UNIT_BITS) + 1) | 0;
			else at = (at + this.#gapOfDuration(a, b, next)) | 0;
			next = (next + 1) | 0;
			start = (start + NEXT_SYNC) | 0;
		}
		this.sync = next;
		return at;
	}

	/**
	 * The same for syncs whose ticks matter as well.
	 *
	 * @param ticks takes them, from place `from` on. @param room at most so many syncs are passed over.
	 */
	list(a: number, b: number, sync: number, tick: number, until: number, ticks: Int32Array, from: number, room: number): number {
		const least = this.#leastUnits;
		const step = this.#unitsPerStep;
		// One comparison tells both bounds: what is below the lower one becomes large without its sign.
		const span = step === 0 ? 0 : this.#latestUnits - ROUNDING_UNITS - 1;
		const end = (from + room) | 0;
		let at = tick | 0;
		let place = from | 0;
		let start = drawStart(a, sync * DRAWS_PER_SYNC + DRAW_JITTER);
		while (at < until && place < end) {
			ticks[place] = at;
			place = (place + 1) | 0;
			const due = (least + Math.imul(drawWordFrom(start, b) >>> WORD_REST, step)) | 0;
			if (((due & (UNITS - 1)) - ROUNDING_UNITS - 1) >>> 0 < span) at = (at + (due >> UNIT_BITS) + 1) | 0;
			else at = (at + this.#gapOfDuration(a, b, (sync + place - from - 1) | 0)) | 0;
			start = (start + NEXT_SYNC) | 0;
		}
		this.sync = (sync + place - from) | 0;
		return at;
	}

	/** {@link skip} for frequencies that are not whole seconds. */
	#skipAnyway(a: number, b: number, sync: number, tick: number, until: number): number {
		let at = tick;
		let next = sync;
		while (at < until) {
			at += this.gap(a, b, next);
			next += 1;
		}
		this.sync = next;
		return at;
	}

	/** A gap for which the duration of the sync may matter, or for a frequency that is not whole seconds. */
	#gapOfDuration(a: number, b: number, sync: number): number {
		const jitter = drawLanesHigh(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER) * this.#jitterPerUnit;
		const longer = drawLanesHigh(a, b, sync * DRAWS_PER_SYNC + this.#durationDraw) * this.#durationPerUnit;
		const due = this.#least + jitter + longer;
		const ticks = Math.floor(due * 1e-6);
		const rest = due - ticks * SECOND;
		const latest = SECOND - this.#jitterPerUnit - this.#durationPerUnit - ROUNDING;
		return rest > ROUNDING && rest < latest ? ticks + 1 : this.#exactGap(a, b, sync);
	}

	#exactGap(a: number, b: number, sync: number): number {
		const took = duration(this.#syncDuration, a, b, sync * DRAWS_PER_SYNC + this.#durationDraw);
		const jitter = Math.floor((drawLanes(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER) * this.#syncFrequency) / 2);
		return Math.floor((took + this.#syncFrequency + jitter) / SECOND) + 1;
	}
}
