// One consumer in a thread of its own. Watchers of chokidar share state within a process (one fs.watch per path, whoever asked
// for it), and two of them on one volume make each other miss updates; in threads of their own they are as an application
// would have them. Started with the consumer's name and target, told to stop by a message.

import { parentPort, workerData } from 'node:worker_threads';
import { publishedVersion } from '../mount/volume-link.js';
import { CONSUMERS, type ConsumerTarget } from './consumers.js';
import { wallClock } from './wall-clock.js';

/** What the worker says. */
export type WorkerMessage =
	| { readonly kind: 'ready' }
	/** The consumer called back; `current` is what `..data` said then, null when it could not be read. */
	| { readonly kind: 'noticed'; readonly current: string | null; readonly at: number }
	| { readonly kind: 'failed'; readonly message: string };

const port = parentPort;
const { name, target } = workerData as { readonly name: string; readonly target: ConsumerTarget };
const consumer = CONSUMERS.find((one) => one.name === name);
if (!port || !consumer) throw new Error(`there is no consumer ${name}`);
const tell = (message: WorkerMessage): void => port.postMessage(message);

const stop = await consumer.start(target, {
	noticed: () => {
		const at = wallClock();
		tell({ kind: 'noticed', current: publishedVersion(target.directory), at });
	},
	failed: (message) => tell({ kind: 'failed', message }),
});
port.once('message', () => {
	void stop().then(() => port.close());
});
tell({ kind: 'ready' });
