import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

const test = suite('npm run record');

function record(args: readonly string[], env: NodeJS.ProcessEnv = process.env): { code: number | null; out: string; err: string } {
	const { status, stdout, stderr } = spawnSync(process.execPath, [repositoryPath('test', 'recordings', 'record.mjs'), ...args], {
		encoding: 'utf8',
		env,
	});
	return { code: status, out: stdout, err: stderr };
}

test('tells how it is used', () => {
	const { code, out } = record(['--help']);
	assert.is(code, 0);
	for (const word of ['--kubernetes', '--area', '--out', 'npm run conformance']) assert.ok(out.includes(word), word);
});

test('refuses what it does not know, with what it does', () => {
	assert.match(record(['--area', 'nothing']).err, /unknown area; known are atomic-writer/);
	assert.is(record(['--area', 'nothing']).code, 2);
	assert.match(record(['--kubernetes', 'latest']).err, /expected a release with its patch/);
	assert.match(record(['--outt', 'x']).err, /Unknown option/);
	assert.match(record(['--out', repositoryPath('test', 'recordings')]).err, /not written over/);
});

test('says that Go is missing, and makes nothing', () => {
	const { code, err } = record(['--area', 'backoff'], { PATH: '/nonexistent' });
	assert.is(code, 2);
	assert.match(err, /go is not installed/);
});

test.run();
