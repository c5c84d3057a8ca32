// The figures of a variant's delays from what was counted instead of samples. Counts, means, extremes, outcomes and the times
// to the last replica are exact; quantiles are off by at most the stated relative error. Units of intervals are blocks of
// nodes, or replications.

import { filledRows, type HistogramTableData, pooledRow, stackedRows } from '../core/histogram-table.js';
import { pooledRowQuantiles } from '../core/histogram-units.js';
import type { DelayFigures } from './delay-figures.js';
import { GroupTally, type GroupTallyData } from './group-tally.js';
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
		byObject: groups(counted, (tally) => tally.objects, writesByObject(counted)),
		byWorkload: groups(counted, (tally) => tally.workloads, writesByWorkload(counted)),
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

function outcomesOf(counts: Float64Array): Outcomes {
	return Object.fromEntries(OUTCOMES.map((name, code) => [name, counts[code]])) as unknown as Outcomes;
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

function writesByObject(counted: readonly Counted[]): Map<string, number> {
	const sums = new Map<string, number>();
	for (const one of counted) for (const [object, list] of sampledWrites(one)) sums.set(object, (sums.get(object) ?? 0) + list.length);
	return sums;
}

function writesByWorkload(counted: readonly Counted[]): Map<string, number> {
	const sums = new Map<string, number>();
	for (const one of counted) {
		const writes = sampledWrites(one);
		const { reached, workloads, objects } = one.tally;
		for (let i = 0; i < reached.workload.length; i++) {
			const name = workloads.names[reached.workload[i] as number] as string;
			const list = writes.get(objects.names[reached.object[i] as number] as string) ?? [];
			const count = upTo(list, reached.last[i] as number) - upTo(list, (reached.first[i] as number) - 1);
			sums.set(name, (sums.get(name) ?? 0) + count);
		}
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

function groups(
	counted: readonly Counted[],
	pick: (tally: TallyData) => GroupTallyData,
	writes: ReadonlyMap<string, number>,
): GroupResult[] {
	const volumes = new Map<string, number>();
	const [first] = counted as readonly [Counted, ...Counted[]];
	const sum = new GroupTally(pick(first.tally).delays.subBits);
	for (const { tally } of counted) {
		const data = pick(tally);
		if (counted.length > 1) sum.add(data);
		// The same volumes have samples in every replication, but for those of pods that come and go.
		for (const [place, name] of data.names.entries()) volumes.set(name, Math.max(volumes.get(name) ?? 0, data.volumes[place] as number));
	}
	const whole = counted.length > 1 ? sum.data() : pick(first.tally);
	return whole.names.map((name, place) => ({
		name,
		writes: writes.get(name) ?? 0,
		volumes: volumes.get(name) ?? 0,
		delaySeconds: summariseRow(whole.delays, place),
		outcomes: outcomesOf(whole.outcomes.subarray(place * OUTCOMES.length, (place + 1) * OUTCOMES.length)),
	}));
}
