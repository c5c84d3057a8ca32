// The three ways in which the clock goes from sync to sync give the same ticks, and those are the ticks of the law: the whole draws
// of the gap and of the sync's duration, put together as the reference path does it.

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawLanes } from '../../../src/core/random.js';
import { MILLISECOND, SECOND } from '../../../src/core/time.js';
import { MEMORY_WORDS } from '../../../src/core/wasm-module.js';
import { DRAW_DURATION, DRAW_JITTER, DRAWS_PER_SYNC } from '../../../src/kubelet/draw-ordinals.js';
import { ResyncClock } from '../../../src/kubelet/fast/resync-clock.js';
import { TickLanes } from '../../../src/kubelet/fast/tick-lanes.js';
import type { NodeInput } from '../../../src/kubelet/node-input.js';
import { duration } from '../../../src/kubelet/node-state.js';

const test = suite('resync clock');
const UNTIL = 40_000;

/** Frequencies of whole seconds, short and long ones, and some that are none. */
const frequencies = fc.oneof(
	fc.integer({ min: 1, max: 2_400 }).map((seconds) => seconds * SECOND),
	fc.integer({ min: 1_000, max: 100_000 }).map((milliseconds) => milliseconds * MILLISECOND),
);
const durations = fc.tuple(fc.integer({ min: 0, max: 1_500_000 }), fc.integer({ min: 0, max: 1_500_000 })).map(([a, b]) => ({
	min: Math.min(a, b),
	max: Math.max(a, b),
}));

/** The ticks of the law. */
function ticksOfLaw(syncFrequency: number, syncDuration: NodeInput['timing']['syncDuration'], a: number, b: number): number[] {
	const ticks: number[] = [];
	let tick = 3;
	for (let sync = 1; tick < UNTIL; sync++) {
		ticks.push(tick);
		const jitter = Math.floor((drawLanes(a, b, sync * DRAWS_PER_SYNC + DRAW_JITTER) * syncFrequency) / 2);
		const took = duration(syncDuration, a, b, sync * DRAWS_PER_SYNC + DRAW_DURATION);
		tick += Math.floor((took + syncFrequency + jitter) / SECOND) + 1;
	}
	return [...ticks, tick];
}

test('gap, skip and list agree with the law', () => {
	fc.assert(
		fc.property(frequencies, durations, fc.integer(), fc.integer(), (syncFrequency, syncDuration, a, b) => {
			const expected = ticksOfLaw(syncFrequency, syncDuration, a, b);
			const settings = { syncFrequency } as NodeInput['settings'];
			const clock = new ResyncClock({ settings, timing: { syncDuration } as NodeInput['timing'] });
			const gaps = expected.slice(1).map((tick, place) => tick - (expected[place] as number));
			assert.equal(
				gaps.map((_, place) => clock.gap(a, b, place + 1)),
				gaps,
			);
			assert.is(clock.skip(a, b, 1, 3, UNTIL), expected.at(-1));
			assert.is(clock.sync, expected.length);
			const ticks = new Int32Array(expected.length + 2);
			assert.is(clock.list(a, b, 1, 3, UNTIL, ticks, 2, expected.length), expected.at(-1));
			assert.is(clock.sync, expected.length);
			assert.equal([...ticks.subarray(2, 1 + expected.length)], expected.slice(0, -1));
		}),
		{ seed: 12, numRuns: 200 },
	);
});

const LANE = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
/** Whole seconds, and durations of which the bits that four at a time takes are near enough. */
const lawsInUnits = fc
	.record({
		seconds: fc.integer({ min: 1, max: 700 }).map((half) => 2 * half),
		min: fc.oneof(fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 100 * SECOND })),
		spread: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50_000 }), fc.integer({ min: 0, max: 1_100_000 })),
	})
	.map(({ seconds, min, spread }) => ({
		settings: { syncFrequency: seconds * SECOND } as NodeInput['settings'],
		timing: { syncDuration: { min, max: min + spread } } as NodeInput['timing'],
	}));

test('four at a time lists what one by one does, whatever the bounds', () => {
	const lanes = TickLanes.ofThread();
	assert.is.not(lanes, null, 'this machine can');
	const bounds = fc.record({
		sync: fc.integer({ min: 1, max: 100_000 }),
		tick: fc.integer({ min: 0, max: 5_000 }),
		gaps: fc.integer({ min: 0, max: 600 }),
		odd: fc.integer({ min: 0, max: 100 }),
		room: fc.integer({ min: 0, max: 1_000 }),
		from: fc.integer({ min: 0, max: 9 }),
	});
	fc.assert(
		fc.property(lawsInUnits, LANE, LANE, bounds, (law, a, b, { sync, tick, gaps, odd, room, from }) => {
			const until = tick + (gaps * law.settings.syncFrequency) / SECOND + odd;
			const [one, four] = [null, lanes].map((means) => {
				const clock = new ResyncClock(law, DRAW_DURATION, means);
				const ticks = new Int32Array(from + room + 4).fill(-7);
				return { next: clock.list(a, b, sync, tick, until, ticks, from, room), sync: clock.sync, ticks };
			});
			assert.equal(four, one);
		}),
		{ seed: 21, numRuns: 1_500 },
	);
});

test('a row may be longer than the memory of the module', () => {
	const law = { settings: { syncFrequency: 2 * SECOND }, timing: { syncDuration: { min: 10_000, max: 30_000 } } } as unknown as NodeInput;
	const [one, four] = [null, TickLanes.ofThread()].map((means) => {
		const clock = new ResyncClock(law, DRAW_DURATION, means);
		const ticks = new Int32Array(40_000);
		return { next: clock.list(11, 12, 1, 0, 100_000, ticks, 0, 40_000), sync: clock.sync, ticks };
	});
	assert.ok((one?.sync as number) > 2 * MEMORY_WORDS, `${one?.sync} syncs`);
	assert.equal(four, one);
});

test('a list stops where its room ends', () => {
	const settings = { syncFrequency: 60 * SECOND } as NodeInput['settings'];
	const clock = new ResyncClock({ settings, timing: { syncDuration: { min: 10_000, max: 30_000 } } as NodeInput['timing'] });
	const ticks = new Int32Array(8);
	const next = clock.list(1, 2, 1, 0, UNTIL, ticks, 0, 3);
	assert.is(clock.sync, 4);
	assert.is(next, (ticks[2] as number) + clock.gap(1, 2, 3));
	assert.equal([...ticks.subarray(3)], [0, 0, 0, 0, 0]);
});

test.run();
