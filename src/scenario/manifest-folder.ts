// Which files a manifest path means: itself, or for a folder every YAML and JSON file below it in sorted order. A folder
// with a kustomization file means the files that its `resources` list; what kustomize would generate or change is not
// imitated and said so, because a run on other objects than the cluster's would answer another question.

import { listWords } from './closest-word.js';
import type { Place, ProblemList } from './input-error.js';
import { type InputFiles, joinPath } from './input-files.js';
import { readYaml, type SourceValue } from './yaml-source.js';

const MANIFEST_NAME = /\.(ya?ml|json)$/;
const KUSTOMIZATION_NAMES: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Fields of a kustomization that lead to other files. */
const RESOURCE_FIELDS: readonly string[] = ['resources', 'bases'];
/** Fields that change nothing that plays a role. */
const HARMLESS_FIELDS: readonly string[] = [
	'apiVersion',
	'kind',
	'metadata',
	'images',
	'openapi',
	'buildMetadata',
	'sortOptions',
	'crds',
	'configurations',
];

/** The manifest files that `path` means, sorted within each folder. */
export function manifestFiles(files: InputFiles, path: string, named: Place, problems: ProblemList): string[] {
	const found: string[] = [];
	const before = problems.problems.length;
	collect(path, named, { files, problems, found, open: [] });
	if (found.length === 0 && problems.problems.length === before) {
		problems.add(named, 'unreadable', `${path} holds no manifest`, { allowed: 'files that end in .yaml, .yml or .json' });
	}
	return found;
}

interface Walk {
	readonly files: InputFiles;
	readonly problems: ProblemList;
	readonly found: string[];
	/** Kustomize folders that are being read, against cycles. */
	readonly open: readonly string[];
}

function collect(path: string, named: Place, walk: Walk): void {
	const kind = walk.files.kindOf(path);
	if (kind === null) {
		walk.problems.add(named, 'unreadable', `${path} does not exist or cannot be read`, {
			suggestion: `paths are relative to ${named.line === 0 ? 'the working directory' : 'the file that names them'}`,
		});
	} else if (kind === 'file') {
		walk.found.push(path);
	} else {
		collectFolder(path, named, walk);
	}
}

function collectFolder(folder: string, named: Place, walk: Walk): void {
	const names = [...walk.files.list(folder)].filter((name) => !name.startsWith('.')).sort();
	const kustomization = names.find((name) => KUSTOMIZATION_NAMES.includes(name));
	if (kustomization !== undefined) {
		collectKustomization(folder, kustomization, named, walk);
		return;
	}
	for (const name of names) {
		const path = joinPath(folder, name);
		const kind = walk.files.kindOf(path);
		if (kind === 'folder') collectFolder(path, named, walk);
		else if (kind === 'file' && MANIFEST_NAME.test(name)) walk.found.push(path);
	}
}

function collectKustomization(folder: string, name: string, named: Place, walk: Walk): void {
	const file = joinPath(folder, name);
	if (walk.open.includes(file)) {
		walk.problems.add(named, 'value', `${file} names itself, directly or through others`);
		return;
	}
	let document: SourceValue | undefined;
	try {
		document = readYaml(file, walk.files.readText(file), walk.problems)[0];
	} catch (error) {
		walk.problems.add(named, 'unreadable', `${file} cannot be read: ${(error as Error).message}`);
	}
	if (document === undefined) return;
	const fields = document.value;
	if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
		walk.problems.add(document.place([]), 'value', 'a kustomization must be a mapping');
		return;
	}
	refuseTransformations(document, Object.keys(fields), walk.problems);
	for (const field of RESOURCE_FIELDS) {
		const paths = (fields as Record<string, unknown>)[field] ?? [];
		if (!Array.isArray(paths)) {
			walk.problems.add(document.place([field]), 'value', `${field} must be a list of paths`);
			continue;
		}
		for (const [index, path] of (paths as unknown[]).entries()) {
			const place = document.place([field, index]);
			if (typeof path !== 'string') walk.problems.add(place, 'value', `${field}[${index}] must be a path`);
			else if (/^[a-z]+:\/\/|^git@|^github\.com\//.test(path))
				walk.problems.add(place, 'unsupported', `${field}[${index}] is not on this machine`, { suggestion: 'fetch it first' });
			else collect(joinPath(folder, path), place, { ...walk, open: [...walk.open, file] });
		}
	}
}

function refuseTransformations(document: SourceValue, fields: readonly string[], problems: ProblemList): void {
	for (const field of fields) {
		if (RESOURCE_FIELDS.includes(field) || HARMLESS_FIELDS.includes(field)) continue;
		const isGenerator = field === 'secretGenerator' || field === 'configMapGenerator';
		problems.add(
			document.place([field], 'key'),
			'unsupported',
			`${field} of a kustomization is not imitated${isGenerator ? ': its objects would be missing' : ''}`,
			{
				allowed: `${listWords(RESOURCE_FIELDS)}; ${listWords(HARMLESS_FIELDS)} play no role`,
				suggestion: 'run "kubectl kustomize DIR > rendered.yaml" and name that file instead',
			},
		);
	}
}
