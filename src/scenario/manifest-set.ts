// Reads manifests: files, folders and kustomize folders in, a set of objects and workloads out, each with its place. For a
// scenario the values of Secrets end here: what `readManifests` gives are lengths and fingerprints. Only `mount`, which puts
// values into files, asks for them with `readManifestValues`.

import type { Content } from '../kubernetes/content.js';
import type { ServiceAccount, SingleManifest } from '../kubernetes/manifest.js';
import { readManifest } from '../kubernetes/manifest.js';
import { toContent } from '../kubernetes/object-content.js';
import type { ObjectState, Workload } from '../kubernetes/objects.js';
import { describe, describeKind, type ManifestProblem } from '../kubernetes/problem.js';
import type { SecretBytes } from '../kubernetes/secret-bytes.js';
import { warningsFor } from '../kubernetes/tls-pair.js';
import { type InputProblemKind, type Place, type ProblemList, printPlace } from './input-error.js';
import { type InputFiles, nameOf } from './input-files.js';
import { manifestFiles } from './manifest-folder.js';
import { readJson, readYaml, type SourceValue, valueAt } from './yaml-source.js';

/** JSON texts from this length on are read without places first; a place is looked up only for a message. */
const LARGE_JSON = 1_000_000;

/** Braces of a template language; `{{ random 16 }}` and `{{ ordinal }}` of a scenario are our own. */
const FOREIGN_TEMPLATE = /\{\{(?!\s*(?:random\b|ordinal\b))/;

/** A thing and where it stands. */
export interface Placed<T> {
	readonly item: T;
	/** Place of a part of it, looked up when it is asked for; the empty path is the whole. */
	readonly at: SourceValue['place'];
}

/** What manifests say; `C` is the type of a value. */
export interface ManifestSet<C = Content> {
	readonly objects: readonly Placed<ObjectState<C>>[];
	readonly workloads: readonly Placed<Workload>[];
	readonly accounts: readonly Placed<ServiceAccount>[];
	/** One sentence for each manifest that plays no role. */
	readonly warnings: readonly string[];
}

/** Reads the text of one file, YAML or JSON. */
export function readSource(file: string, text: string, problems: ProblemList): SourceValue[] {
	const before = problems.problems.length;
	const values = file.endsWith('.json') && text.length > LARGE_JSON ? readJson(file, text, problems) : readYaml(file, text, problems);
	const problem = problems.problems[before];
	if (problem !== undefined && FOREIGN_TEMPLATE.test(text)) {
		problems.problems[before] = { ...problem, suggestion: 'this looks like a template; render it first, for example with helm template' };
	}
	return values;
}

/**
 * Reads every manifest below a path, without values.
 *
 * @param path a file or folder.
 * @param named place at which the path is named, for a path that leads nowhere.
 */
export function readManifests(files: InputFiles, path: string, named: Place, problems: ProblemList): ManifestSet {
	const set = readManifestValues(files, path, named, problems);
	return { ...set, objects: set.objects.map((object) => ({ ...object, item: toContent(object.item) })) };
}

/** {@link readManifests} with the values of Secrets and ConfigMaps. */
export function readManifestValues(files: InputFiles, path: string, named: Place, problems: ProblemList): ManifestSet<SecretBytes> {
	const set: MutableSet = { objects: [], workloads: [], accounts: [], warnings: [] };
	for (const file of manifestFiles(files, path, named, problems)) {
		let text: string;
		try {
			text = files.readText(file);
		} catch (error) {
			problems.add(named, 'unreadable', `${file} cannot be read: ${(error as Error).message}`);
			continue;
		}
		for (const document of readSource(file, text, problems)) readDocument(document, file, set, problems);
	}
	return set;
}

interface MutableSet {
	readonly objects: Placed<ObjectState<SecretBytes>>[];
	readonly workloads: Placed<Workload>[];
	readonly accounts: Placed<ServiceAccount>[];
	readonly warnings: string[];
}

function readDocument(document: SourceValue, file: string, set: MutableSet, problems: ProblemList): void {
	const manifest = readManifest(document.value, (problem) => {
		if (problem.severity === 'warning') set.warnings.push(`${printPlace(document.place(problem.path, 'key'))}: ${problem.message}`);
		else report(problem, document, problems);
	});
	if (manifest.kind !== 'list') {
		keep(manifest, document.place.bind(document), set, file);
		return;
	}
	for (const [index, item] of manifest.items.entries()) keep(item, (path, of) => document.place(['items', index, ...path], of), set, file);
}

/** Adds one manifest to the set. Items of a nested list have the place of the list. */
function keep(manifest: SingleManifest, at: SourceValue['place'], set: MutableSet, file: string): void {
	switch (manifest.kind) {
		case 'object':
			set.objects.push({ item: manifest.object, at });
			// A kubectl user reads these as warnings of the API server.
			for (const warning of warningsFor(manifest.object)) {
				const { kind, namespace, name } = manifest.object;
				set.warnings.push(`${printPlace(at(['data'], 'key'))}: ${kind}/${namespace}/${name}: ${warning}`);
			}
			return;
		case 'workload':
			set.workloads.push({ item: manifest.workload, at });
			return;
		case 'serviceAccount':
			set.accounts.push({ item: manifest.account, at });
			return;
		case 'skipped':
			set.warnings.push(`${nameOf(file)}: ${manifest.warning}.`);
			return;
		case 'invalid':
	}
}

function report(given: ManifestProblem, document: SourceValue, problems: ProblemList): void {
	const problem = mayBeSecret(given, document) ? withoutValue(given, valueAt(document.value, given.path)) : given;
	const kind: InputProblemKind = problem.found === 'nothing' ? 'missing' : 'value';
	const saysFound = problem.found === 'nothing' || problem.message.includes(problem.found);
	problems.add(document.place(problem.path), kind, problem.message, {
		found: saysFound ? null : problem.found,
		allowed: problem.message.includes(problem.allowed) ? null : problem.allowed,
		suggestion: problem.suggestion === undefined ? null : `did you mean ${problem.suggestion}?`,
	});
}

/** True for everything in a Secret, where a value can have slipped into any field, and for text that is no manifest at all. */
function mayBeSecret({ path }: ManifestProblem, document: SourceValue): boolean {
	if (path.length === 0) return true;
	const isInSecret = (depth: number): boolean => valueAt(document.value, [...path.slice(0, depth), 'kind']) === 'Secret';
	return path.some((_, depth) => isInSecret(depth));
}

/** The problem with the kind of the value in the place of the value. */
function withoutValue(problem: ManifestProblem, value: unknown): ManifestProblem {
	const hidden = (text: string): string => text.replaceAll(describe(value), describeKind(value));
	const { suggestion, ...rest } = problem;
	const keeps = suggestion !== undefined && !suggestion.includes(String(value));
	return { ...rest, found: hidden(problem.found), message: hidden(problem.message), ...(keeps ? { suggestion } : {}) };
}
