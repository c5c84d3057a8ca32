// Samples and load as comma-separated values after RFC 4180 (CRLF between rows, quotes doubled inside quotes), for
// spreadsheets, pandas and DuckDB. It receives rows one by one and gives chunks of text, so that millions of rows need
// no more memory than one chunk.

import type { LoadRow, SampleRow } from '../measure/result.js';

/** Rows that are joined into one chunk of text. */
const ROWS_PER_CHUNK = 2048;

type Cell = string | number | null;

/** One field; null is the empty field, which the columns with `Seconds` use for "never". */
function field(cell: Cell): string {
	if (cell === null) return '';
	const text = String(cell);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* chunks<Row>(columns: readonly (keyof Row & string)[], rows: Iterable<Row>): Generator<string> {
	let lines = [columns.join(',')];
	for (const row of rows) {
		lines.push(columns.map((column) => field(row[column] as Cell)).join(','));
		if (lines.length < ROWS_PER_CHUNK) continue;
		yield `${lines.join('\r\n')}\r\n`;
		lines = [];
	}
	if (lines.length > 0) yield `${lines.join('\r\n')}\r\n`;
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
	return chunks<SampleRow>(SAMPLE_COLUMNS, rows);
}

/** `load.csv`: requests of one kind in one second of one replication, summed over nodes. */
export function loadCsv(rows: Iterable<LoadRow>): Generator<string> {
	return chunks<LoadRow>(LOAD_COLUMNS, rows);
}
