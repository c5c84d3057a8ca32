// The part of docs/ground-truth.md that is made of numbers: for each recorded delay run what was recorded, simulated and
// computed side by side, and a picture of the three distributions. Same recordings and same code give the same bytes.

import type { TopLevelSpec } from 'vega-lite';
import { delayLaw, refreshInterval } from '../../src/analytic/delay.js';
import { gapLaw } from '../../src/analytic/gap.js';
import type { Law } from '../../src/analytic/law.js';
import { nearestRankQuantile } from '../../src/core/quantile.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import { drawChart } from '../../src/report/chart.js';
import { repositoryPath } from '../support/repository.js';
import { readDelayFiles } from './delay-area.js';
import { type DelayRecording, type RecordedNode, readDelayRun } from './delay-recording.js';
import { compareDelayRun, type DelayComparison, type NodeComparison } from './delay-runs.js';

/** The recorded runs, with what each is about. */
export const RUNS: Readonly<Record<string, string>> = {
	r1: 'S = 10 s, a Secret of its own for each of 60 pods',
	r2: 'S = 60 s, a Secret of its own for each of 100 pods',
	r3: 'S = 10 s, TTL annotation 15, each Secret shared by 20 pods',
	r3b: 'S = 10 s, Cache with TTL 60 alone and shared, and without annotation',
	'r4-l': 'S = 10 s, ConfigMaps',
	r5a: 'S = 10 s, 30 pods',
	r5b: 'S = 10 s, 100 pods',
};

/** Payload, comparison and swap of the recorded kubelets (K3.6). */
const SET_UP = { min: MILLISECOND, max: 2 * MILLISECOND };
const QUANTILES: readonly number[] = [0.5, 0.9, 0.99];
const COLORS = { recorded: '#D55E00', simulated: '#0072B2', computed: '#B8C4CC' } as const;
/** Points of each curve. */
const POINTS = 110;

/** A run in the document: rows of the table, and the picture. */
export interface RunSection {
	readonly rows: readonly string[];
	readonly svg: string;
}

/** Compares a recorded run and makes its section. */
export async function runSection(run: string): Promise<RunSection> {
	const comparison = compareDelayRun(readDelayRun(readDelayFiles(repositoryPath('test', 'recordings', 'e2e', run))));
	const label = `${run}: delays recorded, simulated and computed; ${RUNS[run]}`;
	return {
		rows: comparison.nodes.map((node) => rowOf(run, comparison.recording, node)),
		svg: await drawChart(chartOf(comparison), `ground-truth-${run}`, label),
	};
}

/** Head of the table. */
export const TABLE_HEAD: readonly string[] = [
	'| run | strategy | TTL | pods per object | samples | mean, s | median, s | 90 %, s | 99 %, s | gap, s | s between GETs | distance |',
	'| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
];

function rowOf(
	run: string,
	recording: DelayRecording,
	{ node, recordedDelays, simulatedDelays, recordedGaps, simulatedGaps, comparisons }: NodeComparison,
): string {
	const law = computedLaw(recording, node);
	const gap = gapLaw({ syncFrequency: recording.syncFrequencySeconds * SECOND, syncDuration: node.meanSyncSeconds * SECOND }).mean / SECOND;
	const three = (recorded: number, simulated: number, computed: number): string =>
		[recorded, simulated, computed].map((value) => value.toFixed(2)).join(' / ');
	const quantiles = QUANTILES.map((q) =>
		three(
			nearestRankQuantile(recordedDelays, q) ?? Number.NaN,
			nearestRankQuantile(simulatedDelays, q) ?? Number.NaN,
			law.quantile(q) / SECOND,
		),
	);
	const distance = comparisons.find(({ figure }) => figure.startsWith('delays (Kolmogorov'))?.recorded ?? Number.NaN;
	return `| ${[
		run,
		node.strategy,
		node.strategy === 'Cache' ? (node.ttlSeconds ?? 'none') : '',
		node.podsPerObject,
		recordedDelays.length,
		three(mean(recordedDelays), mean(simulatedDelays), law.mean / SECOND),
		...quantiles,
		three(mean(recordedGaps), mean(simulatedGaps), gap),
		fetchText(recording, node),
		distance.toFixed(3),
	].join(' | ')} |`;
}

function fetchText(recording: DelayRecording, node: RecordedNode): string {
	if (node.strategy === 'Watch' || node.fetchGaps.length === 0) return '';
	const settings = {
		syncFrequency: recording.syncFrequencySeconds * SECOND,
		syncDuration: node.meanSyncSeconds * SECOND,
		ttl: (node.strategy === 'Get' ? 0 : (node.ttlSeconds ?? 60)) * SECOND,
		consumers: node.podsPerObject,
	};
	return `${mean(node.fetchGaps).toFixed(2)} / ${(refreshInterval(settings) / SECOND).toFixed(2)}`;
}

