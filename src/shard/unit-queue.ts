// Which unit of work a thread does next. A thread that stays with one run prepares it once, and preparing a large fleet costs as
// much as hours of its virtual time; so threads share a run only when no untouched one is left. Units become smaller towards the end: large
// ones leave little to join, small ones leave nobody waiting for the last.

import { cutInTwo, type RunPart } from './work.js';

/** Cost below which a part is not cut: hundredths of a second on the fast path, two seconds on the reference path. */
const UNIT_COST = 250_000;
/** Units that would take what is left, for each thread: the one that takes a unit first cannot be late by more than another one of these. */
const UNITS_TO_GO = 1.5;

/** One unit and the run that it is of. */
export interface QueuedUnit {
	readonly unit: RunPart;
	/** The same object for all units of one part. */
	readonly run: object;
}

/** What is left of a part. */
interface Waiting {
	rest: RunPart;
	taken: boolean;
}

/** What nobody has taken yet. */
export class UnitQueue {
	readonly #waiting: Set<Waiting>;
	readonly #workers: number;
	#cost: number;

	/** @param workers how many take from it; one takes every part whole. */
	constructor(parts: readonly RunPart[], workers: number) {
		this.#waiting = new Set(parts.map((part) => ({ rest: part, taken: false })));
		this.#workers = workers;
		this.#cost = parts.reduce((sum, { cost }) => sum + cost, 0);
	}

	/** The most units that are left. */
	get size(): number {
		let units = 0;
		for (const { rest } of this.#waiting) units += Math.ceil(rest.nodes / leastNodes(rest));
		return units;
	}

	/**
	 * The next unit for a thread: of the run it is at, else of a run that nobody is at, else of the run with most left.
	 *
	 * @param run the run that the thread is at; null: none yet.
	 * @returns null when there is none left.
	 */
	next(run: object | null): QueuedUnit | null {
		const own = run as Waiting | null;
		const from = own !== null && this.#waiting.has(own) ? own : (this.#untouched() ?? this.#longest());
		if (from === null) return null;
		from.taken = true;
		const { rest } = from;
		const share = this.#workers === 1 ? 1 : this.#cost / (UNITS_TO_GO * this.#workers) / rest.cost;
		const [unit, others] = cutInTwo(rest, Math.max(leastNodes(rest), Math.ceil(share * rest.nodes)));
		this.#cost -= unit.cost;
		if (others === null) this.#waiting.delete(from);
		else from.rest = others;
		return { unit, run: from };
	}

	#untouched(): Waiting | null {
		for (const waiting of this.#waiting) if (!waiting.taken) return waiting;
		return null;
	}

	#longest(): Waiting | null {
		let longest: Waiting | null = null;
		for (const waiting of this.#waiting) if (longest === null || waiting.rest.cost > longest.rest.cost) longest = waiting;
		return longest;
	}
}

/** Nodes of a unit that is worth being one. */
function leastNodes({ nodes, cost }: RunPart): number {
	return Math.ceil((UNIT_COST * nodes) / cost);
}
