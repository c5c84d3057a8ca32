// The exponential back-off between two attempts of a reflector (A1.4). Receives a uniform draw, gives the next pause.
// Follows client-go/tools/cache/reflector.go and apimachinery/pkg/util/wait/backoff.go: base 0.8 s doubled up to 30 s, each
// pause uniform in [base, 2 x base). What differs between releases is when it starts over.

import type { Micros } from '../../core/time.js';
import { MILLISECOND, MINUTE, SECOND } from '../../core/time.js';

/** First base (client-go reflector.go, `defaultBackoffInit`). */
export const REFLECTOR_BACKOFF_INITIAL: Micros = 800 * MILLISECOND;
/** Largest base (client-go reflector.go, `defaultBackoffMax`). */
export const REFLECTOR_BACKOFF_MAX: Micros = 30 * SECOND;
/** The back-off starts over after more than this time (client-go reflector.go, `defaultBackoffReset`). */
export const REFLECTOR_BACKOFF_RESET: Micros = 2 * MINUTE;

/** From what the reset time counts: the previous pause that was asked for (until 1.35), or the previous reset (from 1.36). */
export type BackoffResetRule = 'sincePreviousCall' | 'sincePreviousReset';

/** Back-off state of one reflector; lives as long as the reflector, stops and restarts included. */
export class ReflectorBackoff {
	readonly #rule: BackoffResetRule;
	#base: Micros = REFLECTOR_BACKOFF_INITIAL;
	#since: Micros;

	/** @param builtAt when the reflector was made: the rule of 1.36 counts from there first. */
	constructor(rule: BackoffResetRule, builtAt: Micros) {
		this.#rule = rule;
		this.#since = builtAt;
	}

	/** The base that the next pause would have if nothing were reset. */
	get base(): Micros {
		return this.#base;
	}

	/**
	 * The next pause; the base doubles.
	 *
	 * @param uniform a draw of [0, 1).
	 * @returns whole microseconds in [base, 2 x base).
	 */
	next(now: Micros, uniform: number): Micros {
		if (now - this.#since > REFLECTOR_BACKOFF_RESET) {
			this.#base = REFLECTOR_BACKOFF_INITIAL;
			this.#since = now;
		}
		if (this.#rule === 'sincePreviousCall') this.#since = now;
		const pause = this.#base + Math.floor(uniform * this.#base);
		this.#base = Math.min(2 * this.#base, REFLECTOR_BACKOFF_MAX);
		return pause;
	}
}
