// What the visit clock says without a draw, and without a quotient, is what follows from whole draws and from the grids.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../../src/core/time.js';
import type { NodeTables } from '../../../src/kubelet/fast/node-tables.js';
import { visitOf } from '../../../src/kubelet/fast/pass-order.js';
import { VisitClock } from '../../../src/kubelet/fast/visit-clock.js';

const test = suite('visit clock');
const period = fc.integer({ min: 1_000, max: 120_000 });
const lane = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const day = 86_400 * SECOND;

test('agrees with the walk through populator and reconciler', () => {
	fc.assert(
		fc.property(
			fc.tuple(period, period, period, period),
			fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 300_000 })),
			fc.tuple(lane, lane),
			fc.integer({ min: 0, max: 7 * day }),
			fc.integer({ min: 0, max: 7 * 86_400 }),
			([populatorPeriod, reconcilerPeriod, populatorAfter, reconcilerAfter], [one, other], [a, b], from, tick) => {
				const tables = {
					input: { timing: { syncToReprocess: { min: Math.min(one, other), max: Math.max(one, other) } } },
					loops: {
						populatorPhase: from + (populatorAfter % populatorPeriod),
						populatorPeriod,
						reconcilerPhase: from + (reconcilerAfter % reconcilerPeriod),
						reconcilerPeriod,
					},
					tickZero: from + (populatorAfter % 977),
					podLaneA: Int32Array.of(a),
					podLaneB: Int32Array.of(b),
				} as unknown as NodeTables;
				const clock = new VisitClock(tables);
				for (let sync = 1; sync < 20; sync++) {
					const now = tables.tickZero + (tick + sync) * SECOND;
					assert.is(now + clock.after(a, b, sync, tick + sync), visitOf(tables, 0, sync, now));
				}
			},
		),
		{ seed: 21, numRuns: 500 },
	);
});

test.run();
