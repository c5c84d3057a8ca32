// The bare renewal loop: the least that a simulator of pod syncs must do. It draws a pod's next gap and moves the pod to its slot of a
// wheel of one-second slots; no volume, no request, no accounting. The speed of everything else is stated as a fraction of it.

import { drawLanes, streamKey } from '../../src/core/random.js';

/** Slots of the wheel: a power of two above the longest gap of 90 seconds. */
const SLOTS = 128;
const SHORTEST_GAP = 60;
const GAP_RANGE = 30;

/** Pods of the wheel where it is the limit: with the 30 of one node the loop would lose its time on empty slots, and be too easy. */
export const BARE_PODS = 120;

/**
 * Runs the loop.
 *
 * @param syncs pod syncs to make.
 * @param pods pods of the wheel; default {@link BARE_PODS}.
 * @returns syncs made, `syncs` or a few more.
 */
export function bareLoop(syncs: number, pods: number = BARE_PODS): number {
	const { a, b } = streamKey(1, 'bench', 'bare');
	const next = new Int32Array(pods);
	const head = new Int32Array(SLOTS).fill(-1);
	for (let pod = 0; pod < pods; pod++) {
		next[pod] = head[pod % SLOTS] as number;
		head[pod % SLOTS] = pod;
	}
	let done = 0;
	for (let slot = 0; done < syncs; slot = (slot + 1) % SLOTS) {
		let pod = head[slot] as number;
		head[slot] = -1;
		while (pod >= 0) {
			const following = next[pod] as number;
			const to = (slot + SHORTEST_GAP + Math.floor(drawLanes(a ^ pod, b, done++) * GAP_RANGE)) % SLOTS;
			next[pod] = head[to] as number;
			head[to] = pod;
			pod = following;
		}
	}
	return done;
}
