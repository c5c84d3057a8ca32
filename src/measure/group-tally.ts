// Delays and outcomes of objects or workloads, one row a name: what is kept of them when samples are not kept. Rows come in
// the order in which names are met and are given out by name, so that the data do not depend on who was simulated first.

import { HistogramTable, type HistogramTableData } from '../core/histogram-table.js';
import type { Micros } from '../core/time.js';
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
	readonly #rows = new Map<string, number>();
	readonly #delays: HistogramTable;
	#outcomes: Float64Array = new Float64Array(16 * OUTCOMES.length);
	#volumes: Float64Array = new Float64Array(16);

	/** @param subBits buckets per power of two, as a power of two. */
	constructor(subBits: number) {
		this.#delays = new HistogramTable(subBits);
	}

	/** The row of a name. */
	row(name: string): number {
		let row = this.#rows.get(name);
		if (row === undefined) {
			row = this.#delays.addRow();
			this.#rows.set(name, row);
			if (row >= this.#volumes.length) {
				this.#outcomes = widened(this.#outcomes);
				this.#volumes = widened(this.#volumes);
			}
		}
		return row;
	}

	/** One sample. @param delay NaN when it was not waited for. */
	sample(row: number, outcome: number, delay: Micros): void {
		const at = row * OUTCOMES.length + outcome;
		this.#outcomes[at] = (this.#outcomes[at] as number) + 1;
		if (!Number.isNaN(delay)) this.#delays.record(row, delay);
	}

	/** One more volume that has samples. */
	volume(row: number): void {
		this.#volumes[row] = (this.#volumes[row] as number) + 1;
	}

	/** Adds what another part has counted. */
	add(data: GroupTallyData): void {
		for (const [from, name] of data.names.entries()) {
			const row = this.row(name);
			this.#delays.add(row, data.delays, from);
			for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
				const at = row * OUTCOMES.length + outcome;
				this.#outcomes[at] = (this.#outcomes[at] as number) + (data.outcomes[from * OUTCOMES.length + outcome] as number);
			}
			this.#volumes[row] = (this.#volumes[row] as number) + (data.volumes[from] as number);
		}
	}

	/** Everything that was counted. */
	data(): GroupTallyData {
		const names = [...this.#rows.keys()].sort();
		const order = Uint32Array.from(names, (name) => this.#rows.get(name) as number);
		const outcomes = new Float64Array(names.length * OUTCOMES.length);
		for (const [place, row] of order.entries()) {
			outcomes.set(this.#outcomes.subarray(row * OUTCOMES.length, (row + 1) * OUTCOMES.length), place * OUTCOMES.length);
		}
		return {
			names,
			delays: this.#delays.data(order),
			outcomes,
			volumes: Float64Array.from(order, (row) => this.#volumes[row] as number),
		};
	}
}

function widened(old: Float64Array): Float64Array {
	const wider = new Float64Array(2 * old.length);
	wider.set(old);
	return wider;
}
