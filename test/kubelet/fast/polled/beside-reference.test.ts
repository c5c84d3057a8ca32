// The reference path beside the fast one: what it does at the very instant of a tick, and who makes the syncs of that tick then.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { randomPlan } from '../../../laws/random-plan.js';
import { both } from '../../../support/engines.js';

const test = suite('beside the reference path');

for (const number of [16_055, 18_967]) {
	test(`answers that arrive at the instant of a tick come in the reference's order: rough plan ${number} of seed 61`, () => {
		const { fast, reference } = both(randomPlan(61, number, true));
		assert.is(fast.engine, 'fast');
		assert.equal(fast.counters, reference.counters);
		assert.equal(fast.ledger, reference.ledger);
	});
}

test.run();
