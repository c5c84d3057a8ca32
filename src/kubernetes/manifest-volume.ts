// Reads the volumes of a pod spec with the API server's defaults. Secret, configMap, projected and downwardAPI sources are
// read whole; of every other source only its name and the Secret it refers to, which counts as a reference (K5.4). Follows
// the volume part of pkg/apis/core/v1/defaults.go and pkg/apis/core/validation/validation.go.

import type { FieldReader } from './field-reader.js';
import { OTHER_PROJECTIONS, OTHER_VOLUME_SOURCES } from './known-fields.js';
import type { DownwardApiItem, KeyToPath, Volume, VolumeProjection } from './objects.js';
import { pathText } from './problem.js';

/** Mode of projected files when none is given (pkg/apis/core/v1/defaults.go). */
export const DEFAULT_VOLUME_MODE = 0o644;
/** Modes are given in decimal or, in YAML, octal. */
const MODE_MAX = 0o777;
const MODE_RANGE = 'a number between 0 and 0777 (octal)';
/** Life of a service account token when none is given, seconds (pkg/apis/core/v1/defaults.go). */
const DEFAULT_TOKEN_SECONDS = 3600;

/** Where each source that is not projected names its Secret: the field, and the field below it. */
const SECRET_FIELD: Readonly<Record<string, readonly [field: string, below?: string]>> = {
	azureFile: ['secretName'],
	cephfs: ['secretRef', 'name'],
	cinder: ['secretRef', 'name'],
	flexVolume: ['secretRef', 'name'],
	rbd: ['secretRef', 'name'],
	scaleIO: ['secretRef', 'name'],
	iscsi: ['secretRef', 'name'],
	storageos: ['secretRef', 'name'],
	csi: ['nodePublishSecretRef', 'name'],
};

/** Leaves out what is undefined, as exact optional properties want it. */
function given<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
	return value === undefined ? {} : ({ [name]: value } as { [P in K]: V });
}

function readPath(reader: FieldReader): string {
	const path = reader.requiredString('path', 'a relative path');
	const at = pathText([...reader.path, 'path']);
	const problem = path.startsWith('/') ? 'must be a relative path' : path.split('/').includes('..') ? "must not contain '..'" : undefined;
	if (problem !== undefined) {
		const message = `${at}: Invalid value: ${JSON.stringify(path)}: ${problem}`;
		reader.report({ severity: 'error', found: JSON.stringify(path), allowed: 'a relative path without ".."', message }, 'path');
	}
	return path;
}

function readMode(reader: FieldReader, field: string): number | undefined {
	return reader.integer(field, 0, MODE_MAX, 'int32', MODE_RANGE);
}

function readItems(reader: FieldReader): { readonly items?: readonly KeyToPath[] } {
	const items = reader.objects('items', 'KeyToPath').map((item): KeyToPath => {
		const read = { key: item.requiredString('key', 'a key of the object'), path: readPath(item), ...given('mode', readMode(item, 'mode')) };
		item.finish([]);
		return read;
	});
	return items.length === 0 ? {} : { items };
}

function readDownwardItems(reader: FieldReader): { readonly items?: readonly DownwardApiItem[] } {
	const items = reader.objects('items', 'DownwardAPIVolumeFile').map((item): DownwardApiItem => {
		const path = readPath(item);
		const field = item.object('fieldRef', 'ObjectFieldSelector');
		const resource = item.object('resourceFieldRef', 'ResourceFieldSelector');
		const mode = readMode(item, 'mode');
		item.finish([]);
		return {
			path,
			...(field === undefined ? {} : { fieldRef: { fieldPath: field.requiredString('fieldPath', 'a field of the pod') } }),
			...(resource === undefined ? {} : { resourceFieldRef: readResourceField(resource) }),
			...given('mode', mode),
		};
	});
	return items.length === 0 ? {} : { items };
}

function readResourceField(reader: FieldReader): NonNullable<DownwardApiItem['resourceFieldRef']> {
	const divisor = reader.raw('divisor');
	return {
		resource: reader.requiredString('resource', 'for example limits.memory'),
		...given('containerName', reader.string('containerName')),
		...given('divisor', divisor === undefined ? undefined : String(divisor)),
	};
}

/** The name of a referenced object: required in a manifest, though the decoder lets it be empty. */
function readName(reader: FieldReader, field: string, what: string): string {
	return reader.requiredString(field, `the name of ${what}`);
}

