// Numbers of a node's objects against a Map that is filled in the same order.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LocalNumbers } from '../../src/kubelet/local-numbers.js';

const test = suite('local numbers');

test('gives each object one number, in the order in which they come', () => {
	const objects = fc.array(fc.oneof(fc.nat(40), fc.nat(0x7fff_ffff)), { maxLength: 120 });
	fc.assert(
		fc.property(objects, fc.array(fc.nat(60)), (added, others) => {
			const numbers = new LocalNumbers(added.length);
			const expected = new Map<number, number>();
			for (const object of added) {
				assert.is(numbers.add(object), !expected.has(object));
				if (!expected.has(object)) expected.set(object, expected.size);
			}
			assert.is(numbers.size, expected.size);
			for (const object of [...added, ...others]) assert.is(numbers.get(object), expected.get(object));
		}),
		{ seed: 3, numRuns: 1_000 },
	);
});

test.run();
