// The listed syncs of a pod are those that the resync law gives one after the other, and what is said of them is what a walk through
// all of them finds.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MINUTE, SECOND } from '../../../../src/core/time.js';
import type { NodeTables } from '../../../../src/kubelet/fast/node-tables.js';
import { visitOf } from '../../../../src/kubelet/fast/pass-order.js';
import { ResyncClock } from '../../../../src/kubelet/fast/resync-clock.js';
import { PodSyncs } from '../../../../src/kubelet/fast/watch/pod-syncs.js';

const test = suite('syncs of a pod');

const REACH = 400_000;
const input = {
	settings: { syncFrequency: MINUTE },
	timing: { syncDuration: { min: 10_000, max: 30_000 }, syncToReprocess: { min: 1_000, max: 5_000 } },
	end: 6 * 3_600 * SECOND,
};
const loops = { populatorPhase: 33_333, populatorPeriod: 100_700, reconcilerPhase: 77_777, reconcilerPeriod: 101_100 };

function tablesOf(laneA: number, laneB: number, firstTick: number): NodeTables {
	return {
		input,
		loops,
		tickZero: 123_456,
		podLaneA: Int32Array.of(laneA),
		podLaneB: Int32Array.of(laneB),
		firstTick: Int32Array.of(firstTick),
		firstSync: Int32Array.of(5),
		tickRoom: (length: number) => new Int32Array(length),
	} as unknown as NodeTables;
}

const lane = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

test('are those of the resync law, found where a walk finds them', () => {
	fc.assert(
		fc.property(lane, lane, fc.integer({ min: 0, max: 22_000 }), fc.integer({ min: 0, max: input.end }), (a, b, firstTick, at) => {
			const tables = tablesOf(a, b, firstTick);
			const clock = new ResyncClock(input as never);
			const walked: { started: number; visited: number }[] = [];
			for (let tick = firstTick, sync = 5; tables.tickZero + tick * SECOND <= input.end; sync++) {
				const started = tables.tickZero + tick * SECOND;
				walked.push({ started, visited: visitOf(tables, 0, sync, started) });
				tick += clock.gap(a, b, sync);
			}
			const syncs = new PodSyncs(tables, REACH);
			syncs.list(0);
			assert.is(syncs.count, walked.length);
			for (const [place, { started, visited }] of walked.entries()) assert.is(started + syncs.visitAfter(place), visited);
			assert.is(syncs.startedBefore(at), walked.filter(({ started }) => started < at).length);
			assert.is(syncs.visitedBefore(at), walked.filter(({ visited }) => visited < at).length);
			const from = Math.floor(walked.length / 3);
			const reaching = walked.findIndex(({ started }, place) => place >= from && started + REACH >= at);
			assert.is(syncs.firstReaching(from, at), reaching < 0 ? walked.length : reaching);
		}),
		{ seed: 5, numRuns: 200 },
	);
});

test.run();
