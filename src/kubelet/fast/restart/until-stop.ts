// The time up to a stop of a kubelet, or to the end, on a node that rests until then: the fast path serves all of its pods, as on a node
// that nothing disturbs, and how much they have asked for is told to whoever goes on.

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import type { Micros } from '../../../core/time.js';
import { reachOf } from '../eligibility.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { PolledObjects } from '../polled/polled-objects.js';
import { apartNode } from '../polled-path.js';
import type { Refresher } from '../refresher.js';
import { WatchStreams } from '../watch/watch-streams.js';
import { WatchedNode } from '../watch/watched-node.js';
import type { RequestCounts } from './request-counts.js';

/** What the pods are served with. */
export interface UntilStop {
	/** Filled for the node, with the stop's eve as the end. */
	readonly tables: NodeTables;
	readonly wire: ConnectionInput;
	/** Takes how many requests were sent about each object, and for tokens of each pod (`~pod`). */
	readonly counts: Pick<RequestCounts, 'setAskedAbout'>;
	readonly books: NodeBooks;
	readonly refresher: Refresher;
}

/**
 * Under Watch.
 *
 * @param stopAt when the kubelet stops.
 * @param tokensAsked takes the instants at which client tokens are asked for; null: nobody wants to know.
 * @returns false when the node needs the reference path.
 */
export function watchUntilStop(
	{ tables, wire, counts, books, refresher }: UntilStop,
	stopAt: Micros,
	tokensAsked: Micros[] | null,
): boolean {
	const { input, pods } = tables;
	const watched = new WatchedNode(tables, wire, books, refresher, reachOf(input, wire), tokensAsked);
	const streams = new WatchStreams(input, wire, books, 1, 0, stopAt);
	watched.followWatches(
		() => streams,
		(object, requests) => counts.setAskedAbout(object, requests),
	);
	if (streams.meetsClosing) return false;
	for (let pod = 0; pod < pods; pod++) {
		if (!watched.runPod(pod)) return false;
		counts.setAskedAbout(~pod, watched.tokenRequests[pod] as number);
	}
	return true;
}

/**
 * Under Get and Cache; whether the client waited is for the caller to say.
 *
 * @param objects as they stand at the beginning. Default: as at time 0.
 * @returns false when the node needs the reference path.
 */
export function pollUntilStop(
	{ tables, wire, counts, books, refresher }: UntilStop,
	objects: PolledObjects = new PolledObjects(tables, wire, books),
): boolean {
	if (!apartNode(tables, wire, books, refresher, objects, true).run() || tables.meetsEnd) return false;
	tellAsked(tables, objects, counts);
	return true;
}

/** Tells how many requests were sent under Get or Cache. */
export function tellAsked({ input, pods }: NodeTables, objects: PolledObjects, counts: UntilStop['counts']): void {
	for (let object = 0; object < input.objects.length; object++) counts.setAskedAbout(object, objects.askedAbout(object));
	for (let pod = 0; pod < pods; pod++) counts.setAskedAbout(~pod, objects.tokensAskedOf(pod));
}
