// The charts of the HTML report as Vega-Lite specifications: plain data, so that a reader can paste one into a notebook.
// Every axis has its unit; all times are virtual. Colours are those of Okabe and Ito, which people with any kind of
// colour vision can tell apart.

import type { TopLevelSpec } from 'vega-lite';
import type { Outcomes, VariantResult } from '../measure/result.js';
import type { DelayPoint, LoadPoint } from './chart-data.js';

const COLORS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#7F3C8D', '#666666'];
const OUTCOME_COLORS: Readonly<Record<keyof Outcomes, string>> = {
	shown: '#009E73',
	superseded: '#56B4E9',
	unchanged: '#B8C4CC',
	blocked: '#D55E00',
	detached: '#CC79A7',
	frozen: '#7F3C8D',
	podGone: '#666666',
	pending: '#E69F00',
};

const WIDTH = 640;

const CONFIG = {
	font: 'system-ui, sans-serif',
	view: { stroke: null },
	axis: {
		labelFontSize: 12,
		titleFontSize: 12,
		titleFontWeight: 'normal',
		labelColor: '#333',
		titleColor: '#333',
		gridColor: '#e6e6e6',
		domainColor: '#888',
		tickColor: '#888',
	},
	legend: { labelFontSize: 12, titleFontSize: 12, labelColor: '#333', labelLimit: 500 },
} as const;

function base(): { $schema: string; width: number; background: string; config: typeof CONFIG } {
	return { $schema: 'https://vega.github.io/schema/vega-lite/v6.json', width: WIDTH, background: 'white', config: CONFIG };
}

/** Entries beside each other in a legend over a chart: as many as have room, by an estimate of 8 pixels a character. */
function legendColumns(names: readonly string[]): number {
	const widest = Math.max(1, ...names.map((name) => name.length));
	return Math.max(1, Math.floor(WIDTH / (8 * widest + 40)));
}

/** Colour and width by variant, the first one widest: a curve stays visible when another lies on it. */
function byVariant(variants: readonly string[]): Record<string, unknown> {
	const colors = variants.map((_, index) => COLORS[index % COLORS.length]);
	const widths = variants.map((_, index) => Math.max(1.2, 5 - (4 * index) / Math.max(1, variants.length - 1)));
	const legend = { title: null, orient: 'top', columns: legendColumns(variants) };
	return {
		color: { field: 'variant', type: 'nominal', sort: null, scale: { domain: variants, range: colors }, legend },
		strokeWidth: { field: 'variant', type: 'ordinal', sort: null, scale: { domain: variants, range: widths }, legend },
	};
}

/** The share of volumes that had a write after so many seconds. */
export function delayChart(points: readonly DelayPoint[], variants: readonly string[]): TopLevelSpec {
	return {
		...base(),
		height: 260,
		data: { values: points.map((point) => ({ ...point })) },
		mark: { type: 'line', interpolate: 'step-after', clip: true },
		encoding: {
			x: {
				field: 'seconds',
				type: 'quantitative',
				title: 'seconds of virtual time since the write was committed',
				scale: { nice: false, zero: true },
			},
			y: {
				field: 'share',
				type: 'quantitative',
				title: 'share of volumes that have it',
				axis: { format: '.0%' },
				scale: { domain: [0, 1] },
			},
			...byVariant(variants),
		},
	} as TopLevelSpec;
}

/** For each variant the span from the quickest to the slowest write, the middle of it, and its quantiles. */
export function lastReplicaChart(variants: readonly VariantResult[]): TopLevelSpec {
	const values = variants
		.filter(({ timeToLastReplicaSeconds: last }) => last.p50 !== null && last.count > 0)
		.map(({ name, timeToLastReplicaSeconds: last }) => ({
			variant: name,
			min: last.min,
			p50: last.p50,
			p90: last.p90,
			p99: last.p99,
			max: last.max,
			label: `${(last.p50 as number).toFixed(1)} s`,
		}));
	const y = {
		field: 'variant',
		type: 'nominal',
		sort: null,
		title: null,
		axis: { labelFontSize: 13, labelLimit: 400, domain: false, ticks: false },
	};
	const x = (field: string): Record<string, unknown> => ({
		field,
		type: 'quantitative',
		title: 'seconds of virtual time from the commit to the last volume',
		scale: { zero: true },
	});
	const drawable = 'isValid(datum.max)';
	return {
		...base(),
		height: { step: 44 },
		data: { values },
		encoding: { y },
		layer: [
			{
				transform: [{ filter: drawable }],
				mark: { type: 'rule', color: '#999', strokeWidth: 2 },
				encoding: { x: x('min'), x2: { field: 'max' } },
			},
			{
				transform: [{ filter: 'isValid(datum.p90)' }],
				mark: { type: 'bar', height: 16, color: '#56B4E9' },
				encoding: { x: x('p50'), x2: { field: 'p90' } },
			},
			{
				transform: [{ filter: 'isValid(datum.p99)' }],
				mark: { type: 'tick', color: '#D55E00', thickness: 3, size: 22 },
				encoding: { x: x('p99') },
			},
			{ mark: { type: 'point', filled: true, color: '#0072B2', size: 90, opacity: 1 }, encoding: { x: x('p50') } },
			{ mark: { type: 'text', dy: -14, fontSize: 12, color: '#333' }, encoding: { x: x('p50'), text: { field: 'label' } } },
		],
	} as TopLevelSpec;
}

/** Requests per second over virtual time. */
export function loadChart(points: readonly LoadPoint[], variants: readonly string[]): TopLevelSpec {
	return {
		...base(),
		height: 220,
		data: { values: points.map((point) => ({ ...point })) },
		mark: { type: 'line', interpolate: 'step-after', clip: true },
		encoding: {
			x: { field: 'minute', type: 'quantitative', title: 'minutes of virtual time since the beginning of the run', scale: { nice: false } },
			y: { field: 'perSecond', type: 'quantitative', title: 'requests per second', scale: { zero: true } },
			...byVariant(variants),
		},
	} as TopLevelSpec;
}

/** What became of the writes, as shares of all write and volume pairs. */
export function outcomeChart(variants: readonly VariantResult[]): TopLevelSpec {
	const order = Object.keys(OUTCOME_COLORS) as (keyof Outcomes)[];
	const values = variants.flatMap(({ name, propagation: { outcomes } }) =>
		order
			.filter((outcome) => outcomes[outcome] > 0)
			.map((outcome) => ({ variant: name, outcome, rank: order.indexOf(outcome), count: outcomes[outcome] })),
	);
	const present = order.filter((outcome) => values.some((value) => value.outcome === outcome));
	return {
		...base(),
		height: { step: 34 },
		data: { values },
		mark: { type: 'bar', height: 20 },
		encoding: {
			y: {
				field: 'variant',
				type: 'nominal',
				sort: null,
				title: null,
				axis: { labelFontSize: 13, labelLimit: 400, domain: false, ticks: false },
			},
			x: { field: 'count', type: 'quantitative', stack: 'normalize', title: 'share of write and volume pairs', axis: { format: '.0%' } },
			order: { field: 'rank' },
			color: {
				field: 'outcome',
				type: 'nominal',
				sort: null,
				scale: { domain: present, range: present.map((outcome) => OUTCOME_COLORS[outcome]) },
				legend: { title: null, orient: 'top', columns: 4 },
			},
		},
	} as TopLevelSpec;
}
