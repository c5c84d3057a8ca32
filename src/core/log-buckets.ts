// Buckets of durations on a log-linear scale: each power of two is cut into 2^subBits equal buckets, values below twice that
// number have a bucket each. Bucket numbers ascend with the values, so counts by bucket are a sorted sample to within the
// width of a bucket.

import type { Micros } from './time.js';

/** Number of the bucket of a value: its power of two, then the `subBits` bits below the leading one. @param micros an integer >= 0. */
export function bucketOf(micros: Micros, subBits: number): number {
	if (micros < 0x8000_0000) {
		const shift = 31 - Math.clz32(micros) - subBits;
		return shift <= 0 ? micros : (shift << subBits) + (micros >>> shift);
	}
	const high = Math.floor(micros / 0x1_0000_0000);
	const shift = 31 - subBits + (high > 0 ? 32 - Math.clz32(high) : 0);
	return shift * 2 ** subBits + Math.floor(micros / 2 ** shift);
}

/** Smallest value of a bucket. */
export function bucketStart(bucket: number, subBits: number): Micros {
	const perOctave = 2 ** subBits;
	if (bucket < 2 * perOctave) return bucket;
	const shift = Math.floor(bucket / perOctave) - 1;
	return (bucket - shift * perOctave) * 2 ** shift;
}

/** The middle of a bucket, rounded down; a bucket of one value is that value. */
export function bucketMiddle(bucket: number, subBits: number): Micros {
	const start = bucketStart(bucket, subBits);
	return start + Math.floor((bucketStart(bucket + 1, subBits) - 1 - start) / 2);
}

/** Largest relative difference between a value and the middle of its bucket: half a bucket of the lowest values of an octave. */
export function bucketError(subBits: number): number {
	return 2 ** -(subBits + 1);
}
