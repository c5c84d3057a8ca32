// Delays and outcomes of objects or workloads, one row a name: what is kept of them when samples are not kept. Rows come in
// the order in which names are met and are given out by name, so that the data do not depend on who was simulated first.

import { joinRows } from '../core/histogram-join.js';
import { HistogramTable, type HistogramTableData } from '../core/histogram-table.js';
import { mergedNames } from '../core/merged-names.js';
import { nameOrder } from '../core/name-order.js';
import { NameTable } from '../core/name-table.js';
import { float64Column } from '../core/shared-columns.js';
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

/** Counts of a row: one for each outcome, and its volumes. */
const VOLUMES = OUTCOMES.length;
const COUNTS = OUTCOMES.length + 1;
/** Rows of a page, as a power of two. */
const PAGE_BITS = 11;
const PAGE_MASK = (1 << PAGE_BITS) - 1;

/** Rows that are filled. */
export class GroupTally {
	/** Rows are the numbers of their names. */
	readonly #names = new NameTable();
	readonly #delays: HistogramTable;
	/** Of each row its outcomes by code, then its volumes; page by page, so that growing makes no garbage. */
	readonly #counts: Uint32Array[] = [];

	/** @param subBits buckets per power of two, as a power of two. */
	constructor(subBits: number) {
		this.#delays = new HistogramTable(subBits);
	}

	/** The row of a name. */
	row(name: string): number {
		const row = this.#names.add(name);
		if (row < this.#delays.rows) return row;
		this.#delays.addRow();
		if ((row & PAGE_MASK) === 0) this.#counts.push(new Uint32Array((PAGE_MASK + 1) * COUNTS));
		return row;
	}

	/** The first `count` of some samples. @param rows the row of each. @param delays NaN where they were not waited for. */
	sampleAll(rows: Int32Array, codes: Uint8Array, delays: Float64Array, count: number): void {
		for (let i = 0; i < count; i++) this.#add(rows[i] as number, codes[i] as number);
		this.#delays.recordAll(rows, delays, count);
	}

	/** One more volume that has samples. */
	volume(row: number): void {
		this.#add(row, VOLUMES);
	}

	/** Everything that was counted, and by row its place there. */
	data(): { readonly data: GroupTallyData; readonly places: Uint32Array } {
		const unsorted = this.#names.names;
		const order = nameOrder(unsorted);
		const rows = order.length;
		const names = new Array<string>(rows);
		const places = new Uint32Array(rows);
		const outcomes = float64Column(rows * OUTCOMES.length);
		const volumes = float64Column(rows);
		for (let place = 0; place < rows; place++) {
			const row = order[place] as number;
			names[place] = unsorted[row] as string;
			places[row] = place;
			for (let code = 0; code < OUTCOMES.length; code++) outcomes[place * OUTCOMES.length + code] = this.#countOf(row, code);
			volumes[place] = this.#countOf(row, VOLUMES);
		}
		return { data: { names, delays: this.#delays.data(order), outcomes, volumes }, places };
	}

	#add(row: number, which: number): void {
		const page = this.#counts[row >>> PAGE_BITS] as Uint32Array;
		const at = (row & PAGE_MASK) * COUNTS + which;
		page[at] = (page[at] as number) + 1;
	}

	#countOf(row: number, which: number): number {
		return (this.#counts[row >>> PAGE_BITS] as Uint32Array)[(row & PAGE_MASK) * COUNTS + which] as number;
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
	const { names, first, part, row } = mergedNames(parts.map((one) => one.names));
	const places = parts.map((one) => new Uint32Array(one.names.length));
	const outcomes = float64Column(names.length * OUTCOMES.length);
	const volumes = float64Column(names.length);
	for (let place = 0; place < names.length; place++) {
		const end = first[place + 1] as number;
		for (let source = first[place] as number; source < end; source++) {
			const number = part[source] as number;
			const from = row[source] as number;
			const data = parts[number] as GroupTallyData;
			(places[number] as Uint32Array)[from] = place;
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
