// Delays and outcomes of objects or workloads, one row a name: what is kept of them when samples are not kept. Rows come in
// the order in which names are met and are given out by name, so that the data do not depend on who was simulated first.

import { joinRows } from '../core/histogram-join.js';
import { HistogramTable, type HistogramTableData } from '../core/histogram-table.js';
import { NameTable } from '../core/name-table.js';
import { OUTCOMES } from './samples.js';

/** Rows by name, ascending. */
export interface GroupTallyData {
	readonly names: readonly string[];
	/** Delays that were waited for. */
	readonly delays: HistogramTableData;
	/** Counts of the outcomes by their codes, eight a row. */
	readonly outcomes: Float64Array;
	/** Volumes that have samples. */
	readonly volumes: Float64Array;
}

/** Rows that are filled. */
export class GroupTally {
	/** Rows are the numbers of their names. */
	readonly #names = new NameTable();
	readonly #delays: HistogramTable;
	#outcomes: Float64Array = new Float64Array(16 * OUTCOMES.length);
	#volumes: Float64Array = new Float64Array(16);

	/** @param subBits buckets per power of two, as a power of two. */
	constructor(subBits: number) {
		this.#delays = new HistogramTable(subBits);
	}

	/** The row of a name. */
	row(name: string): number {
		const row = this.#names.add(name);
		if (row < this.#delays.rows) return row;
		this.#delays.addRow();
		if (row >= this.#volumes.length) {
			this.#outcomes = widened(this.#outcomes);
			this.#volumes = widened(this.#volumes);
		}
		return row;
	}

	/** The first `count` of some samples. @param rows the row of each. @param delays NaN where they were not waited for. */
	sampleAll(rows: Int32Array, codes: Uint8Array, delays: Float64Array, count: number): void {
		const outcomes = this.#outcomes;
		for (let i = 0; i < count; i++) {
			const at = (rows[i] as number) * OUTCOMES.length + (codes[i] as number);
			outcomes[at] = (outcomes[at] as number) + 1;
		}
		this.#delays.recordAll(rows, delays, count);
	}

	/** One more volume that has samples. */
	volume(row: number): void {
		this.#volumes[row] = (this.#volumes[row] as number) + 1;
	}

	/** By row: its place among `names`, which hold the names of all rows. */
	placesAmong(names: readonly string[]): Uint32Array {
		const places = new Uint32Array(this.#names.size);
		for (const [place, name] of names.entries()) places[this.#names.find(name)] = place;
		return places;
	}

	/** Everything that was counted. */
	data(): GroupTallyData {
		const names = [...this.#names.names].sort();
		const order = Uint32Array.from(names, (name) => this.#names.find(name));
		const outcomes = new Float64Array(names.length * OUTCOMES.length);
		for (let place = 0; place < names.length; place++) {
			const [to, from] = [place * OUTCOMES.length, (order[place] as number) * OUTCOMES.length];
			for (let code = 0; code < OUTCOMES.length; code++) outcomes[to + code] = this.#outcomes[from + code] as number;
		}
		return {
			names,
			delays: this.#delays.data(order),
			outcomes,
			volumes: Float64Array.from(order, (row) => this.#volumes[row] as number),
		};
	}
}

/** The rows of several parts, and where the rows of each part are among them. */
export interface JoinedGroups {
	readonly data: GroupTallyData;
	/** By part, by its row. */
	readonly places: readonly Uint32Array[];
}

/** What several parts have counted, as one. @param parts at least one. */
export function joinGroups(parts: readonly GroupTallyData[]): JoinedGroups {
	const names = [...new Set(parts.flatMap((part) => part.names))].sort();
	const placeOf = new Map(names.map((name, place) => [name, place]));
	const places = parts.map((part) => Uint32Array.from(part.names, (name) => placeOf.get(name) as number));
	const first = new Float64Array(names.length + 1);
	for (const list of places) for (const place of list) first[place + 1] = (first[place + 1] as number) + 1;
	for (let place = 0; place < names.length; place++) first[place + 1] = (first[place + 1] as number) + (first[place] as number);
	const next = first.slice();
	const part = new Uint32Array(first[names.length] as number);
	const row = new Uint32Array(part.length);
	const outcomes = new Float64Array(names.length * OUTCOMES.length);
	const volumes = new Float64Array(names.length);
	for (const [number, data] of parts.entries()) {
		for (const [from, place] of (places[number] as Uint32Array).entries()) {
			const source = next[place] as number;
			next[place] = source + 1;
			part[source] = number;
			row[source] = from;
			volumes[place] = (volumes[place] as number) + (data.volumes[from] as number);
			for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
				const at = place * OUTCOMES.length + outcome;
				outcomes[at] = (outcomes[at] as number) + (data.outcomes[from * OUTCOMES.length + outcome] as number);
			}
		}
	}
	const delays = joinRows(
		parts.map((one) => one.delays),
		{ first, part, row },
	);
	return { data: { names, delays, outcomes, volumes }, places };
}

function widened(old: Float64Array): Float64Array {
	const wider = new Float64Array(2 * old.length);
	wider.set(old);
	return wider;
}
