// Summaries of durations: quantiles by nearest rank, with bootstrap intervals over independent units where there are enough
// of them, and the number of units that are needed where there are not.

import { bootstrapIntervals, pooledMean, pooledQuantiles, type UnitStatistic } from '../core/bootstrap.js';
import { pooledRow } from '../core/histogram-join.js';
import { type HistogramTableData, rowCount, rowMean, rowQuantiles } from '../core/histogram-table.js';
import { pooledRowMean, pooledRowQuantiles } from '../core/histogram-units.js';
import { unitsNeeded } from '../core/interval.js';
import { bucketError } from '../core/log-buckets.js';
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
	const source: UnitSource = {
		count: filled.length,
		quantiles: (qs) => pooledQuantiles(filled, qs),
		mean: () => pooledMean(filled),
	};
	const sum = all.reduce((total, value) => total + value, 0);
	return {
		count: all.length,
		mean: all.length === 0 ? null : seconds(sum / all.length),
		min: all.length === 0 ? null : seconds(all[0] as number),
		...(quantiles as Pick<Summary, 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999'>),
		max: all.length === 0 ? null : seconds(all[all.length - 1] as number),
		...intervals(kind, source, name),
		units: { kind, count: filled.length },
		exact: true,
		relativeError: 0,
	};
}

/**
 * The summary of samples of which only histograms are kept.
 *
 * @param rows one per unit, none of them empty.
 */
export function summariseRows(rows: HistogramTableData, kind: Summary['units']['kind'], name: string): Summary {
	const units = rows.infinite.length;
	const source: UnitSource = {
		count: units,
		quantiles: (qs) => pooledRowQuantiles(rows, qs),
		mean: () => pooledRowMean(rows),
	};
	return { ...rowFigures(pooledRow(rows), 0), ...intervals(kind, source, name), units: { kind, count: units } };
}

const NO_INTERVALS: Pick<Summary, 'interval95' | 'needs' | 'units'> = { interval95: {}, needs: {}, units: { kind: 'none', count: 1 } };

/** The summary of one histogram without units. */
export function summariseRow(rows: HistogramTableData, row: number): Summary {
	const figures = rowFigures(rows, row);
	return Object.assign(figures, figures.count === 0 ? { ...NO_INTERVALS, units: { kind: 'none', count: 0 } as const } : NO_INTERVALS);
}

/** The quantiles of {@link SUMMARY_QUANTILES}, ascending. */
const ROW_QUANTILES: readonly number[] = SUMMARY_QUANTILES.map(([, q]) => q);
type Q = number | null;

function rowFigures(rows: HistogramTableData, row: number): Omit<Summary, 'interval95' | 'needs' | 'units'> {
	const count = rowCount(rows, row);
	const [p50, p75, p90, p95, p99, p999] = rowQuantiles(rows, row, ROW_QUANTILES).map(seconds) as [Q, Q, Q, Q, Q, Q];
	const pending = (rows.infinite[row] as number) > 0;
	return {
		count,
		mean: seconds(rowMean(rows, row)),
		min: seconds(rows.min[row] as number),
		p50,
		p75,
		p90,
		p95,
		p99,
		p999,
		max: pending || count === 0 ? null : seconds(rows.max[row] as number),
		exact: false,
		relativeError: bucketError(rows.subBits),
	};
}

/** Units of which statistics are drawn. */
interface UnitSource {
	readonly count: number;
	quantiles(qs: readonly number[]): UnitStatistic[];
	mean(): UnitStatistic;
}

function intervals(kind: Summary['units']['kind'], units: UnitSource, name: string): Pick<Summary, 'interval95' | 'needs'> {
	const needs: Record<string, number> = {};
	const interval95: Record<string, readonly [number, number]> = {};
	if (kind === 'none') return { interval95, needs };
	const enough = SUMMARY_QUANTILES.filter(([field, q]) => {
		const needed = unitsNeeded(q);
		if (units.count < needed) needs[field] = needed;
		return units.count >= needed;
	});
	const statistics: UnitStatistic[] = units.quantiles(enough.map(([, q]) => q));
	const fields: string[] = enough.map(([field]) => field);
	if (units.count > 1) {
		statistics.push(units.mean());
		fields.push('mean');
	}
	if (fields.length === 0) return { interval95, needs };
	const found = bootstrapIntervals(units.count, statistics, { key: streamKey(0, 'bootstrap', name), resamples: RESAMPLES });
	for (const [place, field] of fields.entries()) {
		const interval = found[place];
		const low = seconds(interval?.[0] ?? null);
		const high = seconds(interval?.[1] ?? null);
		if (low !== null && high !== null) interval95[field] = [low, high];
	}
	return { interval95, needs };
}
