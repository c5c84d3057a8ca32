// Samples: one row per measured write and volume, kept as columns. What a sample says follows the definitions of the
// result: exactly one outcome, and the instant at which the write was settled when it was.

import type { Micros } from '../core/time.js';

/** Outcomes of one write in one volume, in the order of their codes. */
export const OUTCOMES: readonly ['shown', 'superseded', 'unchanged', 'blocked', 'detached', 'frozen', 'podGone', 'pending'] = [
	'shown',
	'superseded',
	'unchanged',
	'blocked',
	'detached',
	'frozen',
	'podGone',
	'pending',
];

/** An outcome's name. */
export type Outcome = (typeof OUTCOMES)[number];

/** Code of an outcome in {@link SampleColumns.outcome}. */
export function outcomeCode(outcome: Outcome): number {
	return OUTCOMES.indexOf(outcome);
}

/** Codes up to this one are settled: shown, superseded, unchanged. */
export const LAST_SETTLED_CODE = 2;

/** Samples as columns of equal length. */
export interface SampleColumns {
	/** Number of the write in the replication. */
	readonly write: Int32Array;
	/** Number of the pod: in the run while a node is simulated, place among the pods of the segment afterwards. */
	readonly pod: Int32Array;
	/** Place of the volume among the pod's refreshed volumes. */
	readonly volume: Uint16Array;
	/** Instant of settling in microseconds, NaN when the write was not settled. */
	readonly settled: Float64Array;
	readonly outcome: Uint8Array;
}

/** Samples of one node, with the slot of its write tracker that each of them is of. */
export interface NodeColumns extends SampleColumns {
	readonly slot: Int32Array;
}

/** Growing {@link NodeColumns}. */
export class SampleBuffer {
	#slot: Int32Array = new Int32Array(256);
	#write: Int32Array = new Int32Array(256);
	#pod: Int32Array = new Int32Array(256);
	#volume: Uint16Array = new Uint16Array(256);
	#settled: Float64Array = new Float64Array(256);
	#outcome: Uint8Array = new Uint8Array(256);
	#length = 0;

	/** Number of samples. */
	get length(): number {
		return this.#length;
	}

	/** Adds one sample; `settled` is NaN when the write was not settled. */
	add(slot: number, write: number, pod: number, volume: number, settled: Micros, outcome: number): void {
		if (this.#length === this.#write.length) this.#grow();
		const at = this.#length++;
		this.#slot[at] = slot;
		this.#write[at] = write;
		this.#pod[at] = pod;
		this.#volume[at] = volume;
		this.#settled[at] = settled;
		this.#outcome[at] = outcome;
	}

	/** Forgets all samples and keeps the room for the next ones. */
	clear(): void {
		this.#length = 0;
	}

	/** What was collected, in the order in which it was; valid until the next change. */
	view(): NodeColumns {
		const end = this.#length;
		return {
			slot: this.#slot.subarray(0, end),
			write: this.#write.subarray(0, end),
			pod: this.#pod.subarray(0, end),
			volume: this.#volume.subarray(0, end),
			settled: this.#settled.subarray(0, end),
			outcome: this.#outcome.subarray(0, end),
		};
	}

	/** A copy by write, pod and volume: an order that does not depend on who settled first. */
	sorted(): SampleColumns {
		const order = this.#order();
		const pick = <T extends Int32Array | Uint16Array | Float64Array | Uint8Array>(from: T, to: T): T => {
			for (let i = 0; i < order.length; i++) to[i] = from[order[i] as number] as number;
			return to;
		};
		return {
			write: pick(this.#write, new Int32Array(order.length)),
			pod: pick(this.#pod, new Int32Array(order.length)),
			volume: pick(this.#volume, new Uint16Array(order.length)),
			settled: pick(this.#settled, new Float64Array(order.length)),
			outcome: pick(this.#outcome, new Uint8Array(order.length)),
		};
	}

	#order(): Uint32Array {
		const length = this.#length;
		const pods = largest(this.#pod, length) + 1;
		const volumes = largest(this.#volume, length) + 1;
		const order = new Uint32Array(length);
		if ((largest(this.#write, length) + 1) * pods * volumes * length <= Number.MAX_SAFE_INTEGER) {
			// Write, pod, volume and place as one number: sorting numbers needs no comparisons in JavaScript.
			const keys = new Float64Array(length);
			for (let i = 0; i < length; i++) {
				const rank = ((this.#write[i] as number) * pods + (this.#pod[i] as number)) * volumes + (this.#volume[i] as number);
				keys[i] = rank * length + i;
			}
			keys.sort();
			for (let i = 0; i < length; i++) order[i] = (keys[i] as number) % length;
			return order;
		}
		for (let i = 0; i < length; i++) order[i] = i;
		return order.sort(
			(i, j) =>
				(this.#write[i] as number) - (this.#write[j] as number) ||
				(this.#pod[i] as number) - (this.#pod[j] as number) ||
				(this.#volume[i] as number) - (this.#volume[j] as number) ||
				i - j,
		);
	}

	#grow(): void {
		const capacity = this.#write.length * 2;
		const widen = <T extends Int32Array | Uint16Array | Float64Array | Uint8Array>(old: T, fresh: T): T => {
			fresh.set(old);
			return fresh;
		};
		this.#slot = widen(this.#slot, new Int32Array(capacity));
		this.#write = widen(this.#write, new Int32Array(capacity));
		this.#pod = widen(this.#pod, new Int32Array(capacity));
		this.#volume = widen(this.#volume, new Uint16Array(capacity));
		this.#settled = widen(this.#settled, new Float64Array(capacity));
		this.#outcome = widen(this.#outcome, new Uint8Array(capacity));
	}
}

function largest(values: Int32Array | Uint16Array, length: number): number {
	let most = 0;
	for (let i = 0; i < length; i++) if ((values[i] as number) > most) most = values[i] as number;
	return most;
}

/** One column set after another. @param firstPods what is added to the places of each part's pods. */
export function concatenateSamples(parts: readonly SampleColumns[], firstPods: readonly number[]): SampleColumns {
	const length = parts.reduce((sum, part) => sum + part.write.length, 0);
	const whole = {
		write: new Int32Array(length),
		pod: new Int32Array(length),
		volume: new Uint16Array(length),
		settled: new Float64Array(length),
		outcome: new Uint8Array(length),
	};
	let at = 0;
	for (const [place, part] of parts.entries()) {
		whole.write.set(part.write, at);
		const first = firstPods[place] as number;
		for (let i = 0; i < part.pod.length; i++) whole.pod[at + i] = first + (part.pod[i] as number);
		whole.volume.set(part.volume, at);
		whole.settled.set(part.settled, at);
		whole.outcome.set(part.outcome, at);
		at += part.write.length;
	}
	return whole;
}
