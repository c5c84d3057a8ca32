// The plan: the frozen value that a scenario file, its manifests and the defaults resolve to, and all that the model ever
// sees. Plain data that survives structured cloning and JSON; it holds no secret values (contents are lengths and
// fingerprints). Durations are integer microseconds.

import type { Micros, MicrosRange } from '../core/time.js';
import type { KubeletPlan, TimingPlan } from '../kubelet/settings.js';
import type { Content } from '../kubernetes/content.js';
import type { ObjectKind, ObjectState, Workload, WorkloadKind } from '../kubernetes/objects.js';
import type { Expectation } from '../measure/expectation.js';

export type { KubeletPlan, Strategy, TimingPlan } from '../kubelet/settings.js';
export type { Expectation } from '../measure/expectation.js';

/** A whole study: one scenario, every variant of its matrix, every replication. */
export interface Plan {
	readonly schema: 'secretsim.plan/v1';
	readonly scenario: { readonly name: string; readonly file: string | null };
	/** Seed of every draw; a safe integer >= 0. */
	readonly seed: number;
	/** Number of independent replications, >= 1. */
	readonly replications: number;
	/** At least one; names are unique. */
	readonly variants: readonly VariantPlan[];
	readonly expectations: readonly Expectation[];
	/** Samples up to which all are kept; beyond it delays are told from histograms. Left out: 250,000. */
	readonly exactSamples?: number;
	/** Every default that mattered, as sentences. */
	readonly assumptions: readonly string[];
	/** Everything that was given and plays no role, as sentences. */
	readonly warnings: readonly string[];
	/** Fingerprint of the plan without this field and without file names, 32 hexadecimal digits. */
	readonly digest: string;
}

/** One point of the matrix. */
export interface VariantPlan {
	readonly name: string;
	/** Matrix settings by full path of the scenario file. */
	readonly settings: Readonly<Record<string, unknown>>;
	/** Version profile, for example "1.36". */
	readonly kubernetes: string;
	/** Measured writes commit in [warmUp, duration). */
	readonly warmUp: Micros;
	readonly duration: Micros;
	/** How long the run goes on after `duration`; null: the analytic worst case. */
	readonly drain: Micros | null;
	/** True: pods start at time 0. False: they have been running for long (steady state). */
	readonly coldStart: boolean;
	readonly cluster: ClusterPlan;
	readonly objects: readonly ObjectState[];
	readonly workloads: readonly Workload[];
	readonly actions: readonly ActionPlan[];
}

/** The cluster and its kubelets. */
export interface ClusterPlan {
	/** Number of nodes at time 0; they are named `node-1` ... `node-N`. */
	readonly nodes: number;
	/** Labels that every node has besides `kubernetes.io/hostname`, and rules that give labels to the first `count` nodes of each rule, in order. */
	readonly nodeLabels: Readonly<Record<string, string>>;
	readonly nodePools: readonly NodePoolPlan[];
	readonly kubelet: KubeletPlan;
	readonly network: NetworkPlan;
	readonly timing: TimingPlan;
	/** Test only: the TTL annotation of every node, instead of what the TTL controller writes. */
	readonly nodeTTL: Micros | null;
	/** TTL controller's band before time 0 (a cluster that has shrunk keeps the higher band); null: reached by adding nodes. */
	readonly previousNodes: number | null;
	/** ServiceAccounts (`namespace/name`) whose own `automountServiceAccountToken` is false. */
	readonly accountsWithoutToken: readonly string[];
}

/** Some of the nodes, counted from the first one on. */
export interface NodePoolPlan {
	readonly count: number;
	readonly labels: Readonly<Record<string, string>>;
	/** Client limits of the pool's kubelets where they differ from those of {@link ClusterPlan.kubelet}. */
	readonly kubelet?: Partial<Pick<KubeletPlan, 'kubeAPIQPS' | 'kubeAPIBurst'>>;
}

/** Latencies outside the kubelet; each a uniform range. */
export interface NetworkPlan {
	/** Commit of a write to its arrival at the node's store, over an open watch. */
	readonly watchLatency: MicrosRange;
	/** Whole round trip of one GET or LIST, or of opening a WATCH. */
	readonly requestLatency: MicrosRange;
	/** How far the API server's watch cache lags behind etcd (seen by reads with resourceVersion 0). */
	readonly watchCacheLag: MicrosRange;
	/** Commit of a pod's change (annotation, deletion, binding) to its arrival at the kubelet. */
	readonly podWatchLatency: MicrosRange;
}

