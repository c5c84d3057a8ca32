// Reads the containers of a pod spec: their environment, mounts, user and memory limit, with the API server's defaults.
// Takes parsed JSON values, gives a Container. Follows the container part of pkg/apis/core/v1/defaults.go.

import type { FieldReader } from './field-reader.js';
import { CONTAINER_FIELDS, CONTAINER_SECURITY_FIELDS, RESOURCE_LIST_FIELDS, VOLUME_MOUNT_FIELDS } from './known-fields.js';
import { type Container, type EnvFromSource, type EnvVar, itemsOf, type VolumeMount } from './objects.js';
import { describe, pathText } from './problem.js';
import { parseQuantity } from './quantity.js';

type PullPolicy = NonNullable<Container['imagePullPolicy']>;

const PULL_POLICIES: readonly PullPolicy[] = ['Always', 'IfNotPresent', 'Never'];

/** Largest user or group id (apimachinery/pkg/util/validation). */
export const ID_MAX = 0x7fff_ffff;

/** The policy of a container that names none: Always for the tag `latest`, also when no tag is given (defaults.go). */
export function defaultPullPolicy(image: string): PullPolicy {
	const [name = '', digest] = image.split('@');
	const tag = /:([^/:]*)$/.exec(name)?.[1] ?? (digest === undefined ? 'latest' : '');
	return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function readPullPolicy(reader: FieldReader, image: string): PullPolicy {
	const value = reader.string('imagePullPolicy') ?? '';
	if (value === '') return defaultPullPolicy(image);
	const policy = PULL_POLICIES.find((known) => known === value);
	if (policy !== undefined) return policy;
	const allowed = PULL_POLICIES.join(', ');
	const at = pathText([...reader.path, 'imagePullPolicy']);
	const message = `${at}: Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed}`;
	reader.report({ severity: 'error', found: describe(value), allowed, message }, 'imagePullPolicy');
	return 'IfNotPresent';
}

function optionalOf(reader: FieldReader): { readonly optional?: boolean } {
	const optional = reader.boolean('optional');
	return optional === undefined ? {} : { optional };
}

function readKeySelector(reader: FieldReader | undefined, what: string): EnvVar['secretKeyRef'] {
	if (reader === undefined) return undefined;
	const selector = {
		name: reader.requiredString('name', `the name of ${what}`),
		key: reader.requiredString('key', `a key of ${what}`),
		...optionalOf(reader),
	};
	reader.finish([]);
	return selector;
}

function readVariable(reader: FieldReader): EnvVar {
	const name = reader.requiredString('name', 'the name of the variable');
	const value = reader.string('value');
	const from = reader.object('valueFrom', 'EnvVarSource');
	reader.finish([]);
	const secretKeyRef = readKeySelector(from?.object('secretKeyRef', 'SecretKeySelector'), 'a Secret');
	const configMapKeyRef = readKeySelector(from?.object('configMapKeyRef', 'ConfigMapKeySelector'), 'a ConfigMap');
	const fieldPath = from?.object('fieldRef', 'ObjectFieldSelector')?.string('fieldPath');
	from?.finish(['resourceFieldRef', 'fileKeyRef']);
	return {
		name,
		...(value === undefined ? {} : { value }),
		...(secretKeyRef === undefined ? {} : { secretKeyRef }),
		...(configMapKeyRef === undefined ? {} : { configMapKeyRef }),
		...(fieldPath === undefined ? {} : { fieldRef: { fieldPath } }),
	};
}

function readReference(reader: FieldReader | undefined, what: string): EnvFromSource['secretRef'] {
	if (reader === undefined) return undefined;
	const reference = { name: reader.requiredString('name', `the name of ${what}`), ...optionalOf(reader) };
	reader.finish([]);
	return reference;
}

function readEnvFrom(reader: FieldReader): EnvFromSource {
	const prefix = reader.string('prefix') ?? '';
	const secretRef = readReference(reader.object('secretRef', 'SecretEnvSource'), 'a Secret');
	const configMapRef = readReference(reader.object('configMapRef', 'ConfigMapEnvSource'), 'a ConfigMap');
	reader.finish([]);
	return {
		...(prefix === '' ? {} : { prefix }),
		...(secretRef === undefined ? {} : { secretRef }),
		...(configMapRef === undefined ? {} : { configMapRef }),
	};
}

function readMount(reader: FieldReader): VolumeMount {
	const subPath = reader.string('subPath') ?? '';
	const subPathExpr = reader.string('subPathExpr') ?? '';
	const readOnly = reader.boolean('readOnly');
	const mount: VolumeMount = {
		name: reader.requiredString('name', 'the name of a volume of the pod'),
		mountPath: reader.requiredString('mountPath', 'a path in the container'),
		...(subPath === '' ? {} : { subPath }),
		...(subPathExpr === '' ? {} : { subPathExpr }),
		...(readOnly === undefined ? {} : { readOnly }),
	};
	reader.finish(VOLUME_MOUNT_FIELDS);
	return mount;
}

function readMemoryLimit(reader: FieldReader): number | undefined {
	const limits = reader.object('resources', 'ResourceRequirements')?.object('limits', 'ResourceList');
	const value = limits?.raw('memory');
	if (limits === undefined || value === undefined) return undefined;
	const bytes = typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined;
	if (bytes === undefined) {
		const at = pathText([...limits.path, 'memory']);
		const allowed = 'a quantity, for example 64Mi';
		limits.report(
			{ severity: 'error', found: describe(value), allowed, message: `${at}: expected ${allowed}, found ${describe(value)}` },
			'memory',
		);
	}
	limits.finish(RESOURCE_LIST_FIELDS);
	return bytes;
}

/** Reads one item of `containers`, `initContainers` or `ephemeralContainers`. */
export function readContainer(reader: FieldReader): Container {
	const name = reader.requiredString('name', 'the name of the container');
	const image = reader.string('image') ?? '';
	const security = reader.object('securityContext', 'SecurityContext');
	const runAsUser = security?.integer('runAsUser', 0, ID_MAX);
	security?.finish(CONTAINER_SECURITY_FIELDS);
	const memoryLimitBytes = readMemoryLimit(reader);
	const container: Container = {
		name,
		image,
		imagePullPolicy: readPullPolicy(reader, image),
		env: itemsOf(reader.objects('env', 'EnvVar').map(readVariable)),
		envFrom: itemsOf(reader.objects('envFrom', 'EnvFromSource').map(readEnvFrom)),
		volumeMounts: itemsOf(reader.objects('volumeMounts', 'VolumeMount').map(readMount)),
		...(runAsUser === undefined ? {} : { runAsUser }),
		...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
	};
	reader.finish(CONTAINER_FIELDS);
	return container;
}
