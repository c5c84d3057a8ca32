// What the README shows must be what the program does: its example files run, its table is the real output, its message is the real
// message, and the commands it names exist. `UPDATE_GOLDEN=1` writes the shown output anew. Runs the built program in dist.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

const README = repositoryPath('README.md');
const MAIN = repositoryPath('dist/cli/main.js');

/** What the README's reader is supposed to have: an application and a KubeletConfiguration. */
const READERS_FILES: Readonly<Record<string, string>> = {
	'kubelet-config.yaml':
		'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nconfigMapAndSecretChangeDetectionStrategy: Cache\n',
	'k8s/api.yaml': `apiVersion: v1
kind: Secret
metadata: { name: api-key }
stringData: { token: first }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  replicas: 12
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      containers:
        - name: api
          image: registry.example.com/api:1
          volumeMounts: [{ name: key, mountPath: /etc/key }]
      volumes: [{ name: key, secret: { secretName: api-key } }]
---
apiVersion: v1
kind: Service
metadata: { name: api }
spec: { selector: { app: api } }
`,
};

interface Block {
	readonly kind: string;
	readonly name: string;
	readonly text: string;
}

/** Code blocks that a comment `<!-- kind: name -->` stands before. */
function blocks(readme: string): readonly Block[] {
	return [...readme.matchAll(/<!-- (\w+): (\S+) -->\n```\w+\n([\s\S]*?)```\n/g)].map(([, kind = '', name = '', text = '']) => ({
		kind,
		name,
		text,
	}));
}

function block(kind: string, name: string): string {
	const found = blocks(readFileSync(README, 'utf8')).find((one) => one.kind === kind && one.name === name);
	if (found === undefined) throw new Error(`README.md has no block <!-- ${kind}: ${name} -->`);
	return found.text;
}

/** Compares a block with what the program printed, or writes it there. */
function shows(kind: string, name: string, actual: string): void {
	const shown = block(kind, name);
	if (process.env['UPDATE_GOLDEN'] === '1') {
		const readme = readFileSync(README, 'utf8');
		const comment = `<!-- ${kind}: ${name} -->\n\`\`\`text\n`;
		writeFileSync(
			README,
			readme.replace(`${comment}${shown}`, () => `${comment}${actual}`),
		);
		return;
	}
	assert.fixture(shown, actual, `README.md shows another ${kind} of ${name}; UPDATE_GOLDEN=1 npm test -- readme writes it`);
}

interface Outcome {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

function node(cwd: string, ...args: readonly string[]): Outcome {
	const environment = { ...process.env, NO_COLOR: '1', COLUMNS: '80' };
	const run = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env: environment, maxBuffer: 64 * 1024 * 1024 });
	return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Runs a body in a folder that holds the reader's files, the README's files and the package under its name. */
function inReadersFolder(body: (folder: string) => void): void {
	const folder = mkdtempSync(join(tmpdir(), 'secretsim-readme-'));
	try {
		mkdirSync(join(folder, 'k8s'));
		// A package of its own: one further up that is called secretsim would be taken for this one.
		writeFileSync(join(folder, 'package.json'), '{}');
		mkdirSync(join(folder, 'node_modules'));
		symlinkSync(repositoryPath(), join(folder, 'node_modules/secretsim'));
		for (const [name, text] of Object.entries(READERS_FILES)) writeFileSync(join(folder, name), text);
		for (const { kind, name, text } of blocks(readFileSync(README, 'utf8'))) if (kind === 'file') writeFileSync(join(folder, name), text);
		body(folder);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

const test = suite('README');

test('shows the comparison that npm start prints', () => {
	const scenario = 'scenarios/rotate-database-password.yaml';
	const { code, stdout } = node(repositoryPath(), MAIN, 'run', scenario);
	assert.is(code, 0);
	const table = /^Side by side ─+\n([\s\S]*?)\n\S[^\n]*─+\n/m.exec(stdout)?.[1];
	if (table === undefined) throw new Error(`no comparison in\n${stdout}`);
	shows('table', scenario, `${table.trimEnd()}\n`);
});

test('its scenario is valid, runs, and misses the threshold as it says', () => {
	inReadersFolder((folder) => {
		assert.is(node(folder, MAIN, 'validate', 'rotate.yaml').code, 0);
		const { code, stdout } = node(folder, MAIN, 'run', 'rotate.yaml');
		assert.is(code, 1);
		assert.match(stdout, /Service/);
		assert.match(stdout, /FAILED {2}syncFrequency=1m/);
	});
});

test('its mistake is told as it shows', () => {
	inReadersFolder((folder) => {
		writeFileSync(join(folder, 'rotate.yaml'), block('file', 'rotate.yaml').replace('stringData', 'stringDate'));
		const { code, stdout, stderr } = node(folder, MAIN, 'validate', 'rotate.yaml');
		assert.is(code, 2);
		shows('mistake', 'stringDate', `${(stdout + stderr).trimEnd()}\n`);
	});
});

test('its library examples run against the package as its users import it', () => {
	inReadersFolder((folder) => {
		const p99 = node(folder, 'p99.mjs');
		assert.is(p99.code, 0, p99.stderr);
		assert.match(p99.stdout, /^syncFrequency=10s: 99 % of the volumes within 1\d\.\d s\nsyncFrequency=1m: .* [78]\d\.\d s\n$/);
		const volume = node(folder, 'volume.mjs');
		assert.is(volume.code, 0, volume.stderr);
		assert.is(volume.stdout, 'second\n');
	});
});

test('the commands that it names exist', () => {
	const readme = readFileSync(README, 'utf8');
	const commands = new Set([...readme.matchAll(/^(?:secretsim|node dist\/cli\/main\.js) (\w+)/gm)].map(([, command]) => command as string));
	assert.ok(commands.size >= 3);
	for (const command of commands) assert.is(node(repositoryPath(), MAIN, command, '--help').code, 0, `secretsim ${command} --help`);
	const { scripts } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as { scripts: Record<string, string> };
	for (const file of ['README.md', 'CONTRIBUTING.md', '.ci/run']) {
		for (const [, script] of readFileSync(repositoryPath(file), 'utf8').matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
			assert.ok(scripts[script as string] !== undefined, `${file} names npm run ${script}, which package.json does not have`);
		}
	}
});

test('docs/dependencies.md gives a reason for each dependency, under the right heading', () => {
	const manifest = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as Record<string, Record<string, string>>;
	const [, users = '', developers = ''] = readFileSync(repositoryPath('docs/dependencies.md'), 'utf8').split(/^## What /m);
	const named = (section: string): readonly string[] =>
		[...section.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)]
			.flatMap(([, names = '']) => names.split(', '))
			.filter((name) => !/^(package|-+)$/.test(name));
	assert.equal([...named(users)].sort(), Object.keys(manifest['dependencies'] ?? {}).sort());
	assert.equal([...named(developers)].sort(), Object.keys(manifest['devDependencies'] ?? {}).sort());
});

test('its links, and those of the documents, lead to files', () => {
	const documents = ['README.md', 'CONTRIBUTING.md', ...readdirSync(repositoryPath('docs')).map((name) => `docs/${name}`)];
	for (const document of documents.filter((name) => name.endsWith('.md'))) {
		for (const [, target = ''] of readFileSync(repositoryPath(document), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
			assert.ok(existsSync(join(dirname(repositoryPath(document)), target)), `${document} links to ${target}, which is not there`);
		}
	}
});

test.run();
