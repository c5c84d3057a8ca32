// Whether a run gave every figure of the result contract: fast numbers without them would be worth nothing.

import { loadRows, type Partial, sampleRows, summarise } from '../../src/index.js';
import type { VariantResult } from '../../src/measure/result.js';

type Figure = readonly [name: string, isThere: (variant: VariantResult) => boolean];

const sum = (counts: object): number => Object.values(counts).reduce((total: number, count: number) => total + count, 0);

const ALWAYS: readonly Figure[] = [
	['delay samples', ({ propagation }) => propagation.delaySeconds.count > 0 && propagation.delaySeconds.p99 !== null],
	['outcomes', ({ propagation }) => sum(propagation.outcomes) >= propagation.delaySeconds.count && propagation.outcomes.shown > 0],
	['time to last replica', ({ timeToLastReplicaSeconds, writes }) => timeToLastReplicaSeconds.count === writes && writes > 0],
	['requests a second', ({ apiserver }) => apiserver.requests.some(({ perSecond, peakPerSecond }) => perSecond > 0 && peakPerSecond > 0)],
	// Undisturbed nodes under Watch and Cache need none.
	['etcd reads', ({ apiserver }) => apiserver.etcdReads >= 0],
	['bytes', ({ apiserver }) => apiserver.bytesSent > 0],
	['throttling', ({ kubelet }) => kubelet.throttledSeconds >= 0],
	['connections', ({ apiserver }) => apiserver.connections.max > 0],
	['syncs, refreshes, swaps', ({ kubelet }) => kubelet.syncs > 0 && kubelet.refreshes > 0 && kubelet.swaps > 0],
];

const ROUGH: readonly Figure[] = [
	['etcd reads of restarted kubelets', ({ apiserver }) => apiserver.etcdReads > 0],
	['events of failed mounts', ({ kubelet }) => kubelet.events.some(({ reason, count }) => reason === 'FailedMount' && count > 0)],
	['throttled seconds', ({ kubelet }) => kubelet.throttledSeconds > 0],
];

/** How many samples the histograms of a partial hold. */
function tallied({ segments }: Partial): number {
	return segments.reduce((total, { tally }) => total + sum(tally?.outcomes ?? []), 0);
}

/**
 * Names of the figures that a partial of one variant does not have.
 *
 * @param rough also those that only disturbed nodes give.
 * @param withRows where a run has too many samples to keep them: some of its nodes with their rows, as they go into a file while it runs.
 */
export function missingFigures(partial: Partial, rough: boolean, withRows: Partial = partial): readonly string[] {
	const [variant] = summarise(partial).variants;
	if (variant === undefined) return ['a variant'];
	const missing = [...ALWAYS, ...(rough ? ROUGH : [])].filter(([, isThere]) => !isThere(variant)).map(([name]) => name);
	let samples = 0;
	for (const row of sampleRows(withRows)) if (row.outcome !== undefined) samples++;
	const counted = withRows === partial ? sum(variant.propagation.outcomes) : tallied(withRows);
	if (samples === 0 || samples !== counted) missing.push('one row per sample');
	let seconds = 0;
	for (const row of loadRows(partial)) if (row.count > 0) seconds++;
	if (seconds === 0) missing.push('load series');
	return missing;
}
