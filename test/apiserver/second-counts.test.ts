// Counts that are told in bulk, one by one, too often, and outside the run, are those of adding up one by one, whenever somebody looks.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SecondCounts } from '../../src/apiserver/second-counts.js';

const test = suite('second counts');
const LAST = 99;

test('counts are sums, however they are told', () => {
	// Some lists are longer than what is kept, some only together.
	const list = fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 1, max: 1_000 }), fc.boolean());
	fc.assert(
		fc.property(fc.array(list, { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 6 }), (lists, looks) => {
			const counts = new SecondCounts(LAST);
			const expected = new Uint32Array(LAST + 1);
			lists.forEach(([length, step, twice], place) => {
				const times = twice ? 2 * length : length;
				const seconds = Int32Array.from({ length: times + 3 }, (_, i) => ((i * step) % 120) - 10);
				counts.addAll(seconds, times, 1);
				counts.addAll(seconds, 5, -1);
				counts.add(place);
				const cell = (second: number): number => Math.min(LAST, Math.max(0, second));
				for (let i = 5; i < times; i++) expected[cell(seconds[i] as number)] = (expected[cell(seconds[i] as number)] as number) + 1;
				for (let i = times; i < 5; i++) expected[cell(seconds[i] as number)] = (expected[cell(seconds[i] as number)] as number) - 1;
				expected[place] = (expected[place] as number) + 1;
				if (place === looks) assert.equal(counts.perSecond(), expected);
			});
			assert.equal(counts.perSecond(), expected);
		}),
		{ seed: 7, numRuns: 60 },
	);
});

test.run();
