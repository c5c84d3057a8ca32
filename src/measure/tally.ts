// What is kept of the samples of a run that has too many to keep them: histograms of the delays by block of nodes, the time to
// the last replica of each write, and rows by object and by workload. Everything is a sum, a maximum or a set, so that parts
// of a run join to the same bytes however it was cut.

import { HistogramTable, type HistogramTableData } from '../core/histogram-table.js';
import type { Micros } from '../core/time.js';
import { GroupTally, type GroupTallyData } from './group-tally.js';
import { type TallyLayout, VARIANT_SUB_BITS } from './sample-policy.js';
import { LAST_SETTLED_CODE, OUTCOMES, outcomeCode, type SampleColumns } from './samples.js';

const SHOWN = outcomeCode('shown');
const PENDING = outcomeCode('pending');
/** Stands in {@link TallyData.latest} for a write of which there is no sample. */
export const NO_SAMPLE = -1;

/** Which writes reached a workload, object by object: from the first to the last of them. By workload, then by object. */
export interface ReachedWrites {
	/** Place among {@link TallyData.workloads}. */
	readonly workload: Int32Array;
	/** Place among {@link TallyData.objects}. */
	readonly object: Int32Array;
	/** Numbers of writes of one object. */
	readonly first: Int32Array;
	readonly last: Int32Array;
}

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

/** More than a pod has volumes, and than a run has objects: numbers of several parts stay apart. */
const VOLUMES = 0x1_0000;
const OBJECTS = 0x40_0000;

/** First and last write of one object that reached a workload. */
interface Reach {
	first: number;
	last: number;
}

/** One object in one volume of a node: its rows, and the writes that have reached it. */
interface Slot extends Reach {
	readonly workload: number;
	readonly object: number;
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
	#latest: Float64Array;
	readonly #objects: GroupTally;
	readonly #workloads: GroupTally;
	/** By row of the workload and row of the object. */
	readonly #reached = new Map<number, Reach>();

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
		for (let i = 0; i < write.length; i++) {
			const number = write[i] as number;
			const place = places.get(pod[i] as number) as number;
			const object = this.#objectRow(number);
			const key = (place * VOLUMES + (volume[i] as number)) * OBJECTS + object;
			let slot = slots.get(key);
			if (slot === undefined) {
				slot = { workload: this.#workloads.row((pods[place] as CountedPod).workload), object, first: number, last: number };
				slots.set(key, slot);
			} else if (number < slot.first) slot.first = number;
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
			this.#reach(workload, object, first, last);
			const volume = Math.floor(key / OBJECTS);
			if (volumes.has(volume)) continue;
			volumes.add(volume);
			this.#workloads.volume(workload);
		}
	}

	/** Adds what another part of the run has counted. */
	add(data: TallyData): void {
		for (let block = 0; block < this.#layout.blocks; block++) {
			this.#delay.add(block, data.delay, block);
			this.#shown.add(block, data.shown, block);
		}
		for (let code = 0; code < OUTCOMES.length; code++) {
			this.#outcomes[code] = (this.#outcomes[code] as number) + (data.outcomes[code] as number);
		}
		if (data.latest.length > this.#latest.length) this.#latest = widened(this.#latest, data.latest.length);
		for (const [number, value] of data.latest.entries()) this.#latest[number] = later(this.#latest[number] as number, value);
		this.#objects.add(data.objects);
		this.#workloads.add(data.workloads);
		const { workload, object, first, last } = data.reached;
		for (let i = 0; i < workload.length; i++) {
			const row = this.#workloads.row(data.workloads.names[workload[i] as number] as string);
			const column = this.#objects.row(data.objects.names[object[i] as number] as string);
			this.#reach(row, column, first[i] as number, last[i] as number);
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
			reached: this.#reachedBy(workloads.names, objects.names),
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

	#reach(workload: number, object: number, first: number, last: number): void {
		const key = workload * OBJECTS + object;
		const reach = this.#reached.get(key);
		if (reach === undefined) this.#reached.set(key, { first, last });
		else {
			if (first < reach.first) reach.first = first;
			if (last > reach.last) reach.last = last;
		}
	}

	#reachedBy(workloads: readonly string[], objects: readonly string[]): ReachedWrites {
		const workloadPlaces = new Map(workloads.map((name, place) => [this.#workloads.row(name), place]));
		const objectPlaces = new Map(objects.map((name, place) => [this.#objects.row(name), place]));
		const rows = [...this.#reached].map(([key, reach]) => ({
			workload: workloadPlaces.get(Math.floor(key / OBJECTS)) as number,
			object: objectPlaces.get(key % OBJECTS) as number,
			...reach,
		}));
		rows.sort((a, b) => a.workload - b.workload || a.object - b.object);
		return {
			workload: Int32Array.from(rows, (row) => row.workload),
			object: Int32Array.from(rows, (row) => row.object),
			first: Int32Array.from(rows, (row) => row.first),
			last: Int32Array.from(rows, (row) => row.last),
		};
	}
}

/** The counts of all parts of a run. */
export function joinTallies(parts: readonly TallyData[]): TallyData {
	const [first, ...others] = parts;
	if (first === undefined) throw new Error('joinTallies needs at least one part');
	if (others.length === 0) return first;
	const whole = new Tally(first.layout, 0, []);
	for (const part of parts) whole.add(part);
	return whole.data();
}

/** The later of two times to the last replica. */
function later(a: Micros, b: Micros): Micros {
	if (a === NO_SAMPLE || Number.isNaN(a)) return b === NO_SAMPLE ? a : b;
	return b > a ? b : a;
}

function widened(old: Float64Array, length: number): Float64Array {
	const wider = new Float64Array(length).fill(NO_SAMPLE);
	wider.set(old);
	return wider;
}
