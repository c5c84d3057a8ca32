// Ticks that are listed four at a time: all of them but those of four whose gaps take more than the upper bits of two draws, and never
// what is behind a bound.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawStart } from '../../../src/core/random.js';
import { SECOND } from '../../../src/core/time.js';
import { DRAW_DURATION, DRAWS_PER_SYNC } from '../../../src/kubelet/draw-ordinals.js';
import { ResyncClock } from '../../../src/kubelet/fast/resync-clock.js';
import { type ResyncLaw, ResyncUnits } from '../../../src/kubelet/fast/resync-units.js';
import { LANES, TickLanes } from '../../../src/kubelet/fast/tick-lanes.js';

const test = suite('ticks four at a time');

const law: ResyncLaw = { settings: { syncFrequency: 60 * SECOND }, timing: { syncDuration: { min: 10_000, max: 30_000 } } } as ResyncLaw;
const units = new ResyncUnits(law, DRAW_DURATION);
const PODS = 200;
const LAST_TICK = 86_000;
const start = drawStart(0, DRAWS_PER_SYNC);

function lanesOfThread(): TickLanes {
	const lanes = TickLanes.ofThread();
	if (lanes === null) throw new Error('this machine cannot');
	return lanes;
}

test('nearly all gaps are certain without whole draws', () => {
	const lanes = lanesOfThread();
	const clock = new ResyncClock(law, DRAW_DURATION, null);
	let wholeDraws = 0;
	let syncs = 0;
	for (let pod = 0; pod < PODS; pod++) {
		const [a, b] = [Math.imul(pod, 0x2545f491), ~pod];
		const ticks = new Int32Array(1_500);
		const listed = lanes.list(units, a + start, b, 5, LAST_TICK, ticks, 0, ticks.length);
		if (lanes.next <= LAST_TICK) wholeDraws += 1;
		assert.is(listed % LANES, 0);
		for (let sync = 1; sync < listed; sync++) assert.is((ticks[sync] as number) - (ticks[sync - 1] as number), clock.gap(a, b, sync));
		assert.is(lanes.next - (ticks[listed - 1] as number), clock.gap(a, b, listed));
		syncs += listed;
	}
	// Of 20,000 us in which the duration matters, about 40 are left: 4 in 100,000 gaps, so one in 20 rows of 1,150.
	assert.ok(wholeDraws > 0 && wholeDraws < PODS / 8, `${wholeDraws} of ${PODS} rows end early`);
	assert.ok(syncs > PODS * 1_000, `${syncs} syncs`);
});

test('four begin only where all of them have room, and not after the last tick', () => {
	const lanes = lanesOfThread();
	for (let room = 0; room < 13; room++) {
		const ticks = new Int32Array(20);
		assert.is(lanes.list(units, start, 7, 3, LAST_TICK, ticks, 2, room), room - (room % LANES));
		assert.ok(ticks.subarray(2 + room).every((tick) => tick === 0));
	}
	const ticks = new Int32Array(20);
	assert.is(lanes.list(units, start, 7, 3, 2, ticks, 0, 20), 0);
	assert.is(lanes.next, 3);
	assert.is(lanes.list(units, start, 7, 3, 3, ticks, 0, 20), LANES);
});

test('a law of half seconds, of long gaps or of durations up to a second apart has none', () => {
	const of = (syncFrequency: number, min: number, max: number): boolean =>
		new ResyncUnits({ settings: { syncFrequency }, timing: { syncDuration: { min, max } } } as ResyncLaw, DRAW_DURATION).haveDuration;
	assert.is(of(60 * SECOND, 10_000, 30_000), true);
	assert.is(of(61 * SECOND, 10_000, 30_000), false);
	assert.is(of(1_400 * SECOND, 0, 0), false);
	assert.is(of(1_200 * SECOND, 250 * SECOND, 250 * SECOND), false);
	assert.is(of(60 * SECOND, 0, SECOND), false);
});

test.run();
