// Which unit of work a worker thread does next. A worker that stays with one run prepares it once, and preparing a large
// fleet costs as much as hours of its virtual time; so workers share a run only when no untouched one is left.

import { piecesOf, type RunPart } from './work.js';

/** Cost from which a part is cut for several workers: hundredths of a second on the fast path, two seconds on the reference path. */
const UNIT_COST = 250_000;
/** Units of one part for each worker: the last ones leave a worker idle for no more than a small part of the whole. */
const UNITS_PER_WORKER = 8;

/** One unit and the run that it is of. */
export interface QueuedUnit {
	readonly unit: RunPart;
	/** The same object for all units of one part. */
	readonly run: object;
}

interface Waiting {
	readonly units: RunPart[];
	cost: number;
	taken: boolean;
}

/** The units that nobody has taken yet. */
export class UnitQueue {
	readonly #waiting: Set<Waiting>;
	/** Number of units at the beginning. */
	readonly size: number;

	/** @param workers how many take from it. */
	constructor(parts: readonly RunPart[], workers: number) {
		const lists = parts.map((part) => {
			const most = workers === 1 ? 1 : Math.min(UNITS_PER_WORKER * workers, Math.ceil(part.cost / UNIT_COST));
			return { units: piecesOf(part, most), cost: part.cost, taken: false };
		});
		this.#waiting = new Set(lists);
		this.size = lists.reduce((sum, { units }) => sum + units.length, 0);
	}

	/**
	 * The next unit for a worker: of the run it is at, else of a run that nobody is at, else of the run with most left.
	 *
	 * @param run the run that the worker is at; null: none yet.
	 * @returns null when there is none left.
	 */
	next(run: object | null): QueuedUnit | null {
		const own = run as Waiting | null;
		const from = own !== null && this.#waiting.has(own) ? own : (this.#untouched() ?? this.#longest());
		if (from === null) return null;
		from.taken = true;
		const unit = from.units.shift() as RunPart;
		from.cost -= unit.cost;
		if (from.units.length === 0) this.#waiting.delete(from);
		return { unit, run: from };
	}

	#untouched(): Waiting | null {
		for (const waiting of this.#waiting) if (!waiting.taken) return waiting;
		return null;
	}

	#longest(): Waiting | null {
		let longest: Waiting | null = null;
		for (const waiting of this.#waiting) if (longest === null || waiting.cost > longest.cost) longest = waiting;
		return longest;
	}
}
