import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ReadManifest, readManifest } from '../../src/kubernetes/manifest.js';
import type { Workload } from '../../src/kubernetes/objects.js';
import { type ManifestProblem, pathText } from '../../src/kubernetes/problem.js';

const test = suite('reading manifests');

function read(value: unknown): { manifest: ReadManifest; problems: ManifestProblem[] } {
	const problems: ManifestProblem[] = [];
	return { manifest: readManifest(value, (problem) => problems.push(problem)), problems };
}

/** Problems as `severity path | found | allowed | suggestion | message`. */
function lines(problems: readonly ManifestProblem[]): string[] {
	return problems.map((p) => [`${p.severity} ${pathText(p.path)}`, p.found, p.allowed, p.suggestion ?? '-', p.message].join(' | '));
}

function workloadOf(value: unknown): { workload: Workload; problems: ManifestProblem[] } {
	const { manifest, problems } = read(value);
	if (manifest.kind !== 'workload') throw new Error(`read as ${manifest.kind}: ${lines(problems).join('\n')}`);
	return { workload: manifest.workload, problems };
}

function pod(spec: unknown): unknown {
	return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec };
}

function deployment(spec: object, kind = 'Deployment', apiVersion = 'apps/v1'): unknown {
	return { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec };
}

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } };
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } };
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

test('a Secret has its data decoded, stringData merged in, and its defaults', () => {
	const { manifest, problems } = read({
		...secret,
		metadata: { name: 'db', labels: { a: 'b' }, annotations: { c: 'd' } },
		data: { user: 'YWRtaW4=', pass: 'b2xk' },
		stringData: { pass: 'new', port: '5432' },
	});
	assert.equal(problems, []);
	if (manifest.kind !== 'object') throw new Error(manifest.kind);
	const { data, ...rest } = manifest.object;
	assert.equal(rest, {
		kind: 'Secret',
		namespace: 'default',
		name: 'db',
		labels: { a: 'b' },
		annotations: { c: 'd' },
		type: 'Opaque',
		immutable: undefined,
		binaryData: {},
	});
	assert.equal(
		Object.entries(data).map(([key, value]) => [key, text(value)]),
		[
			['user', 'admin'],
			['pass', 'new'],
			['port', '5432'],
		],
	);
});

test('a ConfigMap keeps data and binaryData apart', () => {
	const { manifest } = read({
		apiVersion: 'v1',
		kind: 'ConfigMap',
		metadata: { name: 'c', namespace: 'ns' },
		data: { a: 'YQ==' },
		binaryData: { b: '/w==' },
		immutable: true,
	});
	if (manifest.kind !== 'object') throw new Error(manifest.kind);
	assert.is(text(manifest.object.data['a']), 'YQ==');
	assert.equal([...(manifest.object.binaryData['b'] ?? [])], [255]);
	assert.is(manifest.object.immutable, true);
	assert.is(manifest.object.type, '');
});

test('a key named __proto__ is a key', () => {
	const { manifest } = read(JSON.parse('{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"},"stringData":{"__proto__":"v"}}'));
	if (manifest.kind !== 'object') throw new Error(manifest.kind);
	assert.equal(Object.keys(manifest.object.data), ['__proto__']);
});

test('values of Secrets do not show in problems', () => {
	const { problems } = read({ ...secret, data: { a: 'canary!', b: 12345 }, stringData: { c: 67890, d: { e: 'canary' } } });
	assert.is(problems.length, 4);
	assert.not.match(JSON.stringify(problems), /canary|12345|67890/);
	assert.equal(lines(problems)[0], 'error data.b | a number | a string | - | data.b: expected a string, found a number');
});

test('text that is not base64 is placed and sent to stringData', () => {
	const { problems } = read({ ...secret, data: { 'tls.key': 'not base64' } });
	assert.equal(lines(problems), [
		'error data[tls.key] | text of 10 characters that is not base64 (wrong at byte 3) | base64 text with padding | stringData | data[tls.key]: illegal base64 data at input byte 3; plain text belongs into stringData',
	]);
});

