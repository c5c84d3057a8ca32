// A read that follows an object finds what the store holds at the time, however often it asks; objects and reads do not mix.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NEVER } from '../../../src/core/time.js';
import { Deliveries } from '../../../src/kubelet/fast/deliveries.js';

const test = suite('deliveries');

const gaps = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 }), { minLength: 1, maxLength: 4 });

test('gives each read what its object holds', () => {
	const table = new Deliveries();
	fc.assert(
		fc.property(gaps, fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 40 }), (objects, steps) => {
			const instants = objects.map((list) => list.map((_, place) => list.slice(0, place + 1).reduce((sum, gap) => sum + gap)));
			// Two reads of each object.
			table.begin(objects.length, 2 * objects.length);
			for (const [object, list] of instants.entries()) {
				table.open(object, object % 2 === 1);
				for (const [place, at] of list.entries()) table.add(at, 10 * object + place);
			}
			for (const object of objects.keys()) for (const read of [2 * object, 2 * object + 1]) table.listen(read, object);
			let now = 0;
			for (const [place, step] of steps.entries()) {
				now += step;
				for (const [object, list] of instants.entries()) {
					const read = 2 * object + (place % 2);
					const next = table.nextAt(read);
					assert.is(next, list.find((at) => at === next) ?? NEVER);
					if (next > now) continue;
					const held = list.filter((at) => at <= now).length - 1;
					assert.is(table.take(read, now), 10 * object + held);
					assert.is(table.nextAt(read), list[held + 1] ?? NEVER);
				}
			}
			for (const object of objects.keys()) assert.is(table.isFrozen(object), object % 2 === 1);
		}),
		{ seed: 2, numRuns: 200 },
	);
});

test.run();
