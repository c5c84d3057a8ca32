// How long after the tick of a sync the reconciler visits the pod's volumes: ReprocessPod, the populator's next pass, the
// reconciler's next one after that (K3.2, K3.3, K3.5). Says the same as visitOf (pass-order.ts), for callers that ask for many syncs
// of one kubelet process: in whole microseconds after the tick, which fit into 32 bits, and nearly always without a draw.

import { type Micros, SECOND } from '../../core/time.js';
import { DRAW_REPROCESS, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import { duration } from '../node-state.js';
import type { NodeTables } from './node-tables.js';

/** The loops of one kubelet process, seen from the ticks of its syncs. */
export class VisitClock {
	readonly #reprocess: NodeTables['input']['timing']['syncToReprocess'];
	readonly #populator: Loop;
	readonly #reconciler: Loop;

	/** @param tables know the process and its ticks. */
	constructor({ input, loops, tickZero }: NodeTables) {
		this.#reprocess = input.timing.syncToReprocess;
		this.#populator = new Loop(tickZero - loops.populatorPhase, loops.populatorPeriod);
		this.#reconciler = new Loop(tickZero - loops.reconcilerPhase, loops.reconcilerPeriod);
	}

	/**
	 * From the tick of a sync to the visit.
	 *
	 * @param a lane of the pod's stream. @param b the other lane.
	 */
	after(a: number, b: number, sync: number, tick: number): Micros {
		const since = tick * SECOND;
		const { min, max } = this.#reprocess;
		let populated = min + this.#populator.next(since + min);
		// The pass that follows the earliest ReprocessPod nearly always follows the latest one too: then it need not be drawn.
		if (populated <= max) {
			const reprocess = duration(this.#reprocess, a, b, sync * DRAWS_PER_SYNC + DRAW_REPROCESS);
			while (populated <= reprocess) populated += this.#populator.period;
		}
		return populated + this.#reconciler.next(since + populated);
	}
}

/** One loop as a grid. */
export class Loop {
	readonly period: Micros;
	readonly #ahead: Micros;
	readonly #inverse: number;

	/** @param ahead of the loop's phase are the ticks: less than a period before it at most. */
	constructor(ahead: Micros, period: Micros) {
		this.period = period;
		this.#ahead = ahead;
		this.#inverse = 1 / period;
	}

	/** Time to the first pass strictly after an instant. @param since the first tick. */
	next(since: Micros): Micros {
		const at = since + this.#ahead;
		// A product is at hand sooner than a quotient, and off by one pass at most.
		const rest = at - Math.floor(at * this.#inverse) * this.period;
		if (rest < 0) return -rest;
		return rest < this.period ? this.period - rest : 2 * this.period - rest;
	}
}
