// The event queue against what one would take instead, in the hold model: take the next event, schedule another one later. The grid of
// whole seconds puts many events at one instant, as a node's sync ticks do.

import FlatQueue from 'flatqueue';
import { EventQueue } from '../src/core/event-queue.js';
import { drawLanes, streamKey } from '../src/core/random.js';
import type { Benchmark, Group, Scale } from './benchmark.js';

/** Increments in seconds. */
const STEPS: Int32Array = Int32Array.from({ length: 4_096 }, (_, i) => {
	const { a, b } = streamKey(1, 'bench', 'hold');
	return 1 + Math.floor(drawLanes(a, b, i) * 90);
});
const step = (i: number): number => STEPS[i & 4_095] as number;
/** Room for the sequence below the seconds in one double: 2^26 numbers before they repeat, 2^27 seconds. */
const SEQUENCES = 2 ** 26;

function holdEventQueue(waiting: number, holds: number): () => number {
	const queue = new EventQueue(waiting);
	for (let i = 0; i < waiting; i++) queue.push(step(i), 0, 1, i, 0);
	return () => {
		let sum = 0;
		for (let i = 0; i < holds; i++) {
			queue.pop();
			sum = (Math.imul(sum, 31) + queue.a) | 0;
			queue.push(queue.time + step(i), 0, 1, queue.a, 0);
		}
		return sum;
	};
}

/** A binary heap of objects in a plain array, ordered by (time, sequence). */
function holdObjects(waiting: number, holds: number): () => number {
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
	for (let i = 0; i < waiting; i++) push(step(i), i);
	return () => {
		let sum = 0;
		for (let i = 0; i < holds; i++) {
			const event = pop();
			sum = (Math.imul(sum, 31) + event.a) | 0;
			push(event.time + step(i), event.a);
		}
		return sum;
	};
}

/** The fastest queue on npm, made first in, first out: seconds and sequence packed into its one number. */
function holdFlatQueue(waiting: number, holds: number): () => number {
	const queue = new FlatQueue<number>();
	let pushed = 0;
	const rank = (seconds: number): number => seconds * SEQUENCES + (pushed++ % SEQUENCES);
	for (let i = 0; i < waiting; i++) queue.push(i, rank(step(i)));
	return () => {
		let sum = 0;
		for (let i = 0; i < holds; i++) {
			const seconds = Math.floor((queue.peekValue() as number) / SEQUENCES);
			const a = queue.pop() as number;
			sum = (Math.imul(sum, 31) + a) | 0;
			queue.push(a, rank(seconds + step(i)));
		}
		return sum;
	};
}

/** The same queue as it comes: it leaves the order of ties open, which the kubelet's ticks do not allow. */
function holdUnordered(waiting: number, holds: number): () => number {
	const queue = new FlatQueue<number>();
	for (let i = 0; i < waiting; i++) queue.push(i, step(i));
	return () => {
		let sum = 0;
		for (let i = 0; i < holds; i++) {
			const seconds = queue.peekValue() as number;
			const a = queue.pop() as number;
			sum = (Math.imul(sum, 31) + a) | 0;
			queue.push(a, seconds + step(i));
		}
		return sum;
	};
}

function group(waiting: number, holds: number): Group {
	const sizes = { operations: holds };
	return {
		reference: 'flatqueue 3, FIFO by seconds and sequence in one number',
		tasks: [
			{ ...sizes, name: 'EventQueue (time, order, insertion)', setup: () => holdEventQueue(waiting, holds), limit: 4, agrees: true },
			{
				...sizes,
				name: 'flatqueue 3, FIFO by seconds and sequence in one number',
				setup: () => holdFlatQueue(waiting, holds),
				agrees: true,
			},
			{ ...sizes, name: 'flatqueue 3, ties in any order', setup: () => holdUnordered(waiting, holds) },
			{ ...sizes, name: 'array heap of objects (time, insertion)', setup: () => holdObjects(waiting, holds), agrees: true },
		],
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	const [populations, holds] = scale === 'full' ? [[100, 1_000, 10_000, 100_000, 1_000_000], 20_000] : [[100, 1_000], 500];
	return {
		name: 'event-queue',
		question:
			'What does the event queue cost, which carries four numbers an event and orders them by time, rank and insertion, against the fastest queue on npm with one number for all of that, and against a plain array heap?',
		operation: 'one hold: pop, then push later',
		limitsFrom: 'It keeps six numbers an event where flatqueue keeps two, and orders by three of them: four times is what that may cost.',
		groups: Object.fromEntries(populations.map((waiting) => [`${waiting.toLocaleString('en-US')} waiting`, () => group(waiting, holds)])),
	};
}
