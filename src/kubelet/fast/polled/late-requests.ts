// Whether a request had to wait for a client token once the fast path had taken pods over: it and the reference path each know only
// their own requests, and neither could have let the other's wait. Receives the instants of both, follows the bucket of A2.

import { type Micros, SECOND } from '../../../core/time.js';
import { bucketOf } from '../../client/rest-client.js';
import type { TokenBucket } from '../../client/token-bucket.js';
import type { NodeInput } from '../../node-input.js';
import { isEnough, stepCounts } from './client-budget.js';

/** Requests are counted in steps of 2^5 seconds; where that does not tell, they are looked at one by one. */
const STEP_BITS = 5;

/**
 * True when none of the requests after an instant had to wait.
 *
 * @param mine instants at which the fast path asked for tokens, all after `after`, in any order.
 * @param others those at which the reference path did, ascending.
 */
export function neverWaitedAfter(
	after: Micros,
	{ settings, end }: Pick<NodeInput, 'settings' | 'end'>,
	mine: readonly Micros[],
	others: readonly Micros[],
): boolean {
	const bucket = bucketOf(settings);
	if (bucket === null) return true;
	const late = reserveUntil(bucket, others, after);
	const counts = stepCounts(end, STEP_BITS, [mine, late]);
	return isEnough(counts, bucket.perSecond << STEP_BITS, bucket.tokens(after)) || noneWaits(bucket, mine, late);
}

/**
 * The same for pods that ask for nothing but service-account tokens, however they come, or less hopeful.
 *
 * @param tokens how many of their volumes have one. @param life the shortest time after which one of these is replaced.
 */
export function neverWaitsBeside(
	after: Micros,
	{ settings, end }: Pick<NodeInput, 'settings' | 'end'>,
	{ tokens, life }: { readonly tokens: number; readonly life: Micros },
	others: readonly Micros[],
): boolean {
	const bucket = bucketOf(settings);
	if (bucket === null) return true;
	const late = reserveUntil(bucket, others, after);
	// At worst all tokens are asked for at once, and each again as soon as it may be.
	const left = bucket.perSecond - (tokens * SECOND) / life;
	const room = bucket.tokens(after) - tokens;
	if (left < 0 || room < 0) return false;
	return late.length <= room || isEnough(stepCounts(end, STEP_BITS, [late]), left * 2 ** STEP_BITS, room);
}

/** Takes tokens for the requests up to an instant. @returns those after it. */
function reserveUntil(bucket: TokenBucket, others: readonly Micros[], after: Micros): readonly Micros[] {
	let early = 0;
	for (; early < others.length && (others[early] as Micros) <= after; early++) bucket.reserve(others[early] as Micros);
	return others.slice(early);
}

function noneWaits(bucket: TokenBucket, mine: readonly Micros[], late: readonly Micros[]): boolean {
	for (const at of Float64Array.from([...mine, ...late]).sort()) if (bucket.reserve(at) > at) return false;
	return true;
}
