// Reads the workloads that make pods: Pod, Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet and Job.
// Takes parsed JSON values, gives how many pods of which template there are. Follows pkg/apis/apps/v1/defaults.go and
// pkg/apis/batch/v1/defaults.go.

import { type FieldReader, isObject } from './field-reader.js';
import { OBJECT_FIELDS } from './known-fields.js';
import { readMetadata } from './manifest-object.js';
import { readPodSpec } from './manifest-pod.js';
import type { PodTemplate, Workload, WorkloadKind } from './objects.js';
import { pathText } from './problem.js';

const INT32_MAX = 0x7fff_ffff;

/** How each kind is read; the kinds that are no {@link WorkloadKind} are read as the one that behaves like them. */
const KINDS: Readonly<Record<string, { readonly as: WorkloadKind; readonly struct: string }>> = {
	Pod: { as: 'Pod', struct: 'PodSpec' },
	Deployment: { as: 'Deployment', struct: 'DeploymentSpec' },
	ReplicaSet: { as: 'Deployment', struct: 'ReplicaSetSpec' },
	ReplicationController: { as: 'Deployment', struct: 'ReplicationControllerSpec' },
	StatefulSet: { as: 'StatefulSet', struct: 'StatefulSetSpec' },
	DaemonSet: { as: 'DaemonSet', struct: 'DaemonSetSpec' },
	Job: { as: 'Job', struct: 'JobSpec' },
};

/** Kinds that {@link readWorkload} reads. */
export const WORKLOAD_KINDS: readonly string[] = Object.keys(KINDS);

/** Fields of the kinds' specs that play no role. */
const SPEC_FIELDS: readonly string[] = [
	...['activeDeadlineSeconds', 'backoffLimit', 'backoffLimitPerIndex', 'completionMode', 'managedBy', 'manualSelector', 'maxFailedIndexes'],
	...['minReadySeconds', 'ordinals', 'paused', 'persistentVolumeClaimRetentionPolicy', 'podFailurePolicy', 'podManagementPolicy'],
	...['podReplacementPolicy', 'progressDeadlineSeconds', 'revisionHistoryLimit', 'selector', 'serviceName', 'strategy', 'successPolicy'],
	...['ttlSecondsAfterFinished', 'updateStrategy'],
];

/** The number of pods that run at the same time. */
function readReplicas(spec: FieldReader, kind: string): number {
	const integer = (field: string) => spec.integer(field, 0, INT32_MAX, 'int32');
	if (kind === 'DaemonSet') return 1;
	if (kind !== 'Job') return integer('replicas') ?? 1;
	const completions = integer('completions') ?? Number.POSITIVE_INFINITY;
	const parallelism = integer('parallelism') ?? 1;
	return spec.boolean('suspend') === true ? 0 : Math.min(parallelism, completions);
}

function readClaims(spec: FieldReader): string[] {
	return spec.list('volumeClaimTemplates', '[]v1.PersistentVolumeClaim').flatMap((claim) => {
		const metadata = isObject(claim) ? claim['metadata'] : undefined;
		const name = isObject(metadata) ? metadata['name'] : undefined;
		return typeof name === 'string' ? [name] : [];
	});
}

function readTemplate(spec: FieldReader, claims: readonly string[]): PodTemplate | undefined {
	const template = spec.object('template', 'PodTemplateSpec');
	if (template === undefined) {
		spec.reportRequired('template', 'a pod template');
		return undefined;
	}
	const { labels, annotations } = readMetadata(template, false);
	const podSpec = template.object('spec', 'PodSpec');
	if (podSpec === undefined) {
		template.reportRequired('spec', 'a pod spec');
		return undefined;
	}
	template.finish([]);
	return { labels, annotations, spec: readPodSpec(podSpec, claims) };
}

function checkSelector(spec: FieldReader, labels: Readonly<Record<string, string>>): void {
	const selector = spec.raw('selector');
	const wanted = isObject(selector) ? selector['matchLabels'] : undefined;
	if (!isObject(wanted)) return;
	for (const [key, value] of Object.entries(wanted)) {
		if (labels[key] === value || typeof value !== 'string') continue;
		const at = pathText([...spec.path, 'template', 'metadata', 'labels']);
		const message = `${at}: Invalid value: \`selector\` does not match template \`labels\` (${key}: ${value})`;
		const found = labels[key] === undefined ? `no label ${key}` : `${key}: ${labels[key]}`;
		spec.report({ severity: 'error', found, allowed: `${key}: ${value}`, message }, 'template');
		return;
	}
}

/**
 * Reads a workload.
 *
 * @param kind one of {@link WORKLOAD_KINDS}.
 * @returns undefined, after a report, when it has no pod spec.
 */
export function readWorkload(reader: FieldReader, kind: string, defaultNamespace: string): Workload | undefined {
	const { as, struct } = KINDS[kind] as { as: WorkloadKind; struct: string };
	const { name, namespace, labels, annotations } = readMetadata(reader, true, defaultNamespace);
	const spec = reader.object('spec', struct);
	reader.finish(OBJECT_FIELDS);
	if (spec === undefined) {
		reader.reportRequired('spec', 'an object');
		return undefined;
	}
	if (kind === 'Pod') return { kind: as, namespace, name, labels, replicas: 1, template: { labels, annotations, spec: readPodSpec(spec) } };
	const replicas = readReplicas(spec, kind);
	const template = readTemplate(spec, kind === 'StatefulSet' ? readClaims(spec) : []);
	if (template === undefined) return undefined;
	checkSelector(spec, template.labels);
	spec.finish(SPEC_FIELDS);
	if (as !== kind) {
		const message = `${kind} ${namespace}/${name} is treated as a Deployment of ${replicas} ${replicas === 1 ? 'pod' : 'pods'}`;
		reader.report({ severity: 'warning', found: kind, allowed: 'Deployment', message }, 'kind');
	}
	return { kind: as, namespace, name, labels, replicas, template };
}
