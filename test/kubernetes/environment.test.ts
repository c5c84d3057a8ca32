import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Environment, type EnvironmentContext, makeEnvironment } from '../../src/kubernetes/environment.js';
import type { Container } from '../../src/kubernetes/objects.js';
import type { LinkedService } from '../../src/kubernetes/service-links.js';

const test = suite('environment of a container');

const secret = (texts: Readonly<Record<string, string>>) =>
	Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, new TextEncoder().encode(text)]));

function make(container: Partial<Pick<Container, 'env' | 'envFrom'>>, parts: Partial<EnvironmentContext> = {}): Environment {
	return makeEnvironment(
		{ env: [], envFrom: [], ...container },
		{
			namespace: 'ns',
			read: () => ({ kind: 'notFound', text: 'secrets "x" not found' }),
			field: (path) => path,
			services: [],
			enableServiceLinks: true,
			staticPod: false,
			envNamesFiltered: false,
			...parts,
		},
	);
}

function texts(environment: Environment): Record<string, string> {
	if (environment.kind === 'error') throw new Error(environment.text);
	return Object.fromEntries([...environment.variables].map(([name, value]) => [name, new TextDecoder().decode(value)]));
}

test('releases up to 1.29 leave out names that are none, with an event', () => {
	const read = () => ({ kind: 'found' as const, data: secret({ b: '1', '1up': '2', 'a.b': '3', 'a b': '4', '..x': '5' }) });
	const environment = make({ envFrom: [{ secretRef: { name: 's' } }] }, { envNamesFiltered: true, read });
	assert.equal(texts(environment), { b: '1', 'a.b': '3' });
	assert.equal(environment.kind === 'environment' && environment.events, [
		'Keys [..x, 1up, a b] from the EnvFrom secret ns/s were skipped since they are considered invalid environment variable names.',
	]);
	assert.is(Object.keys(texts(make({ envFrom: [{ secretRef: { name: 's' } }] }, { read }))).length, 5);
});

test('an object is read once for a container, an optional one that is missing each time', () => {
	const reads: string[] = [];
	const read: EnvironmentContext['read'] = (_kind, name) => {
		reads.push(name);
		return name === 'here' ? { kind: 'found', data: secret({ k: 'v' }) } : { kind: 'notFound', text: 'no' };
	};
	const key = (name: string, optional: boolean) => ({ name: `${name}${reads.length}`, secretKeyRef: { name, key: 'k', optional } });
	make({ envFrom: [{ secretRef: { name: 'here' } }], env: [key('here', false), key('gone', true), key('gone', true)] }, { read });
	assert.equal(reads, ['here', 'gone', 'gone']);
});

test('Services of the namespace and the API server are linked, and a key of a Secret shadows them', () => {
	const service = (namespace: string, name: string, clusterIP: string): LinkedService => ({
		namespace,
		name,
		clusterIP,
		ports: [
			{ name: 'web', port: 80, protocol: 'TCP' },
			{ name: '', port: 53, protocol: 'UDP' },
		],
	});
	const services = [
		service('default', 'kubernetes', '10.0.0.1'),
		service('ns', 'my-db', '::9'),
		service('other', 'far', '10.0.0.3'),
		service('ns', 'headless', 'None'),
	];
	const read = () => ({ kind: 'found' as const, data: secret({ KUBERNETES_SERVICE_HOST: 'mine' }) });
	const container = { envFrom: [{ secretRef: { name: 's' } }], env: [{ name: 'URL', value: '$(MY_DB_PORT)/$(FAR_PORT)' }] };
	const linked = texts(make(container, { services, read }));
	assert.is(linked['URL'], 'tcp://[::9]:80/$(FAR_PORT)');
	assert.is(linked['KUBERNETES_SERVICE_HOST'], 'mine');
	assert.is(linked['KUBERNETES_SERVICE_PORT'], '80');
	assert.is(linked['MY_DB_SERVICE_PORT_WEB'], '80');
	assert.is(linked['MY_DB_PORT_53_UDP_PROTO'], 'udp');
	assert.equal(
		Object.keys(linked).filter((name) => name.startsWith('FAR') || name.startsWith('HEADLESS')),
		[],
	);
	const unlinked = texts(make({}, { services, enableServiceLinks: false }));
	assert.equal([...new Set(Object.keys(unlinked).map((name) => name.split('_')[0]))], ['KUBERNETES']);
});

test('a pod from a file does not wait for the Services', () => {
	assert.equal(make({}, { services: null }), {
		kind: 'error',
		text: 'services have not yet been read at least once, cannot construct envvars',
	});
	assert.equal(texts(make({}, { services: null, staticPod: true })), {});
});

test.run();
