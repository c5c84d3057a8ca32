// What is kept of the samples of a run that has too many to keep them: histograms of the delays by block of nodes, the time to
// the last replica of each write, and rows by object and by workload. Everything is a sum, a maximum or a set, so that parts
// of a run join to the same bytes however it was cut.

import { addedRows } from '../core/histogram-join.js';
import { HistogramTable, type HistogramTableData } from '../core/histogram-table.js';
import type { Micros } from '../core/time.js';
import { GroupTally, type GroupTallyData, type JoinedGroups, joinGroups } from './group-tally.js';
import { NodeSlots } from './node-slots.js';
import { type ReachedWrites, ReachTable } from './reached-writes.js';
import { type TallyLayout, VARIANT_SUB_BITS } from './sample-policy.js';
import { LAST_SETTLED_CODE, type NodeColumns, OUTCOMES, outcomeCode } from './samples.js';

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

/** A pod as samples are counted by: few of a node's pods have samples, and only these are asked for their model. */
export interface CountedPod {
	/** Number of the pod in the run, by which samples name it. */
	readonly index: number;
	readonly model: { readonly workload: string };
}

/** A write as samples are counted by. */
export interface CountedWrite {
	readonly object: string;
	readonly commit: number;
}

/** Counts the samples of one node after the other. */
export class Tally {
	readonly #layout: TallyLayout;
	readonly #nodes: number;
	readonly #writes: readonly CountedWrite[];
	/** When each write was committed. */
	readonly #commits: Float64Array;
	/** Row of the object of each write, -1 until it is met. */
	readonly #objectOf: Int32Array;
	/** Delays of writes that were shown themselves, and of all others: nearly all are shown, so that nearly none is recorded twice. */
	readonly #shown = new HistogramTable(VARIANT_SUB_BITS);
	readonly #others = new HistogramTable(VARIANT_SUB_BITS);
	readonly #outcomes = new Float64Array(OUTCOMES.length);
	readonly #latest: Float64Array;
	readonly #objects: GroupTally;
	readonly #workloads: GroupTally;
	/** By row of the workload and row of the object. */
	readonly #reached = new ReachTable();
	readonly #slots = new NodeSlots();
	/** By sample of the node: its rows, its delay, NaN when it was not waited for, and the same of what was shown itself and of all else. */
	#objectRows: Int32Array = new Int32Array(0);
	#workloadRows: Int32Array = new Int32Array(0);
	#blockRows: Int32Array = new Int32Array(0);
	#delays: Float64Array = new Float64Array(0);
	#shownDelays: Float64Array = new Float64Array(0);
	#otherDelays: Float64Array = new Float64Array(0);

	/** @param nodes of the whole run. @param writes of the replication, by number. */
	constructor(layout: TallyLayout, nodes: number, writes: readonly CountedWrite[]) {
		this.#layout = layout;
		this.#nodes = nodes;
		this.#writes = writes;
		this.#commits = Float64Array.from(writes, ({ commit }) => commit);
		this.#objectOf = new Int32Array(writes.length).fill(-1);
		this.#latest = new Float64Array(writes.length).fill(NO_SAMPLE);
		this.#objects = new GroupTally(layout.objectSubBits);
		this.#workloads = new GroupTally(layout.workloadSubBits);
		for (let block = 0; block < layout.blocks; block++) {
			this.#shown.addRow();
			this.#others.addRow();
		}
	}

