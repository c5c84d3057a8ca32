// How the kubelet's client tells one failure from another (apimachinery/pkg/api/errors and util/net). A failure is what
// came back instead of an object: a status, a connection error, or the ERROR event of a stream. Receives a response, gives
// the class that the reflector and the managers branch on.

import type { ConnectionError, Response, StatusError, StoredObject } from '../../apiserver/protocol.js';

/** A failed request, or the ERROR event that ended a stream. */
export type Failure =
	| StatusError
	| ConnectionError
	| { readonly kind: 'errorEvent'; readonly code: number; readonly reason: string; readonly message: string };

/** `apierrors.IsNotFound`. A 404 whose reason is another known one is not "not found". */
export function isNotFound(failure: Failure): boolean {
	return failure.kind !== 'connection' && (failure.reason === 'NotFound' || (failure.reason === '' && failure.code === 404));
}

/** `isExpiredError` of the reflector: 410 with reason Expired or Gone (A1.2). */
export function isExpired(failure: Failure): boolean {
	return failure.kind !== 'connection' && (failure.reason === 'Expired' || failure.reason === 'Gone' || failure.code === 410);
}

/** `isTooLargeResourceVersionError`: the server is older than the version that was asked for (A1.6). */
export function isTooLargeResourceVersion(failure: Failure): boolean {
	if (failure.kind === 'connection') return false;
	if (failure.kind === 'status' && failure.resourceVersionTooLarge === true) return true;
	return failure.reason === 'Timeout' && failure.message.includes('Too large resource version');
}

/** `apierrors.IsTooManyRequests`. */
export function isTooManyRequests(failure: Failure): boolean {
	return failure.kind !== 'connection' && (failure.reason === 'TooManyRequests' || failure.code === 429);
}

/** `isWatchErrorRetriable`: the reflector repeats the same WATCH after a back-off and does not list (A1.2). */
export function isWatchRetriable(failure: Failure): boolean {
	return failure.kind === 'connection' ? failure.cause === 'refused' : isTooManyRequests(failure);
}

/** The failure that a response is. @throws Error when it is none. */
export function failureOf<T extends StoredObject>(response: Response<T>): Failure {
	if (response.kind === 'status' || response.kind === 'connection' || response.kind === 'errorEvent') return response;
	throw new Error(`not a failure: response "${response.kind}"`);
}

/** What the stream decoder makes of a connection that breaks in a way it does not take for an end of stream (A1.2). */
export function undecodable(cause: string): Failure {
	return { kind: 'errorEvent', code: 500, reason: 'InternalError', message: `unable to decode an event from the watch stream: ${cause}` };
}
