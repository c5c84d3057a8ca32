// Many histograms of durations side by side, one a row: what a run keeps of each group of samples when it must not keep the
// samples. Counts, sums and extremes are exact and merge by addition; quantiles are those of buckets (log-buckets.ts). Rows
// lie in flat arrays, since a fleet has a hundred thousand of them.

import { bucketMiddle, bucketOf } from './log-buckets.js';
import { nearestRank } from './quantile.js';
import { float64Column, uint32Beginning, uint32Column } from './shared-columns.js';
import type { Micros } from './time.js';

/** Durations of [1 ms, 36 min) have a place in their row; the few others are kept beside the rows. */
const FIRST_OCTAVE = 10;
const LAST_OCTAVE = 31;
/** Octaves that have a place in a row. */
export const ROW_OCTAVES: number = LAST_OCTAVE - FIRST_OCTAVE;
/** Most that the byte of a cell counts. */
const CELL_MOST = 0xff;
/** Cells of a chunk, as a power of two. */
const CHUNK_BITS = 13;
/** Rows whose figures lie together, as a power of two. */
const PAGE_BITS = 11;
const PAGE_MASK = (1 << PAGE_BITS) - 1;
/** Figures of a row: infinite values, the sum of the finite ones and their extremes, as {@link HistogramTableData} has them. */
const FIGURES = 5;
const INFINITE = 0;
const SUM_HIGH = 1;
const SUM_LOW = 2;
const MIN = 3;
const MAX = 4;
/** More than there are buckets: row and bucket as one number. */
const BUCKETS = 0x2_0000;
/** One unit of the upper limb of a sum. */
export const LIMB: number = 0x10_0000_0000_0000;

/** A count beside the rows. */
interface BesideEntry {
	readonly bucket: number;
	readonly count: number;
}

