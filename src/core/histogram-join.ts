// Rows of histogram columns put together: those of several parts of a run as one row each, stacked, or pooled. Most rows of a
// fleet are in one part only and are copied as they are; only those of several parts are added up bucket by bucket.

import { type HistogramTableData, LIMB, rowCount } from './histogram-table.js';

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
	const [buckets, counts] = [new Uint32Array(most), new Uint32Array(most)];
	const column = (): Float64Array => new Float64Array(rows);
	const [firstEntry, infinite, sumHigh, sumLow] = [new Float64Array(rows + 1), column(), column(), column()];
	const [min, max] = [column().fill(Number.POSITIVE_INFINITY), column().fill(-1)];
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
		at = end - begin === 1 ? copyEntries(parts, sources, begin, buckets, counts, at) : addEntries(parts, sources, row, buckets, counts, at);
		firstEntry[row + 1] = at;
	}
	const used = (entries: Uint32Array): Uint32Array => (at === most ? entries : entries.slice(0, at));
	return { subBits, firstEntry, buckets: used(buckets), counts: used(counts), infinite, sumHigh, sumLow, min, max };
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

/** The entries of all sources of a row, those of one bucket as one. */
function addEntries(
	parts: readonly HistogramTableData[],
	sources: RowSources,
	row: number,
	buckets: Uint32Array,
	counts: Uint32Array,
	to: number,
): number {
	const sums = new Map<number, number>();
	const end = sources.first[row + 1] as number;
	for (let source = sources.first[row] as number; source < end; source++) {
		const data = parts[sources.part[source] as number] as HistogramTableData;
		const from = sources.row[source] as number;
		const last = data.firstEntry[from + 1] as number;
		for (let entry = data.firstEntry[from] as number; entry < last; entry++) {
			const bucket = data.buckets[entry] as number;
			sums.set(bucket, (sums.get(bucket) ?? 0) + (data.counts[entry] as number));
		}
	}
	let at = to;
	for (const bucket of Uint32Array.from(sums.keys()).sort()) {
		buckets[at] = bucket;
		counts[at++] = sums.get(bucket) as number;
	}
	return at;
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
