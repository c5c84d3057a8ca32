// A log-linear histogram of durations: what a run keeps when it must not keep every sample. Each power of two is cut into
// 1024 equal buckets, so a value read back is off by at most one part in 2048; counts, sum, minimum and maximum are exact.
// Adding two histograms gives, bit for bit, the histogram of both samples together: shards can be merged in any order.

import { bucketError, bucketMiddle, bucketOf, bucketStart } from './log-buckets.js';
import { nearestRank } from './quantile.js';
import type { Micros } from './time.js';

/** Each power of two is cut into 2^SUB_BITS buckets. */
const SUB_BITS = 10;
/** Values below this have a bucket each. */
const EXACT_BELOW = 2 ** (SUB_BITS + 1);
/** One unit of the upper limb of the sum. */
const LIMB = 0x10_0000_0000_0000;

/** Largest relative difference between a finite quantile of a {@link Histogram} and the sample value it stands for: 2^-11, 0.05 %. */
export const HISTOGRAM_RELATIVE_ERROR: number = bucketError(SUB_BITS);

/** A histogram as plain data that survives JSON and structured cloning. Equal samples give equal forms. */
export interface HistogramData {
	/** Buckets per power of two, as a power of two; 10. */
	readonly subBits: number;
	/** Numbers of the buckets that hold something, ascending. */
	readonly buckets: readonly number[];
	/** Their counts. */
	readonly counts: readonly number[];
	/** How many values were `Infinity`. */
	readonly infinite: number;
	/** Sum of the finite values: `sumHigh * 2^52 + sumLow`. */
	readonly sumHigh: number;
	readonly sumLow: number;
	/** Extremes of the finite values; null when there is none. */
	readonly min: Micros | null;
	readonly max: Micros | null;
}

/** A mergeable histogram of non-negative integer microseconds, and of "never". */
export class Histogram {
	#counts = new Float64Array(EXACT_BELOW);
	#finite = 0;
	#infinite = 0;
	#sumHigh = 0;
	#sumLow = 0;
	#min: Micros = Number.POSITIVE_INFINITY;
	#max: Micros = -1;

