import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { initScenario } from '../../src/scenario/init.js';
import { InputError } from '../../src/scenario/input-error.js';
import { filesInMemory } from '../../src/scenario/input-files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { golden } from '../support/golden.js';

const test = suite('first scenario');

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { log: debug }\n';
const SECRETS = `apiVersion: v1
kind: Secret
metadata: { name: pull }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: '{"auths":{}}' }
---
apiVersion: v1
kind: Secret
metadata: { name: api }
stringData: { "yes": hunter2-canary, token: hunter2-canary }
`;
const WORKLOAD = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: api }
spec:
  replicas: 45
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      imagePullSecrets: [{ name: pull }]
      containers:
        - name: main
          image: api
          envFrom: [{ configMapRef: { name: settings } }]
          volumeMounts: [{ name: all, mountPath: /etc/api }]
      volumes: [{ name: all, projected: { sources: [{ secret: { name: api } }] } }]
---
apiVersion: v1
kind: Service
metadata: { name: api }
`;

async function loads(text: string, files: Record<string, string>): Promise<void> {
	const plan = await loadScenario('scenario.yaml', {}, filesInMemory({ ...files, 'scenario.yaml': text }));
	assert.is(plan.variants.length, 3);
}

test('rotates the Secret that pods mount, and loads', async () => {
	const files = { 'app/a.yaml': CONFIG, 'app/b.yaml': SECRETS, 'app/c.yaml': WORKLOAD };
	const text = initScenario(['app/'], { files: filesInMemory(files) });
	assert.not.match(text, 'hunter2');
	golden('init/projected-secret.yaml', text);
	await loads(text, files);
});

test('without a mount it says what will not follow', async () => {
	const workload = WORKLOAD.replace('volumeMounts: [{ name: all, mountPath: /etc/api }]', 'command: [sh]');
	const files = { 'a.yaml': CONFIG, 'c.yaml': workload };
	const text = initScenario(['a.yaml', 'c.yaml'], { files: filesInMemory(files) });
	assert.match(text, 'patch: ConfigMap/default/settings, data: { log: "{{ random 16 }}" }');
	assert.match(text, 'keeps what it has until it restarts');
	await loads(text, files);
});

test('an immutable object is replaced, an unused one is said to be unused', async () => {
	const files = { 'only.yaml': `${CONFIG}immutable: true\n` };
	const text = initScenario(['only.yaml'], { files: filesInMemory(files) });
	assert.match(text, 'No pod of the manifests uses ConfigMap/default/settings');
	assert.match(text, 'recreate: ConfigMap/default/settings');
	await loads(text, files);
});

test('paths are those that the folder of the scenario sees', () => {
	const files = filesInMemory({ 'app/a.yaml': CONFIG });
	const line = (folder: string): string => /^manifests: \[(.*)\]/m.exec(initScenario(['app/a.yaml'], { folder, files }))?.[1] ?? '';
	assert.equal(['.', 'app', 'deep/er', 'app/x', '/elsewhere'].map(line), [
		'app/a.yaml',
		'a.yaml',
		'../../app/a.yaml',
		'../a.yaml',
		'app/a.yaml',
	]);
});

test('manifests without Secret and ConfigMap, and paths that lead nowhere, are mistakes', () => {
	for (const paths of [['c.yaml'], ['missing.yaml'], []]) {
		assert.throws(
			() => initScenario(paths, { files: filesInMemory({ 'c.yaml': 'apiVersion: v1\nkind: Service\nmetadata: { name: api }\n' }) }),
			(error: unknown) => error instanceof InputError,
		);
	}
});

test.run();
