// Follows every write into every volume of one node: which writes of an object a volume still owes, when a completed
// refresh settled them, and what became of those that were never settled. A slot is one object in one volume of one pod.

import { type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../apiserver/object-timeline.js';
import type { Micros } from '../core/time.js';
import { type Outcome, outcomeCode, type SampleBuffer } from './samples.js';

const SHOWN = outcomeCode('shown');
const SUPERSEDED = outcomeCode('superseded');
const UNCHANGED = outcomeCode('unchanged');

/** Called for each settled write when somebody traces. */
export type SettledListener = (slot: number, version: TimelineVersion, outcome: 'shown' | 'superseded' | 'unchanged', at: Micros) => void;

/** The writes that the volumes of one node owe. */
export class WriteTracker {
	readonly #samples: SampleBuffer;
	readonly #from: Micros;
	readonly #to: Micros;
	readonly #timelines: ObjectTimeline[] = [];
	readonly #pods: number[] = [];
	readonly #volumes: number[] = [];
	readonly #next: number[] = [];
	readonly #closed: boolean[] = [];
	/** Set by the node when a trace sink listens. */
	onSettled: SettledListener | undefined;

	/**
	 * @param samples where outcomes go.
	 * @param from beginning of the measured window: only writes committed in [from, to) make samples.
	 */
	constructor(samples: SampleBuffer, from: Micros, to: Micros) {
		this.#samples = samples;
		this.#from = from;
		this.#to = to;
	}

	/**
	 * Begins to follow an object in a volume.
	 *
	 * @param boundAt instant from which on writes count for the volume (the pod was bound).
	 * @returns the slot's number.
	 */
	track(timeline: ObjectTimeline, pod: number, volume: number, boundAt: Micros): number {
		this.#timelines.push(timeline);
		this.#pods.push(pod);
		this.#volumes.push(volume);
		this.#next.push(versionIndexAt(timeline.versions, Math.max(0, boundAt)) + 1);
		this.#closed.push(false);
		return this.#next.length - 1;
	}

	/** The object that a slot follows. */
	timeline(slot: number): ObjectTimeline {
		return this.#timelines[slot] as ObjectTimeline;
	}

	/** True when the slot owes a write that was committed at or before `at`. */
	owes(slot: number, at: Micros): boolean {
		const version = this.timeline(slot).versions[this.#next[slot] as number];
		return version !== undefined && version.commit <= at;
	}

	/**
	 * A refresh completed and what the container can see is the projection of version `seen`.
	 *
	 * @param seen index of the version in the object's timeline, -1 for "no version yet".
	 * @param swapped whether the refresh changed the files.
	 */
	settle(slot: number, seen: number, swapped: boolean, at: Micros): void {
		const next = this.#next[slot] as number;
		if (seen < next || this.#closed[slot] === true) return;
		const { versions } = this.timeline(slot);
		for (let index = next; index <= seen; index++) {
			const version = versions[index] as TimelineVersion;
			const code = index < seen ? SUPERSEDED : swapped ? SHOWN : UNCHANGED;
			this.#sample(slot, version, at, code);
			this.onSettled?.(slot, version, code === SHOWN ? 'shown' : code === SUPERSEDED ? 'superseded' : 'unchanged', at);
		}
		this.#next[slot] = seen + 1;
	}

	/** The volume is gone, or the run is over: writes committed until `at` that are still owed get `outcome`. */
	close(slot: number, outcome: Outcome, at: Micros): void {
		if (this.#closed[slot] === true) return;
		this.#closed[slot] = true;
		const { versions } = this.timeline(slot);
		const code = outcomeCode(outcome);
		for (let index = this.#next[slot] as number; index < versions.length; index++) {
			const version = versions[index] as TimelineVersion;
			if (version.commit > at) break;
			this.#sample(slot, version, Number.NaN, code);
		}
	}

	#sample(slot: number, version: TimelineVersion, settled: Micros, code: number): void {
		if (version.write < 0 || version.commit < this.#from || version.commit >= this.#to) return;
		this.#samples.add(slot, version.write, this.#pods[slot] as number, this.#volumes[slot] as number, settled, code);
	}
}
