// Columns of results lie in memory that threads share, where there is such memory: what one thread hands over is not copied.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HistogramTable } from '../../src/core/histogram-table.js';
import { float64Column, int32Column, uint32Beginning, uint32Column } from '../../src/core/shared-columns.js';
import { GroupTally } from '../../src/measure/group-tally.js';

const test = suite('shared columns');

test('columns are all zero and can be handed from thread to thread without a copy', () => {
	for (const column of [float64Column(3), uint32Column(3), int32Column(3)]) {
		assert.equal([...column], [0, 0, 0]);
		const handedOver = structuredClone(column);
		handedOver[1] = 7;
		assert.is(column[1], 7);
	}
});

test('the beginning of a column holds on to no more memory than it needs', () => {
	const column = uint32Column(4);
	column.set([1, 2, 3, 4]);
	const beginning = uint32Beginning(column, 2);
	assert.equal([...beginning], [1, 2]);
	assert.is(beginning.buffer.byteLength, 8);
	assert.instance(beginning.buffer, SharedArrayBuffer);
	assert.is(uint32Beginning(column, 4), column);
});

test('the large columns of a result are of that kind', () => {
	const table = new HistogramTable(4);
	table.record(table.addRow(), 5_000);
	const tally = new GroupTally(2);
	tally.sampleAll(Int32Array.of(tally.row('a')), Uint8Array.of(0), Float64Array.of(5_000), 1);
	const { delays, outcomes } = tally.data().data;
	for (const data of [table.data(), delays]) {
		for (const column of [data.firstEntry, data.buckets, data.counts, data.min]) assert.instance(column.buffer, SharedArrayBuffer);
	}
	assert.instance(outcomes.buffer, SharedArrayBuffer);
});

test.run();
