// Plays a Kubernetes Indexed Job with local processes: reads what `secretsim shard` wrote as the API server and the kubelet
// would, runs the built program once for each completion index, and compares the merged result with the single run.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import type { ConfigMapManifest, JobManifest, StudyManifest } from '../../src/shard/manifest-types.js';
import { repositoryPath } from '../support/repository.js';

const PROGRAM = repositoryPath('dist', 'cli', 'main.js');
const CANARY = 'canary-5b4a3c2d';
const ENCODED = Buffer.from(CANARY).toString('base64');

const MANIFESTS = `apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: default
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"password":"${ENCODED}"},"stringData":{"user":"${CANARY}-user"}}'
data: { password: ${ENCODED} }
stringData: { user: ${CANARY}-user }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: default }
data: { url: "https://${CANARY}.example" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 7
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          volumeMounts: [{ name: db, mountPath: /etc/db }, { name: settings, mountPath: /etc/settings }]
      volumes: [{ name: db, secret: { secretName: db } }, { name: settings, configMap: { name: settings } }]
`;

const SCENARIO = `apiVersion: secretsim/v1
kind: Scenario
metadata: { name: job }
replications: 3
duration: 15m
cluster: { nodes: 4 }
manifests: [manifests]
actions:
  - { at: 5m, patch: Secret/default/db, stringData: { password: ${CANARY}-next } }
  - { at: 6m, patch: Secret/default/db, stringData: { password: "${CANARY}-{{ random 16 }}" } }
  - { at: 8m, restartKubelet: node-3 }
matrix:
  cluster.kubelet.configMapAndSecretChangeDetectionStrategy: [Watch, Cache]
`;

interface Ended {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

const test = suite<{ folder: string }>('a Job with local processes');

test.before.each((context) => {
	context.folder = mkdtempSync(join(tmpdir(), 'secretsim-job-'));
	mkdirSync(join(context.folder, 'manifests'));
	writeFileSync(join(context.folder, 'manifests', 'app.yaml'), MANIFESTS);
	writeFileSync(join(context.folder, 's.yaml'), SCENARIO);
});
test.after.each((context) => {
	rmSync(context.folder, { recursive: true, force: true });
});

function program(folder: string, ...words: readonly string[]): Ended {
	const { FORCE_COLOR: _, ...env } = process.env;
	const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
		cwd: folder,
		encoding: 'utf8',
		maxBuffer: 2 ** 28,
		env,
	});
	return { code: status, out: stdout, err: stderr };
}

function manifestsOf(yaml: string): StudyManifest[] {
	return parseAllDocuments(yaml).map((document) => {
		assert.equal(document.errors, []);
		return document.toJS() as StudyManifest;
	});
}

/** What the kubelet puts into the folder of the study: every file of the ConfigMaps that the pod names. */
function mountStudy(manifests: readonly StudyManifest[], job: JobManifest, folder: string): void {
	mkdirSync(folder);
	for (const { configMap } of job.spec.template.spec.volumes[0].projected.sources) {
		const found = manifests.find((one): one is ConfigMapManifest => one.kind === 'ConfigMap' && one.metadata.name === configMap.name);
		for (const [name, text] of Object.entries(found?.binaryData ?? {})) writeFileSync(join(folder, name), Buffer.from(text, 'base64'));
	}
}

/** One pod of the Job, with paths of this machine in place of the container's. */
function runPod(job: JobManifest, index: number, paths: Readonly<Record<string, string>>): Promise<Ended> {
	const [container] = job.spec.template.spec.containers;
	const words = container.args.map((word) => paths[word] ?? word.replaceAll('$(JOB_COMPLETION_INDEX)', String(index)));
	const env = { PATH: process.env['PATH'], ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])) };
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] });
		const texts = { out: '', err: '' };
		child.stdout.on('data', (chunk: Buffer) => {
			texts.out += chunk.toString('utf8');
		});
		child.stderr.on('data', (chunk: Buffer) => {
			texts.err += chunk.toString('utf8');
		});
		child.on('error', reject);
		child.on('close', (code) => resolve({ code, ...texts }));
	});
}

/** Runs all pods, two at a time. */
async function runJob(manifests: readonly StudyManifest[], folder: string): Promise<string> {
	const job = manifests.find((one): one is JobManifest => one.kind === 'Job');
	if (job === undefined) throw new Error('there is no Job');
	const [study, results] = [join(folder, 'study'), join(folder, 'parts')];
	mountStudy(manifests, job, study);
	mkdirSync(results);
	const pods = Array.from({ length: job.spec.completions }, (_, index) => index).reverse();
	const worker = async (): Promise<void> => {
		for (let index = pods.pop(); index !== undefined; index = pods.pop()) {
			const { code, out, err } = await runPod(job, index, { '/study': study, '/results': results });
			assert.is(code, 0, err);
			assert.is(out, '');
			assert.is(err, `wrote ${join(results, `job-shard-${index}-of-${job.spec.completions}.partial.gz`)}\n`);
		}
	};
	await Promise.all([worker(), worker()]);
	return results;
}

