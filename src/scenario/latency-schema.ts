// Model parameters that Kubernetes does not fix: latencies of the network and durations inside of the node, each a uniform
// range with a default that says where it comes from. They are `cluster.network` and `cluster.timing` of a scenario.

import type { z } from 'zod';
import type { NetworkPlan, TimingPlan } from '../cluster/plan.js';
import { durationRange, field } from './field-types.js';

/** A range with its default and where the default comes from. */
export interface RangeDefault {
	readonly range: string;
	readonly description: string;
	readonly source: string;
}

/** Latencies outside of the kubelet. */
export const NETWORK_DEFAULTS: Readonly<Record<keyof NetworkPlan, RangeDefault>> = {
	watchLatency: {
		range: '5ms..20ms',
		description: "From the commit of a write to its arrival in the node's store over an open watch.",
		source: 'a choice: an API server and a node in one region; measured on one machine it is below 1 ms',
	},
	requestLatency: {
		range: '2ms..8ms',
		description: 'The whole round trip of one GET or LIST, or of opening a WATCH.',
		source: 'a choice: an API server and a node in one region',
	},
	watchCacheLag: {
		range: '1ms..5ms',
		description: "How far the API server's watch cache is behind etcd; seen by reads with resourceVersion 0 (A3.2).",
		source: 'a choice: one etcd watch event, decoded and dispatched',
	},
	podWatchLatency: {
		range: '5ms..20ms',
		description: "From the commit of a pod's change (annotation, deletion, binding) to its arrival at the kubelet.",
		source: 'a choice: the same path as watchLatency',
	},
};

/** Durations inside of the node that Kubernetes does not fix. */
export const TIMING_DEFAULTS: Readonly<Record<keyof TimingPlan, RangeDefault>> = {
	syncDuration: {
		range: '10ms..30ms',
		description: 'How long SyncPod takes when nothing in it has to wait (D of K2.4).',
		source: 'a choice: tens of milliseconds with a real runtime (K2.4); with a runtime that answers at once about 1 ms was recorded',
	},
	syncToReprocess: {
		range: '1ms..10ms',
		description: "From the start of SyncPod to the moment at which it asks for the pod's volumes; at most syncDuration.",
		source: 'K3.6: about 1 to 20 ms',
	},
	loopRunTime: {
		range: '200us..1ms',
		description: 'Run time of one pass of the populator and of the reconciler, added to the 100 ms between passes; drawn once a node.',
		source: 'a choice: the recorded loops drift slowly against the one-second tick (K20.14)',
	},
	setUp: {
		range: '500us..2ms',
		description: 'Payload, comparison and, if needed, the swap of one volume.',
		source: 'K3.6: about 1 ms',
	},
	containerCreate: {
		range: '2ms..18ms',
		description: 'From the mounts being ready to the creation of a container whose image is present.',
		source: 'K20.30, recorded: 2 to 18 ms after SyncPod',
	},
	containerStop: {
		range: '50ms..500ms',
		description: 'How long a container takes to stop when it is asked to.',
		source: 'a choice: a process that handles SIGTERM',
	},
	imagePull: {
		range: '300ms..2s',
		description: 'Pull or check of an image with imagePullPolicy Always, before the container is created.',
		source: 'a choice: the check of a manifest at a registry',
	},
	plegRelist: {
		range: '1ms..10ms',
		description: 'Run time of one relist of containers, added to the second between relists.',
		source: 'a choice: a container runtime with some tens of pods',
	},
	kubeletRestart: {
		range: '1050ms..1150ms',
		description: 'How long a restarted kubelet is away, until its first SyncPod.',
		source: 'K20.27 and K20.33, recorded: 1.05 to 1.15 s',
	},
};

/** One documented field for each range of a table. */
export function rangeFields<K extends string>(defaults: Readonly<Record<K, RangeDefault>>): Record<K, z.ZodType<string | 0 | undefined>> {
	const fields = {} as Record<K, z.ZodType<string | 0 | undefined>>;
	for (const name of Object.keys(defaults) as K[]) {
		const { range, description, source } = defaults[name];
		fields[name] = field(durationRange().optional(), {
			description: `${description} (Default: ${source}.)`,
			unit: 'range of durations',
			default: range,
			example: '5ms',
		});
	}
	return fields;
}
