// The plan of a recorded delay run: the same nodes, objects, pods and settings as its header tells, and the recorded writes
// at their recorded instants. One variant per recorded node, because a plan gives all nodes of a variant one strategy.

import type { ActionPlan, Plan, VariantPlan } from '../../src/cluster/plan.js';
import { MILLISECOND, type Micros, SECOND } from '../../src/core/time.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import type { ObjectState, PodSpec, Workload } from '../../src/kubernetes/objects.js';
import type { DelayRecording, RecordedNode } from './delay-recording.js';
import { HOLLOW_KUBELET, LOOPBACK } from './recorder-conditions.js';

/** The recorder pauses uniformly in [0, 60 ms) after the creation of each pod; the model takes the mean (recorder/e2e/delay.go). */
const POD_CREATION_PAUSE: Micros = 30 * MILLISECOND;
/** After the last pod was created the recorder waits until all run; it looks every half second. */
const UNTIL_ALL_RUN: Micros = 2 * SECOND;
/** The annotation's value for a node that has none (K5.3): the managers' own default. */
const TTL_WITHOUT_ANNOTATION_SECONDS = 60;
/** The recorder's containers stop within their grace period of 2 s. */
const GRACE_SECONDS = 2;

/** Where the write window of a run lies in virtual time. */
export function windowOf(recording: DelayRecording): { readonly from: Micros; readonly to: Micros } {
	const pods = recording.nodes.reduce((sum, node) => sum + node.objects * node.podsPerObject, 0);
	const from = pods * POD_CREATION_PAUSE + UNTIL_ALL_RUN + Math.round(recording.warmUpSeconds * SECOND);
	return { from, to: from + Math.round(recording.windowSeconds * SECOND) };
}

/** Name of an object of a node, as the recorder names it. */
export function objectName(node: RecordedNode, object: number): string {
	return `${node.name}-o${String(object).padStart(3, '0')}`;
}

/**
 * Makes the plan.
 *
 * @param seed of every draw.
 * @param replications how often the run is repeated with other phases and jitter.
 */
export function delayPlan(recording: DelayRecording, seed: number, replications: number): Plan {
	let podsBefore = 0;
	const variants = recording.nodes.map((node) => {
		const variant = nodeVariant(recording, node, podsBefore);
		podsBefore += node.objects * node.podsPerObject;
		return variant;
	});
	return {
		schema: 'secretsim.plan/v1',
		scenario: { name: 'recorded delay run', file: null },
		seed,
		replications,
		variants,
		expectations: [],
		assumptions: [],
		warnings: [],
		digest: '0'.repeat(32),
	};
}

function nodeVariant(recording: DelayRecording, node: RecordedNode, podsBefore: number): VariantPlan {
	const window = windowOf(recording);
	const sync = Math.round(node.meanSyncSeconds * SECOND);
	const reprocess = Math.min(HOLLOW_KUBELET.syncToReprocess.max, sync);
	return {
		name: node.name,
		settings: {},
		kubernetes: recording.kubernetes,
		warmUp: window.from,
		duration: window.to,
		drain: null,
		coldStart: true,
		cluster: {
			nodes: 1,
			nodeLabels: {},
			nodePools: [],
			kubelet: {
				syncFrequency: Math.round(recording.syncFrequencySeconds * SECOND),
				configMapAndSecretChangeDetectionStrategy: node.strategy,
				kubeAPIQPS: recording.conditions.kubeAPIQPS,
				kubeAPIBurst: recording.conditions.kubeAPIBurst,
				allocatableMemoryBytes: 2 ** 31,
			},
			network: LOOPBACK,
			timing: {
				...HOLLOW_KUBELET,
				syncDuration: { min: sync, max: sync },
				syncToReprocess: { min: Math.min(HOLLOW_KUBELET.syncToReprocess.min, reprocess), max: reprocess },
			},
			nodeTTL: (node.ttlSeconds ?? TTL_WITHOUT_ANNOTATION_SECONDS) * SECOND,
			previousNodes: null,
			accountsWithoutToken: [],
		},
		objects: Array.from({ length: node.objects }, (_, object) => firstState(recording, objectName(node, object))),
		workloads: [],
		actions: [...podCreations(recording, node, podsBefore), ...writes(recording, node)],
	};
}

function firstState(recording: DelayRecording, name: string): ObjectState {
	return {
		kind: recording.kind,
		namespace: 'run',
		name,
		labels: {},
		annotations: {},
		type: recording.kind === 'Secret' ? 'Opaque' : '',
		immutable: undefined,
		data: { payload: contentOfText('version 0') },
		binaryData: {},
	};
}

/** Each pod appears by itself, so that the pods' rhythms start apart as they did in the recording. */
function podCreations(recording: DelayRecording, node: RecordedNode, podsBefore: number): ActionPlan[] {
	return Array.from({ length: node.objects * node.podsPerObject }, (_, pod) => {
		const name = `${node.name}-p${String(pod).padStart(3, '0')}`;
		const workload = singlePod(name, recording, objectName(node, Math.floor(pod / node.podsPerObject)));
		return {
			id: `create ${name}`,
			source: null,
			schedule: { kind: 'at', at: (podsBefore + pod) * POD_CREATION_PAUSE },
			effect: { kind: 'apply', objects: [], workloads: [workload] },
		};
	});
}

function singlePod(name: string, recording: DelayRecording, object: string): Workload {
	const source =
		recording.kind === 'Secret'
			? { secret: { secretName: object, defaultMode: 0o644 } }
			: { configMap: { name: object, defaultMode: 0o644 } };
	const spec: PodSpec = {
		serviceAccountName: 'default',
		automountServiceAccountToken: false,
		nodeName: undefined,
		nodeSelector: {},
		hostNetwork: false,
		imagePullSecrets: [],
		volumes: [{ name: 'vol', ...source }],
		initContainers: [],
		containers: [{ name: 'main', image: 'img', env: [], envFrom: [], volumeMounts: [{ name: 'vol', mountPath: '/vol' }] }],
		ephemeralContainers: [],
		fsGroup: undefined,
		runAsUser: undefined,
		terminationGracePeriodSeconds: GRACE_SECONDS,
	};
	return { kind: 'Pod', namespace: 'run', name, labels: {}, replicas: 1, template: { labels: {}, annotations: {}, spec } };
}

/** A write counts from the API server's response on, as the recorded delays do. */
function writes(recording: DelayRecording, node: RecordedNode): ActionPlan[] {
	const { from } = windowOf(recording);
	const seen = new Map<string, ActionPlan>();
	for (const { object, version, tWriteEnd } of node.samples) {
		const id = `write ${objectName(node, object)} ${version}`;
		const known = seen.get(id);
		const at = from + Math.round(tWriteEnd * SECOND);
		if (known !== undefined && known.schedule.kind === 'at' && known.schedule.at !== at)
			throw new Error(`${id} was recorded with two times`);
		seen.set(id, {
			id,
			source: null,
			schedule: { kind: 'at', at },
			effect: {
				kind: 'patch',
				objectKind: recording.kind,
				namespace: 'run',
				name: objectName(node, object),
				data: { payload: [{ kind: 'literal', content: contentOfText(`version ${version}`) }] },
				binaryData: {},
				labels: {},
				annotations: {},
				immutable: undefined,
			},
		});
	}
	return [...seen.values()];
}