test('a Deployment has replicas of a template; every default is filled in', () => {
	const { workload, problems } = workloadOf(deployment({ replicas: 3, template }));
	assert.equal(problems, []);
	assert.equal(workload, {
		kind: 'Deployment',
		namespace: 'shop',
		name: 'web',
		labels: {},
		replicas: 3,
		template: {
			labels: { app: 'web' },
			annotations: {},
			spec: {
				serviceAccountName: 'default',
				automountServiceAccountToken: undefined,
				nodeName: undefined,
				nodeSelector: {},
				hostNetwork: false,
				imagePullSecrets: [],
				volumes: [],
				initContainers: [],
				containers: [{ name: 'main', image: 'nginx', imagePullPolicy: 'Always', env: [], envFrom: [], volumeMounts: [] }],
				ephemeralContainers: [],
				fsGroup: undefined,
				runAsUser: undefined,
				terminationGracePeriodSeconds: 30,
			},
		},
	});
});

test('every kind of workload has its number of pods', () => {
	const count = (kind: string, apiVersion: string, spec: object) =>
		workloadOf(deployment({ ...spec, template }, kind, apiVersion)).workload.replicas;
	assert.is(count('Deployment', 'apps/v1', {}), 1);
	assert.is(count('Deployment', 'apps/v1', { replicas: 0 }), 0);
	assert.is(count('StatefulSet', 'apps/v1', { replicas: 2 }), 2);
	assert.is(count('Job', 'batch/v1', {}), 1);
	assert.is(count('Job', 'batch/v1', { parallelism: 5, completions: 3 }), 3);
	assert.is(count('Job', 'batch/v1', { parallelism: 2, completions: 9 }), 2);
	assert.is(count('Job', 'batch/v1', { parallelism: 2, suspend: true }), 0);
	const { workload, problems } = workloadOf(deployment({ replicas: 4, template }, 'ReplicaSet'));
	assert.is(workload.kind, 'Deployment');
	assert.is(workload.replicas, 4);
	assert.equal(
		problems.map((p) => p.message),
		['ReplicaSet shop/web is treated as a Deployment of 4 pods'],
	);
});