	/** Counts the samples of a node. @param pods all that were ever on it. */
	node(node: number, pods: readonly CountedPod[], samples: NodeColumns): void {
		const count = samples.write.length;
		this.#makeRoom(count);
		this.#wait(samples);
		this.#findRows(pods, samples);
		this.#blockRows.fill(Math.floor((node * this.#layout.blocks) / this.#nodes), 0, count);
		this.#shown.recordAll(this.#blockRows, this.#shownDelays, count);
		this.#others.recordAll(this.#blockRows, this.#otherDelays, count);
		this.#objects.sampleAll(this.#objectRows, samples.outcome, this.#delays, count);
		this.#workloads.sampleAll(this.#workloadRows, samples.outcome, this.#delays, count);
		const { workload, object, first, last } = this.#slots;
		this.#slots.forEach((slot, isFirst) => {
			this.#objects.volume(object[slot] as number);
			this.#reached.add(workload[slot] as number, object[slot] as number, first[slot] as number, last[slot] as number);
			if (isFirst) this.#workloads.volume(workload[slot] as number);
		});
	}

	/** How long the samples were waited for. */
	#wait({ write, settled, outcome }: NodeColumns): void {
		const [commits, latest, outcomes, delays] = [this.#commits, this.#latest, this.#outcomes, this.#delays];
		const [shown, others] = [this.#shownDelays, this.#otherDelays];
		for (let i = 0; i < write.length; i++) {
			const number = write[i] as number;
			const code = outcome[i] as number;
			outcomes[code] = (outcomes[code] as number) + 1;
			let delay = Number.NaN;
			if (code <= LAST_SETTLED_CODE) delay = (settled[i] as number) - (commits[number] as number);
			else if (code === PENDING) delay = Number.POSITIVE_INFINITY;
			delays[i] = delay;
			shown[i] = code === SHOWN ? delay : Number.NaN;
			others[i] = code === SHOWN ? Number.NaN : delay;
			latest[number] = later(latest[number] as number, delay);
		}
	}

	/** By which rows the samples are counted. */
	#findRows(pods: readonly CountedPod[], { slot, write, pod, volume }: NodeColumns): void {
		const [slots, objectRows, workloadRows] = [this.#slots, this.#objectRows, this.#workloadRows];
		slots.begin(slot.reduce((most, one) => Math.max(most, one), -1) + 1);
		const { object, workload, first, last } = slots;
		let place = 0;
		for (let i = 0; i < slot.length; i++) {
			const mine = slot[i] as number;
			const number = write[i] as number;
			if ((object[mine] as number) < 0) {
				place = placeOf(pods, pod[i] as number, place);
				const row = this.#workloads.row((pods[place] as CountedPod).model.workload);
				slots.meet(mine, {
					pod: place,
					volume: volume[i] as number,
					workload: row,
					object: this.#objectRow(number),
					write: number,
				});
			} else if (number < (first[mine] as number)) first[mine] = number;
			else if (number > (last[mine] as number)) last[mine] = number;
			objectRows[i] = object[mine] as number;
			workloadRows[i] = workload[mine] as number;
		}
	}

	/** Everything that was counted. */
	data(): TallyData {
		const objects = this.#objects.data();
		const workloads = this.#workloads.data();
		const shown = this.#shown.data();
		return {
			layout: this.#layout,
			delay: addedRows([shown, this.#others.data()]),
			shown,
			outcomes: this.#outcomes,
			latest: this.#latest,
			objects: objects.data,
			workloads: workloads.data,
			reached: this.#reached.data(workloads.places, objects.places),
		};
	}

	#objectRow(write: number): number {
		const known = this.#objectOf[write] as number;
		if (known >= 0) return known;
		const row = this.#objects.row((this.#writes[write] as CountedWrite).object);
		this.#objectOf[write] = row;
		return row;
	}

	#makeRoom(samples: number): void {
		if (samples <= this.#delays.length) return;
		const room = 2 * samples;
		this.#objectRows = new Int32Array(room);
		this.#workloadRows = new Int32Array(room);
		this.#blockRows = new Int32Array(room);
		this.#delays = new Float64Array(room);
		this.#shownDelays = new Float64Array(room);
		this.#otherDelays = new Float64Array(room);
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

/** Place of a pod. @param from where to begin: samples come in the order of the pods, or nearly so. */
function placeOf(pods: readonly CountedPod[], index: number, from: number): number {
	for (let place = from; place < pods.length; place++) if (pods[place]?.index === index) return place;
	for (let place = 0; place < from; place++) if (pods[place]?.index === index) return place;
	throw new Error(`no pod ${index} on the node of its samples`);
}

/** The later of two times to the last replica. */
function later(a: Micros, b: Micros): Micros {
	if (a === NO_SAMPLE || Number.isNaN(a)) return b === NO_SAMPLE ? a : b;
	return b > a ? b : a;
}
