// Small plans written in the test itself: one pod or a few, every latency 0 unless the test says otherwise, so that each
// instant of a run can be derived by hand.

import {
	type ActionEffect,
	type Plan,
	type Partial as RunPartial,
	type Schedule,
	type Strategy,
	simulate,
	type TraceEvent,
	type TraceKind,
	type VariantPlan,
} from '../../src/index.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import {
	type Container,
	NO_ENTRIES,
	NO_ITEMS,
	type ObjectKind,
	type ObjectState,
	type PodSpec,
	type Volume,
	type Workload,
} from '../../src/kubernetes/objects.js';

/** One second in virtual microseconds. */
export const S = 1_000_000;

const ZERO = { min: 0, max: 0 } as const;

/** A Secret or ConfigMap in the namespace `default`. */
export function object(name: string, data: Readonly<Record<string, string>>, fields: Partial<ObjectState> = {}): ObjectState {
	const contents = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, contentOfText(value)]));
	const kind: ObjectKind = fields.kind ?? 'Secret';
	return {
		kind,
		namespace: 'default',
		name,
		labels: NO_ENTRIES,
		annotations: NO_ENTRIES,
		type: kind === 'Secret' ? 'Opaque' : '',
		immutable: undefined,
		data: contents,
		binaryData: NO_ENTRIES,
		...fields,
	};
}

/** A volume `v-<secret>` of a Secret. */
export function secretVolume(secretName: string, fields: Partial<NonNullable<Volume['secret']>> = {}): Volume {
	return { name: `v-${secretName}`, secret: { secretName, defaultMode: 0o644, ...fields } };
}

/** A container that mounts the given volumes whole. */
export function container(volumes: readonly Volume[], fields: Partial<Container> = {}): Container {
	const volumeMounts = volumes.map((volume) => ({ name: volume.name, mountPath: `/mnt/${volume.name}` }));
	return { name: 'main', image: 'example.invalid/app:1', env: NO_ITEMS, envFrom: NO_ITEMS, volumeMounts, ...fields };
}

/** A workload `name` in the namespace `default`; without the injected token volume. */
export function workload(
	name: string,
	replicas: number,
	volumes: readonly Volume[],
	fields: Partial<PodSpec> = {},
	kind: Workload['kind'] = 'Deployment',
): Workload {
	const spec: PodSpec = {
		serviceAccountName: 'default',
		automountServiceAccountToken: false,
		nodeName: undefined,
		nodeSelector: NO_ENTRIES,
		hostNetwork: false,
		imagePullSecrets: NO_ITEMS,
		volumes,
		initContainers: NO_ITEMS,
		containers: [container(volumes)],
		ephemeralContainers: NO_ITEMS,
		fsGroup: undefined,
		runAsUser: undefined,
		terminationGracePeriodSeconds: 30,
		...fields,
	};
	return {
		kind,
		namespace: 'default',
		name,
		labels: NO_ENTRIES,
		replicas,
		template: { labels: { app: name }, annotations: NO_ENTRIES, spec },
	};
}

/** What a variant may override. */
export interface VariantFields extends Partial<Omit<VariantPlan, 'cluster'>> {
	readonly strategy?: Strategy;
	readonly syncFrequency?: number;
	readonly kubeAPIQPS?: number;
	readonly kubeAPIBurst?: number;
	readonly cluster?: Partial<Omit<VariantPlan['cluster'], 'network' | 'timing'>> & {
		readonly network?: Partial<VariantPlan['cluster']['network']>;
		readonly timing?: Partial<VariantPlan['cluster']['timing']>;
	};
}

