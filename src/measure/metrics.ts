// The metrics of a result: one row each with path, unit and which direction is better. `expect` lines, comparisons and
// reports name metrics by these paths.

import type { RequestCount, VariantResult } from './result.js';

/** One metric. */
export interface Metric {
	/** JSON path below a variant. */
	readonly path: string;
	readonly unit: 's' | '1/s' | '1' | 'B';
	readonly better: 'lower' | 'higher' | 'neither';
	readonly title: string;
}

const QUANTILES: readonly string[] = ['mean', 'min', 'p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'];

function summaryMetrics(path: string, title: string): Metric[] {
	return QUANTILES.map((field) => ({ path: `${path}.${field}`, unit: 's', better: 'lower', title: `${title}, ${field}` }));
}

function countMetrics(path: string, fields: readonly string[], title: string): Metric[] {
	return fields.map((field) => ({ path: `${path}.${field}`, unit: '1', better: 'neither', title: `${title}: ${field}` }));
}

/** All metrics but the families of {@link requestMetric}, {@link eventReason} and {@link groupMetric}. */
export const METRICS: readonly Metric[] = [
	...summaryMetrics('propagation.delaySeconds', 'propagation delay'),
	{ path: 'propagation.delaySeconds.count', unit: '1', better: 'neither', title: 'writes x volumes that were waited for' },
	...summaryMetrics('propagation.shownDelaySeconds', 'delay of the writes that were shown themselves'),
	{ path: 'propagation.shownDelaySeconds.count', unit: '1', better: 'neither', title: 'writes x volumes that were shown themselves' },
	...countMetrics(
		'propagation.outcomes',
		['shown', 'superseded', 'unchanged', 'blocked', 'detached', 'frozen', 'podGone', 'pending'],
		'outcomes',
	),
	...countMetrics('propagation.neverUpdating', ['subPath', 'env', 'notMounted'], 'consumers that never update'),
	...summaryMetrics('timeToLastReplicaSeconds', 'time to the last replica'),
	{ path: 'timeToLastReplicaSeconds.count', unit: '1', better: 'neither', title: 'writes that some volume waited for' },
	{ path: 'apiserver.openWatches.mean', unit: '1', better: 'lower', title: 'open watches, mean' },
	{ path: 'apiserver.openWatches.max', unit: '1', better: 'lower', title: 'open watches, maximum' },
	{ path: 'apiserver.connections.max', unit: '1', better: 'lower', title: 'connections, maximum' },
	{ path: 'apiserver.watchEvents', unit: '1', better: 'lower', title: 'watch events' },
	{ path: 'apiserver.bookmarks', unit: '1', better: 'lower', title: 'bookmarks' },
	{ path: 'apiserver.etcdReads', unit: '1', better: 'lower', title: 'etcd reads' },
	{ path: 'apiserver.etcdReadsPerSecond', unit: '1/s', better: 'lower', title: 'etcd reads per second' },
	{ path: 'apiserver.bytesSent', unit: 'B', better: 'lower', title: 'bytes sent' },
	{ path: 'kubelet.syncs', unit: '1', better: 'neither', title: 'pod syncs' },
	{ path: 'kubelet.refreshes', unit: '1', better: 'neither', title: 'volume refreshes' },
	{ path: 'kubelet.swaps', unit: '1', better: 'neither', title: 'swaps' },
	{ path: 'kubelet.throttledSeconds', unit: 's', better: 'lower', title: 'time that requests waited for client tokens' },
	{ path: 'nodes', unit: '1', better: 'neither', title: 'nodes' },
	{ path: 'pods', unit: '1', better: 'neither', title: 'pods' },
	{ path: 'volumes', unit: '1', better: 'neither', title: 'volumes' },
	{ path: 'injectedVolumes', unit: '1', better: 'neither', title: 'injected volumes' },
	{ path: 'writes', unit: '1', better: 'neither', title: 'writes' },
];

const REQUEST_FIELDS: readonly ['perSecond', 'peakPerSecond', 'count'] = ['perSecond', 'peakPerSecond', 'count'];

/** A sum over request rows: `apiserver.requests[.<VERB>][.<resource>][.rv=<unset|0|set>].<perSecond|peakPerSecond|count>`. */
export interface RequestMetric {
	readonly verb: string | null;
	readonly resource: string | null;
	readonly resourceVersion: string | null;
	readonly field: (typeof REQUEST_FIELDS)[number];
}

