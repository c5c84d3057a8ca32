// Tokens of one node's API client, as a lower bound: a node whose requests might have had to wait for one is not for the fast
// path. Requests are paid for one tick after the other, or judged all at once when the run is over. Follows the token bucket of
// client-go's flowcontrol (A2).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, SECOND } from '../../../core/time.js';
import { DEFAULT_BURST, DEFAULT_QPS } from '../../client/rest-client.js';
import type { NodeInput } from '../../node-input.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import type { ClientTokens } from './polled-syncs.js';

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

/** The client's own tokens, for requests whose instants are known. */
export class ExactBudget implements Budget {
	readonly isExact = true;
	readonly #tokens: ClientTokens;
	readonly #sent: Micros[];

	/** @param sent instants of requests that are not paid for yet, in any order. */
	constructor(tokens: ClientTokens, sent: Micros[]) {
		this.#tokens = tokens;
		this.#sent = sent;
	}

	pay(): boolean {
		const sent = this.#sent;
		if (sent.length > 1) sortFew(sent);
		let waits = false;
		for (const at of sent) waits ||= this.#tokens.takeToken(at) > at;
		while (sent.length > 0) sent.pop();
		return !waits;
	}
}

/** Sorts instants of which there are few, and these nearly in order: what one tick sends. */
function sortFew(instants: Micros[]): void {
	for (let place = 1; place < instants.length; place++) {
		const at = instants[place] as Micros;
		let to = place;
		for (; to > 0 && (instants[to - 1] as Micros) > at; to--) instants[to] = instants[to - 1] as Micros;
		instants[to] = at;
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

	constructor(settings: NodeInput['settings']) {
		const { qps, burst } = clientOf(settings);
		this.#qps = qps;
		this.#full = burst * TOKEN;
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

/**
 * Requests are judged in steps of 2^2 seconds, and where that does not tell, second by second; those for service-account tokens alone
 * in steps of 2^5.
 */
const STEP_BITS: readonly number[] = [2, 0];
const TOKEN_STEP_BITS = 5;

/**
 * True when no request of a node can have waited for a token, from the seconds in which the server received them.
 *
 * @param end of the run. @param lag longest way to the server. @param others instants at which other requests were sent. Default: none.
 */
export function neverWaits(
	settings: NodeInput['settings'],
	books: NodeBooks,
	end: Micros,
	lag: Micros,
	others: readonly Micros[] = [],
): boolean {
	const { qps, burst } = clientOf(settings);
	if (qps < 0) return true;
	return STEP_BITS.some((bits) => {
		const counts = stepCounts(end, bits, [others]);
		books.countInto(counts, bits);
		return isEnough(counts, qps << bits, burst - (qps * lag) / SECOND);
	});
}

/**
 * The same with less work and more caution, for a node of which all requests are in the books: each pod reads at most once in each
 * sync, whose requests all lie within the second after its tick, and two of its ticks lie at least the sync frequency apart. What
 * is left of the bucket has to be enough for the requests for service-account tokens.
 *
 * @param reads of one sync of each pod.
 */
export function surelyNeverWaits(settings: NodeInput['settings'], reads: number, books: NodeBooks, end: Micros, lag: Micros): boolean {
	const { qps, burst } = clientOf(settings);
	if (qps < 0) return true;
	const readsPerSecond = (reads * SECOND) / settings.syncFrequency;
	const left = qps - readsPerSecond;
	if (left < 0) return false;
	const counts = countsOf(end, TOKEN_STEP_BITS);
	books.countInto(counts, TOKEN_STEP_BITS, 'POST');
	return isEnough(counts, left * 2 ** TOKEN_STEP_BITS, burst - reads - readsPerSecond - (qps * lag) / SECOND);
}

/** True when no request of a node whose pods are all served here had to wait for a client token. */
export function hasNeverWaited({ input, reads }: NodeTables, { latencies }: ConnectionInput, books: NodeBooks): boolean {
	const { max } = latencies.requestLatency;
	return surelyNeverWaits(input.settings, reads, books, input.end, max) || neverWaits(input.settings, books, input.end, max);
}

/** True when two pods that are synced at once ask for more than the client's bucket holds: on such a node requests wait again and again. */
export function oftenWaits({ settings, pods }: Pick<NodeInput, 'settings' | 'pods'>): boolean {
	const { qps, burst } = clientOf(settings);
	let [most, second] = [0, 0];
	for (const { model } of pods) {
		let reads = 0;
		for (const volume of model.volumes) reads += volume.reads.length;
		if (reads > second) [second, most] = reads > most ? [most, reads] : [reads, most];
	}
	return qps >= 0 && most + second > burst;
}

/** Tokens that a client gets in a second, and holds; qps is below 0 when it is not limited. */
export function clientOf({ kubeAPIQPS, kubeAPIBurst }: NodeInput['settings']): { readonly qps: number; readonly burst: number } {
	return { qps: kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS, burst: kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst };
}

/** Requests by step of 2^`bits` seconds. @param end of the run. @param times instants at which they were sent. */
export function stepCounts(end: Micros, bits: number, times: readonly (readonly Micros[])[]): Int32Array {
	const counts = countsOf(end, bits);
	for (const list of times) {
		for (const at of list) {
			const step = Math.floor(at / SECOND) >> bits;
			counts[step] = (counts[step] as number) + 1;
		}
	}
	return counts;
}

function countsOf(end: Micros, bits: number): Int32Array {
	return new Int32Array((Math.ceil(end / SECOND) >> bits) + 2);
}

/**
 * Whether a bucket always has a token: no run of requests is longer than what it holds and what it gets from the first to the last
 * of them. Requests of steps i < j lie at least j - i - 1 steps apart where they are received, and at least that less the way to
 * the server, which the caller has taken off `room`, where they are sent.
 *
 * @param counts of requests by step. @param perStep tokens that the bucket gets in a step. @param room tokens that it holds.
 */
export function isEnough(counts: Int32Array, perStep: number, room: number): boolean {
	/** The most, over all runs that end with the step before, by which requests exceed what the bucket gets from step to step. */
	let before = 0;
	for (let step = 0; step < counts.length; step++) {
		const count = counts[step] as number;
		if (before + count > room) return false;
		before = Math.max(0, before - perStep) + count;
	}
	return true;
}
