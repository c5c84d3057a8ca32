// `summarise(partial) -> result`: the figures of a study by the definitions of the result contract. Delays run over all
// measured writes, superseded ones included; writes that are still pending count as infinite; everything else that was never
// settled is told by its outcome.

import { bootstrapIntervals, pairedDifference, ratio, type UnitStatistic } from '../core/bootstrap.js';
import { unitsNeeded } from '../core/interval.js';
import { RANDOM_ALGORITHM, streamKey } from '../core/random.js';
import { SECOND } from '../core/time.js';
import type { DelayFigures, DelayUnits } from './delay-figures.js';
import { expectationResults } from './expectation-check.js';
import { apiserverFigures } from './load-figures.js';
import type { Partial, Segment, VariantHeader, WriteRow } from './partial.js';
import type { Comparison, RunResult, VariantResult } from './result.js';
import { sampleFigures } from './sample-figures.js';
import { seconds } from './summary.js';
import { tallyFigures } from './tally-figures.js';

/** Resamples of a paired difference. */
const RESAMPLES = 400;

/**
 * The result of a study.
 *
 * @param partial all of it: every variant, replication and node.
 * @throws Error when a part is missing, naming it.
 */
export function summarise(partial: Partial): RunResult {
	const { header } = partial;
	const [first] = header.variants;
	if (first === undefined) throw new Error('a plan has at least one variant');
	const bySegment = header.variants.map((_, index) => segmentsOf(partial, index));
	const figures = header.variants.map((variant, index) => {
		const segments = bySegment[index] as Segment[];
		return variant.tally === null ? sampleFigures(variant, segments) : tallyFigures(variant, segments);
	});
	const variants = header.variants.map((variant, index) =>
		variantResult(variant, bySegment[index] as Segment[], figures[index] as DelayFigures),
	);
	const refusals = new Set(bySegment.flatMap((segments) => segments.flatMap((segment) => segment.plane.refusals)));
	return {
		scenario: {
			...header.scenario,
			seed: header.seed,
			replications: header.replications,
			kubernetes: first.kubernetes,
			durationSeconds: first.duration / SECOND,
			warmUpSeconds: first.warmUp / SECOND,
			planDigest: header.planDigest,
			randomAlgorithm: RANDOM_ALGORITHM,
		},
		variants,
		comparisons: comparisons(header.variants, bySegment, figures),
		expectations: expectationResults(header.expectations, variants, header.replications),
		assumptions: header.assumptions,
		warnings: [...header.warnings, ...limited([...refusals])],
	};
}

/** At most ten of the refusals: one per replication would drown the rest. */
function limited(refusals: readonly string[]): string[] {
	return refusals.length <= 10 ? [...refusals] : [...refusals.slice(0, 10), `... and ${refusals.length - 10} more refused actions`];
}

function segmentsOf(partial: Partial, variant: number): Segment[] {
	const { header } = partial;
	const found = partial.segments.filter((segment) => segment.variant === variant);
	const name = header.variants[variant]?.name ?? '';
	for (let replication = 0; replication < header.replications; replication++) {
		const segment = found.find((candidate) => candidate.replication === replication);
		if (segment === undefined) throw new Error(`variant "${name}", replication ${replication} is missing`);
		if (segment.firstNode !== 0 || segment.endNode !== segment.plane.nodes.length) {
			throw new Error(
				`variant "${name}", replication ${replication} holds nodes ${segment.firstNode + 1} to ${segment.endNode} of ${segment.plane.nodes.length}`,
			);
		}
	}
	return found.sort((a, b) => a.replication - b.replication);
}

function variantResult(variant: VariantHeader, segments: readonly Segment[], figures: DelayFigures): VariantResult {
	const [first] = segments as [Segment, ...Segment[]];
	const { counts } = first.plane;
	const measured = (write: WriteRow): boolean => write.commit >= variant.warmUp && write.commit < variant.duration;
	return {
		name: variant.name,
		settings: variant.settings,
		engine: {
			path: segments.some((segment) => segment.engine === 'fast') ? 'fast' : 'reference',
			coupled: variant.couplings.length > 0,
			why:
				variant.couplings.length > 0 ? variant.couplings.join('; ') : 'the nodes are independent given the timeline of the control plane',
		},
		nodes: counts.nodes,
		pods: counts.pods,
		volumes: counts.volumes,
		injectedVolumes: counts.injectedVolumes,
		writes: segments.reduce((sum, { plane }) => sum + plane.writes.filter(measured).length, 0),
		propagation: {
			delaySeconds: figures.delay,
			shownDelaySeconds: figures.shown,
			outcomes: figures.outcomes,
			neverUpdating: { subPath: counts.subPath, env: counts.env, notMounted: counts.notMounted },
		},
		timeToLastReplicaSeconds: figures.lastReplica,
		apiserver: apiserverFigures(variant, segments),
		kubelet: kubeletFigures(segments),
		byObject: figures.byObject,
		byWorkload: figures.byWorkload,
	};
}

