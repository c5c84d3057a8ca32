// The residual law against its own counts: as many of the equally likely places of a gap leave so many ticks as the gap is longer.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../src/core/time.js';
import { ResidualLaw } from '../../src/kubelet/resync-law.js';

const test = suite('residual law');

test('each number of ticks comes from as many places as gaps are longer than it', () => {
	// Gaps of 2, 3 and 4 s: floor(0.5 + 2 + J) + 1 with J in [0, 1) s gives 3 or 4, never 2.
	const [frequency, took] = [2 * SECOND, SECOND / 2];
	const jitters = frequency / 2;
	const longer = [jitters, jitters, jitters, jitters / 2];
	const places = longer.reduce((sum, one) => sum + one, 0);
	const law = new ResidualLaw(frequency, took);
	let before = 0;
	for (const [ticks, count] of longer.entries()) {
		assert.is(law.ticks(before / places), ticks);
		assert.is(law.ticks((before + count - 0.5) / places), ticks);
		before += count;
	}
	assert.is(law.ticks(1 - 2 ** -53), longer.length - 1);
});

test.run();