function readProjection(reader: FieldReader): VolumeProjection {
	const secret = reader.object('secret', 'SecretProjection');
	const configMap = reader.object('configMap', 'ConfigMapProjection');
	const downward = reader.object('downwardAPI', 'DownwardAPIProjection');
	const token = reader.object('serviceAccountToken', 'ServiceAccountTokenProjection');
	reader.finish(OTHER_PROJECTIONS);
	const object = (source: FieldReader, what: string) => {
		const read = { name: readName(source, 'name', what), ...readItems(source), ...given('optional', source.boolean('optional')) };
		source.finish([]);
		return read;
	};
	return {
		...(secret === undefined ? {} : { secret: object(secret, 'a Secret') }),
		...(configMap === undefined ? {} : { configMap: object(configMap, 'a ConfigMap') }),
		...(downward === undefined ? {} : { downwardAPI: readDownwardItems(downward) }),
		...(token === undefined ? {} : { serviceAccountToken: readToken(token) }),
	};
}

function readToken(reader: FieldReader): NonNullable<VolumeProjection['serviceAccountToken']> {
	// 600 s is the shortest life that the API server accepts, 2^32 s the longest.
	const seconds = reader.integer('expirationSeconds', 600, 2 ** 32) ?? DEFAULT_TOKEN_SECONDS;
	const token = { path: readPath(reader), expirationSeconds: seconds, ...given('audience', reader.string('audience')) };
	reader.finish([]);
	return token;
}

function readOtherSource(reader: FieldReader, source: string): Partial<Volume> {
	const fields = reader.object(source, 'VolumeSource');
	const [field, below] = SECRET_FIELD[source] ?? [];
	if (fields === undefined || field === undefined) return { other: source };
	const name = below === undefined ? fields.string(field) : fields.object(field, 'LocalObjectReference')?.string(below);
	return { other: source, ...(name === undefined || name === '' ? {} : { otherSecretNames: [name] }) };
}

const SOURCES: Readonly<Record<string, (reader: FieldReader) => Partial<Volume>>> = {
	secret(volume) {
		const reader = volume.object('secret', 'SecretVolumeSource');
		if (reader === undefined) return {};
		const secretName = readName(reader, 'secretName', 'a Secret');
		const defaultMode = readMode(reader, 'defaultMode') ?? DEFAULT_VOLUME_MODE;
		const secret = { secretName, ...readItems(reader), defaultMode, ...given('optional', reader.boolean('optional')) };
		reader.finish([]);
		return { secret };
	},
	configMap(volume) {
		const reader = volume.object('configMap', 'ConfigMapVolumeSource');
		if (reader === undefined) return {};
		const name = readName(reader, 'name', 'a ConfigMap');
		const defaultMode = readMode(reader, 'defaultMode') ?? DEFAULT_VOLUME_MODE;
		const configMap = { name, ...readItems(reader), defaultMode, ...given('optional', reader.boolean('optional')) };
		reader.finish([]);
		return { configMap };
	},
	projected(volume) {
		const reader = volume.object('projected', 'ProjectedVolumeSource');
		if (reader === undefined) return {};
		const defaultMode = readMode(reader, 'defaultMode') ?? DEFAULT_VOLUME_MODE;
		const sources = reader.objects('sources', 'VolumeProjection').map(readProjection);
		reader.finish([]);
		return { projected: { sources, defaultMode } };
	},
	downwardAPI(volume) {
		const reader = volume.object('downwardAPI', 'DownwardAPIVolumeSource');
		if (reader === undefined) return {};
		const defaultMode = readMode(reader, 'defaultMode') ?? DEFAULT_VOLUME_MODE;
		const downwardAPI = { ...readDownwardItems(reader), defaultMode };
		reader.finish([]);
		return { downwardAPI };
	},
};

/** Reads one item of `volumes`. */
export function readVolume(reader: FieldReader): Volume {
	const name = reader.requiredString('name', 'the name by which containers mount the volume');
	const present = reader.names();
	const sources = [...Object.keys(SOURCES), ...OTHER_VOLUME_SOURCES].filter((source) => present.includes(source));
	if (sources.length > 1) {
		const message = `${pathText([...reader.path, sources[1] as string])}: Forbidden: may not specify more than 1 volume type`;
		reader.report({ severity: 'error', found: sources.join(' and '), allowed: 'one source', message }, sources[1] as string);
	}
	const unknown = present.filter((field) => field !== 'name' && !sources.includes(field));
	reader.finish([...Object.keys(SOURCES), ...OTHER_VOLUME_SOURCES]);
	const source = sources[0];
	// A volume without a source is an emptyDir (pkg/apis/core/v1/defaults.go); one with an unknown source is something newer.
	if (source === undefined) return { name, other: unknown[0] ?? 'emptyDir' };
	return { name, ...(SOURCES[source]?.(reader) ?? readOtherSource(reader, source)) };
}
