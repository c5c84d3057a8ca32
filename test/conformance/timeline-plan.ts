// The plan of a recorded timeline: one node, nothing at the beginning, and every recorded action at its recorded instant.

import type { ActionEffect, ActionPlan, Plan, VariantPlan } from '../../src/cluster/plan.js';
import type { Micros } from '../../src/core/time.js';
import { MILLISECOND, SECOND } from '../../src/core/time.js';
import { objectTTL } from '../../src/kubelet/manager/object-ttl.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import { readManifest } from '../../src/kubernetes/manifest.js';
import type { ObjectState, Workload } from '../../src/kubernetes/objects.js';
import type { Action, Block } from './timeline-block.js';
import { podManifest } from './timeline-delay.js';

/** Name of the one node. */
export const NODE = 'node-1';
/** Namespace of everything in a replay. */
export const NAMESPACE = 'default';

/** Half a round trip on loopback, about; the recorded instants of requests are those of their arrival. */
const ROUND_TRIP = { min: MILLISECOND, max: MILLISECOND } as const;
/** From the beginning of a sync to ReprocessPod, and the whole of a sync that waits for nothing. */
export const REPROCESS: Micros = 200;
const SYNC: Micros = 300;
/** Payload, comparison and swap on a file system in memory. */
const SETUP = { min: 2 * MILLISECOND, max: 2 * MILLISECOND } as const;
const INSTANT = { min: 0, max: 0 } as const;

/** Name of a pod that a recording does not show but that shares an object with those that it does. */
export function otherPodName(object: string, number: number): string {
	return `${object}-other-${number}`;
}

/** The plan of a block. */
export function planOf(block: Block): Plan {
	return {
		schema: 'secretsim.plan/v1',
		scenario: { name: block.id, file: null },
		seed: 1,
		replications: 1,
		variants: [variantOf(block)],
		expectations: [],
		assumptions: [],
		warnings: [],
		digest: '',
	};
}

function variantOf(block: Block): VariantPlan {
	const stop = block.actions.find(({ kind }) => kind === 'stopKubelet')?.at;
	const restarted = [...block.syncs.values()].flat().filter((at) => stop !== undefined && at > stop);
	const down = stop === undefined ? 0 : Math.min(...restarted) - stop;
	return {
		name: 'recorded',
		settings: {},
		kubernetes: '1.36.3',
		warmUp: 0,
		// A little longer than the recording: what it saw last may come a little later here.
		duration: block.end + SECOND,
		drain: 0,
		coldStart: true,
		cluster: {
			nodes: 1,
			nodeLabels: {},
			nodePools: [],
			kubelet: {
				syncFrequency: block.syncFrequency,
				configMapAndSecretChangeDetectionStrategy: block.strategy,
				kubeAPIQPS: 50,
				kubeAPIBurst: 100,
				allocatableMemoryBytes: 2 ** 30,
				...block.lab?.settings,
			},
			network: { watchLatency: ROUND_TRIP, requestLatency: ROUND_TRIP, watchCacheLag: INSTANT, podWatchLatency: INSTANT },
			timing: {
				syncDuration: { min: SYNC, max: SYNC },
				syncToReprocess: { min: REPROCESS, max: REPROCESS },
				loopRunTime: INSTANT,
				setUp: SETUP,
				containerCreate: { min: 3 * MILLISECOND, max: 3 * MILLISECOND },
				containerStop: INSTANT,
				imagePull: INSTANT,
				plegRelist: INSTANT,
				kubeletRestart: { min: down, max: down },
			},
			nodeTTL: objectTTL(block.ttl),
			previousNodes: null,
			accountsWithoutToken: [],
		},
		objects: [],
		workloads: [],
		actions: [
			...block.before.flatMap((action, index) => actionPlan(block, action, `before-${index + 1}`)),
			...block.actions.flatMap((action, index) => actionPlan(block, action, String(index + 1))),
			...otherPods(block),
		],
	};
}

function actionPlan(block: Block, action: Action, id: string): ActionPlan[] {
	const effect = effectOf(block, action);
	if (effect === null) return [];
	// A pod is at the kubelet when its first sync begins, though the request for it may not have returned by then.
	const firstSync = action.kind === 'createPod' ? firstSyncAfterCreation(block, action.name, action.at) : undefined;
	const at = Math.min(action.at, firstSync ?? action.at);
	return [{ id, source: null, schedule: { kind: 'at', at }, effect }];
}

