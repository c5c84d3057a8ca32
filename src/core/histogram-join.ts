// Rows of histogram columns put together: those of several parts of a run as one row each, stacked, or pooled. Most rows of a
// fleet are in one part only and are copied as they are; only those of several parts are added up bucket by bucket.

import { type HistogramTableData, LIMB, rowCount } from './histogram-table.js';
import { float64Column, uint32Beginning, uint32Column } from './shared-columns.js';

/** Which rows of which parts make up each row; flat, since a fleet has a hundred thousand rows. */
export interface RowSources {
	/** First source of each row; one more entry than there are rows. */
	readonly first: ArrayLike<number>;
	/** By source: which part, and which of its rows. */
	readonly part: ArrayLike<number>;
	readonly row: ArrayLike<number>;
}

/**
 * Adds up rows of parts.
 *
 * @param parts at least one.
 * @throws RangeError when they have different numbers of buckets.
 */
export function joinRows(parts: readonly HistogramTableData[], sources: RowSources): HistogramTableData {
	const subBits = commonSubBits(parts);
	const rows = sources.first.length - 1;
	const most = entriesOf(parts, sources);
	const [buckets, counts] = [uint32Column(most), uint32Column(most)];
	const column = (): Float64Array => float64Column(rows);
	const [firstEntry, infinite, sumHigh, sumLow] = [float64Column(rows + 1), column(), column(), column()];
	const [min, max] = [column().fill(Number.POSITIVE_INFINITY), column().fill(-1)];
	const sum = new RowSum();
	let at = 0;
	for (let row = 0; row < rows; row++) {
		const begin = sources.first[row] as number;
		const end = sources.first[row + 1] as number;
		for (let source = begin; source < end; source++) {
			const data = parts[sources.part[source] as number] as HistogramTableData;
			const from = sources.row[source] as number;
			infinite[row] = (infinite[row] as number) + (data.infinite[from] as number);
			const low = (sumLow[row] as number) + (data.sumLow[from] as number);
			const carry = low >= LIMB ? 1 : 0;
			sumLow[row] = low - carry * LIMB;
			sumHigh[row] = (sumHigh[row] as number) + (data.sumHigh[from] as number) + carry;
			min[row] = Math.min(min[row] as number, data.min[from] as number);
			max[row] = Math.max(max[row] as number, data.max[from] as number);
		}
		if (end - begin === 1) at = copyEntries(parts, sources, begin, buckets, counts, at);
		else {
			for (let source = begin; source < end; source++) {
				sum.add(parts[sources.part[source] as number] as HistogramTableData, sources.row[source] as number);
			}
			at = sum.take(buckets, counts, at);
		}
		firstEntry[row + 1] = at;
	}
	return {
		subBits,
		firstEntry,
		buckets: uint32Beginning(buckets, at),
		counts: uint32Beginning(counts, at),
		infinite,
		sumHigh,
		sumLow,
		min,
		max,
	};
}

function commonSubBits(parts: readonly HistogramTableData[]): number {
	const [first] = parts;
	if (first === undefined) throw new Error('joinRows needs at least one part');
	for (const { subBits } of parts) {
		if (subBits !== first.subBits) throw new RangeError(`rows of ${subBits} and ${first.subBits} sub-bits do not add up`);
	}
	return first.subBits;
}

/** Entries of all sources: as many as there can be. */
function entriesOf(parts: readonly HistogramTableData[], { part, row }: RowSources): number {
	let entries = 0;
	for (let source = 0; source < part.length; source++) {
		const { firstEntry } = parts[part[source] as number] as HistogramTableData;
		const from = row[source] as number;
		entries += (firstEntry[from + 1] as number) - (firstEntry[from] as number);
	}
	return entries;
}

function copyEntries(
	parts: readonly HistogramTableData[],
	sources: RowSources,
	source: number,
	buckets: Uint32Array,
	counts: Uint32Array,
	to: number,
): number {
	const data = parts[sources.part[source] as number] as HistogramTableData;
	const from = sources.row[source] as number;
	const end = data.firstEntry[from + 1] as number;
	let at = to;
	for (let entry = data.firstEntry[from] as number; entry < end; entry++, at++) {
		buckets[at] = data.buckets[entry] as number;
		counts[at] = data.counts[entry] as number;
	}
	return at;
}

/** Counts by bucket of the row that is being added up; all zero between two rows. */
class RowSum {
	#counts = new Uint32Array(0);
	#least = Number.POSITIVE_INFINITY;
	#most = -1;

	/** Adds the entries of one row of a part. */
	add({ firstEntry, buckets, counts }: HistogramTableData, row: number): void {
		const [begin, end] = [firstEntry[row] as number, firstEntry[row + 1] as number];
		if (begin === end) return;
		// Entries are in the order of their buckets.
		this.#least = Math.min(this.#least, buckets[begin] as number);
		this.#most = Math.max(this.#most, buckets[end - 1] as number);
		if (this.#most >= this.#counts.length) {
			const wider = new Uint32Array(2 * (this.#most + 1));
			wider.set(this.#counts);
			this.#counts = wider;
		}
		for (let entry = begin; entry < end; entry++) {
			const bucket = buckets[entry] as number;
			this.#counts[bucket] = (this.#counts[bucket] as number) + (counts[entry] as number);
		}
	}

	/** Writes the entries of the sum and begins the next one. @returns where the next entry goes. */
	take(buckets: Uint32Array, counts: Uint32Array, to: number): number {
		let at = to;
		for (let bucket = this.#least; bucket <= this.#most; bucket++) {
			const count = this.#counts[bucket] as number;
			if (count === 0) continue;
			buckets[at] = bucket;
			counts[at++] = count;
			this.#counts[bucket] = 0;
		}
		this.#least = Number.POSITIVE_INFINITY;
		this.#most = -1;
		return at;
	}
}

/** Rows of the same number in all parts, added up. @param parts all with as many rows. */
export function addedRows(parts: readonly HistogramTableData[]): HistogramTableData {
	const rows = parts[0]?.infinite.length ?? 0;
	const count = parts.length;
	return joinRows(parts, {
		first: Float64Array.from({ length: rows + 1 }, (_, row) => row * count),
		part: Uint32Array.from({ length: rows * count }, (_, source) => source % count),
		row: Uint32Array.from({ length: rows * count }, (_, source) => Math.floor(source / count)),
	});
}

/** Rows of several parts, one after the other. @param keep which; default: all. */
export function stackedRows(
	parts: readonly HistogramTableData[],
	keep: (part: HistogramTableData, row: number) => boolean = () => true,
): HistogramTableData {
	const part: number[] = [];
	const row: number[] = [];
	for (const [number, data] of parts.entries()) {
		for (let from = 0; from < data.infinite.length; from++) {
			if (!keep(data, from)) continue;
			part.push(number);
			row.push(from);
		}
	}
	return joinRows(parts, { first: Float64Array.from({ length: row.length + 1 }, (_, place) => place), part, row });
}

/** {@link stackedRows} of those that hold a value. */
export function filledRows(parts: readonly HistogramTableData[]): HistogramTableData {
	return stackedRows(parts, (part, row) => rowCount(part, row) > 0);
}

/** All rows of columns as one row. */
export function pooledRow(data: HistogramTableData): HistogramTableData {
	const rows = data.infinite.length;
	return joinRows([data], { first: [0, rows], part: new Uint32Array(rows), row: Uint32Array.from({ length: rows }, (_, row) => row) });
}
