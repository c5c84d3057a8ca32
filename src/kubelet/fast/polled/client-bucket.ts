// The tokens of one node's client for requests that are followed through their waits, in the order of time (A2).

import type { Micros } from '../../../core/time.js';
import { bucketOf } from '../../client/rest-client.js';
import type { TokenBucket } from '../../client/token-bucket.js';
import type { NodeInput } from '../../node-input.js';
import type { ClientTokens } from './polled-syncs.js';

/** A client that begins with all of its tokens. */
export class ClientBucket implements ClientTokens {
	/** Time that requests for volumes have waited. */
	throttled: Micros = 0;
	readonly #bucket: TokenBucket | null;

	constructor({ settings }: Pick<NodeInput, 'settings'>) {
		this.#bucket = bucketOf(settings);
	}

	tokensAt(count: number, now: Micros): Micros {
		return this.#bucket === null ? now : this.#bucket.readyAt(count, now);
	}

	takeToken(now: Micros): Micros {
		const at = this.reserve(now);
		this.throttled += at - now;
		return at;
	}

	/** Takes a token for a request that is not for a volume. @returns when it may be sent. */
	reserve(now: Micros): Micros {
		return this.#bucket === null ? now : this.#bucket.reserve(now);
	}

	/** True when it has all of its tokens at an instant. */
	isFull(at: Micros): boolean {
		return this.#bucket === null || this.#bucket.isFull(at);
	}
}
