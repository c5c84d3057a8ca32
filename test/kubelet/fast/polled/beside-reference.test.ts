// The reference path beside the fast one: what it does at the very instant of a tick, and who makes the syncs of that tick then.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Segment, simulate } from '../../../../src/index.js';
import { randomPlan } from '../../../laws/random-plan.js';

const test = suite('beside the reference path');

for (const number of [16_055, 18_967]) {
	test(`answers that arrive at the instant of a tick come in the reference's order: rough plan ${number} of seed 61`, () => {
		const study = randomPlan(61, number, true);
		const [fast, reference] = (['fast', 'reference'] as const).map((engine) => simulate(study, { engine }).segments[0] as Segment);
		assert.is(fast?.engine, 'fast');
		assert.equal(fast?.counters, reference?.counters);
		assert.equal(fast?.ledger, reference?.ledger);
	});
}

test.run();
