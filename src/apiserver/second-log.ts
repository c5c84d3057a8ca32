// Seconds of the run in which something happened, in a typed array that grows: what ledgers take in bulk.

/** Whole seconds of the run in any order, growing. */
export class SecondLog {
	seconds: Int32Array = new Int32Array(64);
	length = 0;

	/** Something happened in a second of the run. */
	add(second: number): void {
		if (this.length === this.seconds.length) this.#widen(this.length);
		this.seconds[this.length++] = second;
	}

	/** The same for the first `count` of these seconds. */
	append(seconds: Int32Array, count: number): void {
		if (this.length + count > this.seconds.length) this.#widen(this.length + count);
		this.seconds.set(seconds.subarray(0, count), this.length);
		this.length += count;
	}

	/** The same for `count` seconds from place `from` on, each plus `offset`. */
	addAll(seconds: Int32Array, from: number, count: number, offset: number): void {
		if (this.length + count > this.seconds.length) this.#widen(this.length + count);
		const own = this.seconds;
		const to = this.length;
		for (let i = 0; i < count; i++) own[to + i] = (seconds[from + i] as number) + offset;
		this.length = to + count;
	}

	/** {@link seconds} with room for `count` more: for callers that write many themselves and then set {@link length}. */
	room(count: number): Int32Array {
		if (this.length + count > this.seconds.length) this.#widen(this.length + count);
		return this.seconds;
	}

	/**
	 * The same for ascending seconds up to before one.
	 *
	 * @param end place behind the last one that may be taken.
	 * @returns place of the first one that was not taken.
	 */
	addUntil(seconds: Int32Array, from: number, end: number, until: number, offset: number): number {
		if (this.length + end - from > this.seconds.length) this.#widen(this.length + end - from);
		const own = this.seconds;
		const shift = this.length - from;
		let at = from;
		for (; at < end; at++) {
			const second = seconds[at] as number;
			if (second >= until) break;
			own[at + shift] = second + offset;
		}
		this.length = at + shift;
		return at;
	}

	#widen(length: number): void {
		const wider = new Int32Array(2 * length);
		wider.set(this.seconds);
		this.seconds = wider;
	}
}