/** The first sync of a pod's present incarnation: a pod of the same name may have been deleted before. */
function firstSyncAfterCreation(block: Block, pod: string, created: Micros): Micros | undefined {
	const deleted = block.actions.findLast((action) => action.kind === 'deletePod' && action.name === pod && action.at < created)?.at;
	return block.syncs.get(pod)?.find((at) => deleted === undefined || at > deleted);
}

function effectOf(block: Block, action: Action): ActionEffect | null {
	switch (action.kind) {
		case 'createObject':
			return { kind: 'create', object: stateOf(block, action) };
		case 'putObject':
			return { kind: 'apply', objects: [stateOf(block, action)], workloads: [] };
		case 'labelObject':
			return {
				kind: 'patch',
				objectKind: block.objectKind,
				namespace: NAMESPACE,
				name: action.name,
				data: {},
				binaryData: {},
				labels: { a: 'b' },
				annotations: {},
				immutable: undefined,
			};
		case 'deleteObject':
			return { kind: 'delete', objectKind: block.objectKind, namespace: NAMESPACE, name: action.name };
		case 'createPod':
			return { kind: 'apply', objects: [], workloads: [workloadOf(action.manifest)] };
		case 'deletePod':
			return { kind: 'deletePods', target: targetOf(action.name) };
		case 'annotatePod':
			return { kind: 'annotate', target: targetOf(action.name) };
		case 'exitContainer':
			return { kind: 'restartContainer', target: targetOf(action.name), container: null, how: 'crash' };
		case 'failLiveness':
			return { kind: 'restartContainer', target: targetOf(action.name), container: null, how: 'liveness' };
		case 'stopKubelet':
			return { kind: 'restartKubelet', target: { names: [NODE], sharePpm: 1_000_000, stagger: 0 } };
		case 'startKubelet':
		case 'stopControlPlane':
		case 'startControlPlane':
			return null;
	}
}

function stateOf(block: Block, action: Extract<Action, { kind: 'createObject' | 'putObject' }>): ObjectState {
	const data = Object.fromEntries([...action.data].map(([key, value]) => [key, contentOfText(value)]));
	const kind = action.objectKind ?? block.objectKind;
	return {
		kind,
		namespace: NAMESPACE,
		name: action.name,
		labels: {},
		annotations: {},
		type: kind === 'Secret' ? 'Opaque' : '',
		immutable: action.immutable,
		data,
		binaryData: {},
	};
}

function targetOf(name: string): Extract<ActionEffect, { kind: 'annotate' }>['target'] {
	return { namespace: NAMESPACE, name, workloadKind: 'Pod', matchLabels: {}, sharePpm: 1_000_000, stagger: 0 };
}

/** The pod of a recorded manifest; the recordings name a node of their own. */
export function workloadOf(manifest: unknown): Workload {
	const problems: string[] = [];
	const read = readManifest(manifest, ({ severity, message }) => {
		if (severity === 'error') problems.push(message);
	});
	if (read.kind !== 'workload' || problems.length > 0) throw new Error(`a recorded manifest cannot be read: ${problems.join('; ')}`);
	const { template } = read.workload;
	return { ...read.workload, template: { ...template, spec: { ...template.spec, nodeName: undefined } } };
}

/** When the first pod that the recording shows is first synced. */
export function firstSyncOf(block: Block): number {
	return Math.min(...[...block.syncs.values()].map((starts) => starts[0] as number));
}

/** The pods that the recording does not show; they are there when the first of those that it shows is created. */
function otherPods(block: Block): ActionPlan[] {
	const first = firstSyncOf(block);
	return [...block.otherReads.keys()].flatMap((object) =>
		Array.from({ length: block.otherPods }, (_none, number): ActionPlan => {
			const workload = workloadOf(podManifest(otherPodName(object, number), block.objectKind, object));
			const id = otherPodName(object, number);
			return { id, source: null, schedule: { kind: 'at', at: first }, effect: { kind: 'apply', objects: [], workloads: [workload] } };
		}),
	);
}
