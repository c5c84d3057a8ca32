// The API client of a kubelet that has just started: a full bucket of tokens, of which its registration has taken the first, and the
// requests of the status manager, which asks for the status of one pod after the other (A2, K20.27).

import { type Micros, NEVER } from '../../../core/time.js';
import type { NodeInput } from '../../node-input.js';
import { START_UP_BEFORE_FIRST_SYNC, START_UP_REQUESTS } from '../../start-up.js';
import { StatusManager } from '../../status-manager.js';
import { ClientBucket } from '../polled/client-bucket.js';

/** Such a client, asked in the order of time. */
export class StartingClient {
	/** Its tokens. */
	readonly bucket: ClientBucket;
	/** When the status manager goes on; {@link NEVER} while it has nothing to do. */
	statusAt: Micros = NEVER;
	readonly #status: StatusManager;
	readonly #process: number;

	/** @param process number of kubelet starts before this one. @param startedAt when it takes its first pod in. */
	constructor(input: NodeInput, process: number, startedAt: Micros) {
		this.#process = process;
		this.bucket = new ClientBucket(input);
		this.#status = new StatusManager(input, process, {
			reserve: (now) => this.bucket.reserve(now),
			wakeAt: (at) => {
				this.statusAt = at;
			},
		});
		for (let request = 0; request < START_UP_REQUESTS; request++) this.bucket.reserve(startedAt - START_UP_BEFORE_FIRST_SYNC);
	}

	/** The first sync of a pod that runs begins: its status is asked for. */
	takeIn(pod: number, now: Micros): void {
		this.#status.set(pod, false, now);
	}

	/** The status manager goes on at {@link statusAt}. */
	tellOn(): void {
		const now = this.statusAt;
		this.statusAt = NEVER;
		this.#status.onStep(this.#process, now);
	}

	/** True when all statuses are told, and the client has all of its tokens at an instant. */
	isFull(at: Micros): boolean {
		return this.#status.idle && this.bucket.isFull(at);
	}
}
