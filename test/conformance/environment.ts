// Conformance of a container's environment: recorded calls of the kubelet's makeEnvironmentVariables against
// `makeEnvironment` of version 1.36, with the container read as manifests are read.

import { type EnvironmentContext, makeEnvironment, type ObjectRead } from '../../src/kubernetes/environment.js';
import { FieldReader, isObject } from '../../src/kubernetes/field-reader.js';
import { readContainer } from '../../src/kubernetes/manifest-container.js';
import { type ObjectKind, resourceOf } from '../../src/kubernetes/objects.js';
import type { LinkedService } from '../../src/kubernetes/service-links.js';
import { profileOf } from '../../src/kubernetes/versions.js';
import { fieldValue } from '../../src/projection/downward-api.js';
import { type Agreement, AgreementTally, sameJson } from './agreement.js';
import { contentBytes, contentText, expandTokens, RecordedObject, sequencesOf } from './recording.js';

type Objects = ReadonlyMap<string, Readonly<Record<string, Uint8Array>>>;

/** The pod of the recording. */
const POD = {
	name: 'web-0',
	namespace: 'ns',
	uid: 'uid-1',
	labels: { app: 'web' },
	annotations: { note: 'hello' },
	hasFsGroup: false,
	uniformRunAsUser: undefined,
} as const;
const POD_FIELDS: Readonly<Record<string, string>> = {
	'spec.nodeName': 'node-1',
	'spec.serviceAccountName': 'robot',
	'status.podIP': '10.0.0.7',
	'status.podIPs': '10.0.0.7',
};

/** Checks every line of an `env` recording. */
export function environmentAgreement(lines: readonly unknown[]): Agreement {
	const tally = new AgreementTally();
	for (const line of sequencesOf(lines, 'env')) {
		const fields = new RecordedObject(line, 'env');
		const id = fields.string('id');
		fields.string('kind');
		fields.optionalString('note');
		const context = contextOf(fields);
		const container = fields.take('container');
		if (!isObject(container)) throw new Error(`${id}: the container should be an object`);
		const recorded = { error: fields.take('error'), env: fields.take('env') };
		fields.end();
		// Problems are not looked at: some recorded containers are ones that the API server would refuse.
		const read = readContainer(new FieldReader(container, [], { struct: 'Container', fields: [] }, () => {}));
		const ours = outcome(makeEnvironment(read, context));
		tally.count(sameJson(ours, recorded) ? null : { id, input: line, recorded, ours });
	}
	return tally.agreement;
}

function outcome(environment: ReturnType<typeof makeEnvironment>): unknown {
	if (environment.kind === 'error') return { error: environment.text, env: null };
	if (environment.events.length > 0) throw new Error('a release that filters no names has no such events');
	const pairs = [...environment.variables].map(([name, value]): [string, string] => [contentText(Buffer.from(name)), contentText(value)]);
	pairs.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
	return { error: null, env: pairs.length === 0 ? null : pairs };
}

function contextOf(fields: RecordedObject): EnvironmentContext {
	const flag = (name: string) => fields.has(name) && fields.boolean(name);
	const secrets = objectsOf(fields.take('secrets'), 'Secret');
	const configMaps = objectsOf(fields.take('configMaps'), 'ConfigMap');
	const services = fields.list('services').map(serviceOf);
	const links = fields.take('enableServiceLinks');
	if (typeof links !== 'boolean' && links !== null) throw new Error(`${fields.where}: enableServiceLinks should be a boolean or null`);
	return {
		namespace: POD.namespace,
		read: flag('noClient') ? null : (kind, name) => readFrom(kind === 'Secret' ? secrets : configMaps, kind, name),
		field: (path) => POD_FIELDS[path] ?? fieldValue(path, POD),
		services: flag('servicesNotSynced') ? null : services,
		enableServiceLinks: links ?? undefined,
		staticPod: flag('staticPod'),
		envNamesFiltered: profileOf('1.36').envNamesFiltered,
	};
}

function readFrom(objects: Objects, kind: ObjectKind, name: string): ObjectRead {
	const data = objects.get(name);
	if (data !== undefined) return { kind: 'found', data };
	// The recording uses the managers of the Get strategy.
	return { kind: 'notFound', text: `${resourceOf(kind)} "${name}" not found` };
}

function objectsOf(value: unknown, kind: ObjectKind): Objects {
	const objects = new Map<string, Record<string, Uint8Array>>();
	for (const [name, data] of Object.entries(value ?? {})) {
		const texts = new RecordedObject({ data }, name).strings('data');
		// The key `binary` of a ConfigMap is binaryData, which no environment sees.
		const seen = [...texts].filter(([key]) => kind === 'Secret' || key !== 'binary');
		objects.set(name, Object.fromEntries(seen.map(([key, text]) => [expandTokens(key), contentBytes(text)])));
	}
	return objects;
}

function serviceOf(value: unknown): LinkedService {
	const service = new RecordedObject(value, 'service');
	const metadata = new RecordedObject(service.take('metadata'), 'service metadata');
	const spec = new RecordedObject(service.take('spec'), 'service spec');
	return {
		namespace: metadata.string('namespace'),
		name: metadata.string('name'),
		clusterIP: spec.string('clusterIP'),
		ports: spec.list('ports').map((item) => {
			const port = new RecordedObject(item, 'service port');
			return { name: port.optionalString('name') ?? '', port: port.number('port'), protocol: port.optionalString('protocol') ?? 'TCP' };
		}),
	};
}
