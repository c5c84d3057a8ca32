// Reads one Kubernetes manifest: a parsed JSON value in, one of our typed shapes out, with every problem reported by path,
// what was found, what is allowed and a suggestion. Real application folders are read as they are: kinds that play no role
// are named and passed over. Kubernetes' own schema decides what is an error (pkg/apis of kubernetes/kubernetes).

import type { ServiceAccountSettings } from './admission.js';
import { FieldReader, isObject } from './field-reader.js';
import { OBJECT_FIELDS } from './known-fields.js';
import { DEFAULT_NAMESPACE, readMetadata, readObject } from './manifest-object.js';
import { readWorkload, WORKLOAD_KINDS } from './manifest-workload.js';
import type { ObjectState, Workload } from './objects.js';
import type { DocumentPath, ProblemSink } from './problem.js';
import { describe, pathText } from './problem.js';
import type { SecretBytes } from './secret-bytes.js';
import { nearest } from './suggestion.js';

/** A ServiceAccount, as far as admission reads it. */
export interface ServiceAccount extends ServiceAccountSettings {
	readonly namespace: string;
	readonly name: string;
}

/** What a manifest was. */
export type ReadManifest =
	| { readonly kind: 'object'; readonly object: ObjectState<SecretBytes> }
	| { readonly kind: 'workload'; readonly workload: Workload }
	| { readonly kind: 'serviceAccount'; readonly account: ServiceAccount }
	/** A `List`, `SecretList`, ...: its items in order, lists inside it taken apart. */
	| { readonly kind: 'list'; readonly items: readonly Exclude<ReadManifest, { kind: 'list' }>[] }
	/** A kind that plays no role; the sentence is for the result's warnings. */
	| { readonly kind: 'skipped'; readonly warning: string }
	/** Nothing can be made of it; at least one error was reported. */
	| { readonly kind: 'invalid' };

/** A manifest that is no list. */
export type SingleManifest = Exclude<ReadManifest, { kind: 'list' }>;

