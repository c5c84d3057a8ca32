import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NEVER } from '../../src/core/time.js';
import { WorkQueue } from '../../src/kubelet/work-queue.js';

const test = suite('work queue (K2.2)');

test('gives what a map of due times gives', () => {
	const step = fc.record({
		pod: fc.integer({ min: 0, max: 9 }),
		delay: fc.integer({ min: -2, max: 6 }),
		wait: fc.integer({ min: 0, max: 3 }),
	});
	fc.assert(
		fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
			const queue = new WorkQueue(1);
			const due = new Map<number, number>();
			let now = 0;
			for (const { pod, delay, wait } of steps) {
				queue.enqueue(pod, now + delay);
				due.set(pod, now + delay);
				now += wait;
				assert.ok(queue.earliest <= Math.min(...due.values()));
				const expected = [...due].filter(([, at]) => at < now).map(([key]) => key);
				for (const key of expected) due.delete(key);
				assert.equal(
					queue.take(now),
					expected.sort((a, b) => a - b),
				);
			}
		}),
		{ seed: 2, numRuns: 300 },
	);
});

test('an empty queue is due never', () => {
	const queue = new WorkQueue();
	assert.is(queue.earliest, NEVER);
	queue.enqueue(3, 5);
	assert.equal([queue.take(5), queue.take(6), queue.take(7), queue.earliest], [[], [3], [], NEVER]);
});

test.run();
