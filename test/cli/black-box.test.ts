// The built program, run as users run it. Every output is searched for a known value of the Secret.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Results } from '../../src/measure/result.js';
import { REPOSITORY, repositoryPath } from '../support/repository.js';

const PROGRAM = repositoryPath('dist', 'cli', 'main.js');
const CANARY = 'canary-9f8e7d6c';
const ENCODED = Buffer.from(CANARY).toString('base64');

const MANIFESTS = `apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: default
  annotations: { kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"${CANARY}"}}' }
data: { password: ${ENCODED} }
stringData: { user: ${CANARY}-user }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 6
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          volumeMounts: [{ name: db, mountPath: /etc/db }]
      volumes: [{ name: db, secret: { secretName: db } }]
`;

function scenario(extra = '', duration = '15m', replications = 2): string {
	return `apiVersion: secretsim/v1
kind: Scenario
metadata: { name: black-box }
replications: ${replications}
duration: ${duration}
cluster: { nodes: 2 }
manifests: [app.yaml]
actions:
  - { at: 5m, patch: Secret/default/db, stringData: { password: ${CANARY}-next } }
  - { at: 6m, patch: Secret/default/db, stringData: { password: "{{ random 16 }}" } }
matrix:
  cluster.kubelet.configMapAndSecretChangeDetectionStrategy: [Watch, Get]
${extra}`;
}

interface Ended {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

const test = suite<{ folder: string }>('program');

test.before.each((context) => {
	context.folder = mkdtempSync(join(tmpdir(), 'secretsim-box-'));
	writeFileSync(join(context.folder, 'app.yaml'), MANIFESTS);
	writeFileSync(join(context.folder, 's.yaml'), scenario());
});
test.after.each((context) => {
	rmSync(context.folder, { recursive: true, force: true });
});

/** The environment without what decides about colour: a test runner may have set it. */
function plainEnvironment(extra: Record<string, string> = {}): Record<string, string | undefined> {
	const { FORCE_COLOR: _force, NO_COLOR: _no, ...rest } = process.env;
	return { ...rest, ...extra };
}

function program(folder: string, ...words: readonly string[]): Ended {
	const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
		cwd: folder,
		encoding: 'utf8',
		maxBuffer: 2 ** 28,
		env: plainEnvironment(),
	});
	return { code: status, out: stdout, err: stderr };
}

function widest(text: string): number {
	return Math.max(...text.split('\n').map((line) => [...line].length));
}

