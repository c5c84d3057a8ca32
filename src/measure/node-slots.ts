// The slots of one node of which there are samples: a slot is one object in one volume of one pod. Says by which rows of the
// object and of the workload the samples of a slot are counted, and which writes have reached it.

const NOT_MET = -1;

/** What a slot is met with first. */
export interface SlotStart {
	readonly pod: number;
	readonly volume: number;
	readonly workload: number;
	readonly object: number;
	readonly write: number;
}

/** Slots of one node after the other, by their numbers in the node's write tracker; slots of one volume follow each other. */
export class NodeSlots {
	/** Row of each slot's object, negative until the slot is met; row of its workload. */
	object: Int32Array = new Int32Array(0);
	workload: Int32Array = new Int32Array(0);
	/** Numbers of the first and of the last write that has reached the slot. */
	first: Int32Array = new Int32Array(0);
	last: Int32Array = new Int32Array(0);
	#pod: Int32Array = new Int32Array(0);
	#volume: Int32Array = new Int32Array(0);
	/** All slots before this one may have been met. */
	#end = 0;

	/** Forgets the slots of the node before. @param slots how many the next one has at most. */
	begin(slots: number): void {
		if (slots > this.object.length) {
			const room = 2 * slots;
			this.object = new Int32Array(room).fill(NOT_MET);
			this.workload = new Int32Array(room);
			this.first = new Int32Array(room);
			this.last = new Int32Array(room);
			this.#pod = new Int32Array(room);
			this.#volume = new Int32Array(room);
		} else this.object.fill(NOT_MET, 0, this.#end);
		this.#end = slots;
	}

	/** The first sample of a slot. */
	meet(slot: number, { pod, volume, workload, object, write }: SlotStart): void {
		this.object[slot] = object;
		this.workload[slot] = workload;
		this.first[slot] = write;
		this.last[slot] = write;
		this.#pod[slot] = pod;
		this.#volume[slot] = volume;
	}

	/** Tells each slot that was met. @param isFirst whether no slot of its volume was told before. */
	forEach(tell: (slot: number, isFirst: boolean) => void): void {
		let before = NOT_MET;
		for (let slot = 0; slot < this.#end; slot++) {
			if (this.object[slot] === NOT_MET) continue;
			const isFirst = before === NOT_MET || this.#pod[slot] !== this.#pod[before] || this.#volume[slot] !== this.#volume[before];
			tell(slot, isFirst);
			before = slot;
		}
	}
}
