// The fixed workload of the fleet benchmark: nodes of 30 pods, each pod with a Secret of its own, every 500 pods one more that they
// share, and the injected token volume; in every 100 nodes 5 own and 5 shared Secrets are rotated each hour. In its rough twin 1 % of the
// volumes fail, since their Secret is missing, every kubelet restarts once, and on 2 % of the nodes the kubelet's client is throttled.

import { HOUR } from '../../src/core/time.js';
import type { Plan, Strategy, VariantPlan } from '../../src/index.js';
import type { Workload } from '../../src/kubernetes/objects.js';
import { action, object, plan, rotate, secretVolume, variant, workload } from '../../test/support/plans.js';

/** Pods of a node. */
export const PODS_PER_NODE = 30;
const PODS_PER_SHARED = 500;
const NODES_PER_SLICE = 100;
const ROTATED_PER_SLICE = 5;
/** A pod has two volumes of the manifest: one more that fails, in every 50 pods, is 1 % of the volumes. */
const PODS_PER_FAILURE = 50;
/**
 * Nodes whose kubelets have a client so small that requests wait: under Get the pods of a node ask 1.2 times a second, and two pods
 * that are synced in the same second need more than the burst; under Watch and Cache it is the start of the kubelet that waits.
 */
const THROTTLED_SHARE = 0.02;
const SMALL_CLIENT = { kubeAPIQPS: 2, kubeAPIBurst: 4 };

/** How large the fleet is and how long it is watched. */
export interface FleetSize {
	readonly nodes: number;
	readonly hours: number;
	readonly rough: boolean;
}

function podsOf({ nodes, rough }: FleetSize): Workload[] {
	return Array.from({ length: nodes * PODS_PER_NODE }, (_, i) => {
		const volumes = [secretVolume(`own-${i}`), secretVolume(`shared-${Math.floor(i / PODS_PER_SHARED)}`)];
		if (rough && i % PODS_PER_FAILURE === 7) volumes.push(secretVolume('missing'));
		return workload(`pod-${i}`, 1, volumes, { automountServiceAccountToken: true }, 'Pod');
	});
}

function rotations({ nodes, hours, rough }: FleetSize): VariantPlan['actions'][number][] {
	const pods = nodes * PODS_PER_NODE;
	const shared = Math.ceil(pods / PODS_PER_SHARED);
	const hourly = { kind: 'every', period: HOUR, from: 0, until: hours * HOUR, times: null, jitter: HOUR } as const;
	const list = Array.from({ length: Math.ceil(nodes / NODES_PER_SLICE) }, (_, slice) =>
		Array.from({ length: ROTATED_PER_SLICE }, (_, i) => {
			const own = (slice * NODES_PER_SLICE * PODS_PER_NODE + i * 37) % pods;
			const both = (slice * ((NODES_PER_SLICE * PODS_PER_NODE) / PODS_PER_SHARED) + i) % shared;
			return [action(`own-${slice}-${i}`, hourly, rotate(`own-${own}`)), action(`shared-${slice}-${i}`, hourly, rotate(`shared-${both}`))];
		}),
	).flat(2);
	const target = { names: [], sharePpm: 1_000_000, stagger: Math.floor((hours * HOUR) / (nodes + 1)) };
	return rough ? [...list, action('restart', 0, { kind: 'restartKubelet', target })] : list;
}

/** The workload under one strategy, with latencies of a real cluster. */
export function fleet(strategy: Strategy, size: FleetSize): Plan {
	const pods = size.nodes * PODS_PER_NODE;
	return plan([
		variant({
			strategy,
			duration: size.hours * HOUR,
			objects: [
				...Array.from({ length: pods }, (_, i) => object(`own-${i}`, { password: '1' })),
				...Array.from({ length: Math.ceil(pods / PODS_PER_SHARED) }, (_, i) => object(`shared-${i}`, { password: '1' })),
			],
			workloads: podsOf(size),
			actions: rotations(size),
			cluster: {
				nodes: size.nodes,
				nodePools: size.rough ? [{ count: Math.ceil(size.nodes * THROTTLED_SHARE), labels: {}, kubelet: SMALL_CLIENT }] : [],
				network: {
					watchLatency: { min: 5_000, max: 20_000 },
					requestLatency: { min: 2_000, max: 8_000 },
					watchCacheLag: { min: 0, max: 5_000 },
					podWatchLatency: { min: 5_000, max: 20_000 },
				},
				timing: {
					syncDuration: { min: 10_000, max: 30_000 },
					syncToReprocess: { min: 1_000, max: 5_000 },
					loopRunTime: { min: 200, max: 2_000 },
					setUp: { min: 1_000, max: 5_000 },
					plegRelist: { min: 2_000, max: 10_000 },
				},
			},
		}),
	]);
}
