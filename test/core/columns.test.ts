// Columns of one table do not overlap, whatever their lengths and kinds, and begin as zeros.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Columns } from '../../src/core/columns.js';

const test = suite('columns');
const few = fc.integer({ min: 0, max: 4 });

test('are as long as asked for and apart from each other', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 40 }), few, few, few, fc.boolean(), (rows, float64, int32, uint8, smallFirst) => {
			const columns = new Columns(rows, { float64, int32, uint8 });
			const made: { readonly length: number; fill(value: number): unknown; every(test: (value: number) => boolean): boolean }[] = [];
			const bytes = (): void => {
				for (let i = 0; i < uint8; i++) made.push(columns.uint8());
			};
			if (smallFirst) bytes();
			for (let i = 0; i < int32; i++) made.push(i % 2 === 0 ? columns.int32() : columns.uint32());
			for (let i = 0; i < float64; i++) made.push(columns.float64());
			if (!smallFirst) bytes();
			for (const column of made) {
				assert.is(column.length, rows);
				assert.ok(column.every((value) => value === 0));
			}
			for (const [place, column] of made.entries()) column.fill(place + 1);
			for (const [place, column] of made.entries()) assert.ok(column.every((value) => value === place + 1));
		}),
		{ seed: 3, numRuns: 300 },
	);
});

test('are no more than were announced', () => {
	const columns = new Columns(3, { int32: 1 });
	columns.int32();
	assert.throws(() => columns.float64(), RangeError);
});

test.run();
