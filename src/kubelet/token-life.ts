// When the kubelet replaces a service-account token. Receives the token's lifetime and a draw, gives the age after which the
// next SetUp asks for a new one. Follows requiresRefresh of pkg/kubelet/token/token_manager.go (K7.6).

import { type Micros, SECOND } from '../core/time.js';

/** Largest number of seconds by which a token is refreshed early, plus one (K7.6: a whole number 0..9). */
const TOKEN_EARLY_SECONDS = 10;
/** A token older than a day is refreshed whatever its lifetime (K7.6). */
const TOKEN_DAY_SECONDS = 24 * 3600;

/**
 * The age from which on a token is replaced, in microseconds.
 *
 * @param lifetime of the token, whole seconds.
 * @param u the draw of this check, in [0, 1).
 */
export function tokenLife(lifetime: number, u: number): Micros {
	return (Math.min(lifetime - Math.floor(lifetime / 5), TOKEN_DAY_SECONDS) - Math.floor(u * TOKEN_EARLY_SECONDS)) * SECOND;
}

/** An upper bound of {@link tokenLife} over all draws. */
export function longestTokenLife(lifetime: number): Micros {
	return tokenLife(lifetime, 0);
}

/** A lower bound of {@link tokenLife} over all draws. */
export function shortestTokenLife(lifetime: number): Micros {
	return tokenLife(lifetime, 1 - 2 ** -53);
}
