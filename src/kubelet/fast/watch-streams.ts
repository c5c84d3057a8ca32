// The watches of one node that are open from the beginning to the end of the run, object by object: when each version
// reaches the node's store, when a watch times out and is opened anew, and what of it the server books. No read influences
// them, so each is followed alone from start to end. Follows reflector.go and the API server's watch handler (A1.2, A1.4).

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../../apiserver/object-timeline.js';
import { resourceVersionOption } from '../../apiserver/request-ledger.js';
import { deliveryKey, EVENT_OVERHEAD_BYTES, REQUEST_OVERHEAD_BYTES, requestKey } from '../../apiserver/wire.js';
import { draw, drawInteger, streamKey } from '../../core/random.js';
import { type Micros, SECOND } from '../../core/time.js';
import type { WarmState } from '../manager/manager.js';
import type { NodeInput } from '../node-input.js';
import type { NodeBooks } from './node-books.js';
import { ABSENT } from './node-tables.js';

/** What one object's store holds over the run. */
export interface Deliveries {
	/** Instants at which the store changed, ascending. */
	readonly at: Float64Array;
	/** What it holds from then on: index of a version, {@link ABSENT} after a deletion. */
	readonly version: Int32Array;
	/** What it holds at time 0. */
	readonly first: number;
	/** The node serves a frozen copy of an immutable object: nothing is delivered. */
	readonly frozen: boolean;
}

/** What the store of an object holds that is not watched: an immutable one, or one that nobody reads. */
export function unwatched(timeline: ObjectTimeline, state: WarmState<TimelineVersion>): Deliveries {
	const frozen = state.object?.immutable === true;
	return { at: new Float64Array(0), version: new Int32Array(0), first: firstVersion(timeline, state), frozen };
}

/** Follows the watch of one object through the run. */
export function followWatch(
	input: NodeInput,
	wire: ConnectionInput,
	timeline: ObjectTimeline,
	state: WarmState<TimelineVersion>,
	books: NodeBooks,
): Deliveries {
	const { versions } = timeline;
	const { end, profile } = input;
	const requests = requestKey(wire.key, timeline.label);
	const timeouts = streamKey(input.draws, 'watchTimeout', timeline.label, 0);
	const latency = wire.latencies.requestLatency;
	const minimum = profile.watchTimeoutMinSeconds;
	const at: Micros[] = [];
	const version: number[] = [];
	let lastVersion = state.object?.resourceVersion ?? 1;
	let openedAt = state.watchOpenedAt;
	let deadline = openedAt + state.watchTimeoutSeconds * SECOND;
	let next = versionIndexAt(versions, 0) + 1;
	let sentAt: Micros = 0;
	books.watchAdopted();
	for (let renewals = 0; ; renewals++) {
		for (; next < versions.length; next++) {
			const one = versions[next] as TimelineVersion;
			sentAt = Math.max(sentAt, one.commit + deliveryLag(wire, timeline, next));
			// What is sent at the deadline itself still comes before the end of the stream.
			if (sentAt > Math.min(deadline, end)) break;
			books.watchEvent(sentAt, one.wireBytes + EVENT_OVERHEAD_BYTES);
			at.push(sentAt);
			version.push(one.type === 'DELETED' ? ABSENT : next);
			lastVersion = one.resourceVersion;
		}
		books.watchEnded(openedAt, deadline, Math.min(deadline, end));
		if (deadline > end) break;
		const endedAt = deadline;
		const roundTrip = drawInteger(requests, renewals, latency.min, latency.max);
		openedAt = endedAt + (roundTrip >>> 1);
		const timeout = Math.floor(minimum + minimum * draw(timeouts, renewals));
		books.request(
			books.log('WATCH', timeline.resource, resourceVersionOption(lastVersion), 200, timeline.origin),
			openedAt,
			REQUEST_OVERHEAD_BYTES,
		);
		books.watchRenewed(endedAt, openedAt);
		deadline = openedAt + timeout * SECOND;
		sentAt = endedAt + roundTrip;
		next = 0;
		while (next < versions.length && (versions[next] as TimelineVersion).resourceVersion <= lastVersion) next += 1;
		if (sentAt > end) {
			// Still being opened when the run ends.
			books.watchEnded(openedAt, deadline, end);
			break;
		}
	}
	return { at: Float64Array.from(at), version: Int32Array.from(version), first: firstVersion(timeline, state), frozen: false };
}

function firstVersion(timeline: ObjectTimeline, state: WarmState<TimelineVersion>): number {
	return state.object === null ? ABSENT : versionIndexAt(timeline.versions, 0);
}

function deliveryLag(wire: ConnectionInput, timeline: ObjectTimeline, version: number): Micros {
	const { min, max } = wire.latencies.watchLatency;
	return min === max ? min : drawInteger(deliveryKey(wire.key, timeline.label), version, min, max);
}
