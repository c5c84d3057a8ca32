import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

const test = suite<{ base: string }>('docs/real-volumes.md');
const TEXT = readFileSync(repositoryPath('docs', 'real-volumes.md'), 'utf8');

test.before((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	// A package of its own: one further up, whatever its name, is none of its business.
	writeFileSync(join(context.base, 'package.json'), '{}');
	mkdirSync(join(context.base, 'node_modules'));
	symlinkSync(repositoryPath(), join(context.base, 'node_modules', 'secretsim'));
	symlinkSync(repositoryPath('node_modules', 'uvu'), join(context.base, 'node_modules', 'uvu'));
	for (const [, name, code] of TEXT.matchAll(/<!-- file: (\S+) -->\n```js\n([\s\S]*?)```/g)) {
		writeFileSync(join(context.base, name as string), code as string);
	}
});
test.after(({ base }) => rmSync(base, { recursive: true, force: true }));

function run(base: string, args: readonly string[]): string {
	// The environment of an outer node:test would change what the inner one prints.
	const { NODE_TEST_CONTEXT: _unused, ...env } = process.env;
	const child = spawnSync(process.execPath, args, { cwd: base, encoding: 'utf8', timeout: 60_000, env });
	assert.is(child.status, 0, `${child.stdout}${child.stderr}`);
	return child.stdout;
}

test('the uvu example passes', ({ base }) => {
	assert.match(run(base, ['uvu.test.mjs']), /Passed: {4}2/);
});

test('the node:test example passes', ({ base }) => {
	assert.match(run(base, ['--test', '--test-reporter=tap', 'node.test.mjs']), /# pass 1\n# fail 0/);
});

test('the examples of other runners use the same calls', () => {
	for (const runner of ['vitest', '@jest/globals']) {
		const [, code = ''] = new RegExp(`\`\`\`js\n((?:(?!\`\`\`)[\\s\\S])*from '${runner}'[\\s\\S]*?)\`\`\``).exec(TEXT) ?? [];
		assert.match(code, /await SecretVolume\.create\(\{ data: \{ password: 'one' \} \}\)/, runner);
		assert.match(code, /await volume\.update\(\{ password: 'two' \}\)/, runner);
	}
});

test.run();