function kubeletFigures(segments: readonly Segment[]): VariantResult['kubelet'] {
	const events = new Map<string, { type: string; reason: string; message: string; count: number }>();
	const totals = { syncs: 0, refreshes: 0, swaps: 0, throttled: 0 };
	for (const segment of segments) {
		totals.syncs += segment.counters.syncs;
		totals.refreshes += segment.counters.refreshes;
		totals.swaps += segment.counters.swaps;
		totals.throttled += segment.counters.throttled;
		for (const event of segment.events) {
			const key = `${event.type} ${event.reason} ${event.message}`;
			events.set(key, { ...event, count: event.count + (events.get(key)?.count ?? 0) });
		}
	}
	const sorted = [...events.values()].sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1));
	return {
		syncs: totals.syncs,
		refreshes: totals.refreshes,
		swaps: totals.swaps,
		throttledSeconds: totals.throttled / SECOND,
		events: sorted,
	};
}

/** Paired differences of each variant against the first: the same luck, one setting changed. */
function comparisons(headers: readonly VariantHeader[], segments: readonly Segment[][], figures: readonly DelayFigures[]): Comparison[] {
	const base = headers[0] as VariantHeader;
	const list: Comparison[] = [];
	for (let index = 1; index < headers.length; index++) {
		const variant = headers[index] as VariantHeader;
		const replications = (segments[0] as Segment[]).length;
		const nodes = Math.max(...(segments[0] as Segment[]).map(({ plane }) => plane.nodes.length));
		const sameNodes = (segments[index] as Segment[]).every(({ plane }) => plane.nodes.length === nodes);
		const asNodes = base.nodesAreUnits && variant.nodesAreUnits && sameNodes;
		const [mine, theirs] = [figures[index] as DelayFigures, figures[0] as DelayFigures].map((one) => one.units(asNodes)) as [
			DelayUnits,
			DelayUnits,
		];
		const quantiles: readonly (readonly [string, number])[] = [
			['p50', 0.5],
			['p99', 0.99],
		];
		const wanted = quantiles.map(([, q]) => q);
		const [ours, others] = [mine.quantiles(wanted), theirs.quantiles(wanted)];
		for (const [place, [name, q]] of quantiles.entries()) {
			const statistic = pairedDifference(ours[place] as UnitStatistic, others[place] as UnitStatistic);
			const enough = mine.count >= unitsNeeded(q);
			list.push(comparison(`propagation.delaySeconds.${name}`, variant, base, mine.count, statistic, enough, (value) => seconds(value)));
		}
		for (const [metric, count] of RATES) {
			const ones = new Float64Array(replications).fill(1);
			const rate = (which: number): UnitStatistic =>
				ratio(
					(segments[which] as Segment[]).map((segment) => count(segment, headers[which] as VariantHeader)),
					ones,
				);
			const statistic = pairedDifference(rate(index), rate(0));
			list.push(
				comparison(metric, variant, base, replications, statistic, replications >= 6, (value) =>
					value === null ? null : Number(value.toPrecision(9)),
				),
			);
		}
	}
	return list;
}

/** Rates that are compared, per second of the measured window and replication. */
const RATES: readonly (readonly [string, (segment: Segment, variant: VariantHeader) => number])[] = [
	[
		'apiserver.requests.perSecond',
		(segment, variant) => apiserverFigures(variant, [segment]).requests.reduce((sum, row) => sum + row.perSecond, 0),
	],
	['apiserver.etcdReadsPerSecond', (segment, variant) => (segment.ledger.etcdReads * SECOND) / (variant.duration - variant.warmUp)],
];

function comparison(
	metric: string,
	variant: VariantHeader,
	base: VariantHeader,
	units: number,
	statistic: UnitStatistic,
	enough: boolean,
	unit: (value: number | null) => number | null,
): Comparison {
	const difference = unit(statistic(new Uint32Array(units).fill(1)));
	const interval = enough
		? bootstrapIntervals(units, [statistic], { key: streamKey(0, 'comparison', metric), resamples: RESAMPLES })[0]
		: null;
	const low = unit(interval?.[0] ?? null);
	const high = unit(interval?.[1] ?? null);
	return {
		metric,
		variant: variant.name,
		against: base.name,
		pairedDifference: difference,
		interval95: low === null || high === null ? null : [low, high],
	};
}
