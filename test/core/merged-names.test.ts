import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mergedNames } from '../../src/core/merged-names.js';

const test = suite('merged names');

const lists = fc.array(
	fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 40 }).map((list) => list.sort()),
	{ maxLength: 12 },
);

test('every name of every list is there once, in order, with all of its places', () => {
	fc.assert(
		fc.property(lists, (some) => {
			const { names, first, part, row } = mergedNames(some);
			assert.equal(names, [...new Set(some.flat())].sort());
			assert.is(first.length, names.length + 1);
			assert.is(part.length, some.flat().length);
			for (const [place, name] of names.entries()) {
				const sources = Array.from(
					{ length: (first[place + 1] as number) - (first[place] as number) },
					(_, i) => (first[place] as number) + i,
				);
				assert.equal(
					sources.map((source) => [part[source], row[source]]),
					some.flatMap((list, number) => (list.includes(name) ? [[number, list.indexOf(name)]] : [])),
				);
			}
		}),
		{ seed: 3, numRuns: 300 },
	);
});

test.run();
