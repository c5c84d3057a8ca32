import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
	formatBytes,
	formatCount,
	formatNumber,
	formatSeconds,
	formatSecondsInterval,
	formatShare,
	formatSpan,
} from '../../src/report/number-format.js';

const test = suite('numbers in reports');

test('durations have three digits and a unit, and null is never', () => {
	assert.equal([null, 0, 0.0004, 0.0873, 0.9996, 9.994, 9.996, 83.79, 999.96, 1204.4, -0.5].map(formatSeconds), [
		'never',
		'0 s',
		'<1 ms',
		'87 ms',
		'1.00 s',
		'9.99 s',
		'10.0 s',
		'83.8 s',
		'1,000 s',
		'1,204 s',
		'-500 ms',
	]);
});

test('an interval has one unit for both ends', () => {
	assert.is(formatSecondsInterval([-0.0021, 0.0117]), '[-2, 12] ms');
	assert.is(formatSecondsInterval([0.2, 38.44]), '[0.20, 38.4] s');
});

test('numbers never have an exponent', () => {
	assert.equal([0, 0.00001, 0.0001, 0.0033, 7.951, 99.96, 1e21 / 1e15, 2004.4].map(formatNumber), [
		'0',
		'<0.0001',
		'0.0001',
		'0.0033',
		'7.95',
		'100',
		'1,000,000',
		'2,004',
	]);
});

test('a share is 0 % or 100 % only when it is exactly that', () => {
	assert.equal(
		[formatShare(0, 9), formatShare(1, 60_000), formatShare(59_999, 60_000), formatShare(9, 9), formatShare(0, 0)],
		['0 %', '<0.1 %', '>99.9 %', '100 %', '-'],
	);
});

test('counts, bytes and spans', () => {
	assert.is(formatCount(1234567), '1,234,567');
	assert.equal([512, 999.6, 1_204_331_002].map(formatBytes), ['512 B', '1.00 kB', '1.20 GB']);
	assert.equal([1800, 5400, 90, 7200, 0].map(formatSpan), ['30 min', '1 h 30 min', '90.0 s', '2 h', '0 s']);
});

test.run();