test('volumes of every kind are read', () => {
	const { workload, problems } = workloadOf(
		pod({
			securityContext: { fsGroup: 2000, runAsUser: 1000 },
			volumes: [
				{ name: 'a', secret: { secretName: 's', items: [{ key: 'k', path: 'p/q', mode: 0o400 }], optional: true } },
				{ name: 'b', configMap: { name: 'c', defaultMode: 0o600 } },
				{
					name: 'c',
					projected: {
						sources: [
							{ secret: { name: 's2' } },
							{ configMap: { name: 'c2', optional: false } },
							{ downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
							{ serviceAccountToken: { path: 'token' } },
							{ clusterTrustBundle: { path: 'x' } },
						],
					},
				},
				{ name: 'd', downwardAPI: { items: [{ path: 'cpu', resourceFieldRef: { resource: 'limits.cpu', divisor: 1 }, mode: 0 }] } },
				{ name: 'e', csi: { driver: 'd', nodePublishSecretRef: { name: 's3' } } },
				{ name: 'f' },
				{ name: 'g', persistentVolumeClaim: { claimName: 'x' } },
			],
			containers: [{ name: 'm', image: 'i:1', resources: { limits: { memory: '64Mi' } }, securityContext: { runAsUser: 5 } }],
		}),
	);
	assert.equal(problems, []);
	const { spec } = workload.template;
	assert.equal([spec.fsGroup, spec.runAsUser], [2000, 1000]);
	assert.equal(spec.volumes, [
		{ name: 'a', secret: { secretName: 's', items: [{ key: 'k', path: 'p/q', mode: 0o400 }], defaultMode: 0o644, optional: true } },
		{ name: 'b', configMap: { name: 'c', defaultMode: 0o600 } },
		{
			name: 'c',
			projected: {
				sources: [
					{ secret: { name: 's2' } },
					{ configMap: { name: 'c2', optional: false } },
					{ downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
					{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
					{},
				],
				defaultMode: 0o644,
			},
		},
		{
			name: 'd',
			downwardAPI: { items: [{ path: 'cpu', resourceFieldRef: { resource: 'limits.cpu', divisor: '1' }, mode: 0 }], defaultMode: 0o644 },
		},
		{ name: 'e', other: 'csi', otherSecretNames: ['s3'] },
		{ name: 'f', other: 'emptyDir' },
		{ name: 'g', other: 'persistentVolumeClaim' },
	]);
	assert.equal([spec.containers[0]?.memoryLimitBytes, spec.containers[0]?.runAsUser], [64 * 1024 * 1024, 5]);
	assert.is(spec.containers[0]?.imagePullPolicy, 'IfNotPresent');
});

test('mistakes in a pod are placed, with what is allowed and a suggestion', () => {
	const { problems } = read(
		pod({
			volumes: [
				{ name: 'a', secret: { secretname: 's' } },
				{ name: 'a', secret: { secretName: 's', defaultMode: '0400', defaultmode: 256 }, configMap: { name: 'c' } },
				{ name: 'b', configMap: { name: 'c', defaultMode: 4096, items: [{ key: 'k', path: '../x' }, { path: '/y' }] } },
				{ name: 'creds', secrt: { secretName: 's' } },
			],
			containers: [
				{ name: 'm', image: 'i', volumeMounts: [{ name: 'cred', mountPath: '/x' }, { name: 'b' }], imagePullPolicy: 'always' },
				{ image: 'j', env: [{ name: 'X', value: 5 }], envFrom: 'all', resources: { limits: { memory: 'lots' } } },
			],
			nodeSelector: { size: 3 },
			automountServiceAccountToken: 'false',
		}),
	);
	assert.equal(lines(problems), [
		'error spec.volumes[0].secret.secretName | nothing | the name of a Secret | secretName instead of secretname | spec.volumes[0].secret.secretName: Required value',
		'warning spec.volumes[0].secret.secretname | the field "secretname" | secretName, defaultMode, items, optional | secretName | unknown field "spec.volumes[0].secret.secretname", which Kubernetes ignores; did you mean "secretName"?',
		'error spec.volumes[1].configMap | secret and configMap | one source | - | spec.volumes[1].configMap: Forbidden: may not specify more than 1 volume type',
		'error spec.volumes[1].secret.defaultMode | the string "0400" | a number between 0 and 0777 (octal) | 0400 | spec.volumes[1].secret.defaultMode: expected a number between 0 and 0777 (octal), found the string "0400"',
		'warning spec.volumes[1].secret.defaultmode | the field "defaultmode" | secretName, defaultMode, items, optional | defaultMode | unknown field "spec.volumes[1].secret.defaultmode", which Kubernetes ignores; did you mean "defaultMode"?',
		'error spec.volumes[2].configMap.defaultMode | the number 4096 | a number between 0 and 0777 (octal) | - | spec.volumes[2].configMap.defaultMode: Invalid value: 4096: must be a number between 0 and 0777 (octal)',
		`error spec.volumes[2].configMap.items[0].path | "../x" | a relative path without ".." | - | spec.volumes[2].configMap.items[0].path: Invalid value: "../x": must not contain '..'`,
		'error spec.volumes[2].configMap.items[1].key | nothing | a key of the object | - | spec.volumes[2].configMap.items[1].key: Required value',
		'error spec.volumes[2].configMap.items[1].path | "/y" | a relative path without ".." | - | spec.volumes[2].configMap.items[1].path: Invalid value: "/y": must be a relative path',
		'warning spec.volumes[3].secrt | the field "secrt" | name | secret | unknown field "spec.volumes[3].secrt", which Kubernetes ignores; did you mean "secret"?',
		'error spec.automountServiceAccountToken | the string "false" | true or false | false | spec.automountServiceAccountToken: expected true or false, found the string "false"',
		'error spec.nodeSelector.size | the number 3 | a string | "3" | spec.nodeSelector.size: expected a string, found the number 3',
		'error spec.containers[0].imagePullPolicy | the string "always" | Always, IfNotPresent, Never | - | spec.containers[0].imagePullPolicy: Unsupported value: "always": supported values: Always, IfNotPresent, Never',
		'error spec.containers[0].volumeMounts[1].mountPath | nothing | a path in the container | - | spec.containers[0].volumeMounts[1].mountPath: Required value',
		'error spec.containers[1].name | nothing | the name of the container | - | spec.containers[1].name: Required value',
		'error spec.containers[1].resources.limits.memory | the string "lots" | a quantity, for example 64Mi | - | spec.containers[1].resources.limits.memory: expected a quantity, for example 64Mi, found the string "lots"',
		'error spec.containers[1].env[0].value | the number 5 | a string | "5" | spec.containers[1].env[0].value: expected a string, found the number 5',
		'error spec.containers[1].envFrom | the string "all" | a list | - | spec.containers[1].envFrom: expected a list, found the string "all"',
		'error spec.volumes[1].name | the string "a" | a name of its own | - | spec.volumes[1].name: Duplicate value: "a"',
		'error spec.containers[0].volumeMounts[0].name | the string "cred" | a, b, creds | creds | spec.containers[0].volumeMounts[0].name: Not found: "cred"',
	]);
});

test('names that are no DNS labels or there twice, and subPaths that leave their volume, are refused in the words of the API server', () => {
	const mount = (more: object): object => ({ name: 'v', mountPath: '/v', ...more });
	const { problems } = read(
		pod({
			initContainers: [{ name: 'main', image: 'i' }],
			containers: [
				{ name: 'main', image: 'i', volumeMounts: [mount({ subPath: 'a/../b' }), mount({ subPath: '/a' }), mount({ subPath: 'a..b/.c' })] },
				{ name: 'a/b', image: 'i', volumeMounts: [mount({ subPath: 'a', subPathExpr: '$(A)' }), mount({ subPathExpr: '../$(A)' })] },
			],
			volumes: [
				{ name: 'v', emptyDir: {} },
				{ name: '../evil', emptyDir: {} },
			],
		}),
	);
	const rule = /a lowercase RFC 1123 label must consist of .*/;
	assert.equal(
		problems.map(({ message }) => message.replace(rule, 'LABEL')),
		[
			'spec.volumes[1].name: Invalid value: "../evil": LABEL',
			'spec.containers[0].name: Duplicate value: "main"',
			'spec.containers[1].name: Invalid value: "a/b": LABEL',
			`spec.containers[0].volumeMounts[0].subPath: Invalid value: "a/../b": must not contain '..'`,
			'spec.containers[0].volumeMounts[1].subPath: Invalid value: "/a": must be a relative path',
			'spec.containers[1].volumeMounts[0].subPathExpr: Invalid value: "$(A)": subPathExpr not allowed with subPath',
			`spec.containers[1].volumeMounts[1].subPathExpr: Invalid value: "../$(A)": must not contain '..'`,
		],
	);
});

test('fields that the model does not read are passed over', () => {
	const { problems } = workloadOf(
		deployment({
			strategy: { type: 'Recreate' },
			selector: { matchLabels: { app: 'web' } },
			someFieldOfTheFuture: 1,
			template: {
				...template,
				spec: {
					affinity: {},
					tolerations: [],
					restartPolicy: 'Always',
					containers: [
						{
							name: 'm',
							image: 'i',
							ports: [{ containerPort: 80 }],
							command: ['x'],
							livenessProbe: {},
							securityContext: { privileged: true },
						},
					],
				},
			},
		}),
	);
	assert.equal(problems, []);
});

test('a selector that does not match its template is an error, as in the API server', () => {
	const { problems } = read(deployment({ selector: { matchLabels: { app: 'wev' } }, template }));
	assert.equal(lines(problems), [
		'error spec.template | app: web | app: wev | - | spec.template.metadata.labels: Invalid value: `selector` does not match template `labels` (app: wev)',
	]);
});

test('volume claim templates of a StatefulSet are volumes', () => {
	const containers = [{ name: 'm', image: 'i', volumeMounts: [{ name: 'disk', mountPath: '/d' }] }];
	const { workload, problems } = workloadOf(
		deployment({ volumeClaimTemplates: [{ metadata: { name: 'disk' } }], template: { spec: { containers } } }, 'StatefulSet'),
	);
	assert.equal(problems, []);
	assert.equal(workload.template.spec.volumes, [{ name: 'disk', other: 'persistentVolumeClaim' }]);
});

test('lists are taken apart; items of a typed list need no kind', () => {
	const inner = { apiVersion: 'v1', kind: 'SecretList', items: [{ metadata: { name: 'a' } }, secret] };
	const { manifest, problems } = read({ apiVersion: 'v1', kind: 'List', items: [inner, { ...secret, kind: 'Service' }, 5] });
	if (manifest.kind !== 'list') throw new Error(manifest.kind);
	assert.equal(
		manifest.items.map((item) => (item.kind === 'object' ? item.object.name : item.kind)),
		['a', 'db', 'skipped', 'invalid'],
	);
	assert.equal(lines(problems), [
		'error items[2] | the number 5 | an object | - | items[2]: expected an object with apiVersion, kind and metadata, found the number 5',
	]);
});

test('kinds that play no role are skipped with one line', () => {
	const skip = (value: object) => {
		const { manifest, problems } = read(value);
		assert.equal(problems, []);
		return manifest.kind === 'skipped' ? manifest.warning : manifest.kind;
	};
	assert.is(
		skip({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } }),
		'Service shop/web is skipped: this kind plays no role',
	);
	assert.is(
		skip({ apiVersion: 'example.com/v1', kind: 'Secret', metadata: { name: 'x' } }),
		'Secret x is skipped: this kind plays no role',
	);
	assert.match(
		skip({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'x' } }),
		/^CronJob x is skipped: its schedule is not modelled/,
	);
});

test('a manifest that is none says so', () => {
	assert.equal(lines(read('hello').problems), [
		'error  | the string "hello" | an object | - | a manifest: expected an object with apiVersion, kind and metadata, found the string "hello"',
	]);
	assert.equal(
		read({ kind: 'Deployment' }).problems.map((p) => [p.message, p.suggestion]),
		[['apiVersion not set', 'apps/v1']],
	);
	assert.equal(
		read({ ...secret, kind: 'Secert' }).problems.map((p) => [p.message, p.suggestion]),
		[['no matches for kind "Secert" in version "v1"', 'Secret']],
	);
	assert.equal(
		read(deployment({ template }, 'Deployment', 'extensions/v1beta1')).problems.map((p) => [pathText(p.path), p.message, p.suggestion]),
		[['apiVersion', 'no matches for kind "Deployment" in version "extensions/v1beta1"', 'apps/v1']],
	);
	assert.equal(
		read({ apiVersion: 'v1', kind: 'Secret' }).problems.map((p) => p.message),
		['metadata: Required value'],
	);
	assert.is(read({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }).manifest.kind, 'invalid');
});

test('a ServiceAccount has its token switch and its pull secrets', () => {
	const { manifest } = read({
		apiVersion: 'v1',
		kind: 'ServiceAccount',
		metadata: { name: 'robot' },
		automountServiceAccountToken: false,
		imagePullSecrets: [{ name: 'pull' }],
	});
	assert.equal(manifest, {
		kind: 'serviceAccount',
		account: { name: 'robot', namespace: 'default', automountServiceAccountToken: false, imagePullSecrets: ['pull'] },
	});
});

test.run();
