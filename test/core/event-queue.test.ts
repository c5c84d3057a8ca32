import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EventQueue } from '../../src/core/event-queue.js';

interface Entry {
	readonly time: number;
	readonly order: number;
	readonly kind: number;
	readonly a: number;
	readonly b: number;
}

/** The same promises kept in the plainest way: a stable sort before every pop. */
class SortedArray {
	#entries: Entry[] = [];

	get size(): number {
		return this.#entries.length;
	}

	push(entry: Entry): void {
		this.#entries.push(entry);
	}

	pop(): Entry | undefined {
		this.#entries.sort((x, y) => x.time - y.time || x.order - y.order);
		return this.#entries.shift();
	}
}

function popped(queue: EventQueue): Entry | undefined {
	const order = queue.nextOrder;
	return queue.pop() ? { time: queue.time, order, kind: queue.kind, a: queue.a, b: queue.b } : undefined;
}

const test = suite('event queue');

test('any mix of pushes and pops comes out as from a stably sorted array', () => {
	const push = fc.record({ time: fc.integer({ min: 0, max: 5 }), order: fc.integer({ min: -1, max: 1 }) });
	fc.assert(
		fc.property(fc.array(fc.option(push, { freq: 3 }), { maxLength: 300 }), fc.integer({ min: 0, max: 4 }), (steps, capacity) => {
			const queue = new EventQueue(capacity);
			const reference = new SortedArray();
			steps.forEach((step, number) => {
				if (step === null) {
					assert.equal(popped(queue), reference.pop());
				} else {
					const entry = { ...step, kind: number % 7, a: number, b: -number };
					queue.push(entry.time, entry.order, entry.kind, entry.a, entry.b);
					reference.push(entry);
				}
				assert.is(queue.size, reference.size);
			});
			while (reference.size > 0) assert.equal(popped(queue), reference.pop());
			assert.not.ok(queue.pop());
		}),
		{ seed: 1, numRuns: 300 },
	);
});

test('hold model: 20,000 events pass through 500 places in order, ties first in, first out', () => {
	const queue = new EventQueue();
	let state = 1;
	const next = (): number => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return state >>> 16;
	};
	for (let i = 0; i < 500; i++) queue.push(next() % 50, 0, 0, i, 0);
	let pushed = 500;
	let lastTime = -1;
	let lastNumber = -1;
	for (let i = 0; i < 20_000; i++) {
		assert.ok(queue.pop());
		assert.ok(queue.time >= lastTime, 'time went back');
		if (queue.time === lastTime) assert.ok(queue.a > lastNumber, 'a later push overtook an earlier one');
		lastTime = queue.time;
		lastNumber = queue.a;
		// Strictly later, so that the numbers of one instant are all known before it comes.
		queue.push(lastTime + 1 + (next() % 50), 0, 0, pushed++, 0);
	}
	assert.is(queue.size, 500);
});

test('an empty queue has no next time and pops nothing', () => {
	const queue = new EventQueue(0);
	assert.is(queue.nextTime, Number.POSITIVE_INFINITY);
	assert.is(queue.pop(), false);
	queue.push(3, 1, 2, 4, 5);
	assert.is(queue.nextTime, 3);
	assert.is(queue.nextOrder, 1);
	assert.is(queue.pop(), true);
	assert.equal([queue.time, queue.kind, queue.a, queue.b], [3, 2, 4, 5]);
	assert.is(queue.nextTime, Number.POSITIVE_INFINITY);
});

test('times up to the last safe integer and operands of 32 bits survive', () => {
	const queue = new EventQueue(1);
	queue.push(Number.MAX_SAFE_INTEGER, 1e15, 1, 2 ** 31 - 1, -(2 ** 31));
	queue.push(Number.MAX_SAFE_INTEGER - 1, 1e15 + 1, 1, 0, 0);
	queue.pop();
	assert.is(queue.time, Number.MAX_SAFE_INTEGER - 1);
	queue.pop();
	assert.equal([queue.time, queue.a, queue.b], [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1, -(2 ** 31)]);
});

test('a queue that was cleared holds nothing of what it held', () => {
	const queue = new EventQueue();
	for (let i = 0; i < 100; i++) queue.push(100 - i, 0, 0, i, 0);
	queue.pop();
	queue.clear();
	assert.is(queue.size, 0);
	assert.is(queue.nextTime, Number.POSITIVE_INFINITY);
	assert.is(queue.pop(), false);
	queue.push(8, 0, 1, 1, 0);
	queue.push(7, 0, 1, 2, 0);
	queue.pop();
	assert.is(queue.a, 2);
	assert.is(queue.size, 1);
});

test.run();
