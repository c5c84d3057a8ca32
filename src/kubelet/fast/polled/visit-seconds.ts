// In which second of the run the server receives the requests of a sync: certain without a draw nearly always, since all that a sync
// asks for lies in a fraction of the second after its tick. Receives ticks, gives seconds or says that two are possible (K3.1).

import type { SecondLog } from '../../../apiserver/second-log.js';
import { type Micros, type MicrosRange, SECOND } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import { Loop } from '../visit-clock.js';
import { KNOWN_GAPS, LoopSteps } from './loop-steps.js';

/** Seconds of one node. */
export class VisitSeconds {
	/** From a tick to ReprocessPod, at least and at most. */
	readonly #reprocessedFrom: Micros;
	readonly #reprocessedTo: Micros;
	readonly #populator: Loop;
	readonly #reconciler: Loop;
	/** From a tick to the latest visit of the reconciler, without latencies. */
	readonly #visits: Micros;
	/** From a visit to the receipt of its first request, at least. */
	readonly #soonest: Micros;
	/** The second in which the earliest request of tick 0 may be received, and how long after each tick such a second ends. */
	readonly #ofTickZero: number;
	readonly #room: Micros;
	/** Made for nodes on which {@link book} has to look at each tick. */
	#populatorSteps: LoopSteps | null = null;
	#reconcilerSteps: LoopSteps | null = null;

	/** @param visits from a tick to the latest visit of the reconciler. @param latency of requests, both ways. */
	constructor(tables: NodeTables, visits: Micros, { min }: MicrosRange) {
		const { tickZero, input, loops } = tables;
		this.#reprocessedFrom = input.timing.syncToReprocess.min;
		this.#reprocessedTo = input.timing.syncToReprocess.max;
		this.#populator = new Loop(tickZero - loops.populatorPhase, loops.populatorPeriod);
		this.#reconciler = new Loop(tickZero - loops.reconcilerPhase, loops.reconcilerPeriod);
		this.#visits = visits;
		this.#soonest = min >>> 1;
		this.#ofTickZero = Math.floor((tickZero + input.timing.syncToReprocess.min) / SECOND);
		this.#room = (this.#ofTickZero + 1) * SECOND - tickZero;
	}

	/** True when the requests of all ticks are received in the second of the tick of the earliest one. @param lag as in {@link of}. */
	areFixed(lag: Micros): boolean {
		return this.#visits + lag < this.#room;
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
		if (this.areFixed(lag)) return log.addUntil(ticks, from, end, until, this.#ofTickZero);
		this.#populatorSteps ??= new LoopSteps(this.#populator);
		this.#reconcilerSteps ??= new LoopSteps(this.#reconciler);
		return this.#bookEach(log, ticks, from, end, until, lag, this.#populatorSteps, this.#reconcilerSteps);
	}

	/** {@link of} tick after tick, in whole numbers of 32 bits and without branches that nobody could foresee. */
	#bookEach(
		log: SecondLog,
		ticks: Int32Array,
		from: number,
		end: number,
		until: number,
		lag: Micros,
		populator: LoopSteps,
		reconciler: LoopSteps,
	): number {
		const seconds = log.room(end - from);
		const [populatorPeriod, reconcilerPeriod] = [populator.period | 0, reconciler.period | 0];
		const [populatorSteps, reconcilerSteps] = [populator.ofGap, reconciler.ofGap];
		const reprocessed = this.#reprocessedFrom | 0;
		const spread = (this.#reprocessedTo - reprocessed) | 0;
		const left = (this.#room - 1 - reprocessed - reconcilerPeriod) | 0;
		const soonest = this.#soonest | 0;
		const longest = lag | 0;
		const ofTickZero = this.#ofTickZero | 0;
		let length = log.length;
		let before = -KNOWN_GAPS;
		let sincePopulator = 0;
		let sinceReconciler = 0;
		let at = from;
		for (; at < end; at++) {
			const tick = ticks[at] as number;
			if (tick >= until) break;
			const gap = (tick - before) | 0;
			before = tick;
			if (gap < KNOWN_GAPS) {
				sincePopulator = lessOnce(sincePopulator + (populatorSteps[gap] as number), populatorPeriod);
				sinceReconciler = lessOnce(sinceReconciler + (reconcilerSteps[gap] as number), reconcilerPeriod);
			} else {
				sincePopulator = this.#sincePass(populator, tick) | 0;
				sinceReconciler = this.#sincePass(reconciler, tick) | 0;
			}
			const populated = (populatorPeriod - sincePopulator) | 0;
			let rest = lessOnce(lessOnce(sinceReconciler + populated, reconcilerPeriod), reconcilerPeriod);
			while (rest >= reconcilerPeriod) rest = (rest - reconcilerPeriod) | 0;
			// From the visit to the end of the second: whether the first and the last request are received after it.
			const leftAtVisit = (left - populated + rest) | 0;
			const first = (leftAtVisit - soonest) >>> 31;
			let second = (ofTickZero + tick + first) | 0;
			if (populated <= spread || first !== (leftAtVisit - longest) >>> 31) {
				second = this.of(tick, lag);
				if (second < 0) break;
			}
			seconds[length++] = second;
		}
		log.length = length;
		return at;
	}

	/** From the last pass of a loop to the earliest ReprocessPod after a tick. */
	#sincePass(loop: LoopSteps, tick: number): number {
		return loop.since(tick * SECOND + this.#reprocessedFrom);
	}

	/**
	 * The second in which the server receives all requests of a sync, -1 when it is not certain.
	 *
	 * @param lag from a visit of the reconciler to the receipt of the last request; all is received within a second after the tick.
	 */
	of(tick: number, lag: Micros): number {
		const second = this.#ofTickZero + tick;
		if (this.areFixed(lag)) return second;
		const since = tick * SECOND;
		const populated = this.#reprocessedFrom + this.#populator.next(since + this.#reprocessedFrom);
		const visit = populated + this.#reconciler.next(since + populated);
		// As numbers, since no branch could foresee in which of two seconds a tick's requests are received.
		const first = Number(visit + this.#soonest >= this.#room);
		// Nearly always the populator meets the pod in the same pass however long ReprocessPod takes.
		const latest = this.#reprocessedTo < populated ? visit : this.#latestVisit(since);
		const last = Number(latest + lag >= this.#room);
		return first === last ? second + first : -1;
	}

	/** From a tick to the visit that follows the latest ReprocessPod. @param since the first tick to that tick. */
	#latestVisit(since: Micros): Micros {
		const populated = this.#reprocessedTo + this.#populator.next(since + this.#reprocessedTo);
		return populated + this.#reconciler.next(since + populated);
	}
}

/** A number from 0 to before twice a period, less one period if that leaves something. */
function lessOnce(micros: number, period: number): number {
	const less = (micros - period) | 0;
	return (less + (period & (less >> 31))) | 0;
}
