import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { streamKey } from '../../src/core/random.js';
import { timestampNames, timestampPrefix } from '../../src/projection/timestamp-name.js';

const test = suite('timestamp names');

test('the prefix is the UTC time, for any day', () => {
	const property = fc.property(fc.date({ min: new Date(0), max: new Date('2399-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
		const iso = date.toISOString().replace(/[-:T]/g, '_').slice(0, 19);
		assert.is(timestampPrefix(date.getTime() * 1000), `..${iso}.`);
	});
	fc.assert(property, { seed: 5, numRuns: 2000 });
	assert.is(timestampPrefix(Date.parse('2024-02-29T23:59:59Z') * 1000), '..2024_02_29_23_59_59.');
	assert.is(timestampPrefix(Date.parse('2100-03-01T00:00:00Z') * 1000), '..2100_03_01_00_00_00.');
});

test('same key, same names; the random part is a 32-bit number', () => {
	const take = (seed: number): string[] => {
		const next = timestampNames(() => 0, streamKey(seed, 'volume'));
		return Array.from({ length: 100 }, () => next());
	};
	assert.equal(take(1), take(1));
	assert.is.not(take(1)[0], take(2)[0]);
	assert.is(new Set(take(1)).size, 100);
	for (const name of take(1)) assert.ok(Number(name.split('.').at(-1)) < 2 ** 32, name);
});

test.run();
