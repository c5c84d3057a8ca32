// The wheel gives every pod at its tick, whatever number of turns it has to wait, and says no later tick than the next one.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TickWheel } from '../../../../src/kubelet/fast/polled/tick-wheel.js';

const test = suite('wheel of ticks');

test('gives pods in the order of their ticks', () => {
	const gaps = fc.array(fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2_000 })), { maxLength: 12 }), {
		minLength: 1,
		maxLength: 6,
	});
	fc.assert(
		fc.property(gaps, (pods) => {
			const expected = pods
				.flatMap((list, pod) => list.map((_, place) => ({ pod, due: list.slice(0, place + 1).reduce((sum, gap) => sum + gap) })))
				.sort((a, b) => a.due - b.due || a.pod - b.pod);
			const wheel = new TickWheel(pods.length);
			const made = pods.map(() => 0);
			const put = (pod: number, from: number): void => {
				const gap = pods[pod]?.[made[pod] as number];
				made[pod] = (made[pod] as number) + 1;
				if (gap !== undefined) wheel.put(pod, from + gap);
			};
			for (const pod of pods.keys()) put(pod, 0);
			const taken: { pod: number; due: number }[] = [];
			for (let tick = wheel.next(0); tick < 30_000; tick = wheel.next(tick + 1)) {
				const batch = [...wheel.batch.subarray(0, wheel.take(tick))].sort((a, b) => a - b);
				for (const pod of batch) {
					taken.push({ pod, due: tick });
					put(pod, tick);
				}
			}
			assert.equal(taken, expected);
		}),
		{ seed: 11, numRuns: 500 },
	);
});

test.run();
