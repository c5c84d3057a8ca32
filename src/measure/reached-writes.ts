// Which writes reached which workloads, object by object: what the report needs to say how many writes concerned a workload when
// samples are not kept.

import { int32Column } from '../core/shared-columns.js';

/** From the first to the last write of an object that reached a workload. By workload, then by object. */
export interface ReachedWrites {
	/** Place of the workload and of the object among those that were counted. */
	readonly workload: Int32Array;
	readonly object: Int32Array;
	/** Numbers of writes of one object. */
	readonly first: Int32Array;
	readonly last: Int32Array;
}

/** Columns of an entry: object, first write, last write, and the next entry of the workload. */
const OBJECT = 0;
const FIRST = 1;
const LAST = 2;
const NEXT = 3;
const COLUMNS = 4;
const NO_ENTRY = -1;

/** Gathers them: a list for each workload, since a workload shows few objects. */
export class ReachTable {
	/** By workload: its last entry. */
	#heads: Int32Array = new Int32Array(16).fill(NO_ENTRY);
	#workloads = 0;
	#entries: Int32Array = new Int32Array(16 * COLUMNS);
	#length = 0;

	/** Writes of an object, from `first` to `last`, reached a workload. */
	add(workload: number, object: number, first: number, last: number): void {
		this.#makeRoom(workload);
		const entries = this.#entries;
		for (let at = this.#heads[workload] as number; at !== NO_ENTRY; at = entries[at + NEXT] as number) {
			if (entries[at + OBJECT] !== object) continue;
			if (first < (entries[at + FIRST] as number)) entries[at + FIRST] = first;
			if (last > (entries[at + LAST] as number)) entries[at + LAST] = last;
			return;
		}
		const at = this.#length;
		this.#length += COLUMNS;
		entries[at + OBJECT] = object;
		entries[at + FIRST] = first;
		entries[at + LAST] = last;
		entries[at + NEXT] = this.#heads[workload] as number;
		this.#heads[workload] = at;
	}

	/** All of them. @param workloads places to give in place of the numbers of workloads; default: the numbers. @param objects likewise. */
	data(workloads?: Uint32Array, objects?: Uint32Array): ReachedWrites {
		const length = this.#length / COLUMNS;
		const column = (): Int32Array => int32Column(length);
		const reached = { workload: column(), object: column(), first: column(), last: column() };
		const entries = this.#entries;
		const byPlace = new Int32Array(this.#workloads);
		for (let workload = 0; workload < this.#workloads; workload++) byPlace[workloads?.[workload] ?? workload] = workload;
		const placeOf = (at: number): number => objects?.[entries[at + OBJECT] as number] ?? (entries[at + OBJECT] as number);
		const mine: number[] = [];
		let row = 0;
		for (let place = 0; place < byPlace.length; place++) {
			mine.length = 0;
			for (let at = this.#heads[byPlace[place] as number] as number; at !== NO_ENTRY; at = entries[at + NEXT] as number) mine.push(at);
			if (mine.length > 1) mine.sort((a, b) => placeOf(a) - placeOf(b));
			for (const at of mine) {
				reached.workload[row] = place;
				reached.object[row] = placeOf(at);
				reached.first[row] = entries[at + FIRST] as number;
				reached.last[row++] = entries[at + LAST] as number;
			}
		}
		return reached;
	}

	/** Room for a workload and for one more entry. */
	#makeRoom(workload: number): void {
		if (workload >= this.#workloads) this.#workloads = workload + 1;
		if (workload >= this.#heads.length) {
			const heads = new Int32Array(2 * this.#workloads).fill(NO_ENTRY);
			heads.set(this.#heads);
			this.#heads = heads;
		}
		if (this.#length < this.#entries.length) return;
		const entries = new Int32Array(2 * this.#entries.length);
		entries.set(this.#entries);
		this.#entries = entries;
	}
}
