// The limit that node simulations are compared with: the bare renewal loop on a wheel of slots, and the same loop over the event queue,
// which is what a simulator without the wheel would do.

import { EventQueue } from '../src/core/event-queue.js';
import { drawLanes, streamKey } from '../src/core/random.js';
import type { Benchmark, Group, Scale } from './benchmark.js';
import { BARE_PODS, bareLoop } from './fleet/bare-loop.js';

const WHEEL = 'bare renewal loop: draw the gap, move the pod to its slot';

function queueLoop(syncs: number, pods: number): () => number {
	const { a, b } = streamKey(1, 'bench', 'bare');
	return () => {
		const queue = new EventQueue(pods);
		for (let pod = 0; pod < pods; pod++) queue.push(pod % 128, pod, 1, pod, 0);
		for (let done = 0; done < syncs; done++) {
			queue.pop();
			queue.push(queue.time + 60 + Math.floor(drawLanes(a ^ queue.a, b, done) * 30), queue.a, 1, queue.a, 0);
		}
		return queue.size;
	};
}

function group(pods: number, syncs: number): Group {
	return {
		reference: WHEEL,
		tasks: [
			{ name: WHEEL, operations: syncs, setup: () => () => bareLoop(syncs, pods) },
			{ name: 'the same over the event queue', operations: syncs, setup: () => queueLoop(syncs, pods) },
		],
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	const [sizes, syncs] = scale === 'full' ? [[30, BARE_PODS, 3_000, 150_000], 300_000] : [[30], 2_000];
	return {
		name: 'renewal',
		question: 'How many pod syncs a second are possible at all, and what does the wheel of slots save over the event queue?',
		operation: 'one pod sync: the draw and the move',
		groups: Object.fromEntries(sizes.map((pods) => [`${pods.toLocaleString('en-US')} pods`, () => group(pods, syncs)])),
	};
}
