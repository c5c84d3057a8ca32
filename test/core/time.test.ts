import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { firstOnGridAfter, firstOnGridAtOrAfter, HOUR, MILLISECOND, MINUTE, NEVER, SECOND, toSeconds } from '../../src/core/time.js';

const test = suite('virtual time');

test('units', () => {
	assert.is(HOUR, 60 * MINUTE);
	assert.is(MINUTE, 60 * SECOND);
	assert.is(SECOND, 1000 * MILLISECOND);
	assert.is(toSeconds(1_500_000), 1.5);
});

test('grid instants are on the grid, not early, and there is none between', () => {
	const day = 86_400_000_000;
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: 400 * day }),
			fc.integer({ min: 0, max: day }),
			fc.integer({ min: 1, max: 3_000_000 }),
			(at, phase, period) => {
				const first = firstOnGridAtOrAfter(at, phase, period);
				assert.is((first - phase) % period, 0);
				assert.ok(first >= at && first >= phase);
				assert.ok(first === phase || first - period < at);
				const after = firstOnGridAfter(at, phase, period);
				assert.is(after, first > at ? first : first + period);
			},
		),
		{ seed: 1, numRuns: 2000 },
	);
});

test('the grid of "never" is never', () => {
	assert.is(firstOnGridAtOrAfter(NEVER, 5, 10), NEVER);
	assert.is(firstOnGridAfter(NEVER, 5, 10), NEVER);
});

test.run();
