// The client-side rate limiter of one clientset (A2): a bucket of `burst` tokens that starts full and gets `qps` tokens a
// second. Receives the instant of a request, gives the instant at which it may leave; requests are served in the order in
// which they ask. Follows golang.org/x/time/rate as client-go/util/flowcontrol uses it, in exact integer arithmetic.

import type { Micros } from '../../core/time.js';

/** The level is counted in millionths of a token: one microsecond at `qps` tokens a second brings exactly `qps` of them. */
const TOKEN = 1_000_000;

/** A token bucket with first-in first-out reservations. */
export class TokenBucket {
	readonly #qps: number;
	readonly #full: number;
	/** Millionths of a token; below zero while reservations wait. */
	#level: number;
	#at: Micros = Number.NEGATIVE_INFINITY;

	/**
	 * @param qps tokens per second, a positive integer.
	 * @param burst size of the bucket in tokens, a positive integer.
	 * @throws Error for other values.
	 */
	constructor(qps: number, burst: number) {
		if (!Number.isSafeInteger(qps) || qps <= 0) throw new Error(`token bucket: qps must be a positive integer, not ${qps}`);
		if (!Number.isSafeInteger(burst) || burst <= 0) throw new Error(`token bucket: burst must be a positive integer, not ${burst}`);
		this.#qps = qps;
		this.#full = burst * TOKEN;
		this.#level = this.#full;
	}

	/** Tokens that it gets in a second. */
	get perSecond(): number {
		return this.#qps;
	}

	/** Whole tokens that are there at this instant; below zero while reservations wait. */
	tokens(now: Micros): number {
		return Math.floor(this.#levelAt(now) / TOKEN);
	}

	/** True when nothing is owed: the bucket holds all its tokens at this instant. */
	isFull(now: Micros): boolean {
		return this.#levelAt(now) === this.#full;
	}

	/** True when so many tokens are there at this instant. */
	has(tokens: number, now: Micros): boolean {
		return this.#levelAt(now) >= tokens * TOKEN;
	}

	/** When so many tokens, one after the other, could be taken from now on: what {@link reserve} would say to the last of them. */
	readyAt(tokens: number, now: Micros): Micros {
		const level = this.#levelAt(now) - tokens * TOKEN;
		return level >= 0 ? now : now + Math.ceil(-level / this.#qps);
	}

	/**
	 * Takes one token.
	 *
	 * @param now not before any earlier call.
	 * @returns the first whole microsecond at which the token is there; `now` when it is there already.
	 */
	reserve(now: Micros): Micros {
		this.#level = this.#levelAt(now) - TOKEN;
		this.#at = now;
		return this.#level >= 0 ? now : now + Math.ceil(-this.#level / this.#qps);
	}

	#levelAt(now: Micros): number {
		const elapsed = now - this.#at;
		// Compared before it is multiplied: a long pause must not leave the exact integers.
		if (elapsed >= (this.#full - this.#level) / this.#qps) return this.#full;
		return this.#level + elapsed * this.#qps;
	}
}
