// How many ticks a pod's next sync is away: the renewal of the whole engine, drawn for every sync and therefore cheap. Half a
// draw bounds the jitter to well under a microsecond's worth of ticks; only where the bound straddles a tick are the rest of
// the draw and the duration of the sync looked at (K2.1, K2.2, K2.4).

import { drawLanes, drawLanesHigh } from '../../core/random.js';
import { type Micros, SECOND } from '../../core/time.js';
import { DRAW_DURATION, DRAW_JITTER, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import type { NodeInput } from '../node-input.js';
import { duration } from '../node-state.js';

const HIGH_BITS = 0x800_0000;
/** Room for the roundings of the bound, microseconds. */
const ROUNDING: Micros = 2;

/** The resync law of one node's kubelet. */
export class ResyncClock {
	readonly #syncFrequency: Micros;
	readonly #syncDuration: NodeInput['timing']['syncDuration'];
	readonly #least: Micros;
	readonly #jitterPerUnit: number;
	readonly #latest: Micros;
	/** No gap is longer than this many ticks. */
	readonly longestGap: number;

	constructor({ settings, timing }: NodeInput) {
		const { syncFrequency } = settings;
		const { min, max } = timing.syncDuration;
		this.#syncFrequency = syncFrequency;
		this.#syncDuration = timing.syncDuration;
		this.#least = syncFrequency + min;
		this.#jitterPerUnit = syncFrequency / 2 / HIGH_BITS;
		this.#latest = SECOND - (max - min) - this.#jitterPerUnit - ROUNDING;
		this.longestGap = Math.floor((1.5 * syncFrequency + max) / SECOND) + 1;
	}

	/**
	 * Ticks between two syncs.
	 *
	 * @param a lane of the pod's stream. @param b the other lane.
	 * @param sync number of the sync that ends, from 1.
	 */
	gap(a: number, b: number, sync: number): number {
		const due = this.#least + drawLanesHigh(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER) * this.#jitterPerUnit;
		const ticks = Math.floor(due * 1e-6);
		const rest = due - ticks * SECOND;
		if (rest > ROUNDING && rest < this.#latest) return ticks + 1;
		return this.#exactGap(a, b, sync);
	}

	#exactGap(a: number, b: number, sync: number): number {
		const took = duration(this.#syncDuration, a, b, sync * DRAWS_PER_SYNC + DRAW_DURATION);
		const jitter = Math.floor((drawLanes(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER) * this.#syncFrequency) / 2);
		return Math.floor((took + this.#syncFrequency + jitter) / SECOND) + 1;
	}
}
