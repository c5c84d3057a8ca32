// When a pod that nothing disturbs is synced: the gap between two of its syncs in whole ticks, from half a draw. Half a draw
// bounds the jitter to a fraction of a microsecond; only where a tick lies between the shortest and the longest duration of the sync is
// half a draw of that looked at, and whole draws only where the bound still straddles a tick (K2.1, K2.2, K2.4).

import { drawLanes, drawLanesHigh, drawStart, drawWord, drawWordFrom } from '../../core/random.js';
import { type Micros, type MicrosRange, SECOND } from '../../core/time.js';
import { DRAW_DURATION, DRAW_JITTER, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import { duration } from '../node-state.js';
// The loops below name the constants of the law's units anew: engines read a constant of another module from memory at each use.
import { type ResyncLaw, ResyncUnits, ROUNDING_UNITS, UNIT_BITS, UNITS } from './resync-units.js';
import { LANES, TickLanes } from './tick-lanes.js';

/** Later than every tick of a run. */
export const NO_TICK = 0x7fff_ffff;

const HIGH_BITS = 0x800_0000;
/** Room for the roundings of the bound, microseconds. */
const ROUNDING: Micros = 2;
/** A gap in units is so many bits longer than one in ticks; and the bits that are its part of a second. */
const TICK_SHIFT = UNIT_BITS;
const PART = UNITS - 1;
const ROUNDINGS = ROUNDING_UNITS;
/** What is left of a draw's word when the bits that {@link ResyncUnits} takes are its lowest ones. */
const WORD_REST = 32 - UNIT_BITS;
/** From the draws of a sync to those of the next one. */
const NEXT_SYNC = drawStart(0, DRAWS_PER_SYNC);
/** Fewer than about so many syncs are listed one by one sooner than four by four. */
const FEW = 32;

/** The resync law of one node's kubelet. */
export class ResyncClock {
	/** Number of the sync that follows the last {@link skip}. */
	sync = 0;
	/** Fewest and most ticks between two syncs. */
	readonly shortestGap: number;
	readonly longestGap: number;
	readonly #durationDraw: number;
	readonly #syncFrequency: Micros;
	readonly #syncDuration: MicrosRange;
	readonly #least: Micros;
	readonly #jitterPerUnit: number;
	readonly #durationPerUnit: number;
	readonly #units: ResyncUnits;
	/** Of {@link #units}, for the loops. */
	readonly #leastUnits: number;
	readonly #unitsPerStep: number;
	readonly #latestUnits: number;
	/** Null where all are listed one by one. */
	readonly #lanes: TickLanes | null;

	/**
	 * @param durationDraw which of a sync's draws says how long it lasts. Default: that of a sync which does what it has to do.
	 * @param lanes lists four syncs at a time; null for a machine that cannot. Default: what this machine can.
	 */
	constructor(law: ResyncLaw, durationDraw: number = DRAW_DURATION, lanes: TickLanes | null = TickLanes.ofThread()) {
		const { syncFrequency } = law.settings;
		this.#durationDraw = durationDraw;
		const { min, max } = law.timing.syncDuration;
		this.#syncFrequency = syncFrequency;
		this.#syncDuration = law.timing.syncDuration;
		this.#least = syncFrequency + min;
		this.#jitterPerUnit = syncFrequency / 2 / HIGH_BITS;
		this.shortestGap = Math.floor(this.#least / SECOND) + 1;
		this.longestGap = Math.floor((max + 1.5 * syncFrequency) / SECOND) + 1;
		this.#durationPerUnit = min === max ? 0 : (max - min + 1) / HIGH_BITS;
		this.#units = new ResyncUnits(law, durationDraw);
		this.#leastUnits = this.#units.least;
		this.#unitsPerStep = this.#units.perStep;
		this.#latestUnits = this.#units.latest;
		this.#lanes = this.#units.haveDuration ? lanes : null;
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
			const part = units & PART;
			if (part > ROUNDINGS && part < this.#latestUnits) return (units >> TICK_SHIFT) + 1;
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
			const rest = due & PART;
			if (rest > ROUNDINGS && rest < latest) at = (at + (due >> TICK_SHIFT) + 1) | 0;
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
		const lanes = this.#lanes;
		if (lanes === null || room < FEW || until - tick < FEW * this.longestGap)
			return this.#listByOne(a, b, sync, tick, until, ticks, from, room);
		let at = tick;
		this.sync = sync;
		for (let listed = 0; at < until && listed < room; listed = this.sync - sync) {
			const start = drawStart(a, this.sync * DRAWS_PER_SYNC + DRAW_JITTER);
			const lastTick = until - this.longestGap * LANES;
			listed += lanes.list(this.#units, start, b, at, lastTick, ticks, from + listed, room - listed);
			// The last ones of all, or four of which one takes whole draws.
			at = this.#listByOne(a, b, sync + listed, lanes.next, until, ticks, from + listed, Math.min(LANES, room - listed));
		}
		return at;
	}

	#listByOne(a: number, b: number, sync: number, tick: number, until: number, ticks: Int32Array, from: number, room: number): number {
		const least = this.#leastUnits;
		const step = this.#unitsPerStep;
		// One comparison tells both bounds: what is below the lower one becomes large without its sign.
		const span = step === 0 ? 0 : this.#latestUnits - ROUNDINGS - 1;
		const end = (from + room) | 0;
		let at = tick | 0;
		let place = from | 0;
		let start = drawStart(a, sync * DRAWS_PER_SYNC + DRAW_JITTER);
		while (at < until && place < end) {
			ticks[place] = at;
			place = (place + 1) | 0;
			const due = (least + Math.imul(drawWordFrom(start, b) >>> WORD_REST, step)) | 0;
			if (((due & PART) - ROUNDINGS - 1) >>> 0 < span) at = (at + (due >> TICK_SHIFT) + 1) | 0;
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
