// A study as Kubernetes objects: ConfigMaps with the resolved plan, a claim for the results and an Indexed Job whose pods run
// `secretsim run --shard $(JOB_COMPLETION_INDEX)/N`. Kubernetes schedules, retries and counts; there is no other machinery.
// Rules of the Job: kubernetes.io/docs/concepts/workloads/controllers/job (Indexed, backoffLimitPerIndex, podFailurePolicy).

import type { ClaimManifest, ConfigMapManifest, JobManifest, ObjectMetadata, StudyManifest } from './manifest-types.js';
import type { StudyPart } from './study-file.js';

/** How a study is to run in a cluster. */
export interface JobOptions {
	/** Name of the Job and beginning of all other names: a DNS label of at most 50 characters. */
	readonly name: string;
	readonly namespace: string | null;
	readonly shards: number;
	/** Pods at a time. */
	readonly parallelism: number;
	readonly image: string;
	/** Whole cores for each pod; as many worker threads. */
	readonly cores: number;
	/** Memory of each pod in MiB. */
	readonly memoryMiB: number;
	/** An existing claim for the results, or what to ask for. */
	readonly results:
		| { readonly claim: string }
		| { readonly storage: string; readonly storageClass: string | null; readonly accessMode: string };
	/** Said in annotations. */
	readonly planDigest: string;
	readonly command: string;
}

/** User and group of the image (Containerfile): `node` of the official Node images. */
const USER = 1000;
/** Tries of one shard after its first failure, for nodes that run out of memory or are lost. */
const RETRIES = 3;
/** Exit code 2, wrong input, is the same in every pod and every retry. */
const WRONG_INPUT = 2;
/** Part of a pod's memory that the heap may fill; the rest is for arrays of results. */
const HEAP_SHARE = 0.75;
const CONTAINER = 'secretsim';
const STUDY_FOLDER = '/study';
const RESULTS_FOLDER = '/results';

function labelsOf({ name }: JobOptions): Record<string, string> {
	return { 'app.kubernetes.io/name': 'secretsim', 'app.kubernetes.io/instance': name };
}

function metadata(options: JobOptions, name: string): ObjectMetadata {
	const { namespace, planDigest, command } = options;
	return {
		name,
		...(namespace === null ? {} : { namespace }),
		labels: labelsOf(options),
		annotations: { 'secretsim/plan-digest': planDigest, 'secretsim/command': command },
	};
}

function configMap(options: JobOptions, part: StudyPart, place: number): ConfigMapManifest {
	return {
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: metadata(options, `${options.name}-study-${place}`),
		immutable: true,
		binaryData: { [part.name]: Buffer.from(part.bytes).toString('base64') },
	};
}

function claim(options: JobOptions, storage: string, storageClass: string | null, accessMode: string): ClaimManifest {
	return {
		apiVersion: 'v1',
		kind: 'PersistentVolumeClaim',
		metadata: metadata(options, `${options.name}-results`),
		spec: {
			accessModes: [accessMode],
			...(storageClass === null ? {} : { storageClassName: storageClass }),
			resources: { requests: { storage } },
		},
	};
}

function podSpec(options: JobOptions, studies: readonly string[], claimName: string): JobManifest['spec']['template']['spec'] {
	const { shards, cores, memoryMiB, image } = options;
	const memory = `${memoryMiB}Mi`;
	return {
		restartPolicy: 'Never',
		automountServiceAccountToken: false,
		enableServiceLinks: false,
		securityContext: {
			runAsNonRoot: true,
			runAsUser: USER,
			runAsGroup: USER,
			fsGroup: USER,
			fsGroupChangePolicy: 'OnRootMismatch',
			seccompProfile: { type: 'RuntimeDefault' },
		},
		containers: [
			{
				name: CONTAINER,
				image,
				// Kubernetes puts the index into the environment of an Indexed Job's containers and replaces it in args.
				args: ['run', STUDY_FOLDER, '--shard', `$(JOB_COMPLETION_INDEX)/${shards}`, '--out', RESULTS_FOLDER, '--workers', String(cores)],
				env: [{ name: 'NODE_OPTIONS', value: `--max-old-space-size=${Math.floor(memoryMiB * HEAP_SHARE)}` }],
				resources: { requests: { cpu: String(cores), memory }, limits: { memory } },
				securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
				volumeMounts: [
					{ name: 'study', mountPath: STUDY_FOLDER, readOnly: true },
					{ name: 'results', mountPath: RESULTS_FOLDER },
				],
			},
		],
		volumes: [
			{ name: 'study', projected: { defaultMode: 0o444, sources: studies.map((name) => ({ configMap: { name } })) } },
			{ name: 'results', persistentVolumeClaim: { claimName } },
		],
	};
}

/**
 * The objects of a study, in the order in which to apply them.
 *
 * @param parts of the study, each small enough for a ConfigMap.
 */
export function studyManifests(parts: readonly StudyPart[], options: JobOptions): StudyManifest[] {
	const configMaps = parts.map((part, place) => configMap(options, part, place));
	const { results } = options;
	const claims = 'claim' in results ? [] : [claim(options, results.storage, results.storageClass, results.accessMode)];
	const claimName = 'claim' in results ? results.claim : `${options.name}-results`;
	const job: JobManifest = {
		apiVersion: 'batch/v1',
		kind: 'Job',
		metadata: metadata(options, options.name),
		spec: {
			completionMode: 'Indexed',
			completions: options.shards,
			parallelism: Math.min(options.parallelism, options.shards),
			backoffLimitPerIndex: RETRIES,
			podFailurePolicy: {
				rules: [
					// A drained or pre-empted node is nobody's failure.
					{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
					{ action: 'FailJob', onExitCodes: { containerName: CONTAINER, operator: 'In', values: [WRONG_INPUT] } },
				],
			},
			template: {
				metadata: { labels: labelsOf(options) },
				spec: podSpec(
					options,
					configMaps.map((one) => one.metadata.name),
					claimName,
				),
			},
		},
	};
	return [...configMaps, ...claims, job];
}
