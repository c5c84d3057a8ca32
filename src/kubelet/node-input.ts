// What one node is made of: its place in the random streams, its settings, the objects and pods that concern it, and
// everything that happens to it from outside. All of it follows from the plan before the node is simulated.

import type { ObjectTimeline } from '../apiserver/object-timeline.js';
import type { StreamKey } from '../core/random.js';
import type { Micros, MicrosRange } from '../core/time.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';
import type { LocalNumbers } from './local-numbers.js';
import type { PodModel } from './pod-model.js';
import type { Replay } from './replay.js';
import type { KubeletPlan, TimingPlan } from './settings.js';

/** A pod that is bound to the node at some time of the run. */
export interface PodInput {
	/** Number of the pod in the run. */
	readonly index: number;
	/** `namespace/name`. */
	readonly key: string;
	readonly uid: string;
	readonly model: PodModel;
	/** Stream of the pod: (seed, replication, namespace, name, incarnation). */
	readonly draws: StreamKey;
	/** When the pod was bound: from here on writes count for its volumes. Negative: before the run. */
	readonly boundAt: Micros;
	/** True: running for long at time 0 (steady state); its addition is not a happening. */
	readonly warm: boolean;
}

/** Something that reaches the kubelet from outside, at the instant at which it arrives. */
export interface Happening {
	readonly at: Micros;
	readonly kind:
		| 'podAdded'
		| 'podDeleted'
		| 'podChanged'
		| 'containerDied'
		| 'livenessFailed'
		| 'readinessChanged'
		| 'kubeletStopped'
		| 'kubeletStarted'
		| 'nodeRemoved';
	/** Place in {@link NodeInput.pods}; -1 when it is not about a pod. */
	readonly pod: number;
	/** Place in the pod's containers. */
	readonly container: number;
}

/** One node. */
export interface NodeInput {
	readonly name: string;
	/** Stream of the node: (seed, replication, node name). */
	readonly draws: StreamKey;
	readonly profile: VersionProfile;
	readonly settings: KubeletPlan;
	readonly timing: TimingPlan;
	/** Objects by node-local number. */
	readonly objects: readonly ObjectTimeline[];
	/** Node-local number of an object of the run. */
	readonly localObjects: Pick<LocalNumbers, 'get'>;
	readonly pods: readonly PodInput[];
	/** Whole round trip of a request of the kubelet's status manager. */
	readonly requestLatency: MicrosRange;
	/** In time order. */
	readonly happenings: readonly Happening[];
	/** TTL that the node's annotation gives at an instant. */
	readonly ttlAt: (at: Micros) => Micros;
	/** True when that is the same at every instant of the run; left out: it may change. */
	readonly ttlIsConstant?: boolean | undefined;
	/** When the kubelet has been running since: negative for a steady state. */
	readonly kubeletStartedAt: Micros;
	/** Measured window [from, to), end of the run. */
	readonly measureFrom: Micros;
	readonly measureTo: Micros;
	readonly end: Micros;
	/** Recorded instants in place of drawn ones; conformance tests only. */
	readonly replay?: Replay | undefined;
}

/** The same node looked at up to an earlier end. Field by field: by spreading each copy would get a hidden class of its own. */
export function endingAt(input: NodeInput, end: Micros): NodeInput {
	return {
		name: input.name,
		draws: input.draws,
		profile: input.profile,
		settings: input.settings,
		timing: input.timing,
		requestLatency: input.requestLatency,
		objects: input.objects,
		localObjects: input.localObjects,
		pods: input.pods,
		happenings: input.happenings,
		ttlAt: input.ttlAt,
		ttlIsConstant: input.ttlIsConstant,
		kubeletStartedAt: input.kubeletStartedAt,
		measureFrom: input.measureFrom,
		measureTo: input.measureTo,
		end,
		replay: input.replay,
	};
}
