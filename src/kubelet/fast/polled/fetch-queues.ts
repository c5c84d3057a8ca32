// Under Cache, whose GET of each object of one node is under way and who waits for its answer: the reader of the GET holds the object's
// mutex, the others queue for it, first come first served (K5.2). A registration that drops the object leaves them to themselves (K5.3).

const NOBODY = -1;

/** The mutexes of one node's objects. Readers are numbers of volumes. */
export class FetchQueues {
	readonly #holder: Int32Array;
	readonly #waiting: (number[] | undefined)[] = [];
	/** Who waits for a GET whose object was dropped since it was sent, by its reader. */
	readonly #abandoned = new Map<number, readonly number[]>();

	/** @param objects of the node. */
	constructor(objects: number) {
		this.#holder = new Int32Array(objects).fill(NOBODY);
	}

	/** A reader has sent a GET. */
	hold(object: number, reader: number): void {
		this.#holder[object] = reader;
	}

	/** True when a read has to wait for another reader's GET of the object; then it is in the queue. */
	waits(object: number, reader: number): boolean {
		if (this.#holder[object] === NOBODY) return false;
		this.#waiting[object] ??= [];
		(this.#waiting[object] as number[]).push(reader);
		return true;
	}

	/** The reader of an answer lets go of the mutex. */
	release(object: number): void {
		this.#holder[object] = NOBODY;
	}

	/** The next reader that waits for the mutex while nobody holds it, null when none does. */
	next(object: number): number | null {
		if (this.#holder[object] !== NOBODY) return null;
		return this.#waiting[object]?.shift() ?? null;
	}

	/** The object is kept anew: a GET that is under way is nobody's but its reader's and theirs who wait for it. */
	drop(object: number): void {
		const holder = this.#holder[object] as number;
		if (holder === NOBODY) return;
		this.#abandoned.set(holder, this.#waiting[object] ?? []);
		this.#waiting[object] = [];
		this.#holder[object] = NOBODY;
	}

	/** A reader has its answer. @returns who waits for it besides, if the object was dropped since it was asked for; else null. */
	takeAbandoned(reader: number): readonly number[] | null {
		if (this.#abandoned.size === 0) return null;
		const waiting = this.#abandoned.get(reader) ?? null;
		this.#abandoned.delete(reader);
		return waiting;
	}
}
