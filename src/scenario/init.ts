// Writes a first scenario for manifests that a user has: picks a Secret or ConfigMap that pods mount, rotates it, and says
// in comments what each line is for. The text is meant to be read and changed.

import type { ObjectKind, ObjectState, PodSpec, Workload } from '../kubernetes/objects.js';
import { ProblemList } from './input-error.js';
import { type InputFiles, nameOf, relativePath } from './input-files.js';
import { objectLabelOf } from './manifest-check.js';
import { type ManifestSet, readManifests } from './manifest-set.js';
import { nodeFiles } from './node-files.js';
import { workloadLabel } from './pod-match.js';

/** Nodes for the pods: ten pods a node, at least three nodes, at most what shows the law without waiting long. */
const PODS_PER_NODE = 10;
const FEWEST_NODES = 3;
const MOST_NODES = 50;

/** What is mounted: an object, the workload that mounts it, and whether the mount is a whole directory. */
interface Candidate {
	readonly object: ObjectState;
	readonly workload: Workload;
	readonly updates: boolean;
}

/** Where a first scenario is written, and where manifests are read. */
export interface InitSettings {
	/** Folder of the scenario file, seen from where the manifest paths are seen; `.` by default. */
	readonly folder?: string;
	/** The file system by default. */
	readonly files?: InputFiles;
}

/**
 * A first scenario for some manifests.
 *
 * @param manifestPaths files or folders; the scenario names them as they are seen from its own folder.
 * @returns the text of a scenario file.
 * @throws InputError when the manifests cannot be read, or when they hold no Secret or ConfigMap.
 * @example
 * writeFileSync('scenario.yaml', initScenario(['manifests/']));
 */
export function initScenario(manifestPaths: readonly string[], { folder = '.', files = nodeFiles }: InitSettings = {}): string {
	const problems = new ProblemList();
	const place = (path: string) => ({ file: path, line: 0, column: 0 });
	if (manifestPaths.length === 0)
		problems.add(place('init'), 'missing', 'no manifest is given', { suggestion: 'name a file or a folder of manifests' });
	const sets = manifestPaths.map((path) => readManifests(files, withoutSlash(path), place(path), problems));
	problems.throwIfAny();
	const objects = sets.flatMap((set) => set.objects.map(({ item }) => item));
	const workloads = sets.flatMap((set) => set.workloads.map(({ item }) => item));
	if (objects.length === 0) {
		problems.add(place(manifestPaths.join(', ')), 'missing', 'there is no Secret and no ConfigMap in these manifests', {
			suggestion: 'add the manifest of what is to be rotated; any values will do',
		});
		problems.throwIfAny();
	}
	const named = manifestPaths.map((path) => relativePath(folder, path) + (path.endsWith('/') ? '/' : ''));
	return scenarioText(named, objects, workloads, chosen(objects, workloads), skippedKinds(sets));
}

