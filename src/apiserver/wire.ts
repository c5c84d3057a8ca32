// What both engines know of the way between a node and the API server: sizes on the wire, the accounting of one watch from its
// opening to its end, and the keys of the latency draws. Sizes are those of A3.9; bookmarks follow A3.6.

import { type KeyPrefix, keyPrefix, type StreamKey, streamKey } from '../core/random.js';
import { type Micros, SECOND } from '../core/time.js';
import type { Ledger } from './request-ledger.js';

/** Bytes of a GET, LIST or POST beside the object, headers of both directions (A3.9, an estimate of the rule book). */
export const REQUEST_OVERHEAD_BYTES = 300;
/** Bytes of a watch event beside the object: framing and wrappers (A3.9). */
export const EVENT_OVERHEAD_BYTES = 80;
/** Bytes of a bookmark (A3.9). */
export const BOOKMARK_BYTES = 100;
/** Bytes of the bookmark that ends the initial events (A3.9). */
export const INITIAL_BOOKMARK_BYTES = 138;
/** Bytes of the Status body of an error: about the size of its JSON. */
export const STATUS_BYTES = 250;
/** A watch gets a bookmark about every 60 s (A3.6). */
export const BOOKMARK_PERIOD: Micros = 60 * SECOND;
/** The last bookmark comes 2 s before the stream's deadline (A3.6). */
export const BOOKMARK_BEFORE_DEADLINE: Micros = 2 * SECOND;

/**
 * Books the life of one watch: its watch-time and its bookmarks.
 *
 * @param openedAt when the server opened it.
 * @param deadline when the server would end it.
 * @param at when it ended.
 */
export function accountStream(ledger: Ledger, openedAt: Micros, deadline: Micros, at: Micros): void {
	ledger.watchTime(openedAt, at);
	const last = deadline - BOOKMARK_BEFORE_DEADLINE;
	const periodic = ledger.bookmarkSeries(openedAt + BOOKMARK_PERIOD, Math.min(at, last), BOOKMARK_PERIOD);
	ledger.measuredBytes(periodic * BOOKMARK_BYTES);
	if (at >= last) {
		ledger.bookmark(last);
		ledger.bytes(last, BOOKMARK_BYTES);
	}
}

/** HTTP/2 connections that a number of open watches needs; a node keeps one in any case (A1.8). */
export function connectionsFor(open: number, streamsPerConnection: number): number {
	return Math.max(1, Math.ceil(open / streamsPerConnection));
}

const REQUEST = 'request';
const DELIVERY = 'delivery';

/** Stream of the round trips of a node's requests for one object (by label) or for one pod's tokens. */
export function requestKey(node: StreamKey, name: string): StreamKey {
	return streamKey(node, REQUEST, name);
}

/** What the keys of a node's requests begin with; the name of {@link requestKey} follows. */
export function requestPrefix(node: StreamKey): KeyPrefix {
	return keyPrefix(node, REQUEST);
}

/** Name of a pod's token requests for {@link requestKey}. @param pod the node's own number of the pod. */
export function tokenRequestName(pod: number): string {
	return `token/${pod}`;
}

/** Stream of the delivery lags of an object's watch events to one node. */
export function deliveryKey(node: StreamKey, label: string): StreamKey {
	return streamKey(node, DELIVERY, label);
}

/** What the keys of these lags begin with; the label follows. */
export function deliveryPrefix(node: StreamKey): KeyPrefix {
	return keyPrefix(node, DELIVERY);
}

/** Stream of the lags with which the API server's watch cache shows an object's versions. */
export function cacheLagKey(watchCache: StreamKey, label: string): StreamKey {
	return streamKey(watchCache, label);
}
