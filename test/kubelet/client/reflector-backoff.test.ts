import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { draw, streamKey } from '../../../src/core/random.js';
import { MINUTE, SECOND } from '../../../src/core/time.js';
import type { BackoffResetRule } from '../../../src/kubelet/client/reflector-backoff.js';
import { ReflectorBackoff } from '../../../src/kubelet/client/reflector-backoff.js';

const test = suite('reflector back-off (A1.4)');
const RULES: readonly BackoffResetRule[] = ['sincePreviousCall', 'sincePreviousReset'];

test('the bases are 0.8, 1.6 ... 25.6, 30, 30 s', () => {
	const backoff = new ReflectorBackoff('sincePreviousCall', 0);
	const pauses = Array.from({ length: 8 }, () => backoff.next(0, 0) / 1000);
	assert.equal(pauses, [800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
});

test('a pause is a whole number of microseconds of [base, 2 x base)', () => {
	for (const uniform of [0, 1e-9, 0.3333, 1 - 2 ** -53]) {
		const pause = new ReflectorBackoff('sincePreviousReset', 0).next(0, uniform);
		assert.ok(Number.isInteger(pause) && pause >= 800_000 && pause < 1_600_000, String(pause));
	}
});

test('until 1.35 it starts over more than two minutes after the previous pause was asked for', () => {
	const backoff = new ReflectorBackoff('sincePreviousCall', 0);
	backoff.next(MINUTE, 0);
	assert.is(backoff.next(3 * MINUTE, 0), 1_600_000);
	assert.is(backoff.next(5 * MINUTE + 1, 0), 800_000);
});

test('from 1.36 it starts over more than two minutes after the previous reset, or after the reflector was built', () => {
	const backoff = new ReflectorBackoff('sincePreviousReset', 0);
	assert.is(backoff.next(MINUTE, 0), 800_000);
	assert.is(backoff.next(2 * MINUTE, 0), 1_600_000);
	assert.is(backoff.next(2 * MINUTE + 1, 0), 800_000, 'reset');
	assert.is(backoff.next(4 * MINUTE, 0), 1_600_000);
	assert.is(backoff.next(4 * MINUTE + 1, 0), 3_200_000, 'counted from the reset, not from the build');
	assert.is(backoff.next(4 * MINUTE + 2, 0), 800_000);
});

/** Pauses of a reflector whose every attempt fails at once, over a long time. */
function outage(rule: BackoffResetRule, seed: number, duration: number): { pause: number; base: number }[] {
	const key = streamKey(seed, rule);
	const backoff = new ReflectorBackoff(rule, 0);
	const pauses: { pause: number; base: number }[] = [];
	for (let now = 0; now < duration; ) {
		const uniform = draw(key, pauses.length);
		const pause = backoff.next(now, uniform);
		pauses.push({ pause, base: Math.round(pause / (1 + uniform) / 1000) * 1000 });
		now += pause;
	}
	return pauses;
}

test('the bases of an outage are those of the table and of nothing else', () => {
	for (const rule of RULES) {
		const bases = new Set(outage(rule, 3, 40_000 * SECOND).map(({ base }) => base / 1000));
		assert.equal([...bases], [800, 1600, 3200, 6400, 12800, 25600, 30000]);
	}
});

test('attempts per second of one reflector in a steady outage are those of A1.4', () => {
	const duration = 400_000 * SECOND;
	const rate = (rule: BackoffResetRule): number => outage(rule, 1, duration).length / (duration / SECOND);
	assert.ok(Math.abs(rate('sincePreviousCall') / 0.0223 - 1) < 0.01, String(rate('sincePreviousCall')));
	assert.ok(Math.abs(rate('sincePreviousReset') / 0.0527 - 1) < 0.01, String(rate('sincePreviousReset')));
});

test('within a base, pauses are uniform', () => {
	for (const rule of RULES) {
		let rejections = 0;
		for (let seed = 1; seed <= 20; seed++) {
			const parts = outage(rule, seed, 40_000 * SECOND)
				.filter(({ base }) => base === 30 * SECOND)
				.map(({ pause, base }) => pause / base - 1)
				.sort((a, b) => a - b);
			const distance = Math.max(...parts.map((part, index) => Math.max(part - index / parts.length, (index + 1) / parts.length - part)));
			// Kolmogorov's bound for p = 0.05.
			if (distance > 1.36 / Math.sqrt(parts.length)) rejections++;
		}
		// Twenty tests at 5 %: more than 4 rejections have a probability of 0.3 %.
		assert.ok(rejections <= 4, `${rule}: ${rejections} of 20`);
	}
});

test.run();
