// One recorded timeline as the replay needs it, whatever file it came from: what was done to the system, when SyncPod began,
// and everything that was then observed, as texts in streams whose order is certain.

import type { KubeletPlan, Strategy } from '../../src/cluster/plan.js';
import type { Micros } from '../../src/core/time.js';
import type { ContainerStep } from '../../src/kubelet/replay.js';
import type { ObjectKind } from '../../src/kubernetes/objects.js';

/** Something that was done to the system. `at` is the middle of the request. */
export type Action = { readonly at: Micros } & (
	| {
			readonly kind: 'createObject' | 'putObject';
			readonly name: string;
			readonly data: ReadonlyMap<string, string>;
			readonly immutable: boolean | undefined;
			/** Undefined: the kind of the block's objects. */
			readonly objectKind?: ObjectKind;
	  }
	| { readonly kind: 'labelObject' | 'deleteObject'; readonly name: string }
	| { readonly kind: 'createPod'; readonly name: string; readonly manifest: unknown }
	| { readonly kind: 'deletePod' | 'annotatePod' | 'exitContainer' | 'failLiveness'; readonly name: string }
	| { readonly kind: 'stopKubelet' | 'startKubelet' | 'stopControlPlane' | 'startControlPlane' }
);

/** What kinds of things are observed; each has its own bound on the difference in time. */
export type StreamKind = 'sync' | 'volume' | 'content' | 'request' | 'event' | 'refused' | 'container';

/** One observation. Those of one stream have a certain order. */
export interface Observation {
	readonly at: Micros;
	readonly stream: StreamKind;
	/** Pod, `pod/volume` or object. */
	readonly subject: string;
	readonly text: string;
	/** Of a request: when its response had left the server. */
	readonly answeredAt?: Micros;
}

/** One timeline of one node. */
export interface Block {
	readonly id: string;
	readonly strategy: Strategy;
	readonly objectKind: ObjectKind;
	readonly syncFrequency: Micros;
	/** The node's annotation, undefined when it has none. */
	readonly ttl: string | undefined;
	readonly actions: readonly Action[];
	/** What had been done before. */
	readonly before: readonly Action[];
	/** Starts of SyncPod by pod. */
	readonly syncs: ReadonlyMap<string, readonly Micros[]>;
	readonly observations: readonly Observation[];
	/** Nothing is compared after this. */
	readonly end: Micros;
	/** Requests are compared from here on; before, pods that the recording does not show take part. */
	readonly requestsFrom: Micros;
	/** Reads of pods that the recording does not show, by object: the instants of their requests. */
	readonly otherReads: ReadonlyMap<string, readonly Micros[]>;
	/** How many pods that the recording does not show share each object. */
	readonly otherPods: number;
	/** Streams that the recording has. */
	readonly recorded: ReadonlySet<StreamKind>;
	/** False: contents are recorded from the first write on. */
	readonly firstContents: boolean;
	/** When the process of a control plane that was stopped had ended. */
	readonly processGone: Micros | null;
	/** Attempts of reflectors that a pause lies between, by object; where the recording has them. */
	readonly attempts: ReadonlyMap<string, readonly Micros[]>;
	/** Lines that are not compared, by reason. */
	readonly notCompared: ReadonlyMap<string, number>;
	/** What only the recordings of the second set have. */
	readonly lab?: LabFacts;
}

/** What the recordings of the second set tell beside everything else. */
export interface LabFacts {
	/** Settings of the node that differ from those of the first set. */
	readonly settings: Partial<KubeletPlan>;
	/** Nothing is compared before: a recording that begins in the middle is given a beginning. */
	readonly comparedFrom: Micros;
	/** False: returns of SyncPod were not recorded. */
	readonly syncReturns: boolean;
	/** About when syncs that started a container ended, by pod. */
	readonly syncEnds: ReadonlyMap<string, readonly Micros[]>;
	/** Longest wait of a request for a token of the client: so much later may a SetUp have asked for its object. */
	readonly longestWait: Micros;
	/** Returns of SyncTerminatedPod by pod. */
	readonly terminations: ReadonlyMap<string, readonly Micros[]>;
	/** Instants at which steps of containers ended, by pod. */
	readonly containerSteps: ReadonlyMap<string, ReadonlyMap<ContainerStep, readonly Micros[]>>;
}

/** Content of a volume as a text: keys in order. */
export function contentTextOf(files: Iterable<readonly [string, string]>): string {
	return JSON.stringify([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