/** Every file below a folder, as text. */
function texts(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

test('the build that these tests run is there', () => {
	assert.ok(existsSync(PROGRAM), 'npm run build makes dist/');
});

test('prints one JSON document, the same bytes twice and with 1 and 2 workers', ({ folder }) => {
	const first = program(folder, 'run', 's.yaml', '-o', 'json', '--workers', '1');
	assert.is(first.code, 0, first.err);
	assert.is(first.err, '');
	const results = JSON.parse(first.out) as Results;
	assert.equal(
		results.runs[0]?.variants.map((variant) => variant.name),
		['Watch', 'Get'],
	);
	assert.equal(results.program.command, 'secretsim run s.yaml');
	assert.is(program(folder, 'run', 's.yaml', '-o', 'json', '--workers', '1').out, first.out);
	assert.is(program(folder, 'run', 's.yaml', '-o', 'json', '--workers', '2').out, first.out);
});

test('writes the same folder twice and with 1 and 2 workers', ({ folder }) => {
	for (const [out, workers] of [
		['one', '1'],
		['again', '1'],
		['two', '2'],
	] as const) {
		assert.is(program(folder, 'run', 's.yaml', '--out', out, '--workers', workers).code, 0);
	}
	const names = readdirSync(join(folder, 'one', 'black-box')).sort();
	assert.equal(names, ['load.csv', 'report.html', 'report.txt', 'result.json', 'samples.csv']);
	for (const name of names) {
		const read = (out: string): string => readFileSync(join(folder, out, 'black-box', name), 'utf8');
		assert.is(read('again'), read('one'), name);
		assert.is(read('two'), read('one'), name);
	}
});

test('outcomes of the table and rows of samples.csv are the same thing', ({ folder }) => {
	const { out } = program(folder, 'run', 's.yaml', '-o', 'csv');
	const rows = out.trimEnd().split('\r\n').slice(1);
	const results = JSON.parse(program(folder, 'run', 's.yaml', '-o', 'json').out) as Results;
	for (const variant of results.runs[0]?.variants ?? []) {
		const own = rows.filter((row) => row.startsWith(`${variant.name},`));
		const sum = Object.values(variant.propagation.outcomes).reduce((total, count) => total + count, 0);
		assert.is(own.length, sum);
		assert.is(own.filter((row) => row.endsWith(',shown')).length, variant.propagation.outcomes.shown);
	}
});

test('the table, the help texts and the stories fit 80 columns', ({ folder }) => {
	for (const words of [
		['run', 's.yaml'],
		['explain', 's.yaml'],
		['--help'],
		['run', '--help'],
		['explain', '--help'],
		['init', '--help'],
		['validate', '--help'],
		['schema', '--help'],
		['merge', '--help'],
		['shard', '--help'],
		['completion', '--help'],
	]) {
		const { code, out, err } = program(folder, ...words);
		assert.is(code, 0, err);
		assert.ok(widest(out) <= 80, `${words.join(' ')}: ${widest(out)} columns`);
	}
});

test('an HTML report is one document, and drawing it says nothing on stderr', ({ folder }) => {
	const { code, out, err } = program(folder, 'run', 's.yaml', '-o', 'html');
	assert.is(code, 0);
	assert.is(err, '');
	assert.match(out, /^<!DOCTYPE html>/);
	assert.ok(out.endsWith('</html>\n'));
});

test('a value of a Secret appears in no output', ({ folder }) => {
	writeFileSync(join(folder, 'bad.yaml'), MANIFESTS.replace(`password: ${ENCODED}`, `password: "${CANARY}!"`));
	writeFileSync(
		join(folder, 'number.yaml'),
		MANIFESTS.replace(`stringData: { user: ${CANARY}-user }`, `stringData: { user: [${CANARY}] }`),
	);
	writeFileSync(join(folder, 'torn.yaml'), `${MANIFESTS}\nstringData: { a: ${CANARY}`);
	writeFileSync(
		join(folder, 'docker.yaml'),
		MANIFESTS.replace('kind: Secret', 'kind: Secret\ntype: kubernetes.io/dockerconfigjson').replace(
			'data: { password',
			'data: { .dockerconfigjson',
		),
	);
	for (const bad of ['bad', 'number', 'torn', 'docker'])
		writeFileSync(join(folder, `s-${bad}.yaml`), scenario().replace('app.yaml', `${bad}.yaml`));
	writeFileSync(
		join(folder, 'literal.yaml'),
		scenario(`expect:\n  - { metric: ${CANARY}, max: 1 }\n`).replace('duration: 15m', 'duration: 15m\npassword: x'),
	);
	const outputs = [
		['run', 's.yaml'],
		['run', 's.yaml', '-o', 'json'],
		['run', 's.yaml', '-o', 'csv'],
		['run', 's.yaml', '-o', 'html', '--out', 'results'],
		['run', 's.yaml', '--log-level', 'trace', '--replications', '1'],
		['run', 's.yaml', '--set', `actions[0].stringData.password=${CANARY}-set`, '-o', 'json'],
		['explain', 's.yaml'],
		['explain', 's.yaml', '-o', 'json'],
		['validate', 's.yaml'],
		['validate', 's-bad.yaml', 's-number.yaml', 's-torn.yaml', 's-docker.yaml'],
		['init', 'app.yaml', '--file', 'first.yaml'],
	].map((words) => ({ words, ended: program(folder, ...words) }));
	for (const { words, ended } of outputs) {
		for (const value of [CANARY, ENCODED]) {
			assert.not.ok(ended.out.includes(value), `stdout of ${words.join(' ')}`);
			assert.not.ok(ended.err.includes(value), `stderr of ${words.join(' ')}: ${ended.err.slice(0, 400)}`);
		}
	}
	assert.ok(outputs[4]?.ended.err.includes('"kind":"swap"'), 'the trace was on');
	for (const text of [...texts(join(folder, 'results')), readFileSync(join(folder, 'first.yaml'), 'utf8')]) {
		assert.not.ok(text.includes(CANARY) || text.includes(ENCODED));
	}
});

test('exit codes: 1 for a missed threshold, 2 for wrong input', ({ folder }) => {
	writeFileSync(join(folder, 'strict.yaml'), scenario('expect:\n  - { metric: propagation.delaySeconds.p50, max: 1s }\n'));
	const missed = program(folder, 'run', 'strict.yaml', '-o', 'json');
	assert.is(missed.code, 1, missed.err);
	assert.is((JSON.parse(missed.out) as Results).runs[0]?.expectations.filter((one) => one.met).length, 0);
	writeFileSync(join(folder, 'typo.yaml'), scenario().replace('duration:', 'durations:'));
	const typo = program(folder, 'run', 'typo.yaml');
	assert.is(typo.code, 2);
	assert.is(typo.out, '');
	assert.match(typo.err, /typo\.yaml:5:1: /);
	for (const words of [
		['run', 'none.yaml'],
		['run', 's.yaml', '--sed', '1'],
		['ruin'],
		['explain', 's.yaml', '--variant', 'watch'],
		['explain', 's.yaml', '--write', '99'],
		['explain', 's.yaml', '--pod', 'x'],
		['run', 's.yaml', '--out', 'app.yaml'],
	]) {
		const { code, out, err } = program(folder, ...words);
		assert.is(code, 2, `${words.join(' ')}: ${err}`);
		assert.is(out, '');
		assert.match(err, /^secretsim: /);
	}
});

test('a folder without permission or space leaves nothing behind', ({ folder }) => {
	mkdirSync(join(folder, 'out', 'black-box', 'report.html', 'x'), { recursive: true });
	const { code, err } = program(folder, 'run', 's.yaml', '--out', 'out');
	assert.is(code, 2);
	assert.match(err, /cannot replace out\/black-box\/report\.html: a folder of that name is in the way/);
	assert.equal(
		readdirSync(join(folder, 'out', 'black-box')).filter((name) => name.endsWith('.tmp')),
		[],
	);
});

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
	return new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
}