/** A variant of one node without any latency. */
export function variant(fields: VariantFields): VariantPlan {
	const { strategy = 'Watch', syncFrequency = 60 * S, kubeAPIQPS = 50, kubeAPIBurst = 100, cluster = {}, ...rest } = fields;
	const { network, timing, ...others } = cluster;
	return {
		name: strategy,
		settings: {},
		kubernetes: '1.36',
		warmUp: 0,
		duration: 600 * S,
		drain: null,
		coldStart: false,
		objects: [],
		workloads: [],
		actions: [],
		...rest,
		cluster: {
			nodes: 1,
			nodeLabels: {},
			nodePools: [],
			nodeTTL: null,
			previousNodes: null,
			accountsWithoutToken: [],
			kubelet: {
				syncFrequency,
				configMapAndSecretChangeDetectionStrategy: strategy,
				kubeAPIQPS,
				kubeAPIBurst,
				allocatableMemoryBytes: 2 ** 34,
			},
			network: { watchLatency: ZERO, requestLatency: ZERO, watchCacheLag: ZERO, podWatchLatency: ZERO, ...network },
			timing: {
				syncDuration: ZERO,
				syncToReprocess: ZERO,
				loopRunTime: ZERO,
				setUp: ZERO,
				containerCreate: ZERO,
				containerStop: ZERO,
				imagePull: ZERO,
				plegRelist: ZERO,
				kubeletRestart: { min: S, max: S },
				...timing,
			},
			...others,
		},
	};
}

/** A plan of the given variants. */
export function plan(variants: readonly VariantPlan[], fields: Partial<Plan> = {}): Plan {
	return {
		schema: 'secretsim.plan/v1',
		scenario: { name: 'test', file: null },
		seed: 1,
		replications: 1,
		variants,
		expectations: [],
		assumptions: [],
		warnings: [],
		digest: 'test',
		...fields,
	};
}

/** An action at one instant or on a schedule. */
export function action(id: string, when: number | Schedule, effect: ActionEffect): VariantPlan['actions'][number] {
	return { id, source: null, schedule: typeof when === 'number' ? { kind: 'at', at: when } : when, effect };
}

/** Writes new random content into a key of a Secret or ConfigMap. */
export function rotate(name: string, key = 'k', objectKind: ObjectKind = 'Secret'): ActionEffect {
	return {
		kind: 'patch',
		objectKind,
		namespace: 'default',
		name,
		data: { [key]: [{ kind: 'random', length: 16 }] },
		binaryData: {},
		labels: {},
		annotations: {},
		immutable: undefined,
	};
}

/** Pods of a workload or of one name. */
export function pods(
	name: string,
	fields: Partial<Extract<ActionEffect, { kind: 'annotate' }>['target']> = {},
): Extract<ActionEffect, { kind: 'annotate' }>['target'] {
	return { namespace: 'default', name, workloadKind: null, matchLabels: {}, sharePpm: 1_000_000, stagger: 0, ...fields };
}

/** A run of one variant with everything that it told. */
export interface TracedRun {
	readonly partial: RunPartial;
	readonly trace: readonly TraceEvent[];
	/** Trace events of one kind. */
	of<K extends TraceKind>(kind: K): readonly Extract<TraceEvent, { kind: K }>[];
	/** Number of requests, whole run, by `VERB resource option code`. */
	readonly requests: Readonly<Record<string, number>>;
}

/** Simulates one variant with a trace. */
export function traced(fields: VariantFields, planFields: Partial<Plan> = {}): TracedRun {
	const trace: TraceEvent[] = [];
	const partial = simulate(plan([variant(fields)], planFields), { trace: (event) => trace.push(event) });
	const requests: Record<string, number> = {};
	for (const segment of partial.segments) {
		for (const { verb, resource, resourceVersion, code, perSecond } of segment.ledger.requests) {
			const key = `${verb} ${resource} ${resourceVersion} ${code}`;
			requests[key] = (requests[key] ?? 0) + perSecond.reduce((sum, count) => sum + count, 0);
		}
	}
	const of = <K extends TraceKind>(kind: K): readonly Extract<TraceEvent, { kind: K }>[] =>
		trace.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind);
	return { partial, trace, of, requests };
}

/** Counts of outcomes of a run by name. */
export function outcomes(partial: RunPartial): Record<string, number> {
	const names = ['shown', 'superseded', 'unchanged', 'blocked', 'detached', 'frozen', 'podGone', 'pending'];
	const counts: Record<string, number> = {};
	for (const { samples } of partial.segments) {
		for (const code of samples.outcome) {
			const name = names[code] ?? `code ${code}`;
			counts[name] = (counts[name] ?? 0) + 1;
		}
	}
	return counts;
}