function withoutSlash(path: string): string {
	return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

function skippedKinds(sets: readonly ManifestSet[]): number {
	return sets.reduce((sum, set) => sum + set.warnings.length, 0);
}

/** The best object to rotate: mounted as a directory before mounted otherwise, Secrets before ConfigMaps, mutable before immutable. */
function chosen(objects: readonly ObjectState[], workloads: readonly Workload[]): Candidate | null {
	const candidates = objects.flatMap((object) =>
		workloads
			.filter((workload) => workload.namespace === object.namespace)
			.map((workload): Candidate & { use: Use } => {
				const use = useOf(workload.template.spec, object.kind, object.name);
				return { object, workload, updates: use === 'directory', use };
			}),
	);
	const used = candidates.filter((candidate) => candidate.use !== 'none' && Object.keys(candidate.object.data).length > 0);
	const score = ({ object, use }: (typeof used)[number]): number =>
		(object.immutable === true ? 0 : 4) + (use === 'directory' ? 2 : 0) + (object.kind === 'Secret' ? 1 : 0);
	return [...used].sort((a, b) => score(b) - score(a))[0] ?? null;
}

type Use = 'directory' | 'subPath' | 'environment' | 'none';

/** How the containers of a pod see an object: the best way that there is. */
function useOf(spec: PodSpec, kind: ObjectKind, name: string): Use {
	const isIt = (source: { readonly name?: string | undefined; readonly secretName?: string | undefined } | undefined): boolean =>
		source !== undefined && (source.name === name || source.secretName === name);
	const volumes = spec.volumes
		.filter((volume) =>
			kind === 'Secret'
				? isIt(volume.secret) || (volume.projected?.sources ?? []).some((source) => isIt(source.secret))
				: isIt(volume.configMap) || (volume.projected?.sources ?? []).some((source) => isIt(source.configMap)),
		)
		.map((volume) => volume.name);
	const containers = [...spec.initContainers, ...spec.containers];
	const mounts = containers.flatMap((container) => container.volumeMounts).filter((mount) => volumes.includes(mount.name));
	if (mounts.some((mount) => (mount.subPath ?? mount.subPathExpr ?? '') === '')) return 'directory';
	if (mounts.length > 0) return 'subPath';
	const inEnvironment = containers.some(
		(container) =>
			container.env.some((variable) => isIt(kind === 'Secret' ? variable.secretKeyRef : variable.configMapKeyRef)) ||
			container.envFrom.some((source) => isIt(kind === 'Secret' ? source.secretRef : source.configMapRef)),
	);
	return inEnvironment ? 'environment' : 'none';
}

function scenarioText(
	paths: readonly string[],
	objects: readonly ObjectState[],
	workloads: readonly Workload[],
	candidate: Candidate | null,
	skipped: number,
): string {
	const pods = workloads.reduce((sum, workload) => sum + (workload.kind === 'DaemonSet' ? 0 : workload.replicas), 0);
	const nodes = Math.min(MOST_NODES, Math.max(FEWEST_NODES, Math.ceil(pods / PODS_PER_NODE)));
	return [
		'# How long does a change take to reach the pods, and what does it cost the API server?',
		'#   secretsim run FILE        the answer, per strategy',
		'#   secretsim explain FILE    why one pod saw one write when it did',
		'# docs/scenarios.md explains every field.',
		'apiVersion: secretsim/v1',
		'kind: Scenario',
		`metadata: { name: ${scenarioName(paths)} }`,
		'',
		'seed: 1                       # the same seed gives the same result, to the byte',
		'replications: 20              # independent repetitions; intervals come from them',
		'duration: 30m                 # virtual time',
		'',
		'cluster:',
		`  nodes: ${nodes}                    # ${pods} ${pods === 1 ? 'pod' : 'pods'} of the manifests are placed on them in turn`,
		'  kubelet:                    # your KubeletConfiguration: these fields, or the path of a file',
		'    syncFrequency: 1m',
		'',
		`manifests: [${paths.map(yamlText).join(', ')}]${skipped > 0 ? '     # kinds that play no role are skipped with a warning' : ''}`,
		'',
		...actionLines(objects, candidate),
		'',
		'matrix:                       # every combination is a variant; all see the same luck',
		'  cluster.kubelet.configMapAndSecretChangeDetectionStrategy: [Watch, Cache, Get]',
		'',
		'expect:                       # a run that misses a bound ends with exit code 1',
		...(candidate === null || candidate.updates
			? ['  - { metric: propagation.delaySeconds.p99, max: 92s }     # 1.5 syncFrequency + 2 s']
			: ['  []']),
		'',
	].join('\n');
}

function actionLines(objects: readonly ObjectState[], candidate: Candidate | null): string[] {
	const object = candidate?.object ?? (objects[0] as ObjectState);
	const [key] = Object.keys(object.data);
	const why =
		candidate === null
			? `# No pod of the manifests uses ${objectLabelOf(object)}: add the workloads that do.`
			: candidate.updates
				? `# ${workloadLabel(candidate.workload)} mounts it as a directory: its files follow.`
				: `# ${workloadLabel(candidate.workload)} uses it by subPath or environment: what runs keeps what it has until it restarts.`;
	const field = object.kind === 'Secret' ? 'stringData' : 'data';
	const target = objectLabelOf(object);
	if (object.immutable === true || key === undefined) {
		return [
			'actions:',
			`  ${why}`,
			`  - { every: 5m, recreate: ${target} }     # ${object.immutable === true ? 'immutable: it can only be replaced' : 'it has no keys yet'}`,
		];
	}
	return ['actions:', `  ${why}`, `  - { every: 5m, patch: ${target}, ${field}: { ${yamlText(key)}: "{{ random 16 }}" } }`];
}

function scenarioName(paths: readonly string[]): string {
	const name = nameOf(withoutSlash(paths[0] as string))
		.toLowerCase()
		.replace(/\.(ya?ml|json)$/, '')
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+|-+$/g, '');
	return name === '' ? 'my-scenario' : name;
}

/** A text as YAML: in quotes where YAML would read something else. */
function yamlText(text: string): string {
	return /^[A-Za-z0-9._/][A-Za-z0-9._/-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null|~|[0-9.]+)$/i.test(text)
		? text
		: JSON.stringify(text);
}
