// In which second of the run the server receives the requests of a sync: certain without a draw nearly always, since all that a sync
// asks for lies in a fraction of the second after its tick. Receives ticks, gives seconds or says that two are possible (K3.1).

import type { SecondLog } from '../../../apiserver/second-log.js';
import { firstOnGridAfter, type Micros, type MicrosRange, SECOND } from '../../../core/time.js';
import type { LoopPhases } from '../../loop-phases.js';
import type { NodeTables } from '../node-tables.js';

/** Seconds of one node. */
export class VisitSeconds {
	readonly #tickZero: Micros;
	/** From a tick to ReprocessPod, at least and at most. */
	readonly #reprocessedFrom: Micros;
	readonly #reprocessedTo: Micros;
	readonly #loops: LoopPhases;
	/** From a tick to the latest visit of the reconciler, without latencies. */
	readonly #visits: Micros;
	/** From a visit to the receipt of its first request, at least. */
	readonly #soonest: Micros;
	/** The second in which the earliest request of tick 0 may be received, and how long after each tick such a second ends. */
	readonly #ofTickZero: number;
	readonly #room: Micros;

	/** @param visits from a tick to the latest visit of the reconciler. @param latency of requests, both ways. */
	constructor(tables: NodeTables, visits: Micros, { min }: MicrosRange) {
		const { tickZero, input, loops } = tables;
		this.#tickZero = tickZero;
		this.#reprocessedFrom = input.timing.syncToReprocess.min;
		this.#reprocessedTo = input.timing.syncToReprocess.max;
		this.#loops = loops;
		this.#visits = visits;
		this.#soonest = min >>> 1;
		this.#ofTickZero = Math.floor((tickZero + input.timing.syncToReprocess.min) / SECOND);
		this.#room = (this.#ofTickZero + 1) * SECOND - tickZero;
	}

	/**
	 * Books syncs into a log, each in its second.
	 *
	 * @param ticks of the syncs, ascending. @param from place of the first one. @param end place behind the last one.
	 * @param until the first tick that is not booked.
	 * @param lag from a visit of the reconciler to the receipt of the last request.
	 * @returns place of the first one that it has not booked, for its tick or since its second is not certain.
	 */
	book(log: SecondLog, ticks: Int32Array, from: number, end: number, until: number, lag: Micros): number {
		if (this.#visits + lag < this.#room) return log.addUntil(ticks, from, end, until, this.#ofTickZero);
		let at = from;
		for (; at < end; at++) {
			const tick = ticks[at] as number;
			if (tick >= until) break;
			const second = this.of(tick, lag);
			if (second < 0) break;
			log.add(second);
		}
		return at;
	}

	/**
	 * The second in which the server receives all requests of a sync, -1 when it is not certain.
	 *
	 * @param lag from a visit of the reconciler to the receipt of the last request; all is received within a second after the tick.
	 */
	of(tick: number, lag: Micros): number {
		const second = this.#ofTickZero + tick;
		if (this.#visits + lag < this.#room) return second;
		const { populatorPhase, populatorPeriod, reconcilerPhase, reconcilerPeriod } = this.#loops;
		const now = this.#tickZero + tick * SECOND;
		const edge = now + this.#room;
		const populated = firstOnGridAfter(now + this.#reprocessedFrom, populatorPhase, populatorPeriod);
		const earliest = firstOnGridAfter(populated, reconcilerPhase, reconcilerPeriod);
		const late = now + this.#reprocessedTo;
		// As numbers, since no branch could foresee in which of two seconds a tick's requests are received.
		const first = Number(earliest + this.#soonest >= edge);
		// Nearly always the populator meets the pod in the same pass however long ReprocessPod takes.
		const last = late < populated ? Number(earliest + lag >= edge) : Number(this.#visitAfter(late) + lag >= edge);
		return first === last ? second + first : -1;
	}

	/** When the reconciler meets the volumes after ReprocessPod. */
	#visitAfter(reprocessed: Micros): Micros {
		const { populatorPhase, populatorPeriod, reconcilerPhase, reconcilerPeriod } = this.#loops;
		return firstOnGridAfter(firstOnGridAfter(reprocessed, populatorPhase, populatorPeriod), reconcilerPhase, reconcilerPeriod);
	}
}