function mean(values: Float64Array | readonly number[]): number {
	let sum = 0;
	for (const value of values) sum += value;
	return sum / values.length;
}

/** The calculator's law of the delays of a node: another code, and no simulation. */
function computedLaw(recording: DelayRecording, node: RecordedNode): Law {
	return delayLaw({
		strategy: node.strategy,
		syncFrequency: recording.syncFrequencySeconds * SECOND,
		syncDuration: node.meanSyncSeconds * SECOND,
		...(node.ttlSeconds === null ? {} : { ttl: node.ttlSeconds * SECOND }),
		consumers: node.podsPerObject,
		setUp: SET_UP,
	});
}

interface Point {
	readonly node: string;
	readonly source: keyof typeof COLORS;
	readonly seconds: number;
	readonly share: number;
}

function titleOf({ strategy, ttlSeconds, podsPerObject }: RecordedNode): string {
	const ttl = ttlSeconds === null ? ', no TTL annotation' : `, TTL ${ttlSeconds} s`;
	return `${strategy}${strategy === 'Cache' ? ttl : ''}${podsPerObject === 1 ? '' : `, ${podsPerObject} pods share an object`}`;
}

function pointsOf(recording: DelayRecording, { node, recordedDelays, simulatedDelays }: NodeComparison): Point[] {
	const law = computedLaw(recording, node);
	const title = titleOf(node);
	const longest = Math.ceil(Math.max(recordedDelays.at(-1) ?? 0, simulatedDelays.at(-1) ?? 0, law.max / SECOND));
	return Array.from({ length: POINTS + 1 }, (_, place): Point[] => {
		const seconds = Number(((longest * place) / POINTS).toFixed(3));
		const point = (source: keyof typeof COLORS, share: number): Point => ({
			node: title,
			source,
			seconds,
			share: Number(share.toFixed(4)),
		});
		return [
			point('computed', law.cdf(seconds * SECOND)),
			point('simulated', shareUpTo(simulatedDelays, seconds)),
			point('recorded', shareUpTo(recordedDelays, seconds)),
		];
	}).flat();
}

/** Share of a sorted sample up to a value. */
function shareUpTo(sorted: Float64Array, value: number): number {
	let [low, high] = [0, sorted.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] as number) <= value) low = middle + 1;
		else high = middle;
	}
	return low / sorted.length;
}

/** A panel a node; the computed curve is the widest, so that the others stay visible on it. */
function chartOf({ recording, nodes }: DelayComparison): TopLevelSpec {
	const domain = ['computed', 'simulated', 'recorded'] as const;
	const legend = { title: null, orient: 'top' };
	return {
		$schema: 'https://vega.github.io/schema/vega-lite/v6.json',
		background: 'white',
		config: {
			font: 'system-ui, sans-serif',
			view: { stroke: null },
			axis: { gridColor: '#e6e6e6', domainColor: '#888', tickColor: '#888', titleFontWeight: 'normal' },
			legend: { labelFontSize: 12 },
		},
		data: { values: nodes.flatMap((node) => pointsOf(recording, node)) },
		facet: { column: { field: 'node', type: 'nominal', sort: null, title: null, header: { labelFontSize: 12 } } },
		spec: {
			width: 250,
			height: 190,
			mark: { type: 'line', clip: true },
			encoding: {
				x: { field: 'seconds', type: 'quantitative', title: 'seconds since the write was accepted', scale: { nice: false, zero: true } },
				y: {
					field: 'share',
					type: 'quantitative',
					title: 'share of pods that show it',
					axis: { format: '.0%' },
					scale: { domain: [0, 1] },
				},
				color: { field: 'source', type: 'nominal', scale: { domain, range: domain.map((name) => COLORS[name]) }, legend },
				strokeWidth: { field: 'source', type: 'nominal', scale: { domain, range: [7, 2.5, 1] }, legend },
			},
		},
		resolve: { scale: { x: 'independent' } },
	} as unknown as TopLevelSpec;
}

const BEGIN = '<!-- numbers: begin; written by npm run docs:ground-truth -->';
const END = '<!-- numbers: end -->';

/** Puts the table and the pictures' links into the document. */
export function documentWith(document: string, rows: readonly string[]): string {
	const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
	if (from < 0 || to < from) throw new Error('docs/ground-truth.md has no place for its numbers');
	const pictures = Object.entries(RUNS).map(([run, about]) => `![${run}: ${about}](${picturePath(run)})`);
	const body = [...TABLE_HEAD, ...rows, '', ...pictures.flatMap((picture) => [picture, ''])];
	return `${document.slice(0, from)}${BEGIN}\n\n${body.join('\n')}\n${document.slice(to)}`;
}

/** Path of a run's picture below docs. */
export function picturePath(run: string): string {
	return `pictures/ground-truth-${run}.svg`;
}