/** The contents of a folder's files by name. */
function filesIn(folder: string): Record<string, string> {
	return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

test('the merged result has exactly the bytes of the single run, in every format', async ({ folder }) => {
	const overrides = ['--seed', '5', '--set', 'cluster.kubelet.syncFrequency=30s'];
	const { code, out, err } = program(folder, 'shard', 's.yaml', '--shards', '5', ...overrides);
	assert.is(code, 0, err);
	const parts = await runJob(manifestsOf(out), folder);
	assert.is(readdirSync(parts).length, 5);
	for (const format of ['json', 'csv', 'table', 'html']) {
		const merged = program(folder, 'merge', parts, '-o', format);
		const single = program(folder, 'run', 's.yaml', ...overrides, '-o', format);
		assert.is(merged.code, 0, merged.err);
		assert.ok(single.out.length > 500);
		assert.is(merged.out, single.out, format);
	}
	program(folder, 'merge', parts, '--out', 'merged');
	program(folder, 'merge', parts, '--out', 'merged');
	program(folder, 'run', 's.yaml', ...overrides, '--out', 'single');
	assert.equal(filesIn(join(folder, 'merged', 'job')), filesIn(join(folder, 'single', 'job')));
	assert.is(readdirSync(parts).length, 5, 'merging changes no shard');
});

test('merge refuses what is missing and what is there twice', async ({ folder }) => {
	const parts = await runJob(manifestsOf(program(folder, 'shard', 's.yaml', '--shards', '4', '--replications', '1').out), folder);
	const [first, , third] = readdirSync(parts).sort();
	writeFileSync(join(parts, 'again.partial.gz'), readFileSync(join(parts, first as string)));
	rmSync(join(parts, third as string));
	const { code, out, err } = program(folder, 'merge', parts, '--out', 'merged');
	assert.is(code, 2);
	assert.is(out, '');
	assert.match(err, /duplicate: shard 0 is in .*again\.partial\.gz and in .*shard-0-of-4/);
	assert.match(err, /missing: shard 2 of 4/);
	assert.not.ok(readdirSync(folder).includes('merged'));
});

test('what is applied to the cluster holds no value of a Secret or ConfigMap', async ({ folder }) => {
	const { out } = program(folder, 'shard', 's.yaml', '--shards', '2', '--set', `actions[0].stringData.password=${CANARY}-set`);
	const manifests = manifestsOf(out);
	const packed = manifests.flatMap((one) => (one.kind === 'ConfigMap' ? Object.values(one.binaryData) : []));
	const study = gunzipSync(Buffer.concat(packed.map((text) => Buffer.from(text, 'base64')))).toString('utf8');
	assert.match(study, /"name":"db"/);
	const parts = await runJob(manifests, folder);
	const partials = readdirSync(parts).map((name) => gunzipSync(readFileSync(join(parts, name))).toString('latin1'));
	for (const text of [out, study, ...partials]) {
		for (const value of [CANARY, ENCODED, ENCODED.slice(0, 12)]) assert.not.ok(text.includes(value));
	}
});

test('what Kubernetes would refuse is refused before anything is printed', ({ folder }) => {
	const wrong: [readonly string[], RegExp][] = [
		[['--shards', '25'], /24 nodes over all variants and replications: too few for 25 shards/],
		[['--shards', '0'], /at least 1/],
		[['--shards', '2', '--name', 'Fleet_1'], /--name "Fleet_1"/],
		[['--shards', '2', '--storage', 'much'], /--storage "much"/],
		[['--shards', '2', '--namespace', 'a b'], /--namespace "a b"/],
	];
	for (const [words, message] of wrong) {
		const { code, out, err } = program(folder, 'shard', 's.yaml', ...words);
		assert.is(code, 2, words.join(' '));
		assert.is(out, '');
		assert.match(err, message);
	}
});

test('a study that is not whole, was changed or is resolved already is refused', async ({ folder }) => {
	const manifests = manifestsOf(program(folder, 'shard', 's.yaml', '--shards', '2').out);
	const job = manifests.find((one): one is JobManifest => one.kind === 'Job') as JobManifest;
	const study = join(folder, 'study');
	mountStudy(manifests, job, study);
	assert.match(program(folder, 'run', study, '--seed', '3').err, /holds a resolved study; give --seed/);
	assert.match(program(folder, 'run', 's.yaml', '--shard', '2/2').err, /I from 0 to N - 1/);
	assert.match(program(folder, 'run', 's.yaml', '--shard', '0/2', '-o', 'json').err, /secretsim merge/);
	const part = join(study, readdirSync(study)[0] as string);
	writeFileSync(part, readFileSync(part).subarray(0, 300));
	const { code, err } = program(folder, 'run', study);
	assert.is(code, 2);
	assert.match(err, /is no study, or a part of it is missing/);
});

test.run();
