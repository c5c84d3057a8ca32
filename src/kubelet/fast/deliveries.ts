// What the stores of one node's watched objects hold over a stretch of time: when each version arrives, object by object, and how
// far each read of a volume has followed that. Watches fill it in, reads ask it. One table serves one node after another.

import { type Micros, NEVER } from '../../core/time.js';

/** Deliveries of one node. */
export class Deliveries {
	/** By object: place of its first delivery and of the one after its last; 1 when the node serves a frozen copy of it. */
	#first = new Int32Array(0);
	#end = new Int32Array(0);
	#frozen = new Uint8Array(0);
	/** Instants at which a store changed, ascending for each object, and the index of the version that it holds from then on. */
	#at = new Float64Array(256);
	#version = new Int32Array(256);
	#length = 0;
	#last = -1;
	/** By read: its object, the next delivery that it has not seen, and when that comes. */
	#object = new Int32Array(0);
	#next = new Int32Array(0);
	#nextAt = new Float64Array(0);

	/** Begins a node's deliveries. */
	begin(objects: number, reads: number): void {
		this.#length = 0;
		if (this.#first.length < objects) {
			this.#first = new Int32Array(2 * objects);
			this.#end = new Int32Array(2 * objects);
			this.#frozen = new Uint8Array(2 * objects);
		}
		if (this.#next.length >= reads) return;
		this.#object = new Int32Array(2 * reads);
		this.#next = new Int32Array(2 * reads);
		this.#nextAt = new Float64Array(2 * reads);
	}

	/** What is added from now on is of this object. @param frozen whether the node serves a frozen copy, to which nothing is delivered. */
	open(object: number, frozen: boolean): void {
		this.#last = object;
		this.#first[object] = this.#length;
		this.#end[object] = this.#length;
		this.#frozen[object] = frozen ? 1 : 0;
	}

	/** The store changes. @param version index of what it holds from then on, {@link ABSENT} after a deletion. */
	add(at: Micros, version: number): void {
		if (this.#length === this.#at.length) this.#widen();
		this.#at[this.#length] = at;
		this.#version[this.#length] = version;
		this.#length += 1;
		this.#end[this.#last] = this.#length;
	}

	/** True when the node serves a frozen copy of an object. */
	isFrozen(object: number): boolean {
		return this.#frozen[object] === 1;
	}

	/** A read begins to follow an object: it has seen none of its deliveries. */
	listen(read: number, object: number): void {
		this.#object[read] = object;
		this.#turnTo(read, this.#first[object] as number);
	}

	/** When the next delivery of a read's object comes; {@link NEVER} when there is none left. */
	nextAt(read: number): Micros {
		return this.#nextAt[read] as number;
	}

	/** What a read finds in the store to which something has been delivered since it was last asked. */
	take(read: number, now: Micros): number {
		const end = this.#end[this.#object[read] as number] as number;
		let next = this.#next[read] as number;
		while (next < end && (this.#at[next] as number) <= now) next += 1;
		this.#turnTo(read, next);
		return this.#version[next - 1] as number;
	}

	#turnTo(read: number, next: number): void {
		this.#next[read] = next;
		this.#nextAt[read] = next < (this.#end[this.#object[read] as number] as number) ? (this.#at[next] as number) : NEVER;
	}

	#widen(): void {
		const [at, version] = [new Float64Array(2 * this.#length), new Int32Array(2 * this.#length)];
		at.set(this.#at);
		version.set(this.#version);
		this.#at = at;
		this.#version = version;
	}
}
