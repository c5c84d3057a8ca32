// What a kubelet does that has just started: when it takes its pods in, and what it has asked the API server for by then. Shared by both
// engines (K16, K20.27, K20.33).

import type { Micros } from '../core/time.js';

/**
 * A starting kubelet takes in the pods that are bound to it one after the other (HandlePodAdditions). Recorded: 0.5 to 2 ms a
 * pod (K20.27, K20.33).
 */
export const POD_ARRIVAL: Micros = 1_300;

/** When such a kubelet takes a pod in. @param startedAt when it takes the first one in. @param place of the pod among them. */
export function arrivalOf(startedAt: Micros, place: number): Micros {
	return startedAt + place * POD_ARRIVAL;
}

/**
 * Requests by which a starting kubelet registers itself (CSINode: GET, GET, POST; Node: POST, GET, PATCH), and how long before
 * its first SyncPod they are sent. Recorded (K20.27); nodes' heartbeats and events have clients of their own.
 */
export const START_UP_REQUESTS = 6;
export const START_UP_BEFORE_FIRST_SYNC: Micros = 900_000;
