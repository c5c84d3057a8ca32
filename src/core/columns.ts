// Typed arrays of equal length that lie in one piece of memory: a table of a node has a dozen of them with a hundred rows each, and to
// ask for memory for each of them costs more than to fill it.

/** Every column begins at a multiple of this, so that numbers of every kind lie where they may. */
const ALIGNMENT = 8;

/** How many columns of each kind a table has. */
export interface ColumnCounts {
	readonly float64?: number;
	/** Signed and unsigned ones together. */
	readonly int32?: number;
	readonly uint8?: number;
}

/** Gives out the columns of one table, all zero. */
export class Columns {
	readonly #rows: number;
	readonly #memory: ArrayBuffer;
	#used = 0;

	/** @param rows length of each column. @param counts how many columns will be asked for. */
	constructor(rows: number, { float64 = 0, int32 = 0, uint8 = 0 }: ColumnCounts) {
		this.#rows = rows;
		this.#memory = new ArrayBuffer(float64 * aligned(8 * rows) + int32 * aligned(4 * rows) + uint8 * aligned(rows));
	}

	float64(): Float64Array {
		return new Float64Array(this.#memory, this.#take(8), this.#rows);
	}

	int32(): Int32Array {
		return new Int32Array(this.#memory, this.#take(4), this.#rows);
	}

	uint32(): Uint32Array {
		return new Uint32Array(this.#memory, this.#take(4), this.#rows);
	}

	uint8(): Uint8Array {
		return new Uint8Array(this.#memory, this.#take(1), this.#rows);
	}

	/** Where the next column begins. */
	#take(bytes: number): number {
		const from = this.#used;
		this.#used += aligned(bytes * this.#rows);
		return from;
	}
}

function aligned(bytes: number): number {
	return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
