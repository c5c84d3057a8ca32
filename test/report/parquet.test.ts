import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SampleRow } from '../../src/measure/result.js';
import { ROWS_PER_GROUP, SamplesParquet } from '../../src/report/parquet.js';
import { sampleContent } from '../../src/report/sample-file.js';
import { samplesFixture } from './series-fixture.js';

const test = suite('samples.parquet');

/** An ArrayBuffer of their own for bytes, which is what the reader wants. */
function bufferOf(chunks: Iterable<string | Uint8Array>): ArrayBuffer {
	const bytes = Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk)));
	return new Uint8Array(bytes).buffer;
}

function* manyRows(count: number): Generator<SampleRow> {
	const [first] = samplesFixture(['Watch']);
	for (let write = 0; write < count; write++) yield { ...(first as SampleRow), write };
}

test('reads back what was written, with types and empty cells', async () => {
	const rows = [...samplesFixture(['Watch', 'Get'], true)];
	const file = bufferOf(sampleContent('parquet', rows));
	const read = await parquetReadObjects({ file });
	assert.equal(
		read.map((row) => ({ ...row, settledSeconds: row['settledSeconds'] ?? null, delaySeconds: row['delaySeconds'] ?? null })),
		rows,
	);
	const { schema } = parquetMetadata(file);
	const columns = schema.slice(1).map(({ name, type, repetition_type }) => `${name} ${type} ${repetition_type}`);
	assert.equal(columns, [
		'variant BYTE_ARRAY REQUIRED',
		'replication INT32 REQUIRED',
		'write INT32 REQUIRED',
		'object BYTE_ARRAY REQUIRED',
		'node BYTE_ARRAY REQUIRED',
		'pod BYTE_ARRAY REQUIRED',
		'volume BYTE_ARRAY REQUIRED',
		'commitSeconds DOUBLE REQUIRED',
		'settledSeconds DOUBLE OPTIONAL',
		'delaySeconds DOUBLE OPTIONAL',
		'outcome BYTE_ARRAY REQUIRED',
	]);
});

test('gives a chunk for each row group, and the same bytes however the rows come', () => {
	const count = 2 * ROWS_PER_GROUP + 7;
	let asked = 0;
	function* counted(): Generator<SampleRow> {
		for (const row of manyRows(count)) {
			asked += 1;
			yield row;
		}
	}
	const encoder = new SamplesParquet();
	const whole = [...encoder.begin()];
	// No chunk waits for rows that come after its group: that is what bounds the memory.
	for (const chunk of encoder.rows(counted())) {
		assert.is(asked, whole.length * ROWS_PER_GROUP);
		whole.push(chunk);
	}
	whole.push(...encoder.end());
	assert.is(whole.length, 1 + 2 + 2);
	const file = bufferOf(whole);
	assert.equal(
		parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows)),
		[ROWS_PER_GROUP, ROWS_PER_GROUP, 7],
	);
	const rows = [...manyRows(count)];
	const inParts = new SamplesParquet();
	const parts = [...inParts.begin()];
	for (let at = 0; at < count; at += 33_333) parts.push(...inParts.rows(rows.slice(at, at + 33_333)));
	parts.push(...inParts.end());
	assert.ok(Buffer.from(bufferOf(parts)).equals(Buffer.from(file)));
});

test('is a file without rows, too', async () => {
	assert.equal(await parquetReadObjects({ file: bufferOf(sampleContent('parquet', [])) }), []);
});

test.run();
