// Tokens of one node's API client, as a lower bound: a node whose requests might have had to wait for one is not for the fast
// path. Requests are paid for one tick after the other, or judged all at once when the run is over. Follows the token bucket of
// client-go's flowcontrol (A2).

import { type Micros, SECOND } from '../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../client/rest-client.js';
import type { TokenBucket } from '../client/token-bucket.js';
import type { NodeInput } from '../node-input.js';
import type { NodeBooks } from './node-books.js';

/** A token of the client counts as this much, so that a microsecond brings `qps`. */
const TOKEN = 1_000_000;

/** Who pays for the requests of one node. */
export interface Budget {
	/** True when it has to be known at which instant each request is sent. */
	readonly isExact: boolean;
	/**
	 * Takes tokens for requests that are sent from `now` to `latest`.
	 *
	 * @returns false when one of them might have had to wait.
	 */
	pay(requests: number, now: Micros, latest: Micros): boolean;
}

/** The client's own bucket, for requests whose instants are known. */
export class ExactBudget implements Budget {
	readonly isExact = true;
	readonly #bucket: TokenBucket;
	readonly #sent: Micros[];

	/** @param sent instants of requests that are not paid for yet, in any order. */
	constructor(bucket: TokenBucket, sent: Micros[]) {
		this.#bucket = bucket;
		this.#sent = sent;
	}

	pay(): boolean {
		const sent = this.#sent.sort((a, b) => a - b);
		let waits = false;
		for (const at of sent) waits ||= this.#bucket.reserve(at) > at;
		sent.length = 0;
		return !waits;
	}
}

/** The bucket of one node, as a lower bound. */
export class ClientBudget implements Budget {
	readonly isExact = false;
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

	pay(requests: number, now: Micros, latest: Micros): boolean {
		if (this.#qps < 0 || requests === 0) return true;
		const refilled = this.#level + Math.max(0, now - this.#levelAt) * this.#qps;
		this.#level = Math.min(this.#full, refilled) - requests * TOKEN;
		if (latest > this.#levelAt) this.#levelAt = latest;
		return this.#level >= 0;
	}
}

/** Requests are judged in steps of 2^2 seconds. */
const STEP_BITS = 2;

/**
 * True when no request of a node can have waited for a token, from the seconds in which the server received them.
 *
 * The bucket has a token for each request when no run of requests is longer than the burst and what the bucket gets from the first
 * to the last of them. Requests of steps i < j lie at least j - i - 1 steps apart where they are received, and at least that less
 * the way to the server where they are sent.
 *
 * @param end of the run. @param lag longest way to the server. @param others instants at which other requests were sent. Default: none.
 */
export function neverWaits(
	{ kubeAPIQPS, kubeAPIBurst }: NodeInput['settings'],
	books: NodeBooks,
	end: Micros,
	lag: Micros,
	others: readonly Micros[] = [],
): boolean {
	if (kubeAPIQPS < 0) return true;
	const qps = kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS;
	const room = (kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst) - (qps * lag) / SECOND;
	const perStep = qps << STEP_BITS;
	const counts = new Int32Array((Math.ceil(end / SECOND) >> STEP_BITS) + 2);
	books.countInto(counts, STEP_BITS);
	for (const at of others) {
		const step = Math.floor(at / SECOND) >> STEP_BITS;
		counts[step] = (counts[step] as number) + 1;
	}
	/** The most, over all runs that end with the step before, by which requests exceed what the bucket gets from step to step. */
	let before = 0;
	for (let step = 0; step < counts.length; step++) {
		const count = counts[step] as number;
		if (before + count > room) return false;
		before = Math.max(0, before - perStep) + count;
	}
	return true;
}