/** Part of a value that an action writes. */
export type ContentPart =
	| { readonly kind: 'literal'; readonly content: Content }
	/** `{{ random N }}`: N characters, new in each replication and each firing. */
	| { readonly kind: 'random'; readonly length: number }
	/** `{{ ordinal }}`: the number of the firing, from 1. */
	| { readonly kind: 'ordinal' };

/** A value that an action writes; null removes the key. */
export type ContentTemplate = readonly ContentPart[];

/** When an action fires. */
export type Schedule =
	| { readonly kind: 'at'; readonly at: Micros }
	| {
			readonly kind: 'every';
			readonly period: Micros;
			readonly from: Micros;
			/** Last instant at which it may fire (before jitter). */
			readonly until: Micros;
			readonly times: number | null;
			/** Each firing is moved by a keyed uniform draw of [0, jitter). */
			readonly jitter: Micros;
	  };

/** Which pods an action is about. */
export interface PodTarget {
	readonly namespace: string;
	/** Name of a pod or of the workload that owns the pods; null: every pod that the selector matches. */
	readonly name: string | null;
	readonly workloadKind: WorkloadKind | null;
	readonly matchLabels: Readonly<Record<string, string>>;
	/** Fraction of the matching pods, in parts per million; which ones is a keyed draw. */
	readonly sharePpm: number;
	/** Time between one target and the next. */
	readonly stagger: Micros;
}

/** Which nodes an action is about. */
export interface NodeTarget {
	/** Names; empty: every node. */
	readonly names: readonly string[];
	readonly sharePpm: number;
	readonly stagger: Micros;
}

/** What an action does. */
export type ActionEffect =
	| { readonly kind: 'create'; readonly object: ObjectState }
	| { readonly kind: 'apply'; readonly objects: readonly ObjectState[]; readonly workloads: readonly Workload[] }
	| {
			readonly kind: 'patch';
			readonly objectKind: ObjectKind;
			readonly namespace: string;
			readonly name: string;
			readonly data: Readonly<Record<string, ContentTemplate | null>>;
			readonly binaryData: Readonly<Record<string, ContentTemplate | null>>;
			readonly labels: Readonly<Record<string, string | null>>;
			readonly annotations: Readonly<Record<string, string | null>>;
			/** Undefined: not part of the patch. */
			readonly immutable: boolean | undefined;
	  }
	| { readonly kind: 'delete'; readonly objectKind: ObjectKind; readonly namespace: string; readonly name: string }
	| { readonly kind: 'deletePods'; readonly target: PodTarget }
	| {
			readonly kind: 'recreate';
			readonly objectKind: ObjectKind;
			readonly namespace: string;
			readonly name: string;
			/** Time between the delete and the create. */
			readonly gap: Micros;
			/** Merged into the data that the object had. */
			readonly data: Readonly<Record<string, ContentTemplate | null>>;
			/** Undefined: as it was. */
			readonly immutable: boolean | undefined;
	  }
	| { readonly kind: 'annotate'; readonly target: PodTarget }
	| {
			readonly kind: 'restartContainer';
			readonly target: PodTarget;
			/** Null: the first container. */
			readonly container: string | null;
			/** `crash`: the process exits. `liveness`: the kubelet kills it after a failed probe (K15). */
			readonly how: 'crash' | 'liveness';
	  }
	| { readonly kind: 'setReady'; readonly target: PodTarget; readonly ready: boolean }
	| { readonly kind: 'restartKubelet'; readonly target: NodeTarget }
	| { readonly kind: 'addNodes'; readonly count: number }
	| { readonly kind: 'removeNodes'; readonly count: number; readonly names: readonly string[] };

/** One action of the scenario. */
export interface ActionPlan {
	/** Unique; `action-1` ... by default. Part of the key of its draws. */
	readonly id: string;
	/** `file:line` for messages; null when it was not read from a file. */
	readonly source: string | null;
	readonly schedule: Schedule;
	readonly effect: ActionEffect;
}