	/**
	 * Adds a value.
	 *
	 * @param micros an integer >= 0, or `Infinity` for what did not happen.
	 * @param n how many times, an integer >= 0; default 1.
	 * @throws {RangeError} for any other value or number of times.
	 */
	record(micros: Micros, n = 1): void {
		if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`a count is an integer >= 0, got ${n}`);
		if (n === 0) return;
		if (micros === Number.POSITIVE_INFINITY) {
			this.#infinite += n;
			return;
		}
		if (!(Number.isSafeInteger(micros) && micros >= 0)) throw new RangeError(`a recorded duration is an integer >= 0, got ${micros}`);
		const bucket = bucketOf(micros, SUB_BITS);
		this.#reserve(bucket);
		this.#counts[bucket] = (this.#counts[bucket] as number) + n;
		this.#finite += n;
		if (micros < this.#min) this.#min = micros;
		if (micros > this.#max) this.#max = micros;
		const product = micros * n;
		if (product <= LIMB) this.#addToSum(0, product);
		else {
			const exact = BigInt(micros) * BigInt(n);
			this.#addToSum(Number(exact / BigInt(LIMB)), Number(exact % BigInt(LIMB)));
		}
	}

	/** Adds everything that another histogram holds; the other is left as it is. */
	merge(other: Histogram): void {
		this.#reserve(other.#counts.length - 1);
		for (let bucket = 0; bucket < other.#counts.length; bucket++) {
			const count = other.#counts[bucket] as number;
			if (count !== 0) this.#counts[bucket] = (this.#counts[bucket] as number) + count;
		}
		this.#finite += other.#finite;
		this.#infinite += other.#infinite;
		this.#addToSum(other.#sumHigh, other.#sumLow);
		if (other.#min < this.#min) this.#min = other.#min;
		if (other.#max > this.#max) this.#max = other.#max;
	}

	/** Number of recorded values, infinite ones included. */
	get count(): number {
		return this.#finite + this.#infinite;
	}

	/** Number of values that were `Infinity`. */
	get infinite(): number {
		return this.#infinite;
	}

	/** Smallest finite value, exact; null when there is none. */
	get min(): Micros | null {
		return this.#finite === 0 ? null : this.#min;
	}

	/** Largest finite value, exact; null when there is none. */
	get max(): Micros | null {
		return this.#finite === 0 ? null : this.#max;
	}

	/** Sum of the finite values in microseconds, exact. */
	get sum(): bigint {
		return BigInt(this.#sumHigh) * BigInt(LIMB) + BigInt(this.#sumLow);
	}

	/** Mean in microseconds; null when there is no value or one of them is infinite. */
	get mean(): number | null {
		if (this.#finite === 0 || this.#infinite > 0) return null;
		// The whole part and the remainder are divided apart, so that a sum beyond 2^53 loses nothing.
		const count = BigInt(this.#finite);
		return Number(this.sum / count) + Number(this.sum % count) / this.#finite;
	}

	/**
	 * The nearest-rank quantile, to within {@link HISTOGRAM_RELATIVE_ERROR} (values below 2048 µs exactly).
	 *
	 * @param q 0..1.
	 * @returns microseconds, within min..max; null when there is no value or the quantile falls on an infinite one.
	 * @throws {RangeError} if `q` is outside 0..1.
	 */
	quantile(q: number): number | null {
		let wanted = nearestRank(Math.max(1, this.count), q);
		if (wanted > this.#finite) return null;
		if (wanted === 1) return this.#min;
		if (wanted === this.#finite) return this.#max;
		for (let bucket = 0; bucket < this.#counts.length; bucket++) {
			wanted -= this.#counts[bucket] as number;
			if (wanted <= 0) return Math.min(this.#max, Math.max(this.#min, bucketMiddle(bucket, SUB_BITS)));
		}
		throw new Error('the counts of a histogram do not add up to its total');
	}

	/** The non-empty buckets in ascending order, for curves: values of a bucket lie in [from, to). */
	*buckets(): Generator<{ readonly from: Micros; readonly to: Micros; readonly count: number }> {
		for (let bucket = 0; bucket < this.#counts.length; bucket++) {
			const count = this.#counts[bucket] as number;
			if (count !== 0) yield { from: bucketStart(bucket, SUB_BITS), to: bucketStart(bucket + 1, SUB_BITS), count };
		}
	}

	/** The plain form. */
	toData(): HistogramData {
		const buckets: number[] = [];
		const counts: number[] = [];
		for (let bucket = 0; bucket < this.#counts.length; bucket++) {
			const count = this.#counts[bucket] as number;
			if (count === 0) continue;
			buckets.push(bucket);
			counts.push(count);
		}
		const { min, max } = this;
		return { subBits: SUB_BITS, buckets, counts, infinite: this.#infinite, sumHigh: this.#sumHigh, sumLow: this.#sumLow, min, max };
	}

	/**
	 * The histogram of a plain form.
	 *
	 * @throws {RangeError} if it was made with another number of buckets per power of two.
	 */
	static fromData(data: HistogramData): Histogram {
		if (data.subBits !== SUB_BITS) throw new RangeError(`a histogram has ${SUB_BITS} sub-bits, got ${data.subBits}`);
		const histogram = new Histogram();
		histogram.#reserve(data.buckets.at(-1) ?? 0);
		data.buckets.forEach((bucket, i) => {
			const count = data.counts[i] as number;
			histogram.#counts[bucket] = count;
			histogram.#finite += count;
		});
		histogram.#infinite = data.infinite;
		histogram.#sumHigh = data.sumHigh;
		histogram.#sumLow = data.sumLow;
		histogram.#min = data.min ?? Number.POSITIVE_INFINITY;
		histogram.#max = data.max ?? -1;
		return histogram;
	}

	#addToSum(high: number, low: number): void {
		this.#sumHigh += high;
		this.#sumLow += low;
		while (this.#sumLow >= LIMB) {
			this.#sumLow -= LIMB;
			this.#sumHigh++;
		}
	}

	#reserve(bucket: number): void {
		if (bucket < this.#counts.length) return;
		const wider = new Float64Array(Math.max(bucket + 1, this.#counts.length * 2));
		wider.set(this.#counts);
		this.#counts = wider;
	}
}
