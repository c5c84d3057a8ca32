// What `secretsim init` does: looks at the manifests for an object worth rotating, writes a scenario around them, and
// loads it at once, so that whatever is wrong with the manifests is said now.

import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { ObjectState, PodSpec, Workload } from '../kubernetes/objects.js';
import { configMapNames, secretNames } from '../kubernetes/references.js';
import { type ResultFile, writeResultFolder } from '../report/result-folder.js';
import { ProblemList } from '../scenario/input-error.js';
import { readManifests } from '../scenario/manifest-set.js';
import { nodeFiles } from '../scenario/node-files.js';
import { EXIT, UsageError } from './exit-code.js';
import type { InitOptions } from './init-options.js';
import { EXAMPLE_MANIFESTS, type ScenarioDraft, scenarioText } from './init-text.js';
import type { Services } from './services.js';
import { type System, writeText } from './system.js';

/** Pods that a node of a first scenario holds, about what clusters run. */
const PODS_PER_NODE = 10;

/** Names of the objects of a kind that a pod mounts as files of a volume. */
function mountedNames(spec: PodSpec, kind: ObjectState['kind']): Set<string> {
	const volumesOnly: PodSpec = { ...spec, imagePullSecrets: [], initContainers: [], containers: [], ephemeralContainers: [] };
	return new Set(kind === 'Secret' ? secretNames(volumesOnly) : configMapNames(volumesOnly));
}

function consumers(object: ObjectState, workloads: readonly Workload[]): Workload[] {
	return workloads.filter(
		({ namespace, template }) => namespace === object.namespace && mountedNames(template.spec, object.kind).has(object.name),
	);
}

/** The object that a first scenario should rotate: the mutable one that most pods mount, Secrets before ConfigMaps. */
function worthRotating(objects: readonly ObjectState[], workloads: readonly Workload[]): { object: ObjectState; key: string } | null {
	let best: { object: ObjectState; key: string; score: number } | null = null;
	for (const object of objects) {
		const key = Object.keys(object.data)[0];
		if (key === undefined || object.immutable === true) continue;
		const pods = consumers(object, workloads).reduce((sum, workload) => sum + workload.replicas, 0);
		const score = pods * 2 + (object.kind === 'Secret' ? 1 : 0);
		if (pods > 0 && (best === null || score > best.score)) best = { object, key, score };
	}
	return best;
}

/** @throws InputError when a manifest is wrong, UsageError when nothing in them can be rotated. */
function draftFrom(manifests: readonly string[], folder: string): ScenarioDraft {
	const problems = new ProblemList();
	const objects: ObjectState[] = [];
	const workloads: Workload[] = [];
	for (const manifest of manifests) {
		const set = readManifests(nodeFiles, manifest, { file: manifest, line: 0, column: 0 }, problems);
		objects.push(...set.objects.map(({ item }) => item));
		workloads.push(...set.workloads.map(({ item }) => item));
	}
	problems.throwIfAny();
	if (workloads.length === 0)
		throw new UsageError(`no Pod, Deployment, StatefulSet, DaemonSet or Job is defined in ${manifests.join(', ')}`);
	const chosen = worthRotating(objects, workloads);
	if (chosen === null) {
		throw new UsageError(
			`no workload in ${manifests.join(', ')} mounts a mutable Secret or ConfigMap that is defined there too; add its manifest (any values will do), because only what is defined can be rotated`,
		);
	}
	const pods = workloads.reduce((sum, workload) => sum + workload.replicas, 0);
	const [first] = consumers(chosen.object, workloads);
	return {
		name: `rotate-${chosen.object.name}`,
		manifests: manifests.map((manifest) => relative(folder, manifest) || '.'),
		nodes: Math.max(3, Math.ceil(pods / PODS_PER_NODE)),
		object: chosen.object,
		key: chosen.key,
		consumer: first === undefined ? '' : `${first.kind} ${first.namespace}/${first.name}`,
	};
}

function exampleDraft(): ScenarioDraft {
	const object = { kind: 'Secret', namespace: 'default', name: 'db' } as const;
	return {
		name: 'rotate-db',
		manifests: ['manifests/example.yaml'],
		nodes: 3,
		object,
		key: 'password',
		consumer: 'Deployment default/web',
	};
}

/**
 * Writes a first scenario.
 *
 * @returns the exit code.
 * @throws InputError, UsageError, ResultFolderError: wrong input.
 */
export async function initScenario(
	manifests: readonly string[],
	options: InitOptions,
	system: System,
	services: Services,
): Promise<number> {
	const folder = dirname(options.file);
	const isExample = manifests.length === 0;
	const draft = isExample ? exampleDraft() : draftFrom(manifests, folder);
	const files: { folder: string; file: ResultFile }[] = [{ folder, file: { name: basename(options.file), content: scenarioText(draft) } }];
	if (isExample) files.unshift({ folder: join(folder, 'manifests'), file: { name: 'example.yaml', content: EXAMPLE_MANIFESTS } });
	for (const { folder: where, file } of files) {
		const path = join(where, file.name);
		if (existsSync(path) && !options.force) throw new UsageError(`${path} exists; --force replaces it, --file FILE writes elsewhere`);
	}
	for (const { folder: where, file } of files) {
		mkdirSync(where, { recursive: true });
		writeResultFolder(where, [file]);
		system.stderr.write(`wrote ${join(where, file.name)}\n`);
	}
	const plan = await services.loadScenario(options.file, {});
	for (const warning of plan.warnings) system.stderr.write(`warning: ${warning}\n`);
	await writeText(system.stdout, `Run it:      secretsim run ${options.file}\nOne write:   secretsim explain ${options.file}\n`);
	return EXIT.done;
}
