// Many histograms of durations side by side, one a row: what a run keeps of each group of samples when it must not keep the
// samples. Counts, sums and extremes are exact and merge by addition; quantiles are those of buckets (log-buckets.ts). Rows
// lie in flat arrays, since a fleet has a hundred thousand of them.

import { bucketMiddle, bucketOf } from './log-buckets.js';
import { nearestRank } from './quantile.js';
import type { Micros } from './time.js';

/** Durations of [1 ms, 36 min) have a place in their row; the few others are kept beside the rows. */
const FIRST_OCTAVE = 10;
const LAST_OCTAVE = 31;
/** Octaves that have a place in a row. */
export const ROW_OCTAVES: number = LAST_OCTAVE - FIRST_OCTAVE;
/** Cells of a chunk of rows. */
const CHUNK = 0x1_0000;
/** More than there are buckets: row and bucket as one number. */
const BUCKETS = 0x2_0000;
/** One unit of the upper limb of a sum. */
export const LIMB: number = 0x10_0000_0000_0000;
const NO_CELLS = new Uint32Array(0);

/** Rows as plain columns that survive structured cloning. Equal samples give equal columns. */
export interface HistogramTableData {
	/** Buckets per power of two, as a power of two. */
	readonly subBits: number;
	/** First entry of each row in `buckets` and `counts`; one more than there are rows. */
	readonly firstEntry: Float64Array;
	/** Numbers of the buckets that hold something, ascending within a row. */
	readonly buckets: Uint32Array;
	readonly counts: Uint32Array;
	/** Values that were `Infinity`, by row. */
	readonly infinite: Float64Array;
	/** Sum of the finite values of a row: `sumHigh * 2^52 + sumLow`. */
	readonly sumHigh: Float64Array;
	readonly sumLow: Float64Array;
	/** Extremes of the finite values of a row; `Infinity` and -1 when there is none. */
	readonly min: Float64Array;
	readonly max: Float64Array;
}

/** Rows that are filled. */
export class HistogramTable {
	readonly #subBits: number;
	readonly #firstBucket: number;
	readonly #width: number;
	readonly #rowsPerChunk: number;
	/** Made when their first value comes. */
	readonly #chunks: (Uint32Array | undefined)[] = [];
	readonly #beside = new Map<number, number>();
	#rows = 0;
	#infinite: Float64Array = new Float64Array(16);
	#sumHigh: Float64Array = new Float64Array(16);
	#sumLow: Float64Array = new Float64Array(16);
	#min: Float64Array = new Float64Array(16);
	#max: Float64Array = new Float64Array(16);

	/** @param subBits buckets per power of two, as a power of two: 0..10. */
	constructor(subBits: number) {
		this.#subBits = subBits;
		this.#firstBucket = bucketOf(2 ** FIRST_OCTAVE, subBits);
		this.#width = ROW_OCTAVES * 2 ** subBits;
		this.#rowsPerChunk = Math.max(1, Math.floor(CHUNK / this.#width));
	}

	/** Number of rows. */
	get rows(): number {
		return this.#rows;
	}

