// Every row of the rule book's table of numbers, computed.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { backOffDelayLaw, backOffInForce, failingPodDelayLaw, setUpBackOffs } from '../../src/analytic/back-off.js';
import { type DelaySettings, delayLaw, refreshInterval } from '../../src/analytic/delay.js';
import { lastOf } from '../../src/analytic/law.js';
import { worstCaseDelay } from '../../src/analytic/worst-case.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';

const D = 30 * MILLISECOND;
const S60 = { syncFrequency: 60 * SECOND, syncDuration: D };

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
	assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, not ${expected}`);
}

const numbers = suite('table of numbers');

/** Columns of the table; it gives the maximum as well, which includes 0.2 s of refresh that the law of reads leaves out. */
const COLUMNS = ['mean', 0.5, 0.75, 0.9, 0.95, 0.99, 0.999] as const;

/** Cells are text: a number without decimals is known to half a second only. */
const ROWS: readonly (readonly [string, DelaySettings, string])[] = [
	['Watch', { strategy: 'Watch', ...S60 }, '38.3 37.8 56.7 69.3 75.5 83.8 88.4'],
	['Get', { strategy: 'Get', ...S60 }, '38.3 37.8 56.7 69.3 75.5 83.8 88.4'],
	['Cache TTL 60 single', { strategy: 'Cache', ttl: 60 * SECOND, ...S60 }, '38.3 37.8 56.7 69.3 75.5 83.8 88.4'],
	['Cache TTL 15 single', { strategy: 'Cache', ttl: 15 * SECOND, ...S60 }, '38.3 37.8 56.7 69.3 75.5 83.8 88.4'],
	['Cache TTL 0, 20 pods', { strategy: 'Cache', ttl: 0, consumers: 20, ...S60 }, '38.3 37.8 56.7 69.3 75.5 83.8 88.4'],
	[
		'Cache TTL 300 up to 1.28',
		{ strategy: 'Cache', ttl: 300 * SECOND, syncInvalidates: true, ...S60 },
		'38.3 37.8 56.7 69.3 75.5 83.8 88.4',
	],
	['Cache TTL 90 single', { strategy: 'Cache', ttl: 90 * SECOND, ...S60 }, '75.8 75.1 112.8 136 146 161 171'],
	['Cache TTL 300 single', { strategy: 'Cache', ttl: 300 * SECOND, ...S60 }, '169 168 252 303 326 359 376'],
	['Cache TTL 15, 20 pods', { strategy: 'Cache', ttl: 15 * SECOND, consumers: 20, ...S60 }, '44.3 43.8 62.8 75.8 82.3 91.9 99.1'],
	['Cache TTL 60, 2 pods', { strategy: 'Cache', ttl: 60 * SECOND, consumers: 2, ...S60 }, '49.2 48.5 68.2 85.1 97.1 117 134'],
	['Cache TTL 60, 20 pods', { strategy: 'Cache', ttl: 60 * SECOND, consumers: 20, ...S60 }, '66.4 66.0 87.1 105.5 115 130 141'],
	['Cache TTL 300, 20 pods', { strategy: 'Cache', ttl: 300 * SECOND, consumers: 20, ...S60 }, '186 186 262 308 328 356 375'],
	['S = 10, Watch', { strategy: 'Watch', syncFrequency: 10 * SECOND, syncDuration: D }, '6.6 6.5 9.8 11.9 13.0 14.4 15.0'],
	['S = 30, Watch', { strategy: 'Watch', syncFrequency: 30 * SECOND, syncDuration: D }, '19.3 19.0 28.5 34.8 38.0 42.1 44.5'],
	['S = 120, Watch', { strategy: 'Watch', syncFrequency: 120 * SECOND, syncDuration: D }, '76.3 75.2 113 138 150 167 176'],
];

for (const [name, settings, cells] of ROWS) {
	numbers(name, () => {
		const law = delayLaw(settings);
		cells.split(' ').forEach((cell, i) => {
			const column = COLUMNS[i] as (typeof COLUMNS)[number];
			const actual = (column === 'mean' ? law.mean : law.quantile(column)) / SECOND;
			assertNear(actual, Number(cell), cell.includes('.') ? 0.3 : 0.8, `${column}`);
		});
	});
}

numbers('a pod in a fast-failing sync loop', () => {
	const law = failingPodDelayLaw(D);
	'6.6 6.5 9.8 11.9 13.0 14.4 15.0'.split(' ').forEach((cell, i) => {
		const column = COLUMNS[i] as (typeof COLUMNS)[number];
		assertNear((column === 'mean' ? law.mean : law.quantile(column)) / SECOND, Number(cell), 0.1, `${column}`);
	});
});

numbers('the largest possible delays: 91.2, 151, 391, 181 s', () => {
	const cases: readonly (readonly [DelaySettings, number, number])[] = [
		[{ strategy: 'Watch', ...S60 }, 91, 91.2],
		[{ strategy: 'Get', ...S60 }, 91, 91.2],
		[{ strategy: 'Cache', ttl: 60 * SECOND, consumers: 2, ...S60 }, 151, 151.2],
		[{ strategy: 'Cache', ttl: 300 * SECOND, consumers: 20, ...S60 }, 391, 391.2],
		[{ strategy: 'Watch', syncFrequency: 120 * SECOND, syncDuration: D }, 181, 181.2],
	];
	for (const [settings, law, bound] of cases) {
		assert.is(delayLaw(settings).max / SECOND, law);
		assert.is(worstCaseDelay({ ...settings, syncDuration: 0 }) / SECOND, bound);
	}
});

numbers('one write in five exceeds 60 s, and the median for all of N replicas', () => {
	const law = delayLaw({ strategy: 'Watch', ...S60 });
	assertNear(1 - law.cdf(60 * SECOND), 0.206, 0.001, 'beyond 60 s');
	for (const [count, seconds] of [
		[3, 60.0],
		[10, 73.2],
		[50, 82.7],
		[100, 85.0],
		[1000, 88.7],
	] as const) {
		assertNear(lastOf(law, count).quantile(0.5) / SECOND, seconds, 0.1, `${count} replicas`);
	}
});

numbers.run();

const intervals = suite('mean fetch interval I(m, TTL)');

/** A7.2, in seconds: rows m, columns TTL 0, 15, 30, 60, 300. */
const TABLE: readonly (readonly [number, readonly number[]])[] = [
	[1, [75.5, 75.5, 75.5, 75.5, 336]],
	[2, [37.7, 47.2, 62.7, 74.2, 322]],
	[3, [25.2, 36.9, 51.8, 73.3, 316]],
	[5, [15.1, 28.5, 42.2, 71.2, 311]],
	[10, [7.5, 22.1, 36.7, 67.2, 306]],
];

for (const [consumers, row] of TABLE) {
	intervals(`${consumers} pods on the node`, () => {
		row.forEach((expected, i) => {
			const ttl = ([0, 15, 30, 60, 300][i] as number) * SECOND;
			const actual = refreshInterval({ syncFrequency: 60 * SECOND, ttl, consumers }) / SECOND;
			assertNear(actual, expected, 0.01 * expected, `TTL ${ttl / SECOND} s`);
		});
	});
}

intervals('up to 1.28 every read is a request, whatever the TTL', () => {
	const settings = { syncFrequency: 60 * SECOND, ttl: 300 * SECOND, consumers: 10, syncInvalidates: true };
	assertNear(refreshInterval(settings) / SECOND, 7.55, 1e-9, 'interval');
});

intervals.run();

const details = suite('delay law');

details('latencies are added to the strategies that have them', () => {
	const latencies = {
		...S60,
		watchLatency: { min: 5 * MILLISECOND, max: 20 * MILLISECOND },
		requestLatency: { min: 2 * SECOND, max: 2 * SECOND },
		watchCacheLag: { min: 3 * SECOND, max: 3 * SECOND },
		setUp: { min: 0, max: 0 },
	};
	const mean = (settings: DelaySettings): number => delayLaw(settings).mean / SECOND;
	const plain = mean({ strategy: 'Watch', ...S60 });
	assertNear(mean({ strategy: 'Watch', ...latencies }) - plain, 0.0125, 1e-6, 'Watch');
	assertNear(mean({ strategy: 'Get', ...latencies }) - plain, 2, 1e-6, 'Get');
	assertNear(mean({ strategy: 'Cache', ...latencies }) - plain, 5, 1e-3, 'Cache');
	assertNear(
		mean({ strategy: 'Cache', syncInvalidates: true, ...latencies }) - plain,
		2,
		1e-6,
		'Cache up to 1.28 reads past the watch cache',
	);
});

details('a TTL that is no whole number of seconds is refused', () => {
	for (const ttl of [-SECOND, 1.5 * SECOND, Number.NaN])
		assert.throws(() => delayLaw({ strategy: 'Cache', ttl, ...S60 }), /whole number of seconds/);
});

details('SetUp back-off: 0.5 s doubling to 122 s, and the one in force', () => {
	assert.equal(
		setUpBackOffs().map((pause) => pause / SECOND),
		[0.5, 1, 2, 4, 8, 16, 32, 64, 122],
	);
	assert.is(backOffInForce(0), 0.5 * SECOND);
	assert.is(backOffInForce(0.6 * SECOND), SECOND);
	assert.is(backOffInForce(60 * SECOND), 32 * SECOND);
	assert.is(backOffInForce(128 * SECOND), 122 * SECOND);
	assert.is(backOffInForce(3600 * SECOND), 122 * SECOND);
});

details('a failing volume: uniform over the back-off, then one pass of the reconciler', () => {
	const law = backOffDelayLaw(122 * SECOND);
	assertNear(law.mean / SECOND, 61.05, 1e-6, 'mean');
	assertNear(law.quantile(0.5) / SECOND, 61.05, 1e-3, 'median');
	assert.is(law.max, 122.1 * SECOND);
	assert.throws(() => backOffDelayLaw(0), /positive/);
});

details('the worst case adds what each strategy adds', () => {
	const base = { syncFrequency: 60 * SECOND };
	assert.is(worstCaseDelay({ strategy: 'Watch', ...base, watchLatency: { min: 0, max: 20 * MILLISECOND } }), 91_220_000);
	assert.is(worstCaseDelay({ strategy: 'Get', ...base, backOff: true }), 213_200_000);
	assert.is(worstCaseDelay({ strategy: 'Cache', ...base }), 151_200_000);
	assert.is(worstCaseDelay({ strategy: 'Cache', ...base, syncInvalidates: true }), 91_200_000);
	assert.is(worstCaseDelay({ strategy: 'Get', ...base, syncDuration: { min: 0, max: 30 * MILLISECOND } }), 91_230_000);
});

details.run();
