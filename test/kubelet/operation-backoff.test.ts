import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import { ANY_POD, OperationBackoff } from '../../src/kubelet/operation-backoff.js';

const test = suite('operation back-off (K4.1, K20.13)');
const MOUNT = 0;
const UNMOUNT = 1;

/** Fails an operation at an instant. */
function fail(operations: OperationBackoff, now: number, operation = MOUNT): void {
	assert.is(operations.start(1, operation, now), 'started');
	operations.finish(1, true, now);
}

test('0.5 s doubled to 122 s; a retry strictly after the end', () => {
	const operations = new OperationBackoff();
	const seconds: number[] = [];
	let now = 0;
	for (let failure = 0; failure < 11; failure++) {
		fail(operations, now);
		const end = operations.retryAt(1);
		seconds.push((end - now) / SECOND);
		assert.is(operations.start(1, MOUNT, end), 'inBackoff');
		now = end + 1;
	}
	assert.equal(seconds, [0.5, 1, 2, 4, 8, 16, 32, 64, 122, 122, 122]);
});

test('a success forgets everything', () => {
	const operations = new OperationBackoff();
	fail(operations, 0);
	operations.start(1, MOUNT, SECOND);
	operations.finish(1, false, SECOND);
	assert.equal([operations.size, operations.retryAt(1), operations.backoffOf(1)], [0, Number.NEGATIVE_INFINITY, 0]);
	fail(operations, SECOND);
	assert.is(operations.backoffOf(1), 500 * MILLISECOND);
});

test('another operation resets a back-off that is in force, and continues one that has ended', () => {
	const inForce = new OperationBackoff();
	fail(inForce, 0);
	fail(inForce, SECOND);
	fail(inForce, SECOND, UNMOUNT);
	assert.is(inForce.backoffOf(1), 500 * MILLISECOND);
	const ended = new OperationBackoff();
	fail(ended, 0);
	fail(ended, SECOND, UNMOUNT);
	assert.is(ended.backoffOf(1), SECOND);
	assert.is(ended.start(1, UNMOUNT, SECOND), 'started', 'the entry still bears the first name');
});

test('one operation at a time per volume; others do not matter', () => {
	const operations = new OperationBackoff();
	operations.start(1, MOUNT, 0);
	assert.equal(
		[operations.start(1, MOUNT, 0), operations.start(1, UNMOUNT, 0), operations.start(2, MOUNT, 0)],
		['alreadyRunning', 'alreadyRunning', 'started'],
	);
	assert.ok(operations.isRunning(1) && !operations.isRunning(3));
	assert.not(operations.isSafeToRetry(1, MOUNT, 0));
});

test('an operation on the whole volume excludes those of its pods', () => {
	const operations = new OperationBackoff();
	operations.start(1, MOUNT, 0, 5);
	operations.start(1, MOUNT, 0, 6);
	assert.is(operations.start(1, UNMOUNT, 0, ANY_POD), 'alreadyRunning');
	operations.finish(1, false, 0, 5);
	operations.finish(1, false, 0, 6);
	assert.is(operations.start(1, UNMOUNT, 0, ANY_POD), 'started');
	assert.is(operations.start(1, MOUNT, 0, 5), 'alreadyRunning');
});

test('the end of an operation that does not run is a mistake of the caller', () => {
	assert.throws(() => new OperationBackoff().finish(1, true, 0), /no operation is running/);
});

test('however it is used, a retry is never refused longer than 122 s after the last failure', () => {
	const step = fc.record({
		operation: fc.constantFrom(MOUNT, UNMOUNT),
		fails: fc.boolean(),
		wait: fc.integer({ min: 0, max: 200 * SECOND }),
	});
	fc.assert(
		fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
			const operations = new OperationBackoff();
			let now = 0;
			let failedAt = Number.NEGATIVE_INFINITY;
			for (const { operation, fails, wait } of steps) {
				now += wait;
				const outcome = operations.start(1, operation, now);
				if (outcome === 'inBackoff') assert.ok(now - failedAt <= 122 * SECOND);
				else operations.finish(1, fails, now);
				if (outcome === 'started' && fails) failedAt = now;
			}
		}),
		{ seed: 4, numRuns: 200 },
	);
});

test.run();
