// What the bundle is asked to do in Node, in a bare JavaScript context and in a browser: the same work must give the same text.

import { EventQueue } from '../../src/core/event-queue.js';
import { drawInteger, fingerprint, streamKey } from '../../src/core/random.js';

/** A few thousand keyed draws pushed through the event queue, as a fingerprint of the order in which they come out. */
export function probe(): string {
	const queue = new EventQueue();
	const key = streamKey(1, 'browser', 'probe');
	for (let i = 0; i < 5_000; i++) queue.push(drawInteger(key, i, 0, 1_000), drawInteger(key, i + 5_000, 0, 3), i, 0, 0);
	const order: number[] = [];
	while (queue.pop()) order.push(queue.kind & 0xff);
	return fingerprint(Uint8Array.from(order));
}
