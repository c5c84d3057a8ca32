// The conditions under which the end-to-end recordings were made, as parameters of the model: a control plane and kubelets
// on one machine, a container runtime that answers at once. Every clause of a recording's `conditions` must be known.

import type { NetworkPlan } from '../../src/cluster/plan.js';
import { MILLISECOND } from '../../src/core/time.js';
import type { TimingPlan } from '../../src/kubelet/settings.js';

/** What a recording's header says of its conditions. */
export interface RecorderConditions {
	readonly kubeAPIQPS: number;
	readonly kubeAPIBurst: number;
}

/** Clauses that need no parameter: the model has no slow etcd, authorizer, controllers or second server unless a plan asks for it. */
const UNDERSTOOD: readonly string[] = [
	'embedded etcd without fsync',
	'one kube-apiserver',
	'AlwaysAllow',
	'hollow kubelets with fake CRI in a process of its own',
	'fake mounter (no tmpfs, plain directories)',
	'no controllers',
	'loopback',
	'one container per pod',
	'other runs at the same time on the same two cores',
];

/** Reads the `conditions` of a header. @throws Error when a clause is not known. */
export function recorderConditions(text: string): RecorderConditions {
	let conditions: RecorderConditions | undefined;
	for (const clause of text.split(/, (?![^(]*\))/)) {
		const rate = /^kubeAPIQPS (\d+) burst (\d+)$/.exec(clause);
		if (rate !== null) conditions = { kubeAPIQPS: Number(rate[1]), kubeAPIBurst: Number(rate[2]) };
		else if (!UNDERSTOOD.includes(clause)) throw new Error(`unknown condition of a recording: ${clause}`);
	}
	if (conditions === undefined) throw new Error('the conditions do not tell kubeAPIQPS and burst');
	return conditions;
}

/**
 * Latencies on the loopback interface. Recorded in the audit log: a request takes the server 0.15 to 3 ms (10th to 90th
 * percentile of the timelines), 0.9 ms in the median; events and the watch cache follow within the same millisecond.
 */
export const LOOPBACK: NetworkPlan = {
	watchLatency: { min: 0.2 * MILLISECOND, max: MILLISECOND },
	requestLatency: { min: 0.5 * MILLISECOND, max: 2 * MILLISECOND },
	watchCacheLag: { min: 0.1 * MILLISECOND, max: 0.5 * MILLISECOND },
	podWatchLatency: { min: MILLISECOND, max: 5 * MILLISECOND },
};

/**
 * Durations inside a hollow kubelet. `syncDuration` is measured anew in each run; the others are those of the rule book,
 * which were taken from these recordings (K3.6, K20.14, K20.27, K20.30).
 */
export const HOLLOW_KUBELET: TimingPlan = {
	syncDuration: { min: MILLISECOND, max: MILLISECOND },
	syncToReprocess: { min: 0.05 * MILLISECOND, max: 0.2 * MILLISECOND },
	loopRunTime: { min: 0.65 * MILLISECOND, max: 0.9 * MILLISECOND },
	setUp: { min: 0.5 * MILLISECOND, max: 2 * MILLISECOND },
	containerCreate: { min: 2 * MILLISECOND, max: 18 * MILLISECOND },
	containerStop: { min: 10 * MILLISECOND, max: 50 * MILLISECOND },
	imagePull: { min: 20 * MILLISECOND, max: 20 * MILLISECOND },
	plegRelist: { min: MILLISECOND, max: 10 * MILLISECOND },
	kubeletRestart: { min: 1_050 * MILLISECOND, max: 1_150 * MILLISECOND },
};
