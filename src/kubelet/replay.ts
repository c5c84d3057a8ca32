// What a recording of a real kubelet fixes, in place of drawn phases and computed loop passes: with it a simulated node runs
// SyncPod exactly when the recorded one did and starts each SetUp when the recorded one did, so that everything that follows
// (requests, results, messages, swaps) can be compared one by one. Conformance tests use it; a plan never does.

import type { Micros } from '../core/time.js';

/** Steps of a container that take time. */
export type ContainerStep = 'stop' | 'pull' | 'create';

/** Recorded instants of one kubelet. */
export interface Replay {
	/** Starts of SyncPod by pod (`namespace/name`), in time order. No other sync of these pods runs. */
	readonly syncStarts: ReadonlyMap<string, readonly Micros[]>;
	/** From the start of a sync of a pod to its ReprocessPod and to the mount wait, which looks every 0.3 s from there. */
	syncToReprocess(pod: string, start: Micros): Micros;
	/** When the populator's pass meets a pod that has waited for one since an instant. */
	populatorAfter(pod: string, since: Micros): Micros;
	/** When the reconciler starts the operation that a volume needs, strictly after an instant. */
	reconcilerAfter(pod: string, volume: string, since: Micros): Micros;
	/** Start of the kubelet process whose first syncs begin at an instant: idle watches are swept in whole minutes after it. */
	processStart(firstSyncs: Micros): Micros;
	/** When SyncTerminatedPod of a pod whose volumes have gone returns; undefined: after its next relist. */
	terminatedAfter?(pod: string, volumesGone: Micros): Micros | undefined;
	/** When the kubelet learns that a container has ended at an instant; undefined: from its next relist. */
	deathNoticedAfter?(pod: string, ended: Micros): Micros | undefined;
	/** When a step of a container that takes time ends, strictly after an instant: its stop, its image, its creation; undefined: drawn. */
	containerStepAfter?(pod: string, container: string, step: ContainerStep, since: Micros): Micros | undefined;
	/** The draw of a reflector's back-off number `ordinal` for an object (`Secret/namespace/name`), where the recording fixes it. */
	reflectorDraw?(object: string, ordinal: number): number | undefined;
}
