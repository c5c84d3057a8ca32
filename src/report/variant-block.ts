// One variant of a run in full, for the terminal: how long its writes took, what became of them, what the API server
// paid and what the kubelets did. It receives a VariantResult and gives lines of at most 80 columns.

import type { GroupResult, Outcomes, RunResult, Summary, VariantResult } from '../measure/result.js';
import { measuredSeconds, outcomeSum, quantileText, requestsPerSecond } from './headline.js';
import {
	counted,
	formatBytes,
	formatCount,
	formatMeanCount,
	formatNumber,
	formatSeconds,
	formatSecondsInterval,
	formatShare,
	formatSpan,
} from './number-format.js';
import { columns, cutTo, heading, type Palette, paragraph, remainingWidth } from './text-layout.js';

const QUANTILES = ['mean', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
/** Rows of the tables of objects and workloads; the rest is in the JSON result. */
const GROUP_ROWS = 12;

/** How each outcome is explained beside its count. */
export const OUTCOME_MEANING: Readonly<Record<keyof Outcomes, string>> = {
	shown: 'its own content became visible',
	superseded: 'a newer write became visible instead',
	unchanged: 'nothing to swap in this volume',
	blocked: 'the refresh kept failing',
	detached: 'the container can no longer see the volume',
	frozen: 'immutable: the kubelet no longer looks',
	podGone: 'the pod was gone first',
	pending: 'not yet visible when the run ended',
};

function intervalText(summary: Summary, quantile: string, palette: Palette): string {
	if (summary.count === 0 || quantile === 'min' || quantile === 'max') return '';
	const interval = summary.interval95[quantile];
	if (interval !== undefined) return formatSecondsInterval(interval);
	const needs = summary.needs[quantile];
	return needs === undefined ? '' : palette.dim(`needs ${formatCount(needs)}`);
}

function delayTable(variant: VariantResult, palette: Palette): string[] {
	const delay = variant.propagation.delaySeconds;
	const last = variant.timeToLastReplicaSeconds;
	const rows = QUANTILES.map((quantile) => [
		quantile === 'p999' ? 'p99.9' : quantile,
		quantileText(delay, quantile),
		intervalText(delay, quantile, palette),
		quantileText(last, quantile),
		intervalText(last, quantile, palette),
	]);
	const titles = ['', 'one volume', '95 % interval', 'last replica', '95 % interval'].map(palette.dim);
	const layout = [{ width: 5 }, { align: 'right', width: 11 }, { width: 19 }, { align: 'right', width: 12 }, { width: 19 }] as const;
	return [
		...columns(layout, [titles, ...rows]),
		...paragraph(summaryNote(delay, last), '  ').map(palette.dim),
		...shownNote(variant).map(palette.dim),
	];
}

function unitsText(units: Summary['units']): string {
	if (units.kind === 'none') return 'no independent units, so no intervals';
	return `intervals from ${units.kind === 'nodeBlock' ? counted(units.count, 'block of nodes', 'blocks of nodes') : counted(units.count, units.kind)}`;
}

/** How far quantiles may be off. */
export function accuracyText({ exact, relativeError }: Summary): string {
	return exact ? 'exact quantiles' : `quantiles within ${formatNumber(relativeError * 100)} %`;
}

function summaryNote(delay: Summary, last: Summary): string {
	return `${counted(delay.count, 'delay')} (${accuracyText(delay)}; ${unitsText(delay.units)}); ${counted(last.count, 'write')} to the last replica (${unitsText(last.units)})`;
}

function shownNote(variant: VariantResult): string[] {
	const { shownDelaySeconds: shown, outcomes } = variant.propagation;
	if (outcomes.superseded === 0 || shown.count === 0) return [];
	return paragraph(`writes whose own content was shown: p50 ${quantileText(shown, 'p50')}, p99 ${quantileText(shown, 'p99')}`, '  ');
}

function outcomeLines(variant: VariantResult, palette: Palette): string[] {
	const sum = outcomeSum(variant);
	const rows = (Object.entries(variant.propagation.outcomes) as [keyof Outcomes, number][])
		.filter(([, count]) => count > 0)
		.map(([outcome, count]) => [outcome, formatCount(count), formatShare(count, sum), palette.dim(OUTCOME_MEANING[outcome])]);
	const never = variant.propagation.neverUpdating;
	const kinds = [
		[never.subPath, 'subPath'],
		[never.env, 'env'],
		[never.notMounted, 'mounted by no container'],
	] as const;
	const neverText = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${formatCount(count)} ${kind}`);
	const lines = [`  ${palette.heading('Outcomes')} of ${counted(sum, 'write and volume pair')}`];
	if (rows.length > 0) lines.push(...columns([{ width: 10 }, { align: 'right' }, { align: 'right' }, {}], rows));
	if (neverText.length > 0)
		lines.push(...paragraph(`never updating, not counted above: ${neverText.join(', ')}`, '  ').map(palette.notice));
	return lines;
}

/** What totals are totals of. */
function measuredText({ scenario }: RunResult): string {
	const span = formatSpan(scenario.durationSeconds - scenario.warmUpSeconds);
	return scenario.replications === 1 ? span : `${span} of ${counted(scenario.replications, 'replication')}`;
}

function requestLines(variant: VariantResult, run: RunResult, palette: Palette): string[] {
	const { requests } = variant.apiserver;
	const order = [...requests].sort((a, b) => Number(a.origin === 'injected') - Number(b.origin === 'injected'));
	const rows = order.map((one) => [
		one.verb,
		one.resource,
		one.resourceVersion,
		one.code === 200 ? '200' : palette.bad(String(one.code)),
		one.origin,
		formatNumber(one.perSecond),
		formatCount(one.peakPerSecond),
		formatCount(one.count),
	]);
	const total = `${formatNumber(requestsPerSecond(variant))} a second`;
	const lines = [`  ${palette.heading('Requests')} ${total}${palette.dim(`; in all: in the measured ${measuredText(run)}`)}`];
	if (rows.length === 0) return lines;
	const titles = ['verb', 'resource', 'rv', 'code', 'for', 'a second', 'peak/s', 'in all'].map(palette.dim);
	const right = { align: 'right' } as const;
	return [...lines, ...columns([{}, {}, {}, {}, {}, right, right, right], [titles, ...rows])];
}

function loadLines(variant: VariantResult, run: RunResult, palette: Palette): string[] {
	const { apiserver, kubelet } = variant;
	const seconds = measuredSeconds(run);
	const rows = [
		['open watches', `${formatMeanCount(apiserver.openWatches.mean)} on average, ${formatCount(apiserver.openWatches.max)} at most`],
		['connections', `${formatCount(apiserver.connections.max)} at most`],
		[
			'watch stream',
			`${formatNumber(apiserver.watchEvents / seconds)} events/s, ${formatNumber(apiserver.bookmarks / seconds)} bookmarks/s`,
		],
		['etcd reads', `${formatNumber(apiserver.etcdReadsPerSecond)} a second`],
		['sent', `${formatBytes(apiserver.bytesSent / seconds)} a second`],
		[
			'kubelets',
			`${counted(kubelet.syncs, 'sync')}, ${counted(kubelet.refreshes, 'refresh', 'refreshes')}, ${counted(kubelet.swaps, 'swap')}`,
		],
	];
	if (kubelet.throttledSeconds > 0)
		rows.push(['throttled', `requests waited ${formatSeconds(kubelet.throttledSeconds)} in all for kubeAPIQPS`]);
	return columns(
		[{ width: 12 }, { width: remainingWidth([12]) }],
		rows.map(([name = '', text = '']) => [palette.dim(name), text]),
	);
}

function eventLines(variant: VariantResult, palette: Palette): string[] {
	const { events } = variant.kubelet;
	if (events.length === 0) return [];
	const rows = events.map((event) => [
		formatCount(event.count),
		event.type === 'Warning' ? palette.notice(event.reason) : event.reason,
		event.message,
	]);
	const widths = [
		Math.max(5, ...rows.map((row) => (row[0] ?? '').length)),
		Math.min(28, Math.max(...events.map((event) => event.reason.length))),
	];
	const layout = [
		{ align: 'right', width: widths[0] as number },
		{ width: widths[1] as number },
		{ width: remainingWidth(widths) },
	] as const;
	return ['', `  ${palette.heading('Events')}`, ...columns(layout, rows)];
}

function groupLines(title: string, groups: readonly GroupResult[], palette: Palette): string[] {
	if (groups.length < 2) return [];
	const shown = groups.slice(0, GROUP_ROWS);
	const rows = shown.map((group) => {
		const sum = Object.values(group.outcomes).reduce((total, count) => total + count, 0);
		const done = group.outcomes.shown + group.outcomes.superseded + group.outcomes.unchanged;
		return [
			cutTo(group.name, 34),
			formatCount(group.writes),
			formatCount(group.volumes),
			quantileText(group.delaySeconds, 'p50'),
			quantileText(group.delaySeconds, 'p99'),
			formatShare(done, sum),
		];
	});
	const right = { align: 'right' } as const;
	const titles = [title, 'writes', 'volumes', 'p50', 'p99', 'up to date'].map(palette.dim);
	const rest = groups.length - shown.length;
	return [
		'',
		...columns([{}, right, right, right, right, right], [titles, ...rows]),
		...(rest > 0 ? [palette.dim(`  ${rest} more in the JSON result`)] : []),
	];
}

/** The lines of one variant: heading, size, delays, outcomes, requests, load, events, objects and workloads. */
export function variantBlock(variant: VariantResult, run: RunResult, palette: Palette): string[] {
	const size = [
		counted(variant.nodes, 'node'),
		counted(variant.pods, 'pod'),
		counted(variant.volumes, 'volume'),
		`${formatCount(variant.injectedVolumes)} injected (kube-api-access)`,
		counted(variant.writes, 'measured write'),
	].join(', ');
	return [
		heading(variant.name, palette),
		...paragraph(size, '  '),
		'',
		...delayTable(variant, palette),
		'',
		...outcomeLines(variant, palette),
		'',
		...requestLines(variant, run, palette),
		...loadLines(variant, run, palette),
		...eventLines(variant, palette),
		...groupLines('object', variant.byObject, palette),
		...groupLines('workload', variant.byWorkload, palette),
		...paragraph(`engine: ${variant.engine.path}${variant.engine.coupled ? ', coupled' : ''} (${variant.engine.why})`, '  ').map(
			palette.dim,
		),
		'',
	];
}
