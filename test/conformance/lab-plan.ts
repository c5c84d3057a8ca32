// Plans for the second set of recordings: one node with the settings of a recorded one, and whatever objects, pods and actions
// a test puts on it.

import type { ActionEffect, ActionPlan, NetworkPlan, Plan } from '../../src/cluster/plan.js';
import { type Micros, SECOND } from '../../src/core/time.js';
import type { TimingPlan } from '../../src/kubelet/settings.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import type { Container, ObjectKind, ObjectState, Volume, Workload } from '../../src/kubernetes/objects.js';
import type { LabNode } from './lab-recording.js';
import { HOLLOW_KUBELET, LOOPBACK } from './recorder-conditions.js';

/** Namespace of everything in these plans. */
export const NAMESPACE = 'run';

/** What a test adds to a node. */
export interface LabPlanInput {
	readonly kubernetes: string;
	readonly node: LabNode;
	readonly seed: number;
	readonly duration: Micros;
	readonly objects: readonly ObjectState[];
	/** Pods that run from time 0 on. */
	readonly workloads?: readonly Workload[];
	readonly actions: readonly ActionPlan[];
	readonly timing?: Partial<TimingPlan>;
	readonly network?: Partial<NetworkPlan>;
}

/** A plan of one node that starts empty, everything measured. */
export function labPlan(input: LabPlanInput): Plan {
	const { node } = input;
	return {
		schema: 'secretsim.plan/v1',
		scenario: { name: 'second set', file: null },
		seed: input.seed,
		replications: 1,
		variants: [
			{
				name: node.name,
				settings: {},
				kubernetes: input.kubernetes,
				warmUp: 0,
				duration: input.duration,
				drain: 0,
				coldStart: true,
				cluster: {
					nodes: 1,
					nodeLabels: {},
					nodePools: [],
					kubelet: {
						syncFrequency: node.syncSeconds * SECOND,
						configMapAndSecretChangeDetectionStrategy: node.strategy,
						kubeAPIQPS: node.qps,
						kubeAPIBurst: node.burst,
						allocatableMemoryBytes: 2 ** 31,
					},
					network: { ...LOOPBACK, ...input.network },
					timing: { ...HOLLOW_KUBELET, ...input.timing },
					nodeTTL: node.ttlSeconds * SECOND,
					previousNodes: null,
					accountsWithoutToken: [],
				},
				objects: input.objects,
				workloads: input.workloads ?? [],
				actions: input.actions,
			},
		],
		expectations: [],
		assumptions: [],
		warnings: [],
		digest: '0'.repeat(32),
	};
}

/** An action at an instant. */
export function at(time: Micros, id: string, effect: ActionEffect): ActionPlan {
	return { id, source: null, schedule: { kind: 'at', at: Math.round(time) }, effect };
}

/** A Secret or ConfigMap with text values. */
export function labObject(kind: ObjectKind, name: string, data: Readonly<Record<string, string>>, immutable?: boolean): ObjectState {
	return {
		kind,
		namespace: NAMESPACE,
		name,
		labels: {},
		annotations: {},
		type: kind === 'Secret' ? 'Opaque' : '',
		immutable,
		data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, contentOfText(text)])),
		binaryData: {},
	};
}

/** A write of some keys. */
export function patch(kind: ObjectKind, name: string, data: Readonly<Record<string, string | null>>): ActionEffect {
	return {
		kind: 'patch',
		objectKind: kind,
		namespace: NAMESPACE,
		name,
		data: Object.fromEntries(
			Object.entries(data).map(([key, text]) => [key, text === null ? null : [{ kind: 'literal' as const, content: contentOfText(text) }]]),
		),
		binaryData: {},
		labels: {},
		annotations: {},
		immutable: undefined,
	};
}

/** A volume of a Secret or ConfigMap, mounted whole below `/mnt`. */
export function objectVolume(kind: ObjectKind, name: string, object: string): Volume {
	return kind === 'Secret'
		? { name, secret: { secretName: object, defaultMode: 0o644 } }
		: { name, configMap: { name: object, defaultMode: 0o644 } };
}

/** A pod of one container `main`, as the recorder makes them. */
export function labPod(
	name: string,
	volumes: readonly Volume[],
	main: Partial<Container> = {},
	pullSecrets: readonly string[] = [],
): Workload {
	const mounts = volumes.map((volume) => ({ name: volume.name, mountPath: `/mnt/${volume.name}` }));
	const container: Container = { name: 'main', image: 'example.invalid/app:1', env: [], envFrom: [], volumeMounts: mounts, ...main };
	return {
		kind: 'Pod',
		namespace: NAMESPACE,
		name,
		labels: {},
		replicas: 1,
		template: {
			labels: {},
			annotations: {},
			spec: {
				serviceAccountName: 'default',
				automountServiceAccountToken: false,
				nodeName: undefined,
				nodeSelector: {},
				hostNetwork: false,
				imagePullSecrets: pullSecrets,
				volumes,
				initContainers: [],
				containers: [container],
				ephemeralContainers: [],
				fsGroup: undefined,
				runAsUser: undefined,
				terminationGracePeriodSeconds: 2,
			},
		},
	};
}

/** The target of an action that concerns one pod. */
export function onlyPod(name: string): Extract<ActionEffect, { kind: 'restartContainer' }>['target'] {
	return { namespace: NAMESPACE, name, workloadKind: 'Pod', matchLabels: {}, sharePpm: 1_000_000, stagger: 0 };
}
