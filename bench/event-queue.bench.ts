// The event queue against what one would write without it: the hold model (take the next event, schedule another one later) with a
// thousand events waiting, the load of a large node.

import FlatQueue from 'flatqueue';
import { EventQueue } from '../src/core/event-queue.js';
import { drawLanes, streamKey } from '../src/core/random.js';
import type { Benchmark } from './harness.js';

const WAITING = 1_000;
const HOLDS = 20_000;
/** Increments in microseconds on a grid of one second: many events share an instant, as on a node's sync ticks. */
const STEPS: Int32Array = Int32Array.from({ length: 4_096 }, (_, i) => {
	const { a, b } = streamKey(1, 'bench', 'hold');
	return 1_000_000 * (1 + Math.floor(drawLanes(a, b, i) * 90));
});
const step = (i: number): number => STEPS[i & 4_095] as number;

function holdEventQueue(): () => number {
	const queue = new EventQueue(WAITING);
	for (let i = 0; i < WAITING; i++) queue.push(step(i), 0, 1, i, 0);
	return () => {
		let sum = 0;
		for (let i = 0; i < HOLDS; i++) {
			queue.pop();
			sum = (sum + queue.a) | 0;
			queue.push(queue.time + step(i), 0, 1, queue.a, 0);
		}
		return sum;
	};
}

/** A binary heap of objects in a plain array, ordered by (time, sequence). */
function holdObjects(): () => number {
	interface Event {
		time: number;
		sequence: number;
		a: number;
	}
	const heap: Event[] = [];
	let pushed = 0;
	const before = (x: Event, y: Event): boolean => x.time < y.time || (x.time === y.time && x.sequence < y.sequence);
	const push = (time: number, a: number): void => {
		const event = { time, sequence: pushed++, a };
		let hole = heap.length;
		heap.push(event);
		while (hole > 0) {
			const parent = (hole - 1) >> 1;
			if (before(heap[parent] as Event, event)) break;
			heap[hole] = heap[parent] as Event;
			hole = parent;
		}
		heap[hole] = event;
	};
	const pop = (): Event => {
		const top = heap[0] as Event;
		const last = heap.pop() as Event;
		if (heap.length === 0) return top;
		let hole = 0;
		for (let child = 1; child < heap.length; child = 2 * hole + 1) {
			if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child++;
			if (before(last, heap[child] as Event)) break;
			heap[hole] = heap[child] as Event;
			hole = child;
		}
		heap[hole] = last;
		return top;
	};
	for (let i = 0; i < WAITING; i++) push(step(i), i);
	return () => {
		let sum = 0;
		for (let i = 0; i < HOLDS; i++) {
			const event = pop();
			sum = (sum + event.a) | 0;
			push(event.time + step(i), event.a);
		}
		return sum;
	};
}

/** The fastest queue on npm. It leaves the order of ties open, which the kubelet's ticks do not allow: the price of a defined order. */
function holdFlatQueue(): () => number {
	const queue = new FlatQueue<number>();
	for (let i = 0; i < WAITING; i++) queue.push(i, step(i));
	return () => {
		let sum = 0;
		for (let i = 0; i < HOLDS; i++) {
			const time = queue.peekValue() as number;
			const a = queue.pop() as number;
			sum = (sum + a) | 0;
			queue.push(a, time + step(i));
		}
		return sum;
	};
}

/** See the head of this file. */
export const benchmark: Benchmark = {
	name: 'event-queue',
	question: 'What does the event queue with its total order cost, against a heap of objects and a queue that leaves ties open?',
	operation: `one hold (pop, then push later) with ${WAITING} events waiting on a grid of whole seconds`,
	reference: 'EventQueue (time, order, insertion)',
	tasks: [
		{ name: 'EventQueue (time, order, insertion)', setup: holdEventQueue, operations: HOLDS },
		{ name: 'array heap of objects (time, insertion)', setup: holdObjects, operations: HOLDS },
		{ name: 'flatqueue 3 (time, ties in any order)', setup: holdFlatQueue, operations: HOLDS },
	],
};
