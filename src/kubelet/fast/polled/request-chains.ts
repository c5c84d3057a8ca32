// Requests that refreshes make: those of one refresh come one after the other, the token of the volume, then its objects (K7). Receives the
// tables of a node.

import type { Micros } from '../../../core/time.js';
import type { NodeTables } from '../node-tables.js';
import type { PolledObjects } from './polled-objects.js';

/** Most requests that a volume of the pod makes one after the other. */
export function requestsInARow({ firstVolume, firstRead, models }: NodeTables, pod: number): number {
	let most = 0;
	for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
		const reads = (firstRead[volume + 1] as number) - (firstRead[volume] as number);
		most = Math.max(most, reads + (models[volume]?.tokenSeconds === null ? 0 : 1));
	}
	return most;
}

/** Most objects that a volume of the pod reads. */
export function readsInARow({ firstVolume, firstRead }: NodeTables, pod: number): number {
	let most = 0;
	for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
		most = Math.max(most, (firstRead[volume + 1] as number) - (firstRead[volume] as number));
	}
	return most;
}

/**
 * When syncs of one tick are surely over whose requests find client tokens, even if each of these waits for the one before.
 *
 * @param batch pods of the syncs in the first places. @param latestVisit of the reconciler. @param latency longest round trip.
 */
export function latestEnd(
	{ firstVolume, firstRead }: NodeTables,
	batch: Int32Array,
	size: number,
	latestVisit: Micros,
	latency: Micros,
): Micros {
	let requests = 0;
	for (let i = 0; i < size; i++) {
		const pod = batch[i] as number;
		const first = firstVolume[pod] as number;
		const last = firstVolume[pod + 1] as number;
		requests += last - first + (firstRead[last] as number) - (firstRead[first] as number);
	}
	return latestVisit + requests * latency;
}

/**
 * Most requests that syncs of one tick make under Get or Cache.
 *
 * @param batch pods of the syncs in the first places. @param latest when the syncs are over.
 */
export function mostRequests(
	{ firstVolume, firstRead, readObject, tokenKeptUntil }: NodeTables,
	batch: Int32Array,
	size: number,
	latest: Micros,
	objects: PolledObjects,
): number {
	let most = 0;
	for (let i = 0; i < size; i++) {
		const pod = batch[i] as number;
		const last = firstVolume[pod + 1] as number;
		for (let volume = firstVolume[pod] as number; volume < last; volume++) if ((tokenKeptUntil[volume] as number) < latest) most += 1;
		const end = firstRead[last] as number;
		for (let read = firstRead[firstVolume[pod] as number] as number; read < end; read++) {
			if (objects.surelyFreshUntil(readObject[read] as number) <= latest) most += 1;
		}
	}
	return most;
}
