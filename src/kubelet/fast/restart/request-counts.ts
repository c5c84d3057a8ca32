// How many requests a node has sent about each object and for tokens of each of its pods: the ordinals of their round trips, which go on
// from one process of its kubelet to the next one. Says the same as the connection of the reference path.

/** Such counts of one node. */
export class RequestCounts {
	readonly #objects: Int32Array;
	readonly #tokens: Int32Array;

	/** @param objects of the node. @param pods of the node. */
	constructor(objects: number, pods: number) {
		this.#objects = new Int32Array(objects);
		this.#tokens = new Int32Array(pods);
	}

	/** How many requests were sent about an object; of `~pod` for tokens of a pod. */
	askedAbout(slot: number): number {
		return (slot < 0 ? this.#tokens[~slot] : this.#objects[slot]) as number;
	}

	/** So many were sent by now. */
	setAskedAbout(slot: number, requests: number): void {
		if (slot < 0) this.#tokens[~slot] = requests;
		else this.#objects[slot] = requests;
	}
}