/** Kinds of the groups whose kinds are all known, with the versions that Kubernetes 1.24 to 1.36 serves. */
const GROUPS: Readonly<Record<string, { readonly versions: readonly string[]; readonly kinds: readonly string[] }>> = {
	'': {
		versions: ['v1'],
		kinds: [
			...[
				'Binding',
				'ConfigMap',
				'Endpoints',
				'Event',
				'LimitRange',
				'List',
				'Namespace',
				'Node',
				'PersistentVolume',
				'PersistentVolumeClaim',
			],
			...['Pod', 'PodTemplate', 'ReplicationController', 'ResourceQuota', 'Secret', 'Service', 'ServiceAccount'],
		],
	},
	apps: { versions: ['v1'], kinds: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'] },
	batch: { versions: ['v1', 'v1beta1'], kinds: ['CronJob', 'Job'] },
};

/** Groups that workloads lived in before 1.16; such manifests are old, not of another resource. */
const FORMER_GROUPS: readonly string[] = ['extensions'];

/** Why a kind that makes pods is passed over all the same. */
const SKIP_REASONS: Readonly<Record<string, string>> = {
	CronJob: 'its schedule is not modelled; write a Job to simulate one run of it',
	PodTemplate: 'it makes no pods of its own',
};

interface Identity {
	readonly group: string;
	readonly version: string;
	readonly kind: string;
}

function splitApiVersion(apiVersion: string): { group: string; version: string } {
	const slash = apiVersion.indexOf('/');
	return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function homeOf(kind: string): string | undefined {
	const group = Object.keys(GROUPS).find((name) => GROUPS[name]?.kinds.includes(kind));
	return group === undefined ? undefined : `${group === '' ? '' : `${group}/`}v1`;
}

function readIdentity(reader: FieldReader): Identity | undefined {
	const apiVersion = reader.string('apiVersion') ?? '';
	const kind = reader.string('kind') ?? '';
	if (kind === '') {
		const allowed = 'the kind of the object, for example Secret';
		reader.report({ severity: 'error', found: 'nothing', allowed, message: 'kind not set' }, 'kind');
	}
	if (apiVersion === '') {
		const suggestion = homeOf(kind);
		const message = 'apiVersion not set';
		const allowed = 'the API group and version, for example v1';
		reader.report(
			{ severity: 'error', found: 'nothing', allowed, message, ...(suggestion === undefined ? {} : { suggestion }) },
			'apiVersion',
		);
	}
	return kind === '' || apiVersion === '' ? undefined : { ...splitApiVersion(apiVersion), kind };
}

/** True when the kind exists in that group and version, or nobody can know. Reports otherwise. */
function checkServed(reader: FieldReader, { group, version, kind }: Identity): boolean {
	const known = GROUPS[group];
	const former = FORMER_GROUPS.includes(group) && WORKLOAD_KINDS.includes(kind);
	if (known === undefined && !former) return true;
	const isList = kind.endsWith('List') && known?.kinds.includes(kind.slice(0, -'List'.length));
	const kindKnown = known?.kinds.includes(kind) === true || isList === true;
	if (kindKnown && known?.versions.includes(version) === true) return true;
	const apiVersion = group === '' ? version : `${group}/${version}`;
	const everyKind = Object.values(GROUPS).flatMap((one) => one.kinds);
	const home = homeOf(kind);
	const suggestion = home ?? nearest(kind, everyKind);
	reader.report(
		{
			severity: 'error',
			found: `${kind} in ${apiVersion}`,
			allowed: home === undefined ? `a kind of ${apiVersion}: ${known?.kinds.join(', ')}` : `apiVersion ${home}`,
			message: `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`,
			...(suggestion === undefined ? {} : { suggestion }),
		},
		home === undefined ? 'kind' : 'apiVersion',
	);
	return false;
}

function skipped(value: Record<string, unknown>, kind: string): SingleManifest {
	const metadata = isObject(value['metadata']) ? value['metadata'] : {};
	const name = typeof metadata['name'] === 'string' ? metadata['name'] : '(no name)';
	const namespace = typeof metadata['namespace'] === 'string' ? `${metadata['namespace']}/` : '';
	return { kind: 'skipped', warning: `${kind} ${namespace}${name} is skipped: ${SKIP_REASONS[kind] ?? 'this kind plays no role'}` };
}

function readServiceAccount(reader: FieldReader, defaultNamespace: string): ServiceAccount {
	const { name, namespace } = readMetadata(reader, true, defaultNamespace);
	const account = {
		name,
		namespace,
		automountServiceAccountToken: reader.boolean('automountServiceAccountToken'),
		imagePullSecrets: reader.objects('imagePullSecrets', 'LocalObjectReference').map((item) => item.string('name') ?? ''),
	};
	reader.finish(['secrets', ...OBJECT_FIELDS]);
	return account;
}

/** How manifests are read. */
export interface ManifestOptions {
	/** Namespace of manifests that name none; `default` by default. */
	readonly defaultNamespace?: string;
}

class ManifestReader {
	readonly #onProblem: ProblemSink;
	readonly #namespace: string;

	constructor(onProblem: ProblemSink, options: ManifestOptions) {
		this.#onProblem = onProblem;
		this.#namespace = options.defaultNamespace ?? DEFAULT_NAMESPACE;
	}

	read(value: unknown, path: DocumentPath, inherited?: Identity): ReadManifest {
		if (!isObject(value)) {
			const where = path.length === 0 ? 'a manifest' : pathText(path);
			const message = `${where}: expected an object with apiVersion, kind and metadata, found ${describe(value)}`;
			this.#onProblem({ severity: 'error', path, found: describe(value), allowed: 'an object', message });
			return { kind: 'invalid' };
		}
		const peeked = isObject(value) && typeof value['kind'] === 'string' ? value['kind'] : (inherited?.kind ?? '');
		const reader = new FieldReader(value, path, { struct: peeked, fields: [] }, this.#onProblem);
		const bare = inherited !== undefined && value['kind'] === undefined && value['apiVersion'] === undefined;
		const identity = bare ? inherited : readIdentity(reader);
		if (identity === undefined || !checkServed(reader, identity)) return { kind: 'invalid' };
		if (isObject(value) && Array.isArray(value['items']) && identity.kind.endsWith('List'))
			return this.#readList(value['items'], path, identity);
		return this.#readSingle(value, reader, identity);
	}

	/** Items of a typed list, `SecretList`, may leave out their own kind. */
	#readList(items: readonly unknown[], path: DocumentPath, list: Identity): ReadManifest {
		const itemKind = list.kind.slice(0, -'List'.length);
		const inherited = itemKind === '' ? undefined : { ...list, kind: itemKind };
		const read = items.flatMap((item, index): SingleManifest[] => {
			const one = this.read(item, [...path, 'items', index], inherited);
			return one.kind === 'list' ? [...one.items] : [one];
		});
		return { kind: 'list', items: read };
	}

	#readSingle(value: Record<string, unknown>, reader: FieldReader, { group, kind }: Identity): SingleManifest {
		const home = GROUPS[group]?.kinds.includes(kind) === true;
		if (!home) return skipped(value, kind);
		if (kind === 'Secret' || kind === 'ConfigMap') return { kind: 'object', object: readObject(reader, kind, this.#namespace) };
		if (kind === 'ServiceAccount') return { kind: 'serviceAccount', account: readServiceAccount(reader, this.#namespace) };
		if (!WORKLOAD_KINDS.includes(kind)) return skipped(value, kind);
		const workload = readWorkload(reader, kind, this.#namespace);
		return workload === undefined ? { kind: 'invalid' } : { kind: 'workload', workload };
	}
}

/**
 * Reads one manifest.
 *
 * @param value the parsed JSON or YAML document.
 * @param onProblem is called for each problem, in reading order. After an `error` the manifest should not be used.
 */
export function readManifest(value: unknown, onProblem: ProblemSink, options: ManifestOptions = {}): ReadManifest {
	return new ManifestReader(onProblem, options).read(value, []);
}
