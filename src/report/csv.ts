// Samples and load as comma-separated values after RFC 4180 (CRLF between rows, quotes doubled inside quotes), for
// spreadsheets, pandas and DuckDB. It receives rows one by one and gives chunks of text, so that millions of rows need
// no more memory than one chunk.

import type { LoadRow, SampleRow } from '../measure/result.js';
import type { SampleEncoder } from './sample-encoder.js';

/** Rows that are joined into one chunk of text. */
const ROWS_PER_CHUNK = 2048;

type Cell = string | number | null;

/** One field; null is the empty field, which the columns with `Seconds` use for "never". */
function field(cell: Cell): string {
	if (cell === null) return '';
	const text = String(cell);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* lines<Row>(columns: readonly (keyof Row & string)[], rows: Iterable<Row>, first: readonly string[]): Generator<string> {
	let chunk = [...first];
	for (const row of rows) {
		chunk.push(columns.map((column) => field(row[column] as Cell)).join(','));
		if (chunk.length < ROWS_PER_CHUNK) continue;
		yield `${chunk.join('\r\n')}\r\n`;
		chunk = [];
	}
	if (chunk.length > 0) yield `${chunk.join('\r\n')}\r\n`;
}

const SAMPLE_COLUMNS = [
	'variant',
	'replication',
	'write',
	'object',
	'node',
	'pod',
	'volume',
	'commitSeconds',
	'settledSeconds',
	'delaySeconds',
	'outcome',
] as const;
const LOAD_COLUMNS = ['variant', 'replication', 'second', 'verb', 'resource', 'resourceVersion', 'count'] as const;

/** `samples.csv`: one row per write and volume. Seconds are virtual; an empty field is a write that did not settle. */
export function samplesCsv(rows: Iterable<SampleRow>): Generator<string> {
	return lines<SampleRow>(SAMPLE_COLUMNS, rows, [SAMPLE_COLUMNS.join(',')]);
}

/** `samples.csv` for rows that come in several parts. */
export class SamplesCsv implements SampleEncoder {
	*begin(): Generator<string> {
		yield* lines<SampleRow>(SAMPLE_COLUMNS, [], [SAMPLE_COLUMNS.join(',')]);
	}

	rows(rows: Iterable<SampleRow>): Generator<string> {
		return lines<SampleRow>(SAMPLE_COLUMNS, rows, []);
	}

	*end(): Generator<string> {}
}

/** `load.csv`: requests of one kind in one second of one replication, summed over nodes. */
export function loadCsv(rows: Iterable<LoadRow>): Generator<string> {
	return lines<LoadRow>(LOAD_COLUMNS, rows, [LOAD_COLUMNS.join(',')]);
}
