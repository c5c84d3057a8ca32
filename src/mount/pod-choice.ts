// Which pod of some manifests is mounted: by name of the pod or of the workload that makes it, or the only one that has
// volumes with Secrets or ConfigMaps. Reads the manifests with their values.

import type { Workload } from '../kubernetes/objects.js';
import type { SecretBytes } from '../kubernetes/secret-bytes.js';
import { ProblemList, InputError as ProblemsError } from '../scenario/input-error.js';
import type { InputFiles } from '../scenario/input-files.js';
import { type ManifestSet, readManifestValues } from '../scenario/manifest-set.js';
import { InputError } from './input-error.js';
import { isProjected } from './mounted-pod.js';

/** Manifests with values. */
export type ManifestValues = Pick<ManifestSet<SecretBytes>, 'objects' | 'workloads' | 'warnings'>;

/**
 * Reads manifests.
 *
 * @param paths files and folders.
 * @throws the scenario's InputError with every problem and its place.
 */
export function readPaths(files: InputFiles, paths: readonly string[]): ManifestValues {
	const problems = new ProblemList();
	const sets = paths.map((path) => readManifestValues(files, path, { file: path, line: 0, column: 0 }, problems));
	problems.throwIfAny();
	return {
		objects: sets.flatMap((set) => set.objects),
		workloads: sets.flatMap((set) => set.workloads),
		warnings: sets.flatMap((set) => set.warnings),
	};
}

/** True for an error that says what is wrong with the user's files. */
export function isInputProblem(error: unknown): error is Error {
	return error instanceof ProblemsError || error instanceof InputError;
}

/** The chosen pod. */
export interface ChosenPod {
	readonly workload: Workload;
	/** Name of the pod itself. */
	readonly podName: string;
}

/**
 * Chooses a pod.
 *
 * @param wanted name of a pod or workload, with its namespace in front if need be; undefined: the only one that fits.
 * @throws InputError when none or several fit.
 */
export function choosePod(workloads: readonly Workload[], wanted: string | undefined): ChosenPod {
	const candidates = wanted === undefined ? workloads.filter(hasVolumes) : workloads.filter((workload) => podOf(workload, wanted) !== null);
	const [workload] = candidates;
	if (workload !== undefined && candidates.length === 1) return { workload, podName: podOf(workload, wanted ?? workload.name) as string };
	const names = workloads.filter(hasVolumes).map(({ kind, namespace, name }) => `${name} (${kind} in ${namespace})`);
	const known =
		names.length === 0 ? 'the manifests have no pod with Secrets, ConfigMaps or projected volumes' : `there are ${names.join(', ')}`;
	if (workload !== undefined) throw new InputError(`several pods fit; choose one with --pod NAME or --pod NAMESPACE/NAME: ${known}`);
	throw new InputError(wanted === undefined ? known : `there is no pod ${JSON.stringify(wanted)}; ${known}`);
}

function hasVolumes(workload: Workload): boolean {
	return workload.template.spec.volumes.some(isProjected);
}

/** Name of the pod that `wanted` means in a workload; null when it means none. */
function podOf(workload: Workload, wanted: string): string | null {
	const slash = wanted.indexOf('/');
	if (slash >= 0 && wanted.slice(0, slash) !== workload.namespace) return null;
	const name = wanted.slice(slash + 1);
	if (name === workload.name) return workload.kind === 'Pod' ? name : `${name}-0`;
	// The simulator calls the pods of a workload NAME-0, NAME-1, ...
	const number = workload.kind !== 'Pod' && name.startsWith(`${workload.name}-`) ? name.slice(workload.name.length + 1) : '';
	return /^\d+$/.test(number) && Number(number) < Math.max(workload.replicas, 1) ? name : null;
}
