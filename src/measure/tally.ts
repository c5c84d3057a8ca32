// What is kept of the samples of a run that has too many to keep them: histograms of the delays by block of nodes, the time to
// the last replica of each write, and rows by object and by workload. Everything is a sum, a maximum or a set, so that parts
// of a run join to the same bytes however it was cut.

import { addedRows } from '../core/histogram-join.js';
import { HistogramTable, type HistogramTableData } from '../core/histogram-table.js';
import type { Micros } from '../core/time.js';
import { GroupTally, type GroupTallyData, type JoinedGroups, joinGroups } from './group-tally.js';
import { OBJECTS, type ReachedWrites, ReachTable } from './reached-writes.js';
import { type TallyLayout, VARIANT_SUB_BITS } from './sample-policy.js';
import { LAST_SETTLED_CODE, OUTCOMES, outcomeCode, type SampleColumns } from './samples.js';

const SHOWN = outcomeCode('shown');
const PENDING = outcomeCode('pending');
/** Stands in {@link TallyData.latest} for a write of which there is no sample. */
export const NO_SAMPLE = -1;

/** The counts of a part of a run. */
export interface TallyData {
	readonly layout: TallyLayout;
	/** One row per block of nodes: delays that were waited for, and those of writes that were shown themselves. */
	readonly delay: HistogramTableData;
	readonly shown: HistogramTableData;
	/** By code. */
	readonly outcomes: Float64Array;
	/** Time to the last replica of each write in microseconds: `Infinity` when it is pending, NaN when no volume waited, -1 when it has no sample. */
	readonly latest: Float64Array;
	readonly objects: GroupTallyData;
	readonly workloads: GroupTallyData;
	readonly reached: ReachedWrites;
}

/** A pod as samples are counted by. */
export interface CountedPod {
	/** Number of the pod in the run, by which samples name it. */
	readonly index: number;
	readonly workload: string;
}

/** A write as samples are counted by. */
export interface CountedWrite {
	readonly object: string;
	readonly commit: number;
}

/** More than a pod has volumes. */
const VOLUMES = 0x1_0000;

/** One object in one volume of a node: its rows, and the writes that have reached it. */
interface Slot {
	readonly workload: number;
	readonly object: number;
	/** Numbers of the first and the last of these writes. */
	first: number;
	last: number;
}

/** Counts the samples of one node after the other. */
export class Tally {
	readonly #layout: TallyLayout;
	readonly #nodes: number;
	readonly #writes: readonly CountedWrite[];
	/** Row of the object of each write, -1 until it is met. */
	readonly #objectOf: Int32Array;
	readonly #delay = new HistogramTable(VARIANT_SUB_BITS);
	readonly #shown = new HistogramTable(VARIANT_SUB_BITS);
	readonly #outcomes = new Float64Array(OUTCOMES.length);
	readonly #latest: Float64Array;
	readonly #objects: GroupTally;
	readonly #workloads: GroupTally;
	/** By row of the workload and row of the object. */
	readonly #reached = new ReachTable();

	/** @param nodes of the whole run. @param writes of the replication, by number. */
	constructor(layout: TallyLayout, nodes: number, writes: readonly CountedWrite[]) {
		this.#layout = layout;
		this.#nodes = nodes;
		this.#writes = writes;
		this.#objectOf = new Int32Array(writes.length).fill(-1);
		this.#latest = new Float64Array(writes.length).fill(NO_SAMPLE);
		this.#objects = new GroupTally(layout.objectSubBits);
		this.#workloads = new GroupTally(layout.workloadSubBits);
		for (let block = 0; block < layout.blocks; block++) {
			this.#delay.addRow();
			this.#shown.addRow();
		}
	}

