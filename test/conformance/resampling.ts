// Tests in law for samples that are not independent. The pods that share an object see the same writes and, under Cache, the
// same fetches, so the unit is the whole object: a data set like the recorded one is put together from simulated objects,
// often, and the recorded figure is placed among the figures of those data sets.

import { drawLanes, streamKey } from '../../src/core/random.js';

/** A sample as counts of equally wide cells from 0 on; the last cell holds everything beyond. */
export class CellCounts {
	readonly counts: Float64Array;
	readonly width: number;

	constructor(cells: number, width: number, values: readonly number[]) {
		this.counts = new Float64Array(cells);
		this.width = width;
		for (const value of values) {
			const cell = Math.min(cells - 1, Math.max(0, Math.floor(value / width)));
			this.counts[cell] = (this.counts[cell] as number) + 1;
		}
	}
}

/** Largest distance between the distribution functions of two samples in the same cells. */
export function cellDistance(left: Float64Array, right: Float64Array): number {
	const [leftTotal, rightTotal] = [total(left), total(right)];
	let [distance, below, other] = [0, 0, 0];
	for (let cell = 0; cell < left.length; cell++) {
		below += left[cell] as number;
		other += right[cell] as number;
		distance = Math.max(distance, Math.abs(below / leftTotal - other / rightTotal));
	}
	return distance;
}

/** The cell in which the quantile `q` of the counts lies. */
export function cellQuantile(counts: Float64Array, q: number): number {
	const wanted = q * total(counts);
	let below = 0;
	for (let cell = 0; cell < counts.length; cell++) {
		below += counts[cell] as number;
		if (below >= wanted) return cell;
	}
	return counts.length - 1;
}

/** Sum of all counts. */
export function total(counts: Float64Array): number {
	return counts.reduce((sum, count) => sum + count, 0);
}

/** Where recorded figures lie among those of resampled data sets. */
export interface ResampledTest {
	/** Chance of a figure at least as large, per figure. */
	readonly upper: readonly number[];
	/** Chance of a figure at least as small, per figure. */
	readonly lower: readonly number[];
}

/** A chance is known well enough once so many data sets lie on the recorded figure's side. */
const ENOUGH = 20;
/** How often that is looked at. */
const BATCH = 2_048;

/**
 * Puts data sets together from whole units and compares figures of each with the recorded ones.
 *
 * @param strata for each unit of a data set, the simulated units it may be replaced by.
 * @param figures computed from the summed counts of a data set.
 * @param recorded the same figures of the recording.
 * @param resamples largest number of data sets; a chance is never told as smaller than one in this number. Fewer are made
 *   when none of the chances can be small.
 * @param name of the stream of draws.
 * @param upperOnly only large figures are far off (a distance); default both sides.
 */
export function resampledTest(
	strata: readonly (readonly Float64Array[])[],
	figures: (counts: Float64Array) => readonly number[],
	recorded: readonly number[],
	resamples: number,
	name: string,
	upperOnly: (figure: number) => boolean = () => false,
): ResampledTest {
	const key = streamKey(1, 'resampling', name);
	const cells = strata[0]?.[0]?.length ?? 0;
	const sum = new Float64Array(cells);
	const [upper, lower] = [recorded.map(() => 1), recorded.map(() => 1)];
	const settled = (_: number, figure: number): boolean =>
		(upper[figure] as number) > ENOUGH && (upperOnly(figure) || (lower[figure] as number) > ENOUGH);
	let made = 0;
	for (let resample = 0; resample < resamples; resample++) {
		if (resample % BATCH === 0 && resample > 0 && recorded.every(settled)) break;
		made = resample + 1;
		sum.fill(0);
		for (let place = 0; place < strata.length; place++) {
			const choices = strata[place] as readonly Float64Array[];
			const drawn = Math.floor(drawLanes(key.a, key.b, resample * strata.length + place) * choices.length);
			const unit = choices[drawn] as Float64Array;
			for (let cell = 0; cell < cells; cell++) sum[cell] = (sum[cell] as number) + (unit[cell] as number);
		}
		const simulated = figures(sum);
		for (let figure = 0; figure < recorded.length; figure++) {
			if ((simulated[figure] as number) >= (recorded[figure] as number)) upper[figure] = (upper[figure] as number) + 1;
			if ((simulated[figure] as number) <= (recorded[figure] as number)) lower[figure] = (lower[figure] as number) + 1;
		}
	}
	return { upper: upper.map((count) => count / (made + 1)), lower: lower.map((count) => count / (made + 1)) };
}
