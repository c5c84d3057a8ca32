// `summarise(partial) -> result`: the figures of a study by the definitions of the result contract. Delays run over all
// measured writes, superseded ones included; writes that are still pending count as infinite; everything else that was never
// settled is told by its outcome.

import { bootstrapIntervals, pairedDifference, pooledQuantiles, ratio, type UnitStatistic } from '../core/bootstrap.js';
import { unitsNeeded } from '../core/interval.js';
import { RANDOM_ALGORITHM, streamKey } from '../core/random.js';
import { SECOND } from '../core/time.js';
import { expectationResults } from './expectation-check.js';
import { apiserverFigures } from './load-figures.js';
import type { Partial, PodRow, Segment, VariantHeader, WriteRow } from './partial.js';
import type { Comparison, GroupResult, Outcomes, RunResult, VariantResult } from './result.js';
import { LAST_SETTLED_CODE, OUTCOMES, outcomeCode } from './samples.js';
import { seconds, summarise as summary, unitSamples } from './summary.js';

const PENDING = outcomeCode('pending');
const SHOWN = outcomeCode('shown');
/** More than a replication has writes, and than a run has volumes of one pod: numbers of two parts stay apart. */
const MANY = 0x1_0000_0000;
/** Resamples of a paired difference. */
const RESAMPLES = 400;

/** Delays of one variant over all replications: microseconds, infinite when pending, NaN when not waited for. */
interface Delays {
	readonly delay: Float64Array;
	readonly outcome: Uint8Array;
	readonly replication: Uint32Array;
	readonly node: Uint32Array;
	/** Which write it is of: unique over replications. */
	readonly write: Float64Array;
	/** Which volume it is in: the same number in every replication. */
	readonly volume: Float64Array;
	readonly object: readonly string[];
	readonly workload: readonly string[];
	/** Time to the last replica of each write, microseconds. */
	readonly lastReplica: Float64Array;
	readonly lastReplicaReplication: Uint32Array;
}

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
	const delays = bySegment.map((segments) => collectDelays(segments));
	const variants = header.variants.map((variant, index) => variantResult(variant, bySegment[index] as Segment[], delays[index] as Delays));
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
		comparisons: comparisons(header.variants, bySegment, delays),
		expectations: expectationResults(header.expectations, variants),
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

function collectDelays(segments: readonly Segment[]): Delays {
	const length = segments.reduce((sum, { samples }) => sum + samples.write.length, 0);
	const delay = new Float64Array(length);
	const outcome = new Uint8Array(length);
	const replication = new Uint32Array(length);
	const node = new Uint32Array(length);
	const ofWrite = new Float64Array(length);
	const volume = new Float64Array(length);
	const object: string[] = new Array<string>(length);
	const workload: string[] = new Array<string>(length);
	const last: number[] = [];
	const lastReplication: number[] = [];
	let at = 0;
	for (const { samples, plane, pods, replication: number } of segments) {
		const latest = new Float64Array(plane.writes.length).fill(Number.NaN);
		for (let i = 0; i < samples.write.length; i++, at++) {
			const write = plane.writes[samples.write[i] as number] as WriteRow;
			const pod = pods[samples.pod[i] as number] as PodRow;
			const code = samples.outcome[i] as number;
			const value = code === PENDING ? Number.POSITIVE_INFINITY : (samples.settled[i] as number) - write.commit;
			delay[at] = value;
			outcome[at] = code;
			replication[at] = number;
			node[at] = pod.node;
			ofWrite[at] = number * MANY + (samples.write[i] as number);
			volume[at] = pod.index * MANY + (samples.volume[i] as number);
			object[at] = write.object;
			workload[at] = pod.workload;
			const before = latest[samples.write[i] as number] as number;
			if (!Number.isNaN(value) && !(before >= value)) latest[samples.write[i] as number] = value;
		}
		for (const value of latest) {
			if (Number.isNaN(value)) continue;
			last.push(value);
			lastReplication.push(number);
		}
	}
	return {
		delay,
		outcome,
		replication,
		node,
		write: ofWrite,
		volume,
		object,
		workload,
		lastReplica: Float64Array.from(last),
		lastReplicaReplication: Uint32Array.from(lastReplication),
	};
}

function outcomesOf(codes: Iterable<number>): Outcomes {
	const counts = Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<keyof Outcomes, number>;
	for (const code of codes) {
		const name = OUTCOMES[code];
		if (name === undefined) throw new Error(`unknown outcome code ${code}`);
		counts[name] += 1;
	}
	return counts;
}