	/** Counts the samples of a node. @param pods all that were ever on it. */
	node(node: number, pods: readonly CountedPod[], { write, pod, volume, settled, outcome }: SampleColumns): void {
		const block = Math.floor((node * this.#layout.blocks) / this.#nodes);
		const places = new Map<number, number>();
		for (const [place, { index }] of pods.entries()) places.set(index, place);
		const slots = new Map<number, Slot>();
		let slot: Slot | undefined;
		for (let i = 0; i < write.length; i++) {
			const number = write[i] as number;
			const object = this.#objectRow(number);
			// Most samples follow one of the same volume and object.
			if (slot === undefined || slot.object !== object || pod[i] !== pod[i - 1] || volume[i] !== volume[i - 1]) {
				const place = places.get(pod[i] as number) as number;
				const key = (place * VOLUMES + (volume[i] as number)) * OBJECTS + object;
				slot = slots.get(key);
				if (slot === undefined) {
					slot = { workload: this.#workloads.row((pods[place] as CountedPod).workload), object, first: number, last: number };
					slots.set(key, slot);
				}
			}
			if (number < slot.first) slot.first = number;
			else if (number > slot.last) slot.last = number;
			const code = outcome[i] as number;
			const delay = this.#sample(block, number, code, settled[i] as number);
			this.#objects.sample(object, code, delay);
			this.#workloads.sample(slot.workload, code, delay);
		}
		this.#close(slots);
	}

	/** Counts the volumes of a node that have samples, and which writes have reached them. */
	#close(slots: ReadonlyMap<number, Slot>): void {
		const volumes = new Set<number>();
		for (const [key, { workload, object, first, last }] of slots) {
			this.#objects.volume(object);
			this.#reached.add(workload, object, first, last);
			const volume = Math.floor(key / OBJECTS);
			if (volumes.has(volume)) continue;
			volumes.add(volume);
			this.#workloads.volume(workload);
		}
	}

	/** Everything that was counted. */
	data(): TallyData {
		const objects = this.#objects.data();
		const workloads = this.#workloads.data();
		return {
			layout: this.#layout,
			delay: this.#delay.data(),
			shown: this.#shown.data(),
			outcomes: this.#outcomes,
			latest: this.#latest,
			objects,
			workloads,
			reached: this.#reached.data(this.#workloads.placesAmong(workloads.names), this.#objects.placesAmong(objects.names)),
		};
	}

	/** Counts one sample of a block and gives its delay, NaN when it was not waited for. */
	#sample(block: number, write: number, code: number, settled: Micros): Micros {
		this.#outcomes[code] = (this.#outcomes[code] as number) + 1;
		const waited = code <= LAST_SETTLED_CODE || code === PENDING;
		const commit = (this.#writes[write] as CountedWrite).commit;
		const delay = waited ? (code === PENDING ? Number.POSITIVE_INFINITY : settled - commit) : Number.NaN;
		this.#latest[write] = later(this.#latest[write] as number, delay);
		if (waited) this.#delay.record(block, delay);
		if (code === SHOWN) this.#shown.record(block, delay);
		return delay;
	}

	#objectRow(write: number): number {
		const known = this.#objectOf[write] as number;
		if (known >= 0) return known;
		const row = this.#objects.row((this.#writes[write] as CountedWrite).object);
		this.#objectOf[write] = row;
		return row;
	}
}

/** The counts of all parts of a run. */
export function joinTallies(parts: readonly TallyData[]): TallyData {
	const [first, ...others] = parts;
	if (first === undefined) throw new Error('joinTallies needs at least one part');
	if (others.length === 0) return first;
	const outcomes = new Float64Array(OUTCOMES.length);
	const latest = new Float64Array(parts.reduce((most, part) => Math.max(most, part.latest.length), 0)).fill(NO_SAMPLE);
	for (const part of parts) {
		for (let code = 0; code < OUTCOMES.length; code++) outcomes[code] = (outcomes[code] as number) + (part.outcomes[code] as number);
		for (let write = 0; write < part.latest.length; write++) {
			latest[write] = later(latest[write] as number, part.latest[write] as number);
		}
	}
	const objects = joinGroups(parts.map((part) => part.objects));
	const workloads = joinGroups(parts.map((part) => part.workloads));
	return {
		layout: first.layout,
		delay: addedRows(parts.map(({ delay }) => delay)),
		shown: addedRows(parts.map(({ shown }) => shown)),
		outcomes,
		latest,
		objects: objects.data,
		workloads: workloads.data,
		reached: joinReached(parts, workloads, objects),
	};
}

function joinReached(parts: readonly TallyData[], workloads: JoinedGroups, objects: JoinedGroups): ReachedWrites {
	const all = new ReachTable();
	for (const [number, { reached }] of parts.entries()) {
		const rows = workloads.places[number] as Uint32Array;
		const columns = objects.places[number] as Uint32Array;
		for (let i = 0; i < reached.workload.length; i++) {
			const [workload, object] = [rows[reached.workload[i] as number] as number, columns[reached.object[i] as number] as number];
			all.add(workload, object, reached.first[i] as number, reached.last[i] as number);
		}
	}
	return all.data();
}

/** The later of two times to the last replica. */
function later(a: Micros, b: Micros): Micros {
	if (a === NO_SAMPLE || Number.isNaN(a)) return b === NO_SAMPLE ? a : b;
	return b > a ? b : a;
}
