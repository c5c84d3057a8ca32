// Samples as Apache Parquet, for DuckDB, pandas and Spark: the columns of samples.csv with their types, a tenth of its size.
// Rows are gathered into row groups, so that no more than one group of them is in memory.

import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { SampleRow } from '../measure/result.js';
import type { SampleEncoder } from './sample-encoder.js';

/** Rows of a row group: enough for the dictionaries of names to pay, some ten megabytes in memory. */
export const ROWS_PER_GROUP = 50_000;

type Cell = string | number | null;

/** Columns with their types; `null` where a write did not settle. */
const COLUMNS: readonly { readonly name: keyof SampleRow; readonly type: 'STRING' | 'INT32' | 'DOUBLE'; readonly nullable: boolean }[] = [
	{ name: 'variant', type: 'STRING', nullable: false },
	{ name: 'replication', type: 'INT32', nullable: false },
	{ name: 'write', type: 'INT32', nullable: false },
	{ name: 'object', type: 'STRING', nullable: false },
	{ name: 'node', type: 'STRING', nullable: false },
	{ name: 'pod', type: 'STRING', nullable: false },
	{ name: 'volume', type: 'STRING', nullable: false },
	{ name: 'commitSeconds', type: 'DOUBLE', nullable: false },
	{ name: 'settledSeconds', type: 'DOUBLE', nullable: true },
	{ name: 'delaySeconds', type: 'DOUBLE', nullable: true },
	{ name: 'outcome', type: 'STRING', nullable: false },
];

/** `samples.parquet`. Row groups depend on the number of the row alone, so the bytes do not depend on the parts. */
export class SamplesParquet implements SampleEncoder {
	readonly #bytes = new ByteWriter();
	readonly #file: ParquetWriter;
	#columns: Cell[][] = COLUMNS.map(() => []);

	constructor() {
		const columnData = COLUMNS.map((column) => ({ ...column, data: [] }));
		this.#file = new ParquetWriter({ writer: this.#bytes, schema: schemaFromColumnData({ columnData }), createdBy: 'secretsim' });
	}

	*begin(): Generator<Uint8Array> {
		yield this.#taken();
	}

	*rows(rows: Iterable<SampleRow>): Generator<Uint8Array> {
		for (const row of rows) {
			for (const [place, { name }] of COLUMNS.entries()) (this.#columns[place] as Cell[]).push(row[name]);
			if ((this.#columns[0] as Cell[]).length === ROWS_PER_GROUP) yield this.#group();
		}
	}

	*end(): Generator<Uint8Array> {
		if ((this.#columns[0] as Cell[]).length > 0) yield this.#group();
		// A promise only where bytes go to a stream; into memory all is done on return.
		void this.#file.finish();
		yield this.#taken();
	}

	/** Encodes the gathered rows. */
	#group(): Uint8Array {
		const columnData = COLUMNS.map(({ name }, place) => ({ name, data: this.#columns[place] as Cell[] }));
		void this.#file.write({ columnData, rowGroupSize: ROWS_PER_GROUP });
		this.#columns = COLUMNS.map(() => []);
		return this.#taken();
	}

	/** What has been encoded since the last call; the writer goes on behind it. */
	#taken(): Uint8Array {
		const bytes = this.#bytes.getBytes().slice();
		this.#bytes.index = 0;
		return bytes;
	}
}