/** Reads a path of the request family; null when it is none. */
export function requestMetric(path: string): RequestMetric | null {
	const parts = path.split('.');
	if (parts[0] !== 'apiserver' || parts[1] !== 'requests') return null;
	const field = REQUEST_FIELDS.find((name) => name === parts.at(-1));
	if (field === undefined || parts.length > 6) return null;
	const metric = { verb: null as string | null, resource: null as string | null, resourceVersion: null as string | null, field };
	for (const part of parts.slice(2, -1)) {
		if (/^(GET|LIST|WATCH|POST)$/.test(part) && metric.verb === null) metric.verb = part;
		else if (/^rv=(unset|0|set)$/.test(part) && metric.resourceVersion === null) metric.resourceVersion = part.slice(3);
		else if (/^(secrets|configmaps|serviceaccounts\/token)$/.test(part) && metric.resource === null) metric.resource = part;
		else return null;
	}
	return metric;
}

/** The reason of `kubelet.events.<reason>.count`; null for any other path. */
export function eventReason(path: string): string | null {
	return /^kubelet\.events\.([A-Za-z]+)\.count$/.exec(path)?.[1] ?? null;
}

/** A figure of one object or one workload. */
export interface GroupMetric {
	readonly list: 'byObject' | 'byWorkload';
	readonly name: string;
	/** Path below the group, for example `delaySeconds.p99`. */
	readonly inner: string;
}

/** Reads `byObject["Secret/default/db"].delaySeconds.p99` and the like; null when a path is none. */
export function groupMetric(path: string): GroupMetric | null {
	const match = /^(byObject|byWorkload)\[(?:"([^"]+)"|'([^']+)')\]\.(.+)$/.exec(path);
	if (match === null) return null;
	const inner = match[4] as string;
	if (inner !== 'writes' && inner !== 'volumes' && !METRICS.some((metric) => metric.path === `propagation.${inner}`)) return null;
	if (!/^(writes|volumes|delaySeconds\.|outcomes\.)/.test(inner)) return null;
	return { list: match[1] as GroupMetric['list'], name: (match[2] ?? match[3]) as string, inner };
}

/** Metrics that are added up over the replications of a study; outcomes, requests and events are as well. */
const TOTALS: ReadonlySet<string> = new Set([
	'propagation.delaySeconds.count',
	'propagation.shownDelaySeconds.count',
	'timeToLastReplicaSeconds.count',
	'apiserver.watchEvents',
	'apiserver.bookmarks',
	'apiserver.etcdReads',
	'apiserver.bytesSent',
	'kubelet.syncs',
	'kubelet.refreshes',
	'kubelet.swaps',
	'kubelet.throttledSeconds',
	'writes',
]);

/** True when a metric grows with the number of replications, so that only its mean over them compares between studies. */
export function isTotal(path: string): boolean {
	const group = groupMetric(path);
	const inner = group === null ? path : `propagation.${group.inner}`;
	if (TOTALS.has(inner) || inner.startsWith('propagation.outcomes.')) return true;
	return requestMetric(path)?.field === 'count' || eventReason(path) !== null;
}

/** The unit of a metric; null when the path names none. */
export function metricUnit(path: string): Metric['unit'] | null {
	const plain = METRICS.find((metric) => metric.path === path);
	if (plain !== undefined) return plain.unit;
	const request = requestMetric(path);
	if (request !== null) return request.field === 'count' ? '1' : '1/s';
	if (eventReason(path) !== null) return '1';
	const group = groupMetric(path);
	if (group === null) return null;
	return group.inner.startsWith('delaySeconds.') && group.inner !== 'delaySeconds.count' ? 's' : '1';
}

/** True when a path names a metric. */
export function isMetric(path: string): boolean {
	return metricUnit(path) !== null;
}

/**
 * The value of a metric in a variant.
 *
 * @returns null when it is not finite or not there; sums over requests or events of a kind that never occurred are 0.
 */
export function metricValue(variant: VariantResult, path: string): number | null {
	const family = requestMetric(path);
	if (family !== null) {
		const fits = (row: RequestCount): boolean =>
			(family.verb === null || row.verb === family.verb) &&
			(family.resource === null || row.resource === family.resource) &&
			(family.resourceVersion === null || row.resourceVersion === family.resourceVersion);
		return variant.apiserver.requests.filter(fits).reduce((sum, row) => sum + row[family.field], 0);
	}
	const reason = eventReason(path);
	if (reason !== null) return variant.kubelet.events.reduce((sum, event) => sum + (event.reason === reason ? event.count : 0), 0);
	const group = groupMetric(path);
	let value: unknown = group === null ? variant : variant[group.list].find((candidate) => candidate.name === group.name);
	for (const part of (group?.inner ?? path).split('.')) {
		if (typeof value !== 'object' || value === null) return null;
		value = (value as Record<string, unknown>)[part];
	}
	return typeof value === 'number' ? value : null;
}
