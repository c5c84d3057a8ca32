// Pods of one node by the tick at which they have to be looked at next: a wheel of one-second slots. A pod that is due in a later
// turn of the wheel stays in its slot until then.

import { NO_TICK } from '../resync-clock.js';

/** Slots: longer than the usual TTL and resync together, so that few pods stay for a second turn. */
const SLOTS = 512;
/** Slots are marked in words of 32. */
const WORD_BITS = 5;
const WORD = 32;

/** The wheel of one node. */
export class TickWheel {
	/** Pods that the last {@link take} has found, in the first places. */
	readonly batch: Int32Array;
	/** First pod of each slot, -1 for none, the pod after each pod, and the tick at which each pod is due. */
	readonly #head: Int32Array;
	readonly #next: Int32Array;
	readonly #due: Int32Array;
	/** One bit for each slot: set when there is a pod in it. */
	readonly #taken: Int32Array;
	/** Cut slots and words off a tick and its word. */
	readonly #slots: number;
	readonly #words: number;

	/** @param slots a power of two, at least 32. Default: enough for pods that are due at each of their syncs. */
	constructor(pods: number, slots: number = SLOTS) {
		this.#slots = slots - 1;
		this.#words = slots / WORD - 1;
		this.#head = new Int32Array(slots).fill(-1);
		this.#taken = new Int32Array(slots / WORD);
		this.batch = new Int32Array(pods);
		this.#next = new Int32Array(pods);
		this.#due = new Int32Array(pods);
	}

	/** Puts a pod that is not in the wheel into it. @param due a tick after the last one taken. */
	put(pod: number, due: number): void {
		const slot = due & this.#slots;
		this.#due[pod] = due;
		this.#next[pod] = this.#head[slot] as number;
		this.#head[slot] = pod;
		this.#taken[slot >> WORD_BITS] = (this.#taken[slot >> WORD_BITS] as number) | (1 << (slot & (WORD - 1)));
	}

	/** The first tick from `tick` on at which a pod may be due. */
	next(tick: number): number {
		let word = (tick & this.#slots) >> WORD_BITS;
		let first = tick & ~(WORD - 1);
		let bits = (this.#taken[word] as number) & (-1 << (tick & (WORD - 1)));
		for (let words = 0; bits === 0; words++) {
			if (words > this.#words + 1) return NO_TICK;
			word = (word + 1) & this.#words;
			first += WORD;
			bits = this.#taken[word] as number;
		}
		return first + WORD - 1 - Math.clz32(bits & -bits);
	}

	/** The tick at which a pod is due. */
	dueOf(pod: number): number {
		return this.#due[pod] as number;
	}

	/** Takes the pods that are due at a tick out of the wheel. @returns how many they are. */
	take(tick: number): number {
		const slot = tick & this.#slots;
		const first = this.#head[slot] as number;
		return first < 0 ? 0 : this.#takeFrom(slot, first, tick);
	}

	#takeFrom(slot: number, first: number, tick: number): number {
		let size = 0;
		let left = -1;
		for (let pod = first; pod >= 0; ) {
			const after = this.#next[pod] as number;
			if (this.#due[pod] === tick) this.batch[size++] = pod;
			else {
				this.#next[pod] = left;
				left = pod;
			}
			pod = after;
		}
		this.#head[slot] = left;
		if (left < 0) this.#taken[slot >> WORD_BITS] = (this.#taken[slot >> WORD_BITS] as number) & ~(1 << (slot & (WORD - 1)));
		return size;
	}
}
