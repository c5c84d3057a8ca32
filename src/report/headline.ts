// What a result says at a glance: the few figures that answer "how long until every replica has it, what does it cost",
// as one table of rows that the terminal report and the HTML page share, and as one sentence.

import type { RunResult, Summary, VariantResult } from '../measure/result.js';
import { formatBytes, formatMeanCount, formatNumber, formatSeconds, formatShare, NO_VALUE } from './number-format.js';

/** One figure of the comparison of variants. */
export interface HeadlineRow {
	/** Rows of one group stand together. */
	readonly group: string;
	readonly label: string;
	/** Column title where variants are rows; at most eleven characters on each of its two lines. */
	readonly short: string;
	/** The figure of one variant of a run, with its unit. */
	readonly text: (variant: VariantResult, run: RunResult) => string;
}

/** A quantile of a summary for people: `-` without samples, `never` where it is not finite. */
export function quantileText(summary: Summary, quantile: 'mean' | 'min' | 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'p999' | 'max'): string {
	return summary.count === 0 ? NO_VALUE : formatSeconds(summary[quantile]);
}

/** Requests per second of a variant, all kinds or those of one origin. */
export function requestsPerSecond(variant: VariantResult, origin?: 'workload' | 'injected'): number {
	return variant.apiserver.requests.reduce((sum, one) => (origin === undefined || one.origin === origin ? sum + one.perSecond : sum), 0);
}

/** Length of the measured window, summed over the replications: what totals of a result are divided by to be rates. */
export function measuredSeconds({ scenario }: RunResult): number {
	return (scenario.durationSeconds - scenario.warmUpSeconds) * scenario.replications;
}

/** Number of write and volume pairs of a variant: the sum over all outcomes. */
export function outcomeSum(variant: VariantResult): number {
	return Object.values(variant.propagation.outcomes).reduce((sum, count) => sum + count, 0);
}

/** Share of write and volume pairs that were not up to date when the run ended, whatever kept them. */
function notUpToDate(variant: VariantResult): string {
	const { blocked, detached, frozen, pending } = variant.propagation.outcomes;
	return formatShare(blocked + detached + frozen + pending, outcomeSum(variant));
}

const ALL_REPLICAS = 'Until every replica has it';
const ONE_VOLUME = 'Until one volume has it';
const PRICE = 'What the API server pays';

/** The rows of the comparison, in the order in which they are read. */
export const HEADLINE_ROWS: readonly HeadlineRow[] = [
	{
		group: ALL_REPLICAS,
		label: 'half of the writes',
		short: 'all have\nit, p50',
		text: (v) => quantileText(v.timeToLastReplicaSeconds, 'p50'),
	},
	{
		group: ALL_REPLICAS,
		label: '99 % of the writes',
		short: 'all have\nit, p99',
		text: (v) => quantileText(v.timeToLastReplicaSeconds, 'p99'),
	},
	{
		group: ALL_REPLICAS,
		label: 'slowest write',
		short: 'all have\nit, max',
		text: (v) => quantileText(v.timeToLastReplicaSeconds, 'max'),
	},
	{
		group: ONE_VOLUME,
		label: 'mean',
		short: 'volume,\nmean',
		text: (v) => quantileText(v.propagation.delaySeconds, 'mean'),
	},
	{
		group: ONE_VOLUME,
		label: 'half of the volumes',
		short: 'volume,\np50',
		text: (v) => quantileText(v.propagation.delaySeconds, 'p50'),
	},
	{
		group: ONE_VOLUME,
		label: '99 % of the volumes',
		short: 'volume,\np99',
		text: (v) => quantileText(v.propagation.delaySeconds, 'p99'),
	},
	{ group: ONE_VOLUME, label: 'not up to date at the end', short: 'not up\nto date', text: notUpToDate },
	{
		group: PRICE,
		label: 'requests/s',
		short: 'requests\n/s',
		text: (v) => formatNumber(requestsPerSecond(v)),
	},
	{
		group: PRICE,
		label: '  of which injected',
		short: 'injected\n/s',
		text: (v) => formatNumber(requestsPerSecond(v, 'injected')),
	},
	{
		group: PRICE,
		label: 'etcd reads/s',
		short: 'etcd\nreads/s',
		text: (v) => formatNumber(v.apiserver.etcdReadsPerSecond),
	},
	{
		group: PRICE,
		label: 'open watches',
		short: 'open\nwatches',
		text: (v) => formatMeanCount(v.apiserver.openWatches.mean),
	},
	{
		group: PRICE,
		label: 'watch events/s',
		short: 'watch\nevents/s',
		text: (v, run) => formatNumber(v.apiserver.watchEvents / measuredSeconds(run)),
	},
	{ group: PRICE, label: 'sent', short: 'sent', text: (v, run) => `${formatBytes(v.apiserver.bytesSent / measuredSeconds(run))}/s` },
];

