// How the pod workers of the reference path tell their status manager of pods, and how that goes on with the node's event queue (K1.4, K20.27).

import type { Micros } from '../core/time.js';
import { EVENT, type NodeState } from './node-state.js';
import { type PodTable, STATUS_CHANGED } from './pod-table.js';
import { StatusManager } from './status-manager.js';

/** The status manager of the present process of a node's kubelet. @param reserve takes a client token: when the request may be sent. */
export function statusManagerOf(state: NodeState, pods: PodTable, reserve: (now: Micros) => Micros): StatusManager {
	const { input, incarnation, trace } = state;
	return new StatusManager(input, incarnation, {
		reserve,
		wakeAt: (at) => state.schedule(at, EVENT.statusRequest, 0, incarnation),
		onSent:
			trace === undefined
				? undefined
				: (verb, pod, now) => trace({ at: now, node: input.name, kind: 'statusRequest', verb, pod: pods.input(pod).key }),
	});
}

/** SyncPod sets the status that it finds at its beginning (K1.4 step 2). */
export function tellStatus(status: StatusManager, pods: PodTable, pod: number, now: Micros): void {
	const changed = pods.statusChanged[pod] as number;
	if (changed === 0) return;
	pods.statusChanged[pod] = 0;
	status.set(pod, changed === STATUS_CHANGED, now);
}
