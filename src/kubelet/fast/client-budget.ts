// Tokens of one node's API client, as a lower bound: a node whose requests might have had to wait for one is not for the fast
// path. Follows the token bucket of client-go's flowcontrol (A2).

import type { Micros } from '../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../client/rest-client.js';
import type { NodeInput } from '../node-input.js';

/** A token of the client counts as this much, so that a microsecond brings `qps`. */
const TOKEN = 1_000_000;

/** The bucket of one node. */
export class ClientBudget {
	/** Tokens that a microsecond brings and that the client's bucket holds at most; no limit below 0. */
	readonly #qps: number;
	readonly #full: number;
	/** A lower bound of what the bucket holds, and since when. */
	#level: number;
	#levelAt: Micros = 0;

	constructor({ kubeAPIQPS, kubeAPIBurst }: NodeInput['settings']) {
		this.#qps = kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS;
		this.#full = (kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst) * TOKEN;
		this.#level = this.#full;
	}

	/**
	 * Takes tokens for requests that are sent from `now` to `latest`.
	 *
	 * @returns false when one of them might have had to wait.
	 */
	pay(requests: number, now: Micros, latest: Micros): boolean {
		if (this.#qps < 0 || requests === 0) return true;
		const refilled = this.#level + Math.max(0, now - this.#levelAt) * this.#qps;
		this.#level = Math.min(this.#full, refilled) - requests * TOKEN;
		this.#levelAt = latest;
		return this.#level >= 0;
	}
}
