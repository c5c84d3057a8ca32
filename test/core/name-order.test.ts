// The order of names against sorting them: names of a fleet, names of few characters that are alike for long, and any text at all.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nameOrder } from '../../src/core/name-order.js';

const test = suite('order of names');

function check(names: readonly string[]): void {
	assert.equal(
		[...nameOrder(names)].map((number) => names[number]),
		[...names].sort(),
	);
}

test('names of a fleet', () => {
	check(Array.from({ length: 20_000 }, (_, i) => `Pod/default/pod-${(i * 7919) % 20_011}`));
	check([]);
	check(['Pod/default/alone']);
	check(['Pod/a', 'Pod/a/b', 'Pod/']);
});

test('names that differ only far behind', () => {
	const alike = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 40, maxLength: 90 });
	fc.assert(fc.property(fc.uniqueArray(alike, { maxLength: 60 }), check), { seed: 1, numRuns: 300 });
});

test('any names', () => {
	const unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
	const texts = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit, maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 4 }));
	fc.assert(fc.property(fc.uniqueArray(texts, { maxLength: 80 }), check), { seed: 2, numRuns: 1_000 });
});

test.run();
