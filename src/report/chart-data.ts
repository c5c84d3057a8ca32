// The points that the charts draw, taken from samples and load rows in one pass: an empirical distribution of the delays
// per variant, and requests per second over virtual time per variant. Both are thinned to what a picture can show.

import type { DelayCount, LoadRow, SampleRow } from '../measure/result.js';

/** One point of an empirical distribution: `share` of the write and volume pairs had settled within `seconds`. */
export interface DelayPoint {
	readonly variant: string;
	readonly seconds: number;
	readonly share: number;
}

/** Requests per second of one variant in one bin of virtual time, mean over its replications. */
export interface LoadPoint {
	readonly variant: string;
	readonly minute: number;
	readonly perSecond: number;
}

/** Outcomes whose delay counts: settled ones, and those still pending, whose delay is infinite. */
const MEASURED_OUTCOMES: ReadonlySet<SampleRow['outcome']> = new Set(['shown', 'superseded', 'unchanged', 'pending']);

const POINTS_PER_CURVE = 240;
const BINS_PER_CURVE = 120;

function curve(variant: string, delays: number[], pending: number): DelayPoint[] {
	delays.sort((a, b) => a - b);
	const total = delays.length + pending;
	const points: DelayPoint[] = [{ variant, seconds: 0, share: 0 }];
	const step = Math.max(1, delays.length / POINTS_PER_CURVE);
	for (let taken = step; taken < delays.length + step; taken += step) {
		const rank = Math.min(delays.length, Math.round(taken));
		points.push({ variant, seconds: delays[rank - 1] as number, share: rank / total });
		if (rank === delays.length) break;
	}
	return points;
}

/** The same from counts in ascending order: one point whenever another 240th of the delays has been passed. */
function curveOfCounts(variant: string, counts: readonly DelayCount[]): DelayPoint[] {
	const total = counts.reduce((sum, { count }) => sum + count, 0);
	const points: DelayPoint[] = [{ variant, seconds: 0, share: 0 }];
	let reached = 0;
	let drawn = 0;
	for (const [place, { delaySeconds, count }] of counts.entries()) {
		if (delaySeconds === null) break;
		reached += count;
		const last = place === counts.length - 1 || counts[place + 1]?.delaySeconds === null;
		if (!last && (reached - drawn) * POINTS_PER_CURVE < total) continue;
		points.push({ variant, seconds: delaySeconds, share: reached / total });
		drawn = reached;
	}
	return points;
}

/**
 * The empirical distribution of the delays of each variant, in the order in which variants appear.
 *
 * @param counts of variants without samples, variant by variant.
 */
export function delayCurves(samples: Iterable<SampleRow>, counts: Iterable<DelayCount> = []): DelayPoint[] {
	return [...curvesOfSamples(samples), ...curvesOfCounts(counts)];
}

function curvesOfCounts(counts: Iterable<DelayCount>): DelayPoint[] {
	const byVariant = new Map<string, DelayCount[]>();
	for (const count of counts) {
		const list = byVariant.get(count.variant);
		if (list === undefined) byVariant.set(count.variant, [count]);
		else list.push(count);
	}
	return [...byVariant].flatMap(([variant, list]) =>
		list.some(({ delaySeconds }) => delaySeconds !== null) ? curveOfCounts(variant, list) : [],
	);
}

function curvesOfSamples(samples: Iterable<SampleRow>): DelayPoint[] {
	const byVariant = new Map<string, { delays: number[]; pending: number }>();
	for (const { variant, outcome, delaySeconds } of samples) {
		if (!MEASURED_OUTCOMES.has(outcome)) continue;
		let entry = byVariant.get(variant);
		if (entry === undefined) {
			entry = { delays: [], pending: 0 };
			byVariant.set(variant, entry);
		}
		if (delaySeconds === null) entry.pending++;
		else entry.delays.push(delaySeconds);
	}
	return [...byVariant].flatMap(([variant, { delays, pending }]) => (delays.length === 0 ? [] : curve(variant, delays, pending)));
}

/**
 * Requests per second over virtual time.
 *
 * @param seconds length of the series; rows after it (the drain) are left out.
 * @param replications number of replications, over which the mean is taken; those without a request count as 0.
 */
export function loadCurves(variants: readonly string[], rows: Iterable<LoadRow>, seconds: number, replications: number): LoadPoint[] {
	const width = Math.max(1, Math.ceil(seconds / BINS_PER_CURVE));
	const bins = Math.ceil(seconds / width);
	const counts = new Map(variants.map((variant) => [variant, new Float64Array(bins)]));
	for (const { variant, second, count } of rows) {
		const series = counts.get(variant);
		const bin = Math.floor(second / width);
		if (series !== undefined && bin >= 0 && bin < bins) series[bin] = (series[bin] as number) + count;
	}
	const points: LoadPoint[] = [];
	for (const [variant, series] of counts) {
		for (const [bin, count] of series.entries()) {
			const covered = Math.min(width, seconds - bin * width);
			points.push({ variant, minute: (bin * width) / 60, perSecond: count / covered / replications });
		}
	}
	return points;
}
