// The history of one Secret or ConfigMap over a whole run. Writes follow from the plan alone, so every version and its
// commit time are known before the first node is simulated; what a store or a cache holds at some instant is a search in
// this history.

import type { Micros } from '../core/time.js';
import type { ObjectKind, ObjectState, Resource } from '../kubernetes/objects.js';
import type { StoredObject } from './protocol.js';

/** One version of an object: what the API server stored, when, and its number among the run's writes. */
export interface TimelineVersion extends StoredObject {
	readonly commit: Micros;
	/** Place in {@link ObjectTimeline.versions}. */
	readonly index: number;
	/** Number of the write in the run, from 0; -1 for the state before the run. */
	readonly write: number;
	readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
	readonly state: ObjectState;
	/** Size of the object in a response, bytes (A3.9). */
	readonly wireBytes: number;
	/** Names of the keys that this version added, changed or removed. */
	readonly changedKeys: readonly string[];
}

/** An object's identity and all its versions in commit order. */
export interface ObjectTimeline {
	/** Place among the objects of the run. */
	readonly index: number;
	readonly kind: ObjectKind;
	readonly resource: Resource;
	readonly namespace: string;
	readonly name: string;
	/** `Secret/namespace/name`. */
	readonly label: string;
	/** What the label has before the name: `Secret/namespace/`. */
	readonly scope: string;
	/** `injected`: only `kube-api-access` volumes refer to it. */
	readonly origin: 'workload' | 'injected';
	readonly versions: readonly TimelineVersion[];
	/**
	 * The only version of an object that is there from before the run and is never written, null for any other. Most objects of a fleet
	 * have one: asking for it makes no list of versions.
	 */
	readonly only: TimelineVersion | null;
}

/** The index of the last version with `commit <= at`, -1 when there is none. */
export function versionIndexAt(versions: readonly TimelineVersion[], at: Micros): number {
	let low = 0;
	let high = versions.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((versions[middle] as TimelineVersion).commit <= at) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}

/** The version as a reader sees it: null when there is none or when it is a deletion. */
export function liveVersion(timeline: ObjectTimeline, index: number): TimelineVersion | null {
	const version = timeline.versions[index];
	return version === undefined || version.type === 'DELETED' ? null : version;
}

/** A version by its index, undefined when there is none; unlike asking for the list of versions it makes none. */
export function versionAt(timeline: ObjectTimeline, index: number): TimelineVersion | undefined {
	if (timeline.only === null) return timeline.versions[index];
	return index === 0 ? timeline.only : undefined;
}
