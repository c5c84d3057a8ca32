// The stated goals as rows: what is measured, the limit, and which side of it is good. The numbers are taken by run.ts; this file is
// arithmetic only.

import type { Strategy } from '../../src/index.js';
import { SPEED_LIMITS } from '../fleet/limits.js';
import { exponent, median, round3 } from '../statistics.js';
import type { FleetReport } from './measurements.js';
import { fleetName } from './sizes.js';

/** One row of the table. */
export interface Goal {
	readonly name: string;
	readonly unit: string;
	readonly limit: number;
	/** `most`: the measured number must not pass the limit; `least`: it must reach it. */
	readonly bound: 'most' | 'least';
	readonly measured: number;
	/** How often it was measured; the number is the median. */
	readonly runs: number;
	/** What stands beside it. */
	readonly note: string;
}

/** Whether a goal is met. */
export function isMet({ measured, limit, bound }: Pick<Goal, 'measured' | 'limit' | 'bound'>): boolean {
	return bound === 'most' ? measured <= limit : measured >= limit;
}

/** Measured divided by the limit: at most 1 is met for `most`, at least 1 for `least`. */
export function ratioToLimit({ measured, limit }: Pick<Goal, 'measured' | 'limit'>): number {
	if (limit !== 0 || Number.isNaN(measured)) return measured / limit;
	return measured === 0 ? 1 : Number.POSITIVE_INFINITY;
}

/** The median, or no number when nothing was measured: such a goal is not met. */
function middle(values: readonly number[]): number {
	return values.length === 0 ? Number.NaN : median(values);
}

const millions = (rate: number): string => (rate / 1e6).toFixed(1);
const GIB = 1024;
/** Largest exponent that still counts as linear. */
export const LINEAR = 1.05;
/** Largest exponent of memory over duration that still counts as none: the samples and the load series themselves grow. */
export const FLAT = 0.1;

/** A fleet by its strategy and kind. */
export interface FleetName {
	readonly strategy: Strategy;
	readonly rough: boolean;
}

/** Rows of one fleet over its runs: speed, memory, and that no figure is missing. */
export function fleetGoals({ strategy, rough }: FleetName, what: string, reports: readonly FleetReport[]): readonly Goal[] {
	const title = fleetName(strategy, rough);
	const rates = reports.map(({ syncs, cpuSeconds }) => syncs / cpuSeconds);
	const bare = reports.map(({ bareRate }) => {
		if (bareRate === null) throw new Error(`${title}: the bare loop did not run`);
		return bareRate;
	});
	const runs = reports.length;
	const missing = reports.flatMap((report) => report.missing ?? ['not looked for']);
	const figures = runs === 0 ? Number.NaN : missing.length;
	return [
		{
			name: `${title}: speed, bare loop = 1`,
			unit: '',
			limit: SPEED_LIMITS[strategy][rough ? 'rough' : 'smooth'],
			bound: 'least',
			measured: middle(rates.map((rate, i) => rate / (bare[i] as number))),
			runs,
			note: `${what}; ${millions(middle(rates))} against ${millions(middle(bare))} million syncs/s, ${round3(middle(reports.map(({ cpuSeconds }) => cpuSeconds)))} s`,
		},
		{
			name: `${title}: peak resident set`,
			unit: 'MiB',
			limit: GIB,
			bound: 'most',
			measured: middle(reports.map(({ peakMiB }) => peakMiB)),
			runs,
			note: `${what}; ${round3(middle(reports.map(({ simulatedMiB }) => simulatedMiB)))} MiB when the simulation ended, before the figures`,
		},
		{
			name: `${title}: missing figures`,
			unit: '',
			limit: 0,
			bound: 'most',
			measured: figures,
			runs,
			note: figures === 0 ? 'every figure of the result contract is there' : [...new Set(missing)].join(', '),
		},
	];
}

/** One size of a series. */
export interface SizePoint {
	/** Nodes, or hours. */
	readonly size: number;
	readonly reports: readonly FleetReport[];
}

/** The row of a fitted exponent. @param of which number of a report grows. */
export function exponentGoal(
	name: string,
	limit: number,
	points: readonly SizePoint[],
	of: 'cpuSeconds' | 'peakMiB',
	sizeText: (size: number) => string,
): Goal {
	const fitted = points.map(({ size, reports }) => ({ x: size, y: middle(reports.map((report) => report[of])) }));
	const unit = of === 'cpuSeconds' ? 's' : 'MiB';
	return {
		name,
		unit: '',
		limit,
		bound: 'most',
		measured: fitted.some(({ y }) => Number.isNaN(y)) ? Number.NaN : exponent(fitted),
		runs: Math.min(...points.map(({ reports }) => reports.length)),
		note: fitted.map(({ x, y }) => `${sizeText(x)}: ${round3(y)} ${unit}`).join(', '),
	};
}

/** The row of a number that is its own median. */
export function plainGoal(goal: Omit<Goal, 'measured' | 'runs'>, values: readonly number[]): Goal {
	return { ...goal, measured: middle(values), runs: values.length };
}

const measuredText = ({ measured, unit }: Goal): string =>
	Number.isNaN(measured) ? 'not measured' : `${round3(measured)}${unit === '' ? '' : ` ${unit}`}`;
const limitText = ({ bound, limit, unit }: Goal): string => `${bound === 'most' ? '≤' : '≥'} ${limit}${unit === '' ? '' : ` ${unit}`}`;

/** The table as Markdown: goal, measured, ratio to limit, met. */
export function goalTable(goals: readonly Goal[]): string {
	const rows = goals.map((goal) => {
		const cells = [
			goal.name,
			limitText(goal),
			measuredText(goal),
			Number.isFinite(ratioToLimit(goal)) ? String(round3(ratioToLimit(goal))) : '–',
			isMet(goal) ? 'yes' : '**no**',
			String(goal.runs),
			goal.note,
		];
		return `| ${cells.join(' | ')} |`;
	});
	return [
		'| goal | limit | measured | ratio to limit | met | runs | |',
		'| --- | ---: | ---: | ---: | --- | ---: | --- |',
		...rows,
		'',
	].join('\n');
}
