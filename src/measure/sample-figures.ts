// The figures of a variant's delays from all of its samples, exact: summaries with intervals, outcomes, times to the last
// replica, and the same by object and by workload.

import { pooledQuantiles } from '../core/bootstrap.js';
import type { DelayFigures } from './delay-figures.js';
import type { PodRow, Segment, VariantHeader, WriteRow } from './partial.js';
import type { GroupResult, Outcomes } from './result.js';
import { LAST_SETTLED_CODE, OUTCOMES, outcomeCode } from './samples.js';
import { summarise as summary, unitSamples } from './summary.js';

const PENDING = outcomeCode('pending');
const SHOWN = outcomeCode('shown');
/** More than a replication has writes, and than a run has volumes of one pod: numbers of two parts stay apart. */
const MANY = 0x1_0000_0000;

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

/** The figures of a variant. @param segments one per replication, whole. */
export function sampleFigures(variant: VariantHeader, segments: readonly Segment[]): DelayFigures {
	const delays = collectDelays(segments);
	const nodes = Math.max(...segments.map((segment) => segment.plane.nodes.length));
	const of = (keep: (index: number) => boolean, asNodes: boolean): ReturnType<typeof unitSamples> =>
		waited(delays, { ...variant, nodesAreUnits: asNodes }, nodes, segments.length, keep);
	const every = (): boolean => true;
	const last = unitSamples('replication', segments.length, delays.lastReplica, (i) => delays.lastReplicaReplication[i] as number);
	return {
		delay: summary(of(every, variant.nodesAreUnits), 'delay'),
		shown: summary(
			of((i) => delays.outcome[i] === SHOWN, variant.nodesAreUnits),
			'shownDelay',
		),
		outcomes: outcomesOf(delays.outcome),
		lastReplica: summary(last, 'lastReplica'),
		byObject: groups(delays, delays.object),
		byWorkload: groups(delays, delays.workload),
		units: (asNodes) => {
			const { units } = of(every, asNodes);
			return { count: units.length, quantiles: (qs) => pooledQuantiles(units, qs) };
		},
	};
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
