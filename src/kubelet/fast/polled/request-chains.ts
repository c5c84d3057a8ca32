// Requests that refreshes make: those of one refresh come one after the other, the token of the volume, then its objects (K7). Receives the
// tables of a node.

import type { NodeTables } from '../node-tables.js';

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

/** Most requests that one sync of a pod makes. */
export function requestsOf({ firstVolume, firstRead }: NodeTables, pod: number): number {
	const first = firstVolume[pod] as number;
	const last = firstVolume[pod + 1] as number;
	return last - first + (firstRead[last] as number) - (firstRead[first] as number);
}
