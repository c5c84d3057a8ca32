// What a kubelet is configured with, and the durations inside a node that Kubernetes does not fix. Part of the plan.

import type { Micros, MicrosRange } from '../core/time.js';

/** `configMapAndSecretChangeDetectionStrategy`. */
export type Strategy = 'Watch' | 'Cache' | 'Get';

/** Fields of the KubeletConfiguration that play a role, defaults of the version applied. */
export interface KubeletPlan {
	readonly syncFrequency: Micros;
	readonly configMapAndSecretChangeDetectionStrategy: Strategy;
	readonly kubeAPIQPS: number;
	readonly kubeAPIBurst: number;
	/** Memory that pods can use, the size of a tmpfs whose pod has no limit; bytes. */
	readonly allocatableMemoryBytes: number;
	/** `crashLoopBackOff.maxContainerRestartPeriod`; undefined: the release's own limit (K12). */
	readonly maxContainerRestartPeriod?: Micros;
}

/** Durations inside the node that Kubernetes does not fix; each a uniform range. */
export interface TimingPlan {
	/** `SyncPod` from start to end when nothing waits (K2.4's D). */
	readonly syncDuration: MicrosRange;
	/** From the start of `SyncPod` to `ReprocessPod` (K3.6, first row); must not exceed `syncDuration`. */
	readonly syncToReprocess: MicrosRange;
	/** Run time of one pass of the populator and of the reconciler, added to their 100 ms pause (K3.1); one draw a node. */
	readonly loopRunTime: MicrosRange;
	/** Payload, comparison and, if needed, the swap (K3.6, last row). */
	readonly setUp: MicrosRange;
	/** From the mounts being ready to the creation of a container whose image is present (K20.30). */
	readonly containerCreate: MicrosRange;
	/** Graceful stop of a container. */
	readonly containerStop: MicrosRange;
	/** Image pull or check, before containers with `imagePullPolicy: Always` are created. */
	readonly imagePull: MicrosRange;
	/** Run time of one PLEG relist, added to its 1 s pause. */
	readonly plegRelist: MicrosRange;
	/** How long a kubelet is down in a restart, until its first SyncPod (K20.27). */
	readonly kubeletRestart: MicrosRange;
}
