// What the table of reached writes gathers is what a plain map by workload and object gathers, whatever order it is told in.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ReachTable } from '../../src/measure/reached-writes.js';

const test = suite('reached writes');

const ranges = fc.array(
	fc.record({
		workload: fc.integer({ min: 0, max: 40 }),
		object: fc.integer({ min: 0, max: 6 }),
		first: fc.integer({ min: 0, max: 99 }),
		length: fc.integer({ min: 0, max: 9 }),
	}),
	{ maxLength: 150 },
);

test('gathers the first and the last write of each object by workload, then by object', () => {
	fc.assert(
		fc.property(ranges, fc.boolean(), (told, renamed) => {
			const table = new ReachTable();
			const expected = new Map<string, number[]>();
			const place = (number: number, count: number): number => (renamed ? count - 1 - number : number);
			for (const { workload, object, first, length } of told) {
				table.add(workload, object, first, first + length);
				const key = `${workload} ${object}`;
				const [, , before = first, after = first] = expected.get(key) ?? [];
				expected.set(key, [place(workload, 41), place(object, 7), Math.min(before, first), Math.max(after, first + length)]);
			}
			const reversed = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, number) => place(number, count));
			const met = told.reduce((most, { workload }) => Math.max(most, workload + 1), 0);
			// Places are given for the workloads that were met, all of them different.
			if (renamed) for (const row of expected.values()) row[0] = (row[0] as number) - (41 - met);
			const data = renamed ? table.data(reversed(met), reversed(7)) : table.data();
			const rows = [...expected.values()].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
			assert.equal(
				[...data.workload],
				rows.map(([workload]) => workload),
			);
			assert.equal(
				[...data.object],
				rows.map(([, object]) => object),
			);
			assert.equal(
				[...data.first],
				rows.map(([, , first]) => first),
			);
			assert.equal(
				[...data.last],
				rows.map(([, , , last]) => last),
			);
		}),
		{ seed: 1, numRuns: 500 },
	);
});

test.run();
