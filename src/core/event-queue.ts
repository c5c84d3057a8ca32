// The event queue of one node: a binary heap over parallel typed arrays. Events are ordered by (time, order, insertion):
// `order` is the caller's rank of simultaneous happenings (layer, pod, volume), insertion makes the rest first in, first
// out. Nothing is removed by a search: a holder that no longer wants an event lets it come and ignores it by comparing
// the generation that it put into `b`.

import { Columns } from './columns.js';
import type { Micros } from './time.js';

/** An event is three numbers that may be large and three that are not. */
const COLUMNS = { float64: 3, int32: 3 } as const;

/** A node-local priority queue of events that are four numbers each; grows as needed. */
export class EventQueue {
	#time: Float64Array;
	#order: Float64Array;
	#sequence: Float64Array;
	#kind: Int32Array;
	#a: Int32Array;
	#b: Int32Array;
	#size = 0;
	#pushed = 0;

	/** Time of the event that the last {@link pop} took. */
	time: Micros = 0;
	/** Its kind, as it was pushed. */
	kind = 0;
	/** Its first operand. */
	a = 0;
	/** Its second operand. */
	b = 0;

	/** @param capacity how many events it has room for before it must grow; default 64. */
	constructor(capacity = 64) {
		const columns = new Columns(Math.max(1, capacity), COLUMNS);
		this.#time = columns.float64();
		this.#order = columns.float64();
		this.#sequence = columns.float64();
		this.#kind = columns.int32();
		this.#a = columns.int32();
		this.#b = columns.int32();
	}

	/** Number of events that wait. */
	get size(): number {
		return this.#size;
	}

	/** The time of the next event, `Infinity` when there is none. */
	get nextTime(): Micros {
		return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#time[0] as number);
	}

	/** The order number of the next event; meaningless when there is none. */
	get nextOrder(): number {
		return this.#order[0] as number;
	}

	/**
	 * Adds an event.
	 *
	 * @param time instant in microseconds.
	 * @param order rank among events of the same instant; lower comes first.
	 * @param kind what it is, a number of the caller's own table.
	 * @param a first operand (a 32-bit integer).
	 * @param b second operand (a 32-bit integer).
	 */
	push(time: Micros, order: number, kind: number, a: number, b: number): void {
		if (this.#size === this.#time.length) this.#grow();
		const sequence = this.#pushed++;
		let hole = this.#size++;
		while (hole > 0) {
			const parent = (hole - 1) >> 1;
			const parentTime = this.#time[parent] as number;
			if (parentTime < time) break;
			if (parentTime === time && (this.#order[parent] as number) <= order) break;
			this.#move(parent, hole);
			hole = parent;
		}
		this.#time[hole] = time;
		this.#order[hole] = order;
		this.#sequence[hole] = sequence;
		this.#kind[hole] = kind;
		this.#a[hole] = a;
		this.#b[hole] = b;
	}

	/** Takes the next event into {@link time}, {@link kind}, {@link a} and {@link b}; false when the queue is empty. */
	pop(): boolean {
		if (this.#size === 0) return false;
		this.time = this.#time[0] as number;
		this.kind = this.#kind[0] as number;
		this.a = this.#a[0] as number;
		this.b = this.#b[0] as number;
		const last = --this.#size;
		if (last > 0) this.#sink(last);
		return true;
	}

	/** Forgets all events. */
	clear(): void {
		this.#size = 0;
	}

	#sink(last: number): void {
		const time = this.#time[last] as number;
		const order = this.#order[last] as number;
		const sequence = this.#sequence[last] as number;
		let hole = 0;
		for (;;) {
			let child = 2 * hole + 1;
			if (child >= last) break;
			const right = child + 1;
			if (right < last && this.#before(right, child)) child = right;
			const childTime = this.#time[child] as number;
			if (childTime > time) break;
			if (childTime === time) {
				const childOrder = this.#order[child] as number;
				if (childOrder > order || (childOrder === order && (this.#sequence[child] as number) > sequence)) break;
			}
			this.#move(child, hole);
			hole = child;
		}
		this.#move(last, hole);
	}

	#before(i: number, j: number): boolean {
		const difference = (this.#time[i] as number) - (this.#time[j] as number);
		if (difference !== 0) return difference < 0;
		const rank = (this.#order[i] as number) - (this.#order[j] as number);
		if (rank !== 0) return rank < 0;
		return (this.#sequence[i] as number) < (this.#sequence[j] as number);
	}

	#move(from: number, to: number): void {
		this.#time[to] = this.#time[from] as number;
		this.#order[to] = this.#order[from] as number;
		this.#sequence[to] = this.#sequence[from] as number;
		this.#kind[to] = this.#kind[from] as number;
		this.#a[to] = this.#a[from] as number;
		this.#b[to] = this.#b[from] as number;
	}

	#grow(): void {
		const columns = new Columns(this.#time.length * 2, COLUMNS);
		const widen = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => {
			fresh.set(old);
			return fresh;
		};
		this.#time = widen(this.#time, columns.float64());
		this.#order = widen(this.#order, columns.float64());
		this.#sequence = widen(this.#sequence, columns.float64());
		this.#kind = widen(this.#kind, columns.int32());
		this.#a = widen(this.#a, columns.int32());
		this.#b = widen(this.#b, columns.int32());
	}
}