/** Delays that were waited for (settled or pending), by unit. */
function waited(
	delays: Delays,
	variant: VariantHeader,
	nodes: number,
	replications: number,
	keep: (index: number) => boolean,
): ReturnType<typeof unitSamples> {
	const chosen: number[] = [];
	for (let i = 0; i < delays.delay.length; i++) {
		const code = delays.outcome[i] as number;
		if ((code <= LAST_SETTLED_CODE || code === PENDING) && keep(i)) chosen.push(i);
	}
	const values = Float64Array.from(chosen, (i) => delays.delay[i] as number);
	const count = variant.nodesAreUnits ? replications * nodes : replications;
	const unitOf = (place: number): number => {
		const i = chosen[place] as number;
		const replication = delays.replication[i] as number;
		return variant.nodesAreUnits ? replication * nodes + (delays.node[i] as number) : replication;
	};
	return unitSamples(variant.nodesAreUnits ? 'node' : 'replication', count, values, unitOf);
}

function variantResult(variant: VariantHeader, segments: readonly Segment[], delays: Delays): VariantResult {
	const [first] = segments as [Segment, ...Segment[]];
	const { counts } = first.plane;
	const nodes = Math.max(...segments.map((segment) => segment.plane.nodes.length));
	const every = (): boolean => true;
	const measured = (write: WriteRow): boolean => write.commit >= variant.warmUp && write.commit < variant.duration;
	const last = unitSamples('replication', segments.length, delays.lastReplica, (i) => delays.lastReplicaReplication[i] as number);
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
			delaySeconds: summary(waited(delays, variant, nodes, segments.length, every), 'delay'),
			shownDelaySeconds: summary(
				waited(delays, variant, nodes, segments.length, (i) => delays.outcome[i] === SHOWN),
				'shownDelay',
			),
			outcomes: outcomesOf(delays.outcome),
			neverUpdating: { subPath: counts.subPath, env: counts.env, notMounted: counts.notMounted },
		},
		timeToLastReplicaSeconds: summary(last, 'lastReplica'),
		apiserver: apiserverFigures(variant, segments),
		kubelet: kubeletFigures(segments),
		byObject: groups(delays, delays.object),
		byWorkload: groups(delays, delays.workload),
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

function groups(delays: Delays, names: readonly string[]): GroupResult[] {
	const members = new Map<string, number[]>();
	for (const [i, name] of names.entries()) {
		const list = members.get(name);
		if (list === undefined) members.set(name, [i]);
		else list.push(i);
	}
	return [...members.entries()]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, list]) => {
			const waitedFor = list.filter((i) => (delays.outcome[i] as number) <= LAST_SETTLED_CODE || delays.outcome[i] === PENDING);
			const values = Float64Array.from(waitedFor, (i) => delays.delay[i] as number);
			return {
				name,
				writes: new Set(list.map((i) => delays.write[i])).size,
				volumes: new Set(list.map((i) => delays.volume[i])).size,
				delaySeconds: summary(
					unitSamples('none', 1, values, () => 0),
					name,
				),
				outcomes: outcomesOf(list.map((i) => delays.outcome[i] as number)),
			};
		});
}

/** Paired differences of each variant against the first: the same luck, one setting changed. */
function comparisons(headers: readonly VariantHeader[], segments: readonly Segment[][], delays: readonly Delays[]): Comparison[] {
	const base = headers[0] as VariantHeader;
	const list: Comparison[] = [];
	for (let index = 1; index < headers.length; index++) {
		const variant = headers[index] as VariantHeader;
		const replications = (segments[0] as Segment[]).length;
		const nodes = Math.max(...(segments[0] as Segment[]).map(({ plane }) => plane.nodes.length));
		const sameNodes = (segments[index] as Segment[]).every(({ plane }) => plane.nodes.length === nodes);
		const asNodes = base.nodesAreUnits && variant.nodesAreUnits && sameNodes;
		const units = (which: number): readonly Float64Array[] =>
			waited(delays[which] as Delays, { ...(headers[which] as VariantHeader), nodesAreUnits: asNodes }, nodes, replications, () => true)
				.units;
		const quantiles: readonly (readonly [string, number])[] = [
			['p50', 0.5],
			['p99', 0.99],
		];
		const mine = units(index);
		const theirs = units(0);
		const ask = (pool: readonly Float64Array[]): UnitStatistic[] =>
			pooledQuantiles(
				pool,
				quantiles.map(([, q]) => q),
			);
		const [ours, others] = [ask(mine), ask(theirs)];
		for (const [place, [name, q]] of quantiles.entries()) {
			const statistic = pairedDifference(ours[place] as UnitStatistic, others[place] as UnitStatistic);
			const enough = mine.length >= unitsNeeded(q);
			list.push(comparison(`propagation.delaySeconds.${name}`, variant, base, mine.length, statistic, enough, (value) => seconds(value)));
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
