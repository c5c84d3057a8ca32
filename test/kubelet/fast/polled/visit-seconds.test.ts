// The second of a tick's requests is certain only if every duration of ReprocessPod and every latency gives it; booking many ticks, with
// the loops followed from one to the next, gives the same as looking at each.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SecondLog } from '../../../../src/apiserver/second-log.js';
import { firstOnGridAfter, SECOND } from '../../../../src/core/time.js';
import type { NodeTables } from '../../../../src/kubelet/fast/node-tables.js';
import { VisitSeconds } from '../../../../src/kubelet/fast/polled/visit-seconds.js';

const test = suite('visit seconds');
const REPROCESS = { min: 1_000, max: 5_000 };
const LATENCY = { min: 2_000, max: 8_000 };
const LAG = 8_000 + 4_000;

const period = fc.integer({ min: 100_000, max: 160_000 });
const loop = period.chain((length) => fc.tuple(fc.integer({ min: 0, max: length - 1 }), fc.constant(length)));
// Gaps as of a usual frequency, of a very short one, and longer than what is known ahead.
const gaps = fc.array(fc.oneof(fc.integer({ min: 60, max: 92 }), fc.integer({ min: 1, max: 400 })), { minLength: 1, maxLength: 60 });

test('booked seconds are those of each tick, and every draw gives them', () => {
	let uncertain = 0;
	let later = 0;
	fc.assert(
		fc.property(fc.integer({ min: 0, max: SECOND - 1 }), loop, loop, gaps, (tickZero, populator, reconciler, list) => {
			const loops = {
				populatorPhase: populator[0],
				populatorPeriod: populator[1],
				reconcilerPhase: reconciler[0],
				reconcilerPeriod: reconciler[1],
			};
			const tables = { tickZero, loops, input: { timing: { syncToReprocess: REPROCESS } } } as unknown as NodeTables;
			const seconds = new VisitSeconds(tables, REPROCESS.max + populator[1] + reconciler[1], LATENCY);
			let last = 0;
			const ticks = Int32Array.from(list, (gap) => (last += gap));
			const log = new SecondLog();
			for (let from = 0; from < ticks.length; ) {
				log.length = 0;
				const stop = seconds.book(log, ticks, from, ticks.length, last, LAG);
				const each = Array.from(ticks.subarray(from, stop), (tick) => seconds.of(tick, LAG));
				assert.equal([...log.seconds.subarray(0, log.length)], each);
				if (stop < ticks.length && (ticks[stop] as number) < last) {
					assert.is(seconds.of(ticks[stop] as number, LAG), -1);
					uncertain += 1;
				}
				from = stop + 1;
			}
			for (const tick of ticks) {
				const second = seconds.of(tick, LAG);
				if (second < 0) continue;
				const now = tickZero + tick * SECOND;
				if (second > Math.floor(now / SECOND)) later += 1;
				for (let after = REPROCESS.min; after <= REPROCESS.max; after += 250) {
					const populated = firstOnGridAfter(now + after, populator[0], populator[1]);
					const visit = firstOnGridAfter(populated, reconciler[0], reconciler[1]);
					assert.is(Math.floor((visit + LATENCY.min / 2) / SECOND), second);
					assert.is(Math.floor((visit + LAG) / SECOND), second);
				}
			}
		}),
		{ seed: 5, numRuns: 2_000 },
	);
	assert.ok(uncertain > 50 && later > 500, `${uncertain} ticks of two seconds, ${later} of the next one`);
});

test.run();
