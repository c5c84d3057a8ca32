// What the kubelets cost the API server, from the ledgers of a variant's replications: rates are means over the measured
// window and the replications, peaks and maxima are taken over time after the nodes were summed.

import type { RequestSeries } from '../apiserver/request-ledger.js';
import { SECOND } from '../core/time.js';
import type { Segment, VariantHeader } from './partial.js';
import type { RequestCount, VariantResult } from './result.js';

/** The `apiserver` part of a variant's result. */
export function apiserverFigures(variant: VariantHeader, segments: readonly Segment[]): VariantResult['apiserver'] {
	const from = Math.ceil(variant.warmUp / SECOND);
	const to = Math.max(from + 1, Math.floor(variant.duration / SECOND));
	const windows = segments.length;
	const ledgers = segments.map((segment) => segment.ledger);
	const sum = (pick: (ledger: (typeof ledgers)[number]) => number): number => ledgers.reduce((total, ledger) => total + pick(ledger), 0);
	const watchTime = sum((ledger) => ledger.watchSeconds) + sum((ledger) => ledger.watchMicros) / SECOND;
	const length = ((variant.duration - variant.warmUp) / SECOND) * windows;
	return {
		requests: requestRows(segments, from, to),
		openWatches: {
			mean: rounded(watchTime / length),
			max: Math.max(0, ...ledgers.map((ledger) => maximum(ledger.watchDifference, from, to))),
		},
		connections: { max: Math.max(0, ...ledgers.map((ledger) => maximum(ledger.connectionDifference, from, to))) },
		watchEvents: sum((ledger) => ledger.watchEvents),
		bookmarks: sum((ledger) => ledger.bookmarks),
		etcdReads: sum((ledger) => ledger.etcdReads),
		etcdReadsPerSecond: rounded(sum((ledger) => ledger.etcdReads) / length),
		bytesSent: sum((ledger) => ledger.bytesSent),
	};
}

function requestRows(segments: readonly Segment[], from: number, to: number): RequestCount[] {
	const rows = new Map<string, { series: RequestSeries; count: number; peak: number }>();
	for (const { ledger } of segments) {
		for (const series of ledger.requests) {
			const key = `${series.verb} ${series.resource} ${series.resourceVersion} ${series.code} ${series.origin}`;
			const row = rows.get(key) ?? { series, count: 0, peak: 0 };
			rows.set(key, row);
			for (let second = from; second < to; second++) {
				const count = series.perSecond[second] ?? 0;
				row.count += count;
				if (count > row.peak) row.peak = count;
			}
		}
	}
	return [...rows.entries()]
		.filter(([, row]) => row.count > 0)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, { series, count, peak }]) => ({
			verb: series.verb,
			resource: series.resource,
			resourceVersion: series.resourceVersion,
			code: series.code,
			origin: series.origin,
			count,
			perSecond: rounded(count / ((to - from) * segments.length)),
			peakPerSecond: peak,
		}));
}

/** The largest value that a running sum of differences has within [from, to). */
function maximum(differences: Int32Array, from: number, to: number): number {
	let value = 0;
	let largest = 0;
	for (let second = 0; second < to && second < differences.length; second++) {
		value += differences[second] as number;
		if (second >= from - 1 && value > largest) largest = value;
	}
	return largest;
}

function rounded(value: number): number {
	return Number(value.toPrecision(9));
}
