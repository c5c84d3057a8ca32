// The resync law in whole numbers of 2^-20 s, so that 32 bits hold a gap: what it is at least, and what the upper bits of the two
// draws add. Such a gap falls a little short of the true one, and between them lies no tick as long as its part of a second stays within
// bounds: then the gap in ticks is known from it (K2.2, K2.4).

import { drawStart } from '../../core/random.js';
import { type Micros, SECOND } from '../../core/time.js';
import { DRAW_JITTER } from '../draw-ordinals.js';
import type { NodeInput } from '../node-input.js';

/** Bits of a second's part, and of the jitter's draw. */
export const UNIT_BITS = 20;
/** A second. */
export const UNITS = 0x10_0000;
/** Bits of the duration's draw: their product with a range of less than a second has 32. */
export const DURATION_BITS = 12;
/** Whole units by which a gap may be too long at most: each of the two draws is rounded down to a microsecond. */
export const ROUNDING_UNITS = 2;
/** Gaps below this have less than 31 bits. */
const LONGEST_GAP: Micros = 2_000 * SECOND;

/** What the gaps between syncs follow from. */
export interface ResyncLaw {
	readonly settings: Pick<NodeInput['settings'], 'syncFrequency'>;
	readonly timing: Pick<NodeInput['timing'], 'syncDuration'>;
}

/** The law of one clock. */
export class ResyncUnits {
	/** Of any gap. */
	readonly least: number;
	/** What one step of the jitter's upper bits adds; 0: the law has no such numbers, since its jitter is not whole seconds or too long. */
	readonly perStep: number;
	/** A gap without its duration is certain when its part of a second is more than {@link ROUNDING_UNITS} and less than this. */
	readonly latest: number;
	/** What all steps of the duration's upper bits add. */
	readonly durations: number;
	/** {@link latest} for a gap with the upper bits of its duration. */
	readonly latestWithDuration: number;
	/** From the start of the jitter's draw to that of the duration's. */
	readonly toDuration: number;
	/** True when the law has such numbers with the duration, and nearly all gaps are certain then. */
	readonly haveDuration: boolean;

	/** @param durationDraw which of a sync's draws says how long it lasts. */
	constructor({ settings, timing }: ResyncLaw, durationDraw: number) {
		const { min, max } = timing.syncDuration;
		const jitter = settings.syncFrequency / 2;
		const perStep = jitter / SECOND;
		const fits = Number.isInteger(perStep) && settings.syncFrequency + jitter + max < LONGEST_GAP;
		this.least = Math.floor(((settings.syncFrequency + min) * UNITS) / SECOND);
		this.perStep = fits ? perStep : 0;
		const roundings = 2 * ROUNDING_UNITS;
		this.latest = UNITS - Math.ceil(((max - min) * UNITS) / SECOND) - this.perStep - roundings;
		this.durations = Math.floor(((max - min + 1) * UNITS) / SECOND);
		// A step of the duration's bits, rounded up.
		this.latestWithDuration = UNITS - (this.durations >> DURATION_BITS) - 1 - this.perStep - roundings;
		this.toDuration = drawStart(0, durationDraw - DRAW_JITTER);
		this.haveDuration = fits && this.durations < UNITS;
	}
}
