// Times that follow from others when a scenario leaves them out: the warm-up and the jitter of periodic actions. They are
// the same in all variants, the longest that any of them asks for, so that every variant sees the same writes at the same
// instants and differences between variants are differences of the variants.

import type { ClusterPlan } from '../cluster/plan.js';
import { TtlController } from '../cluster/ttl-controller.js';
import { type Micros, SECOND } from '../core/time.js';
import type { VersionProfile } from '../kubernetes/version-profile.js';

/** Times that all variants share. */
export interface SharedTimes {
	/** Default of `warmUp`. */
	readonly warmUp: Micros;
	/** Default of `jitter`: the mean gap between two syncs. */
	readonly meanGap: Micros;
}

/** Mean gap between two syncs of a healthy pod, 1.25 S + 0.5 s (K2.4). */
export function meanGap(syncFrequency: Micros): Micros {
	return Math.floor(syncFrequency * 1.25) + SECOND / 2;
}

/** The TTL that nodes are annotated with at the beginning (A7.1). */
export function initialTtl(cluster: Pick<ClusterPlan, 'nodes' | 'previousNodes' | 'nodeTTL'>, profile: VersionProfile): Micros {
	if (cluster.nodeTTL !== null) return cluster.nodeTTL;
	const controller = new TtlController(profile.ttlTopStep600);
	const before = Math.max(cluster.nodes, cluster.previousNodes ?? 0);
	for (let i = 0; i < before; i++) controller.add();
	for (let i = cluster.nodes; i < before; i++) controller.delete();
	return controller.ttl;
}

/**
 * What one variant asks for. The warm-up is the longest gap between two syncs, 1.5 S + 1 s, and under Cache the TTL, in
 * whole seconds: after it the first write finds a cluster in which every volume has been refreshed once. A cold start is
 * measured from the beginning.
 */
export function derivedTimes(cluster: ClusterPlan, coldStart: boolean, profile: VersionProfile): SharedTimes {
	const { syncFrequency, configMapAndSecretChangeDetectionStrategy: strategy } = cluster.kubelet;
	const ttl = strategy === 'Cache' ? initialTtl(cluster, profile) : 0;
	const warmUp = coldStart ? 0 : Math.ceil((syncFrequency * 1.5 + ttl) / SECOND + 1) * SECOND;
	return { warmUp, meanGap: meanGap(syncFrequency) };
}

/** The longest of all variants. */
export function longest(times: readonly SharedTimes[]): SharedTimes {
	return {
		warmUp: times.reduce((most, { warmUp }) => Math.max(most, warmUp), 0),
		meanGap: times.reduce((most, time) => Math.max(most, time.meanGap), 0),
	};
}
