import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NameTable } from '../../src/core/name-table.js';

const test = suite('name table');

const names = fc.array(
	fc.oneof(
		fc.integer({ min: 0, max: 300 }).map((i) => `own-${i}`),
		fc.string({ maxLength: 4 }),
		fc.constantFrom('', '__proto__', 'ä', '\ud800'),
	),
	{ maxLength: 600 },
);

test('numbers names as a Map would', () => {
	fc.assert(
		fc.property(names, names, (added, asked) => {
			const table = new NameTable();
			const map = new Map<string, number>();
			for (const name of added) {
				if (!map.has(name)) map.set(name, map.size);
				assert.is(table.add(name), map.get(name));
			}
			assert.is(table.size, map.size);
			for (const name of asked) assert.is(table.find(name), map.get(name) ?? -1);
		}),
		{ seed: 1, numRuns: 200 },
	);
});

test('finds every one of a hundred thousand names that differ by their last digits', () => {
	const table = new NameTable();
	for (let i = 0; i < 100_000; i++) table.add(`pod-${i}`);
	for (let i = 0; i < 100_000; i++) assert.is(table.find(`pod-${i}`), i);
	assert.is(table.find('pod-100000'), -1);
});

test.run();
