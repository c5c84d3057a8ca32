// The figures of a variant's delays from what was counted instead of samples. Counts, means, extremes, outcomes and the times
// to the last replica are exact; quantiles are off by at most the stated relative error. Units of intervals are blocks of
// nodes, or replications.

import { filledRows, pooledRow, stackedRows } from '../core/histogram-join.js';
import type { HistogramTableData } from '../core/histogram-table.js';
import { pooledRowQuantiles } from '../core/histogram-units.js';
import type { DelayFigures } from './delay-figures.js';
import { type GroupTallyData, joinGroups } from './group-tally.js';
import type { Segment, VariantHeader } from './partial.js';
import type { GroupResult, Outcomes, Summary } from './result.js';
import { OUTCOMES } from './samples.js';
import { summariseRow, summariseRows, summarise as summary, unitSamples } from './summary.js';
import { NO_SAMPLE, type TallyData } from './tally.js';

/** A replication and what was counted in it. */
interface Counted {
	readonly segment: Segment;
	readonly tally: TallyData;
}

/** The figures of a variant. @param segments one per replication, whole, all with tallies. */
export function tallyFigures(variant: VariantHeader, segments: readonly Segment[]): DelayFigures {
	const counted = segments.map((segment): Counted => {
		if (segment.tally === null) throw new Error(`variant "${variant.name}", replication ${segment.replication} has no tally`);
		return { segment, tally: segment.tally };
	});
	const rowsOf = (pick: (tally: TallyData) => HistogramTableData, asNodes: boolean): HistogramTableData =>
		filledRows(counted.map(({ tally }) => (asNodes ? pick(tally) : pooledRow(pick(tally)))));
	const kind = unitKind(variant, counted);
	return {
		delay: summariseRows(
			rowsOf(({ delay }) => delay, variant.nodesAreUnits),
			kind,
			'delay',
		),
		shown: summariseRows(
			rowsOf(({ shown }) => shown, variant.nodesAreUnits),
			kind,
			'shownDelay',
		),
		outcomes: outcomesOf(sumOfOutcomes(counted)),
		lastReplica: lastReplica(counted),
		byObject: groups(counted, (tally) => tally.objects, writesByObject),
		byWorkload: groups(counted, (tally) => tally.workloads, writesByWorkload),
		units: (asNodes) => {
			// Pairs of variants need all units in their order, empty ones too.
			const rows = stackedRows(counted.map(({ tally }) => (asNodes ? tally.delay : pooledRow(tally.delay))));
			return { count: rows.infinite.length, quantiles: (qs) => pooledRowQuantiles(rows, qs) };
		},
	};
}

function unitKind({ nodesAreUnits }: VariantHeader, counted: readonly Counted[]): Summary['units']['kind'] {
	if (!nodesAreUnits) return 'replication';
	return counted.every(({ segment, tally }) => tally.layout.blocks === segment.plane.nodes.length) ? 'node' : 'nodeBlock';
}

function sumOfOutcomes(counted: readonly Counted[]): Float64Array {
	const sum = new Float64Array(OUTCOMES.length);
	for (const { tally } of counted) for (const [code, count] of tally.outcomes.entries()) sum[code] = (sum[code] as number) + count;
	return sum;
}

/** One count for each of {@link OUTCOMES}. */
type EightCounts = readonly [number, number, number, number, number, number, number, number];

function outcomesOf(counts: Float64Array): Outcomes {
	const [shown, superseded, unchanged, blocked, detached, frozen, podGone, pending] = counts as unknown as EightCounts;
	return { shown, superseded, unchanged, blocked, detached, frozen, podGone, pending };
}

/** The time to the last replica of each write is known exactly: a maximum needs no samples. */
function lastReplica(counted: readonly Counted[]): Summary {
	const waited = counted.map(({ tally }) => tally.latest.filter((value) => value !== NO_SAMPLE && !Number.isNaN(value)));
	const values = Float64Array.from(waited.flatMap((one) => [...one]));
	const replication = Uint32Array.from(waited.flatMap((one, index) => Array<number>(one.length).fill(index)));
	return summary(
		unitSamples('replication', counted.length, values, (i) => replication[i] as number),
		'lastReplica',
	);
}

/** Numbers of the writes of each object of which there are samples, ascending. */
function sampledWrites({ segment, tally }: Counted): Map<string, number[]> {
	const writes = new Map<string, number[]>();
	for (const [number, { object }] of segment.plane.writes.entries()) {
		if (tally.latest[number] === NO_SAMPLE) continue;
		const list = writes.get(object);
		if (list === undefined) writes.set(object, [number]);
		else list.push(number);
	}
	return writes;
}

/** Writes of each object of which there are samples, by its place among the objects. */
function writesByObject(one: Counted): Float64Array {
	const writes = sampledWrites(one);
	return Float64Array.from(one.tally.objects.names, (name) => writes.get(name)?.length ?? 0);
}

/** Writes that have reached each workload, by its place among the workloads. */
function writesByWorkload(one: Counted): Float64Array {
	const { reached, workloads, objects } = one.tally;
	const writes = sampledWrites(one);
	const ofObject = objects.names.map((name) => writes.get(name) ?? []);
	const sums = new Float64Array(workloads.names.length);
	for (let i = 0; i < reached.workload.length; i++) {
		const list = ofObject[reached.object[i] as number] as readonly number[];
		const count = upTo(list, reached.last[i] as number) - upTo(list, (reached.first[i] as number) - 1);
		const place = reached.workload[i] as number;
		sums[place] = (sums[place] as number) + count;
	}
	return sums;
}

/** How many of an ascending list are at most `limit`. */
function upTo(list: readonly number[], limit: number): number {
	let low = 0;
	let high = list.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((list[middle] as number) <= limit) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Rows of objects or workloads. @param writesOf their writes in one replication, by place. */
function groups(
	counted: readonly Counted[],
	pick: (tally: TallyData) => GroupTallyData,
	writesOf: (one: Counted) => Float64Array,
): GroupResult[] {
	const [first, ...others] = counted as readonly [Counted, ...Counted[]];
	if (others.length === 0) {
		const data = pick(first.tally);
		return groupRows(data, writesOf(first), data.volumes);
	}
	const { data: whole, places } = joinGroups(counted.map(({ tally }) => pick(tally)));
	const writes = new Float64Array(whole.names.length);
	const volumes = new Float64Array(whole.names.length);
	for (const [number, one] of counted.entries()) {
		const data = pick(one.tally);
		const ofOne = writesOf(one);
		for (const [from, place] of (places[number] as Uint32Array).entries()) {
			writes[place] = (writes[place] as number) + (ofOne[from] as number);
			// The same volumes have samples in every replication, but for those of pods that come and go.
			volumes[place] = Math.max(volumes[place] as number, data.volumes[from] as number);
		}
	}
	return groupRows(whole, writes, volumes);
}

function groupRows({ names, delays, outcomes }: GroupTallyData, writes: Float64Array, volumes: Float64Array): GroupResult[] {
	return names.map((name, place) => ({
		name,
		writes: writes[place] as number,
		volumes: volumes[place] as number,
		delaySeconds: summariseRow(delays, place),
		outcomes: outcomesOf(outcomes.subarray(place * OUTCOMES.length, (place + 1) * OUTCOMES.length)),
	}));
}
