// Small studies for the stories: one Secret, one Deployment that mounts it, a few nodes, and writes at known instants.
// The plans are written out by hand, so that these tests depend on the engine and on nothing else.

import type { ActionEffect, ActionPlan, ClusterPlan, Plan, Strategy } from '../../src/cluster/plan.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import type { Content } from '../../src/kubernetes/content.js';
import type { Container, ObjectState, PodSpec, Workload } from '../../src/kubernetes/objects.js';
import { planFixture, variantPlanFixture } from '../cli/fake-services.js';

/** What differs between two studies. */
export interface StudyOptions {
	readonly strategy: Strategy;
	readonly nodes?: number;
	readonly replicas?: number;
	readonly cluster?: Partial<ClusterPlan>;
	readonly actions: readonly ActionPlan[];
	readonly immutable?: boolean;
	/** Name of the Secret that the volume mounts; another one than `db` does not exist. */
	readonly mounts?: string;
}

function content(text: string): Content {
	return { length: text.length, fingerprint: text.padEnd(32, '0') };
}

const container: Container = { name: 'web', image: 'web:1', env: [], envFrom: [], volumeMounts: [{ name: 'db', mountPath: '/etc/db' }] };

function podSpec(secretName: string): PodSpec {
	return {
		serviceAccountName: 'default',
		automountServiceAccountToken: false,
		nodeName: undefined,
		nodeSelector: {},
		hostNetwork: false,
		imagePullSecrets: [],
		volumes: [{ name: 'db', secret: { secretName, defaultMode: 0o644 } }],
		initContainers: [],
		containers: [container],
		ephemeralContainers: [],
		fsGroup: undefined,
		runAsUser: undefined,
		terminationGracePeriodSeconds: 30,
	};
}

/** The Secret `default/db` with one key. */
export function secret(password: string, immutable?: boolean): ObjectState {
	return {
		kind: 'Secret',
		namespace: 'default',
		name: 'db',
		labels: {},
		annotations: {},
		type: 'Opaque',
		immutable,
		data: { password: content(password) },
		binaryData: {},
	};
}

/** An action at an instant, in seconds. */
export function at(seconds: number, id: string, effect: ActionEffect): ActionPlan {
	return { id, source: null, schedule: { kind: 'at', at: Math.round(seconds * SECOND) }, effect };
}

/** A new password in the Secret `default/db`. */
export const newPassword: ActionEffect = {
	kind: 'patch',
	objectKind: 'Secret',
	namespace: 'default',
	name: 'db',
	data: { password: [{ kind: 'random', length: 16 }] },
	binaryData: {},
	labels: {},
	annotations: {},
	immutable: undefined,
};

/** An annotation on every pod of the Deployment. */
export const nudge: ActionEffect = {
	kind: 'annotate',
	target: { namespace: 'default', name: 'web', workloadKind: 'Deployment', matchLabels: {}, sharePpm: 1_000_000, stagger: 0 },
};

/** A plan with one variant, named after its strategy, and one replication. */
export function study(options: StudyOptions): Plan {
	const base = variantPlanFixture(options.strategy);
	const workload: Workload = {
		kind: 'Deployment',
		namespace: 'default',
		name: 'web',
		labels: {},
		replicas: options.replicas ?? 3,
		template: { labels: { app: 'web' }, annotations: {}, spec: podSpec(options.mounts ?? 'db') },
	};
	const cluster: ClusterPlan = {
		...base.cluster,
		nodes: options.nodes ?? 1,
		kubelet: { ...base.cluster.kubelet, configMapAndSecretChangeDetectionStrategy: options.strategy },
		network: {
			watchLatency: { min: 5 * MILLISECOND, max: 20 * MILLISECOND },
			requestLatency: { min: 2 * MILLISECOND, max: 8 * MILLISECOND },
			watchCacheLag: { min: MILLISECOND, max: 5 * MILLISECOND },
			podWatchLatency: { min: 5 * MILLISECOND, max: 20 * MILLISECOND },
		},
		...options.cluster,
	};
	const variant = { ...base, cluster, objects: [secret('first', options.immutable)], workloads: [workload], actions: options.actions };
	return planFixture({ scenario: { name: 'study', file: null }, replications: 1, variants: [variant] });
}