const NONE_BESIDE: readonly BesideEntry[] = [];

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
	/** Rows whose cells of one octave lie together, as a power of two. */
	readonly #chunkBits: number;
	/**
	 * Cells of some rows in one octave: a byte a cell, since most cells of a hundred thousand rows count little, and durations keep
	 * to few octaves. Made when their first value comes.
	 */
	readonly #chunks: (Uint8Array | undefined)[] = [];
	/** The same bytes four at a time, to see which are all zero; made when somebody looks. */
	readonly #quads: (Uint32Array | undefined)[] = [];
	/** By chunk: how many times 256 its cells have counted besides. Made when a cell has counted so far. */
	readonly #carries: (Uint32Array | undefined)[] = [];
	/** {@link FIGURES} of the rows, page by page. */
	readonly #figures: Float64Array[] = [];
	/** Cells of all rows that hold something, at most. */
	#used = 0;
	readonly #beside = new Map<number, number>();
	#rows = 0;

	/** @param subBits buckets per power of two, as a power of two: 0..10. */
	constructor(subBits: number) {
		this.#subBits = subBits;
		this.#firstBucket = bucketOf(2 ** FIRST_OCTAVE, subBits);
		this.#chunkBits = CHUNK_BITS - subBits;
	}

	/** Number of rows. */
	get rows(): number {
		return this.#rows;
	}

	/** Adds an empty row and gives its number. */
	addRow(): number {
		const row = this.#rows++;
		if ((row & PAGE_MASK) === 0) this.#figures.push(new Float64Array((PAGE_MASK + 1) * FIGURES));
		const figures = this.#figures[row >>> PAGE_BITS] as Float64Array;
		const at = (row & PAGE_MASK) * FIGURES;
		figures[at + MIN] = Number.POSITIVE_INFINITY;
		figures[at + MAX] = -1;
		return row;
	}

	/** Adds a value to a row. @param micros an integer >= 0, or `Infinity` for what did not happen. */
	record(row: number, micros: Micros): void {
		this.recordAll(Int32Array.of(row), Float64Array.of(micros), 1);
	}

	/** {@link record} for the first `count` of some values; those that are NaN are left out. @param rows the row of each value. */
	recordAll(rows: Int32Array, values: Float64Array, count: number): void {
		const subBits = this.#subBits;
		const firstBucket = this.#firstBucket;
		const pages = this.#figures;
		for (let i = 0; i < count; i++) {
			const micros = values[i] as number;
			if (Number.isNaN(micros)) continue;
			const row = rows[i] as number;
			const figures = pages[row >>> PAGE_BITS] as Float64Array;
			const at = (row & PAGE_MASK) * FIGURES;
			if (micros === Number.POSITIVE_INFINITY) {
				figures[at + INFINITE] = (figures[at + INFINITE] as number) + 1;
				continue;
			}
			const bucket = bucketOf(micros, subBits);
			const octave = (bucket - firstBucket) >> subBits;
			if (octave >= 0 && octave < ROW_OCTAVES) this.#count(row, octave, bucket);
			else this.#recordBeside(row * BUCKETS + bucket);
			const low = (figures[at + SUM_LOW] as number) + micros;
			figures[at + SUM_LOW] = low;
			if (low >= LIMB) {
				figures[at + SUM_LOW] = low - LIMB;
				figures[at + SUM_HIGH] = (figures[at + SUM_HIGH] as number) + 1;
			}
			if (micros < (figures[at + MIN] as number)) figures[at + MIN] = micros;
			if (micros > (figures[at + MAX] as number)) figures[at + MAX] = micros;
		}
	}

	/** The rows as columns. @param order numbers of rows, in the order wanted, each once at most; default: all as they were added. */
	data(order: Uint32Array = Uint32Array.from({ length: this.#rows }, (_, row) => row)): HistogramTableData {
		const rows = order.length;
		const beside = this.#besideByRow();
		const most = this.#used + this.#beside.size;
		const [buckets, counts] = [uint32Column(most), uint32Column(most)];
		const firstEntry = float64Column(rows + 1);
		const column = (): Float64Array => float64Column(rows);
		const figures = { infinite: column(), sumHigh: column(), sumLow: column(), min: column(), max: column() };
		let at = 0;
		for (let place = 0; place < rows; place++) {
			const row = order[place] as number;
			const page = this.#figures[row >>> PAGE_BITS] as Float64Array;
			const first = (row & PAGE_MASK) * FIGURES;
			figures.infinite[place] = page[first + INFINITE] as number;
			figures.sumHigh[place] = page[first + SUM_HIGH] as number;
			figures.sumLow[place] = page[first + SUM_LOW] as number;
			figures.min[place] = page[first + MIN] as number;
			figures.max[place] = page[first + MAX] as number;
			const apart = beside === null ? NONE_BESIDE : (beside.get(row) ?? NONE_BESIDE);
			at = this.#writeRow(row, apart, at, buckets, counts);
			firstEntry[place + 1] = at;
		}
		return { subBits: this.#subBits, firstEntry, buckets: uint32Beginning(buckets, at), counts: uint32Beginning(counts, at), ...figures };
	}

	#figure(row: number, figure: number): number {
		return (this.#figures[row >>> PAGE_BITS] as Float64Array)[(row & PAGE_MASK) * FIGURES + figure] as number;
	}

	/** Writes the entries of a row from place `first` on. @returns the place after them. */
	#writeRow(row: number, beside: readonly BesideEntry[], first: number, buckets: Uint32Array, counts: Uint32Array): number {
		let at = first;
		for (const { bucket, count } of beside) {
			if (bucket >= this.#firstBucket) break;
			buckets[at] = bucket;
			counts[at++] = count;
		}
		at = this.#writeCells(row, at, buckets, counts);
		for (const { bucket, count } of beside) {
			if (bucket < this.#firstBucket) continue;
			buckets[at] = bucket;
			counts[at++] = count;
		}
		return at;
	}

	#writeCells(row: number, from: number, buckets: Uint32Array, counts: Uint32Array): number {
		let at = from;
		// Nothing lies before the least value of the row or after its largest one.
		const [min, max] = [this.#figure(row, MIN), this.#figure(row, MAX)];
		const last = Math.min(this.#firstBucket + (ROW_OCTAVES << this.#subBits) - 1, max < 0 ? -1 : bucketOf(max, this.#subBits));
		let bucket = max < 0 ? 0 : Math.max(this.#firstBucket, bucketOf(min, this.#subBits));
		while (bucket <= last) {
			const octave = (bucket - this.#firstBucket) >> this.#subBits;
			const end = Math.min(last, this.#firstBucket + ((octave + 1) << this.#subBits) - 1);
			const number = this.#chunkOf(row, octave);
			// Buckets of an octave have their cells side by side.
			if (this.#chunks[number] !== undefined) at = this.#writeChunk(number, this.#cellOf(row, bucket), bucket, end, at, buckets, counts);
			bucket = end + 1;
		}
		return at;
	}

	/** Writes the entries of the buckets from one to another of a row in one octave. @param from cell of the first bucket. */
	#writeChunk(chunk: number, from: number, first: number, last: number, place: number, buckets: Uint32Array, counts: Uint32Array): number {
		const cells = this.#chunks[chunk] as Uint8Array;
		const carries = this.#carries[chunk];
		this.#quads[chunk] ??= new Uint32Array(cells.buffer);
		const quads = this.#quads[chunk] as Uint32Array;
		let at = place;
		for (let bucket = first, cell = from; bucket <= last; bucket++, cell++) {
			// Most cells of a wide row are empty: four of them are passed over at once.
			if ((cell & 3) === 0 && carries === undefined && quads[cell >>> 2] === 0) {
				bucket += 3;
				cell += 3;
				continue;
			}
			const count = (cells[cell] as number) + (carries === undefined ? 0 : (CELL_MOST + 1) * (carries[cell] as number));
			if (count === 0) continue;
			buckets[at] = bucket;
			counts[at++] = count;
		}
		return at;
	}

	/** What lies beside the rows, by row, buckets ascending; null: nothing does. */
	#besideByRow(): Map<number, BesideEntry[]> | null {
		if (this.#beside.size === 0) return null;
		const byRow = new Map<number, BesideEntry[]>();
		for (const [key, count] of [...this.#beside].sort(([a], [b]) => a - b)) {
			const row = Math.floor(key / BUCKETS);
			const entry = { bucket: key % BUCKETS, count };
			const list = byRow.get(row);
			if (list === undefined) byRow.set(row, [entry]);
			else list.push(entry);
		}
		return byRow;
	}

	/** One more value in a bucket that has a cell. */
	#count(row: number, octave: number, bucket: number): void {
		const number = this.#chunkOf(row, octave);
		const chunk = this.#chunks[number] ?? this.#addChunk(number);
		const cell = this.#cellOf(row, bucket);
		const before = chunk[cell] as number;
		if (before === 0) this.#used += 1;
		chunk[cell] = before + 1;
		if (before === CELL_MOST) this.#carry(number, cell);
	}

	#chunkOf(row: number, octave: number): number {
		return (row >>> this.#chunkBits) * ROW_OCTAVES + octave;
	}

	/** Place of a bucket's cell in the chunk of its row and octave: an octave begins with a bucket that is a multiple of its buckets. */
	#cellOf(row: number, bucket: number): number {
		return ((row & ((1 << this.#chunkBits) - 1)) << this.#subBits) | (bucket & ((1 << this.#subBits) - 1));
	}

	#addChunk(number: number): Uint8Array {
		const chunk = new Uint8Array(1 << CHUNK_BITS);
		this.#chunks[number] = chunk;
		return chunk;
	}

	/** A cell has wrapped round to zero. */
	#carry(number: number, cell: number): void {
		let carries = this.#carries[number];
		if (carries === undefined) {
			carries = new Uint32Array(1 << CHUNK_BITS);
			this.#carries[number] = carries;
		}
		carries[cell] = (carries[cell] as number) + 1;
	}

	#recordBeside(key: number): void {
		this.#beside.set(key, (this.#beside.get(key) ?? 0) + 1);
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