/** The rows that remain when variants are rows and the page is narrow. */
export const NARROW_ROWS: readonly HeadlineRow[] = HEADLINE_ROWS.filter((row) =>
	['all have\nit, p50', 'all have\nit, p99', 'volume,\np50', 'volume,\np99', 'requests\n/s', 'etcd\nreads/s', 'open\nwatches'].includes(
		row.short,
	),
);

function sentenceList(parts: readonly string[]): string {
	if (parts.length <= 1) return parts.join('');
	return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}

/** The smallest of some variants by a figure; undefined when no figure is finite. */
function least(variants: readonly VariantResult[], figure: (variant: VariantResult) => number | null): VariantResult | undefined {
	let best: VariantResult | undefined;
	let bestFigure = Number.POSITIVE_INFINITY;
	for (const variant of variants) {
		const value = figure(variant);
		if (value === null || value >= bestFigure) continue;
		best = variant;
		bestFigure = value;
	}
	return best;
}

/** Two sentences: how long, then what it cost; variants of one answer are named together. */
function fewVariantsSentence(variants: readonly VariantResult[]): string {
	const answers = new Map<string, string[]>();
	for (const { name, timeToLastReplicaSeconds: time } of variants) {
		const answer = `${formatSeconds(time.p50)}, the slowest ${time.max === null ? 'not before the run ended' : `within ${formatSeconds(time.max)}`}`;
		answers.set(answer, [...(answers.get(answer) ?? []), name]);
	}
	const times = [...answers].map(([answer, names]) => `${answer} (${sentenceList(names)})`).join('; ');
	const costs = variants.map((variant) => `${formatNumber(requestsPerSecond(variant))} (${variant.name})`);
	return `Half of the writes reached the last replica within ${times}. The API server paid ${sentenceList(costs)} requests a second.`;
}

/** The fastest and the cheapest of many variants. */
function manyVariantsSentence(variants: readonly VariantResult[]): string {
	const last = (variant: VariantResult): string => formatSeconds(variant.timeToLastReplicaSeconds.p50);
	const cost = (variant: VariantResult): string => `${formatNumber(requestsPerSecond(variant))} requests/s`;
	const fastest = least(variants, (variant) => variant.timeToLastReplicaSeconds.p50);
	const cheapest = least(variants, (variant) => requestsPerSecond(variant));
	if (fastest === undefined || cheapest === undefined) {
		return 'Under no variant did half of the writes reach every replica before the run ended.';
	}
	const figures = `half of the writes reached the last replica within ${last(fastest)}, at ${cost(fastest)}`;
	// What prints alike is no reason to name two variants.
	const both = last(fastest) === last(cheapest) ? cheapest : cost(fastest) === cost(cheapest) ? fastest : null;
	if (both !== null) {
		return `Of ${variants.length} variants ${both.name} is as fast and as cheap as any: half of the writes reached the last replica within ${last(both)}, at ${cost(both)}.`;
	}
	return `Of ${variants.length} variants ${fastest.name} is the fastest (${figures}), ${cheapest.name} the cheapest (${last(cheapest)}, at ${cost(cheapest)}).`;
}

/** What the run says in a few sentences, for people. */
export function headlineSentence(variants: readonly VariantResult[]): string {
	const measured = variants.filter((variant) => variant.timeToLastReplicaSeconds.count > 0);
	if (measured.length === 0) {
		return 'No write was measured in a volume that can show it: there is no delay to report, only the load on the API server.';
	}
	const none = variants.filter((variant) => variant.timeToLastReplicaSeconds.count === 0 && outcomeSum(variant) > 0);
	const exception = none.length === 0 ? '' : ` Under ${sentenceList(none.map(({ name }) => name))} no volume showed any of the writes.`;
	return (measured.length <= 4 ? fewVariantsSentence(measured) : manyVariantsSentence(measured)) + exception;
}
