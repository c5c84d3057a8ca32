// Bootstrap statistics over units of which only histograms are kept: the same questions as in bootstrap.ts, answered from
// how many values of each unit lie up to each bucket.

import { ratio, type UnitStatistic } from './bootstrap.js';
import type { HistogramTableData } from './histogram-table.js';
import { bucketMiddle } from './log-buckets.js';
import { nearestRank } from './quantile.js';

/** The nearest-rank quantiles of everything that the drawn units hold together. @param data one row per unit. */
export function pooledRowQuantiles(data: HistogramTableData, qs: readonly number[]): UnitStatistic[] {
	const units = data.infinite.length;
	const buckets = [...new Set(data.buckets)].sort((a, b) => a - b);
	const place = new Map(buckets.map((bucket, index) => [bucket, index]));
	// Values of each unit up to each bucket; units side by side, as they are summed.
	const upTo = new Uint32Array(buckets.length * units);
	for (let unit = 0; unit < units; unit++) {
		const end = data.firstEntry[unit + 1] as number;
		for (let entry = data.firstEntry[unit] as number; entry < end; entry++) {
			upTo[(place.get(data.buckets[entry] as number) as number) * units + unit] = data.counts[entry] as number;
		}
		for (let at = units + unit; at < upTo.length; at += units) upTo[at] = (upTo[at] as number) + (upTo[at - units] as number);
	}
	const reached = (weights: Uint32Array, bucket: number): number => {
		let sum = 0;
		for (let unit = 0, at = bucket * units; unit < units; unit++, at++) sum += (weights[unit] as number) * (upTo[at] as number);
		return sum;
	};
	const least = data.min.reduce((min, value) => Math.min(min, value), Number.POSITIVE_INFINITY);
	const most = data.max.reduce((max, value) => Math.max(max, value), -1);
	return qs.map((q) => (weights) => {
		const finite = buckets.length === 0 ? 0 : reached(weights, buckets.length - 1);
		const total = finite + weights.reduce((sum, weight, unit) => sum + weight * (data.infinite[unit] as number), 0);
		if (total === 0) return null;
		const wanted = nearestRank(total, q);
		if (wanted > finite) return null;
		let low = 0;
		let high = buckets.length - 1;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (reached(weights, middle) >= wanted) high = middle;
			else low = middle + 1;
		}
		return Math.min(most, Math.max(least, bucketMiddle(buckets[low] as number, data.subBits)));
	});
}

/** The mean of everything that the drawn units hold together; null when a drawn unit holds an infinite value. */
export function pooledRowMean(data: HistogramTableData): UnitStatistic {
	const counts = new Float64Array(data.infinite.length);
	const sums = Float64Array.from(data.infinite, (infinite, unit) => {
		const end = data.firstEntry[unit + 1] as number;
		for (let entry = data.firstEntry[unit] as number; entry < end; entry++) {
			counts[unit] = (counts[unit] as number) + (data.counts[entry] as number);
		}
		if (infinite > 0) return Number.POSITIVE_INFINITY;
		return (data.sumHigh[unit] as number) * 2 ** 52 + (data.sumLow[unit] as number);
	});
	const mean = ratio(sums, counts);
	return (weights) => {
		const value = mean(weights);
		return value === null || !Number.isFinite(value) ? null : value;
	};
}
