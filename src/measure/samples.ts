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
	/** Number of the pod in the run. */
	readonly pod: Int32Array;
	/** Place of the volume among the pod's refreshed volumes. */
	readonly volume: Uint16Array;
	/** Instant of settling in microseconds, NaN when the write was not settled. */
	readonly settled: Float64Array;
	readonly outcome: Uint8Array;
}

/** Growing {@link SampleColumns}. */
export class SampleBuffer {
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
	add(write: number, pod: number, volume: number, settled: Micros, outcome: number): void {
		if (this.#length === this.#write.length) this.#grow();
		const at = this.#length++;
		this.#write[at] = write;
		this.#pod[at] = pod;
		this.#volume[at] = volume;
		this.#settled[at] = settled;
		this.#outcome[at] = outcome;
	}

	/** Adds all samples to another buffer, by write, pod and volume: an order that does not depend on who settled first. */
	appendTo(target: SampleBuffer): void {
		const rank = (i: number, j: number): number =>
			(this.#write[i] as number) - (this.#write[j] as number) ||
			(this.#pod[i] as number) - (this.#pod[j] as number) ||
			(this.#volume[i] as number) - (this.#volume[j] as number);
		const order = Uint32Array.from({ length: this.#length }, (_, place) => place).sort(rank);
		for (const i of order) {
			const volume = this.#volume[i] as number;
			target.add(this.#write[i] as number, this.#pod[i] as number, volume, this.#settled[i] as number, this.#outcome[i] as number);
		}
	}

	/** A copy of what was collected. */
	columns(): SampleColumns {
		const end = this.#length;
		return {
			write: this.#write.slice(0, end),
			pod: this.#pod.slice(0, end),
			volume: this.#volume.slice(0, end),
			settled: this.#settled.slice(0, end),
			outcome: this.#outcome.slice(0, end),
		};
	}

	#grow(): void {
		const capacity = this.#write.length * 2;
		const widen = <T extends Int32Array | Uint16Array | Float64Array | Uint8Array>(old: T, fresh: T): T => {
			fresh.set(old);
			return fresh;
		};
		this.#write = widen(this.#write, new Int32Array(capacity));
		this.#pod = widen(this.#pod, new Int32Array(capacity));
		this.#volume = widen(this.#volume, new Uint16Array(capacity));
		this.#settled = widen(this.#settled, new Float64Array(capacity));
		this.#outcome = widen(this.#outcome, new Uint8Array(capacity));
	}
}

/** One column set after another. */
export function concatenateSamples(parts: readonly SampleColumns[]): SampleColumns {
	const length = parts.reduce((sum, part) => sum + part.write.length, 0);
	const whole = {
		write: new Int32Array(length),
		pod: new Int32Array(length),
		volume: new Uint16Array(length),
		settled: new Float64Array(length),
		outcome: new Uint8Array(length),
	};
	let at = 0;
	for (const part of parts) {
		whole.write.set(part.write, at);
		whole.pod.set(part.pod, at);
		whole.volume.set(part.volume, at);
		whole.settled.set(part.settled, at);
		whole.outcome.set(part.outcome, at);
		at += part.write.length;
	}
	return whole;
}
