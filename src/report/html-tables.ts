// The tables of the HTML report: the variants side by side, the paired differences, and everything about one variant.

import type { Outcomes, RunResult, Summary, VariantResult } from '../measure/result.js';
import { HEADLINE_ROWS, measuredSeconds, outcomeSum, quantileText } from './headline.js';
import { type Insertion, type Markup, markup, table } from './html-text.js';
import { differenceText, intervalText, mayBeZero, metricText } from './metric-text.js';
import {
	counted,
	formatBytes,
	formatCount,
	formatMeanCount,
	formatNumber,
	formatSeconds,
	formatSecondsInterval,
	formatShare,
} from './number-format.js';
import { accuracyText, OUTCOME_MEANING } from './variant-block.js';

/** Rows of the tables of objects and workloads; the rest is in the JSON result. */
const GROUP_ROWS = 500;
const QUANTILES = ['mean', 'min', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;

/** The variants side by side; with more than four of them, variants are the rows. */
export function headlineTable(run: RunResult): Markup {
	const { variants } = run;
	if (variants.length > 4) {
		const columns = [{ title: 'variant' }, ...HEADLINE_ROWS.map((row) => ({ title: row.short.replace('\n', ' '), numeric: true }))];
		return table(
			columns,
			variants.map((variant) => [variant.name, ...HEADLINE_ROWS.map((row) => row.text(variant, run))]),
		);
	}
	const rows: Insertion[][] = [];
	let group = '';
	for (const row of HEADLINE_ROWS) {
		if (row.group !== group) rows.push([row.group]);
		group = row.group;
		rows.push([row.label, ...variants.map((variant) => row.text(variant, run))]);
	}
	return table([{ title: '' }, ...variants.map((variant) => ({ title: variant.name, numeric: true }))], rows);
}

/** Paired differences; empty when there are none. */
export function differenceTable({ comparisons }: RunResult): Markup {
	if (comparisons.length === 0) return markup``;
	const rows = comparisons.map(({ metric, variant, against, pairedDifference, interval95 }) => [
		metric,
		`${variant} − ${against}`,
		differenceText(metric, pairedDifference),
		intervalText(metric, interval95),
		mayBeZero(interval95) ? 'may be 0' : '',
	]);
	const columns = [
		{ title: 'metric' },
		{ title: 'difference of' },
		{ title: 'value', numeric: true },
		{ title: '95 % interval', numeric: true },
		{ title: '' },
	];
	return markup`<h2>Paired differences</h2>
<p class="note">Both variants see the same writes, the same jitter and the same latencies: only the setting differs.</p>
${table(columns, rows)}`;
}

/** Thresholds of `expect`; empty when there are none. */
export function expectationTable({ expectations }: RunResult): Markup {
	if (expectations.length === 0) return markup``;
	const rows = expectations.map(({ met, variant, metric, limit, value }) => [
		met ? markup`<span class="met">met</span>` : markup`<span class="failed">failed</span>`,
		variant,
		metric,
		limit,
		metricText(metric, value),
	]);
	return markup`<h2>Expectations</h2>\n${table([{ title: '' }, { title: 'variant' }, { title: 'metric' }, { title: 'limit' }, { title: 'value', numeric: true }], rows)}`;
}

function intervalCell(summary: Summary, quantile: string): Insertion {
	if (summary.count === 0 || quantile === 'min' || quantile === 'max') return '';
	const interval = summary.interval95[quantile];
	if (interval !== undefined) return formatSecondsInterval(interval);
	const needs = summary.needs[quantile];
	return needs === undefined ? '' : markup`<span class="note">needs ${formatCount(needs)} units</span>`;
}

function delayTable(variant: VariantResult): Markup {
	const { delaySeconds: delay, shownDelaySeconds: shown } = variant.propagation;
	const last = variant.timeToLastReplicaSeconds;
	const rows = QUANTILES.map((quantile) => [
		quantile === 'p999' ? 'p99.9' : quantile,
		quantileText(delay, quantile),
		intervalCell(delay, quantile),
		quantileText(last, quantile),
		intervalCell(last, quantile),
		quantileText(shown, quantile),
	]);
	const numeric = (title: string): { title: string; numeric: true } => ({ title, numeric: true });
	const figures = table(
		[
			{ title: '' },
			numeric('one volume'),
			numeric('95 % interval'),
			numeric('last replica'),
			numeric('95 % interval'),
			numeric('own content shown'),
		],
		rows,
	);
	if (delay.exact) return figures;
	return markup`${figures}<p class="note">Too many delays to keep them all: ${accuracyText(delay)} and their intervals from histograms; means, extremes and last replicas are exact.</p>\n`;
}

function outcomeTable(variant: VariantResult): Markup {
	const sum = outcomeSum(variant);
	const rows = (Object.entries(variant.propagation.outcomes) as [keyof Outcomes, number][])
		.filter(([, count]) => count > 0)
		.map(([outcome, count]) => [outcome, formatCount(count), formatShare(count, sum), OUTCOME_MEANING[outcome]]);
	return table(
		[{ title: 'outcome' }, { title: 'write and volume pairs', numeric: true }, { title: 'share', numeric: true }, { title: '' }],
		rows,
	);
}

function requestTable(variant: VariantResult): Markup {
	const rows = variant.apiserver.requests.map((one) => [
		one.verb,
		one.resource,
		one.resourceVersion,
		one.code,
		one.origin,
		formatNumber(one.perSecond),
		formatCount(one.peakPerSecond),
		formatCount(one.count),
	]);
	const text = ['verb', 'resource', 'resourceVersion', 'code', 'for'].map((title) => ({ title }));
	const numeric = ['per second', 'busiest second', 'in all'].map((title) => ({ title, numeric: true }));
	return table([...text, ...numeric], rows);
}

function loadTable({ apiserver, kubelet, propagation }: VariantResult, run: RunResult): Markup {
	const seconds = measuredSeconds(run);
	const never = propagation.neverUpdating;
	return table(
		[{ title: 'load' }, { title: '' }],
		[
			['open watches', `${formatMeanCount(apiserver.openWatches.mean)} on average, ${formatCount(apiserver.openWatches.max)} at most`],
			['connections', `${formatCount(apiserver.connections.max)} at most`],
			[
				'watch stream',
				`${formatNumber(apiserver.watchEvents / seconds)} events and ${formatNumber(apiserver.bookmarks / seconds)} bookmarks a second`,
			],
			['etcd reads', `${formatNumber(apiserver.etcdReadsPerSecond)} a second`],
			['sent', `${formatBytes(apiserver.bytesSent / seconds)} a second`],
			[
				'kubelets, in all',
				`${counted(kubelet.syncs, 'sync')}, ${counted(kubelet.refreshes, 'refresh', 'refreshes')}, ${counted(kubelet.swaps, 'swap')}`,
			],
			['waited for kubeAPIQPS', formatSeconds(kubelet.throttledSeconds)],
			[
				'never updating',
				`${formatCount(never.subPath)} subPath, ${formatCount(never.env)} env, ${formatCount(never.notMounted)} mounted by no container`,
			],
		],
	);
}

function eventTable({ kubelet: { events } }: VariantResult): Markup {
	if (events.length === 0) return markup``;
	return table(
		[{ title: 'event' }, { title: 'message' }, { title: 'count', numeric: true }],
		events.map((event) => [`${event.type} ${event.reason}`, event.message, formatCount(event.count)]),
	);
}

function groupTable(title: string, groups: VariantResult['byObject']): Markup {
	if (groups.length < 2) return markup``;
	const numeric = ['writes', 'volumes', 'p50', 'p99', 'max'].map((name) => ({ title: name, numeric: true }));
	const rest = groups.length - GROUP_ROWS;
	const rows = table(
		[{ title }, ...numeric],
		groups
			.slice(0, GROUP_ROWS)
			.map((group) => [
				group.name,
				formatCount(group.writes),
				formatCount(group.volumes),
				...(['p50', 'p99', 'max'] as const).map((quantile) => quantileText(group.delaySeconds, quantile)),
			]),
	);
	return rest > 0 ? markup`${rows}<p class="note">${counted(rest, `more ${title}`)} in the JSON result.</p>\n` : rows;
}

/** Everything about one variant, folded. */
export function variantDetails(variant: VariantResult, run: RunResult): Markup {
	const size = [
		counted(variant.nodes, 'node'),
		counted(variant.pods, 'pod'),
		counted(variant.volumes, 'volume'),
		`${formatCount(variant.injectedVolumes)} injected`,
		counted(variant.writes, 'measured write'),
	].join(', ');
	const settings = Object.entries(variant.settings).map(
		([path, value]) => markup`<li><code>${path}</code>: ${typeof value === 'string' ? value : JSON.stringify(value)}</li>`,
	);
	return markup`<details><summary>${variant.name}</summary>
<p class="facts">${size}. Engine: ${variant.engine.path} (${variant.engine.why}).</p>
${settings.length > 0 ? markup`<ul>${settings}</ul>` : ''}
${delayTable(variant)}${outcomeTable(variant)}${requestTable(variant)}${loadTable(variant, run)}${eventTable(variant)}${groupTable('object', variant.byObject)}${groupTable('workload', variant.byWorkload)}
</details>
`;
}