for (const workers of ['1', '2']) {
	test(`Ctrl-C in a long run with ${workers} worker(s): exit code 130 and no file`, async ({ folder }) => {
		writeFileSync(join(folder, 'long.yaml'), scenario('', '4h', 500));
		const child = spawn(process.execPath, [PROGRAM, 'run', 'long.yaml', '--out', 'out', '--workers', workers, '--log-level', 'info'], {
			cwd: folder,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
		child.kill('SIGINT');
		assert.equal(await ended(child), { code: 130, signal: null });
		assert.is(existsSync(join(folder, 'out')), false);
	});
}

test('a reader that goes away is no error', ({ folder }) => {
	const shell = spawnSync(
		'bash',
		['-c', `set -o pipefail; "${process.execPath}" "${PROGRAM}" run s.yaml -o csv --replications 20 | head -1`],
		{ cwd: folder, encoding: 'utf8' },
	);
	assert.is(shell.stderr, '');
	assert.is(shell.status, 0);
	assert.match(shell.stdout, /^variant,replication/);
});

test('NO_COLOR and --no-color and a pipe: no colour code; FORCE_COLOR: colour', ({ folder }) => {
	assert.not.ok(program(folder, 'run', 's.yaml').out.includes('\u001b'));
	const forced = spawnSync(process.execPath, [PROGRAM, 'run', 's.yaml'], {
		cwd: folder,
		encoding: 'utf8',
		env: plainEnvironment({ FORCE_COLOR: '1' }),
	});
	assert.ok(forced.stdout.includes('\u001b[1m'));
	const silenced = spawnSync(process.execPath, [PROGRAM, 'run', 's.yaml', '--no-color'], {
		cwd: folder,
		encoding: 'utf8',
		env: plainEnvironment({ FORCE_COLOR: '1' }),
	});
	assert.not.ok(silenced.stdout.includes('\u001b'));
});

test('init writes a scenario that runs, and keeps what is there', ({ folder }) => {
	const fresh = join(folder, 'fresh');
	mkdirSync(fresh);
	assert.is(program(fresh, 'init').code, 0);
	assert.equal(readdirSync(fresh, { recursive: true }).sort(), ['manifests', 'manifests/example.yaml', 'scenario.yaml']);
	assert.is(program(fresh, 'validate', 'scenario.yaml').code, 0);
	assert.is(program(fresh, 'run', 'scenario.yaml', '--replications', '1', '-o', 'json').code, 0);
	const again = program(fresh, 'init');
	assert.is(again.code, 2);
	assert.match(again.err, /exists; --force replaces it/);
	assert.is(program(folder, 'init', 'app.yaml', '--file', join('deep', 'first.yaml')).code, 0);
	assert.match(readFileSync(join(folder, 'deep', 'first.yaml'), 'utf8'), /manifests: \["?\.\.\/app\.yaml"?\]/);
	assert.is(program(folder, 'validate', 'deep/first.yaml').code, 0);
});

test('a story is one JSON document and the same text twice', ({ folder }) => {
	const story = JSON.parse(program(folder, 'explain', 's.yaml', '--variant', 'Get', '-o', 'json').out) as {
		schema: string;
		subject: { variant: string; pod: string };
		settled: { delaySeconds: number };
		parts: { seconds: number }[];
	};
	assert.is(story.schema, 'secretsim.story/v1');
	assert.is(story.subject.variant, 'Get');
	assert.ok(Math.abs(story.parts.reduce((sum, part) => sum + part.seconds, 0) - story.settled.delaySeconds) < 1e-9);
	const text = program(folder, 'explain', 's.yaml').out;
	assert.is(program(folder, 'explain', 's.yaml').out, text);
	const command = text.slice(text.lastIndexOf('  secretsim explain')).replaceAll('\\', '');
	assert.is(program(folder, ...command.trim().split(/\s+/).slice(1)).out, text, 'the command at its end tells the same story');
});

test('completion scripts are valid for their shells', () => {
	for (const shell of ['bash', 'zsh', 'fish'] as const) {
		const script = program(REPOSITORY, 'completion', shell);
		assert.is(script.code, 0);
		for (const command of ['run', 'explain', 'validate', 'schema', 'init']) assert.ok(script.out.includes(command));
		const check = spawnSync(shell, ['-n'], { input: script.out, encoding: 'utf8' });
		if (check.error === undefined) assert.is(check.status, 0, check.stderr);
	}
	const complete = `source <("${process.execPath}" "${PROGRAM}" completion bash); COMP_WORDS=(secretsim run --out); COMP_CWORD=2; _secretsim; echo "\${COMPREPLY[*]}"`;
	assert.is(spawnSync('bash', ['-c', complete], { encoding: 'utf8' }).stdout.trim(), '--output --out');
});

test("schemas are JSON, and the version is the package's", ({ folder }) => {
	assert.is((JSON.parse(program(folder, 'schema', 'results').out) as { $id: string }).$id, 'urn:secretsim:results:v1');
	assert.ok('properties' in (JSON.parse(program(folder, 'schema').out) as object));
	const { version } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as { version: string };
	assert.is(program(folder, '--version').out, `${version}\n`);
});

test('writes samples while it runs beyond exactSamples, the same as those of a small run, as CSV and as Parquet', async ({ folder }) => {
	const counted = ['--set', 'exactSamples=0'];
	const kept = program(folder, 'run', 's.yaml', '-o', 'csv');
	for (const workers of ['1', '2']) {
		assert.is(program(folder, 'run', 's.yaml', '-o', 'csv', ...counted, '--workers', workers).out, kept.out, `${workers} workers`);
	}
	const result = program(folder, 'run', 's.yaml', '-o', 'parquet', ...counted, '--out', 'out');
	assert.is(result.code, 0, result.err);
	assert.is(result.out, '');
	const written = join(folder, 'out', 'black-box');
	assert.equal(readdirSync(written).sort(), ['load.csv', 'report.html', 'report.txt', 'result.json', 'samples.parquet']);
	const bytes = readFileSync(join(written, 'samples.parquet'));
	const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
	const lines = kept.out.trimEnd().split('\r\n');
	const cell = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
	assert.equal(
		rows.map((row) =>
			(lines[0] as string)
				.split(',')
				.map((column) => cell(row[column]))
				.join(','),
		),
		lines.slice(1),
	);
	const { propagation } = (JSON.parse(readFileSync(join(written, 'result.json'), 'utf8')) as Results).runs[0]?.variants[0] ?? {};
	assert.is(propagation?.delaySeconds.exact, false);
	assert.match(readFileSync(join(written, 'report.txt'), 'utf8'), /quantiles within 0\.049 %/);
	assert.match(readFileSync(join(written, 'report.html'), 'utf8'), /Until one volume has it/);
	const toStdout = spawnSync(process.execPath, [PROGRAM, 'run', 's.yaml', '-o', 'parquet'], { cwd: folder });
	assert.ok(toStdout.stdout.equals(bytes), 'the bytes on stdout are those of the file, kept or counted');
});

test('leaves no file of samples when a run that writes one is interrupted or has no room', async ({ folder }) => {
	writeFileSync(join(folder, 'long.yaml'), scenario('', '2000h', 40));
	const child = spawn(process.execPath, [PROGRAM, 'run', 'long.yaml', '--set', 'exactSamples=0', '--out', 'out', '--workers', '1'], {
		cwd: folder,
	});
	const target = join(folder, 'out', 'black-box');
	while (!existsSync(target) || readdirSync(target).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
	assert.match(readdirSync(target).join(' '), /^\.samples\.csv\.[0-9a-f]+\.tmp$/);
	child.kill('SIGINT');
	const code = await new Promise((resolve) => child.on('exit', resolve));
	assert.is(code, 130);
	assert.not.ok(existsSync(join(folder, 'out')), 'the folders that were made for it are gone, too');
	writeFileSync(join(folder, 'taken'), '');
	const full = program(folder, 'run', 's.yaml', '--set', 'exactSamples=0', '--out', 'taken');
	assert.is(full.code, 2);
	assert.match(full.err, /cannot make the folder taken\/black-box: a part of the path is a file, not a folder/);
});

test.run();