	/** Adds an empty row and gives its number. */
	addRow(): number {
		const row = this.#rows++;
		if (row >= this.#infinite.length) this.#grow();
		this.#min[row] = Number.POSITIVE_INFINITY;
		this.#max[row] = -1;
		return row;
	}

	/** Adds a value to a row. @param micros an integer >= 0, or `Infinity` for what did not happen. */
	record(row: number, micros: Micros): void {
		if (micros === Number.POSITIVE_INFINITY) {
			this.#infinite[row] = (this.#infinite[row] as number) + 1;
			return;
		}
		this.#count(row, bucketOf(micros, this.#subBits));
		this.#addToSum(row, micros);
		if (micros < (this.#min[row] as number)) this.#min[row] = micros;
		if (micros > (this.#max[row] as number)) this.#max[row] = micros;
	}

	/** The rows as columns. @param order numbers of rows, in the order wanted; default: all as they were added. */
	data(order: Uint32Array = Uint32Array.from({ length: this.#rows }, (_, row) => row)): HistogramTableData {
		const firstEntry = new Float64Array(order.length + 1);
		const beside = this.#besideByRow();
		for (const [place, row] of order.entries()) {
			let used = beside.get(row)?.length ?? 0;
			for (const count of this.#cells(row)) if (count !== 0) used += 1;
			firstEntry[place + 1] = (firstEntry[place] as number) + used;
		}
		const buckets = new Uint32Array(firstEntry[order.length] as number);
		const counts = new Uint32Array(buckets.length);
		for (const [place, row] of order.entries()) {
			this.#writeRow(row, beside.get(row) ?? [], firstEntry[place] as number, buckets, counts);
		}
		const pick = (column: Float64Array): Float64Array => Float64Array.from(order, (row) => column[row] as number);
		const [infinite, sumHigh, sumLow] = [pick(this.#infinite), pick(this.#sumHigh), pick(this.#sumLow)];
		const [min, max] = [pick(this.#min), pick(this.#max)];
		return { subBits: this.#subBits, firstEntry, buckets, counts, infinite, sumHigh, sumLow, min, max };
	}

	#writeRow(row: number, beside: readonly (readonly [number, number])[], first: number, buckets: Uint32Array, counts: Uint32Array): void {
		let at = first;
		const put = (bucket: number, count: number): void => {
			buckets[at] = bucket;
			counts[at++] = count;
		};
		for (const [bucket, count] of beside) if (bucket < this.#firstBucket) put(bucket, count);
		const cells = this.#cells(row);
		const start = this.#firstCell(row);
		for (let cell = 0; cell < cells.length; cell++) {
			if (cells[cell] !== 0) put(this.#firstBucket + start + cell, cells[cell] as number);
		}
		for (const [bucket, count] of beside) if (bucket >= this.#firstBucket) put(bucket, count);
	}

	/** First cell of a row that may hold something. */
	#firstCell(row: number): number {
		return Math.max(0, bucketOf(this.#min[row] as number, this.#subBits) - this.#firstBucket);
	}

	/** The cells of a row from the smallest to the largest value. */
	#cells(row: number): Uint32Array {
		const chunk = this.#chunks[Math.floor(row / this.#rowsPerChunk)];
		if (chunk === undefined || (this.#max[row] as number) < 0) return NO_CELLS;
		const from = (row % this.#rowsPerChunk) * this.#width;
		const end = Math.min(this.#width, bucketOf(this.#max[row] as number, this.#subBits) - this.#firstBucket + 1);
		return chunk.subarray(from + Math.min(this.#width, this.#firstCell(row)), from + Math.max(0, end));
	}

	/** What lies beside the rows, by row, buckets ascending. */
	#besideByRow(): Map<number, (readonly [number, number])[]> {
		const byRow = new Map<number, (readonly [number, number])[]>();
		for (const [key, count] of [...this.#beside].sort(([a], [b]) => a - b)) {
			const row = Math.floor(key / BUCKETS);
			const entry = [key % BUCKETS, count] as const;
			const list = byRow.get(row);
			if (list === undefined) byRow.set(row, [entry]);
			else list.push(entry);
		}
		return byRow;
	}

	#count(row: number, bucket: number): void {
		const cell = bucket - this.#firstBucket;
		if (cell >= 0 && cell < this.#width) {
			const place = Math.floor(row / this.#rowsPerChunk);
			let chunk = this.#chunks[place];
			if (chunk === undefined) {
				chunk = new Uint32Array(this.#rowsPerChunk * this.#width);
				this.#chunks[place] = chunk;
			}
			const at = (row % this.#rowsPerChunk) * this.#width + cell;
			chunk[at] = (chunk[at] as number) + 1;
			return;
		}
		const key = row * BUCKETS + bucket;
		this.#beside.set(key, (this.#beside.get(key) ?? 0) + 1);
	}

	#addToSum(row: number, micros: Micros): void {
		const sum = (this.#sumLow[row] as number) + micros;
		const carry = sum >= LIMB ? 1 : 0;
		this.#sumLow[row] = sum - carry * LIMB;
		this.#sumHigh[row] = (this.#sumHigh[row] as number) + carry;
	}

	#grow(): void {
		const widen = (old: Float64Array): Float64Array => {
			const wider = new Float64Array(2 * old.length);
			wider.set(old);
			return wider;
		};
		this.#infinite = widen(this.#infinite);
		this.#sumHigh = widen(this.#sumHigh);
		this.#sumLow = widen(this.#sumLow);
		this.#min = widen(this.#min);
		this.#max = widen(this.#max);
	}
}

/** Number of values of a row, infinite ones included. */
export function rowCount(data: HistogramTableData, row: number): number {
	return finiteCount(data, row) + (data.infinite[row] as number);
}

/** Mean of a row in microseconds; null when it is empty or holds an infinite value. */
export function rowMean(data: HistogramTableData, row: number): number | null {
	const finite = finiteCount(data, row);
	if (finite === 0 || (data.infinite[row] as number) > 0) return null;
	// The whole part and the rest are divided apart, so that a sum beyond 2^53 loses nothing.
	const sum = BigInt(data.sumHigh[row] as number) * BigInt(LIMB) + BigInt(data.sumLow[row] as number);
	const count = BigInt(finite);
	return Number(sum / count) + Number(sum % count) / finite;
}

/**
 * Nearest-rank quantiles of a row, off by at most `bucketError(subBits)` of their values.
 *
 * @param qs ascending.
 * @returns microseconds within the extremes; null when the row is empty or the quantile falls on an infinite value.
 */
export function rowQuantiles(data: HistogramTableData, row: number, qs: readonly number[]): (number | null)[] {
	const finite = finiteCount(data, row);
	const total = finite + (data.infinite[row] as number);
	const [min, max] = [data.min[row] as number, data.max[row] as number];
	let entry = data.firstEntry[row] as number;
	let reached = data.counts[entry] ?? 0;
	return qs.map((q) => {
		const wanted = nearestRank(Math.max(1, total), q);
		if (wanted > finite) return null;
		if (wanted === 1) return min;
		if (wanted === finite) return max;
		while (reached < wanted) reached += data.counts[++entry] as number;
		return Math.min(max, Math.max(min, bucketMiddle(data.buckets[entry] as number, data.subBits)));
	});
}

function finiteCount(data: HistogramTableData, row: number): number {
	let count = 0;
	const end = data.firstEntry[row + 1] as number;
	for (let entry = data.firstEntry[row] as number; entry < end; entry++) count += data.counts[entry] as number;
	return count;
}
