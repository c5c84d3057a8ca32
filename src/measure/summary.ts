// Summaries of durations: quantiles by nearest rank, with bootstrap intervals over independent units where there are enough
// of them, and the number of units that are needed where there are not.

import { bootstrapIntervals, pooledMean, pooledQuantiles, type UnitStatistic } from '../core/bootstrap.js';
import { unitsNeeded } from '../core/interval.js';
import { nearestRankQuantile } from '../core/quantile.js';
import { streamKey } from '../core/random.js';
import { SECOND } from '../core/time.js';
import type { Summary } from './result.js';

/** Quantiles of a summary by field name. */
export const SUMMARY_QUANTILES: readonly (readonly [keyof Summary & string, number])[] = [
	['p50', 0.5],
	['p75', 0.75],
	['p90', 0.9],
	['p95', 0.95],
	['p99', 0.99],
	['p999', 0.999],
];

/** Resamples of a bootstrap interval: enough for two stable digits of a 95 % interval. */
const RESAMPLES = 400;

/** Durations in microseconds by independent unit, each unit ascending, infinite ones last. */
export interface UnitSamples {
	readonly kind: 'replication' | 'node' | 'none';
	readonly units: readonly Float64Array[];
}

/** Microseconds as seconds with six decimals, null when not finite. */
export function seconds(micros: number | null): number | null {
	return micros === null || !Number.isFinite(micros) ? null : Math.round(micros) / SECOND;
}

/** Puts values into ascending units. */
export function unitSamples(
	kind: UnitSamples['kind'],
	count: number,
	values: Float64Array,
	unitOf: (index: number) => number,
): UnitSamples {
	const sizes = new Uint32Array(count);
	for (let i = 0; i < values.length; i++) sizes[unitOf(i)] = (sizes[unitOf(i)] as number) + 1;
	const units = Array.from(sizes, (size) => new Float64Array(size));
	const filled = new Uint32Array(count);
	for (let i = 0; i < values.length; i++) {
		const unit = unitOf(i);
		const at = filled[unit] as number;
		(units[unit] as Float64Array)[at] = values[i] as number;
		filled[unit] = at + 1;
	}
	for (const unit of units) unit.sort();
	return { kind, units };
}

/**
 * The summary of a sample.
 *
 * @param samples durations by unit; `none` gives no intervals.
 * @param name key of the bootstrap's draws: the same sample under the same name has the same intervals.
 */
export function summarise(samples: UnitSamples, name: string): Summary {
	const { units, kind } = samples;
	const all = new Float64Array(units.reduce((sum, unit) => sum + unit.length, 0));
	let at = 0;
	for (const unit of units) {
		all.set(unit, at);
		at += unit.length;
	}
	all.sort();
	const quantiles = Object.fromEntries(SUMMARY_QUANTILES.map(([field, q]) => [field, seconds(nearestRankQuantile(all, q))]));
	const filled = units.filter((unit) => unit.length > 0);
	const sum = all.reduce((total, value) => total + value, 0);
	return {
		count: all.length,
		mean: all.length === 0 ? null : seconds(sum / all.length),
		min: all.length === 0 ? null : seconds(all[0] as number),
		...(quantiles as Pick<Summary, 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999'>),
		max: all.length === 0 ? null : seconds(all[all.length - 1] as number),
		...intervals(kind, filled, name),
		units: { kind, count: filled.length },
		exact: true,
		relativeError: 0,
	};
}

function intervals(kind: UnitSamples['kind'], units: readonly Float64Array[], name: string): Pick<Summary, 'interval95' | 'needs'> {
	const needs: Record<string, number> = {};
	const interval95: Record<string, readonly [number, number]> = {};
	if (kind === 'none') return { interval95, needs };
	const enough = SUMMARY_QUANTILES.filter(([field, q]) => {
		const needed = unitsNeeded(q);
		if (units.length < needed) needs[field] = needed;
		return units.length >= needed;
	});
	const statistics: UnitStatistic[] = pooledQuantiles(
		units,
		enough.map(([, q]) => q),
	);
	const fields: string[] = enough.map(([field]) => field);
	if (units.length > 1) {
		statistics.push(pooledMean(units));
		fields.push('mean');
	}
	if (fields.length === 0) return { interval95, needs };
	const found = bootstrapIntervals(units.length, statistics, { key: streamKey(0, 'bootstrap', name), resamples: RESAMPLES });
	for (const [place, field] of fields.entries()) {
		const interval = found[place];
		const low = seconds(interval?.[0] ?? null);
		const high = seconds(interval?.[1] ?? null);
		if (low !== null && high !== null) interval95[field] = [low, high];
	}
	return { interval95, needs };
}
