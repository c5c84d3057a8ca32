// One consumer at work: what it notices goes into the observation, with the version that was published at that moment.

import { Worker } from 'node:worker_threads';
import type { WorkerMessage } from './consumer-worker.js';
import type { Consumer, ConsumerTarget } from './consumers.js';
import type { Observation } from './observation.js';
import type { VersionReference } from './version-reference.js';
import { wallClock } from './wall-clock.js';

/** Starts a consumer, in a thread of its own if it needs one; the answer ends it. */
export async function startConsumer(
	consumer: Consumer,
	target: ConsumerTarget,
	reference: VersionReference,
	observation: Observation,
): Promise<() => Promise<void>> {
	const { name } = consumer;
	const failed = (message: string): void => observation.failed(name, message);
	if (consumer.apart === undefined) {
		const noticed = (): void => {
			const current = reference.look();
			if (current !== null) observation.noticed(name, current, wallClock());
		};
		return consumer.start(target, { noticed, failed });
	}
	const worker = new Worker(new URL('./consumer-worker.js', import.meta.url), { workerData: { name, target } });
	await new Promise<void>((resolve, reject) => {
		worker.once('error', reject);
		worker.on('message', (message: WorkerMessage) => {
			if (message.kind === 'ready') resolve();
			else if (message.kind === 'failed') failed(message.message);
			else if (message.current !== null && reference.look() !== null) {
				observation.noticed(name, message.current, message.at);
			}
		});
	});
	return async () => {
		const ended = new Promise((resolve) => worker.once('exit', resolve));
		worker.postMessage('stop');
		await ended;
	};
}
