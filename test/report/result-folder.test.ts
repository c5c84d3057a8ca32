import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { folderName, ResultFolderError, removeUnfinishedFiles, writeResultFolder } from '../../src/report/result-folder.js';

const test = suite<{ root: string }>('result folder');

test.before.each((context) => {
	context.root = mkdtempSync(join(tmpdir(), 'secretsim-folder-'));
});
test.after.each((context) => {
	rmSync(context.root, { recursive: true, force: true });
});

function failure(action: () => void): Error {
	try {
		action();
	} catch (error) {
		return error as Error;
	}
	throw new Error('nothing was thrown');
}

test('writes every file, from text and from chunks, and leaves nothing else', ({ root }) => {
	const folder = join(root, 'a', 'b');
	writeResultFolder(folder, [
		{ name: 'one.txt', content: 'ä\n' },
		{ name: 'two.csv', content: ['x', 'y'] },
	]);
	assert.equal(readdirSync(folder).sort(), ['one.txt', 'two.csv']);
	assert.is(readFileSync(join(folder, 'one.txt'), 'utf8'), 'ä\n');
	assert.is(readFileSync(join(folder, 'two.csv'), 'utf8'), 'xy');
});

test('an error in the middle of a later file changes no file and leaves none behind', ({ root }) => {
	writeResultFolder(root, [
		{ name: 'one.txt', content: 'old' },
		{ name: 'two.csv', content: 'old' },
	]);
	function* broken(): Generator<string> {
		yield 'half of it';
		throw new Error('rows ended');
	}
	const error = failure(() =>
		writeResultFolder(root, [
			{ name: 'one.txt', content: 'new' },
			{ name: 'two.csv', content: broken() },
		]),
	);
	assert.is(error.message, 'rows ended');
	assert.equal(readdirSync(root).sort(), ['one.txt', 'two.csv']);
	assert.is(readFileSync(join(root, 'one.txt'), 'utf8'), 'old');
});

test('a folder in which nothing can be made is an error, not an endless search', () => {
	if (process.platform !== 'linux') return;
	const error = failure(() => writeResultFolder('/proc/secretsim/out', [{ name: 'one.txt', content: '' }]));
	assert.instance(error, ResultFolderError);
	assert.match(error.message, 'nothing can be made there');
});

test('folders that were made for a folder that cannot be made are removed again', ({ root }) => {
	const tooLong = 'x'.repeat(300);
	const error = failure(() => writeResultFolder(join(root, 'a', 'b', tooLong), [{ name: 'one.txt', content: '' }]));
	assert.match(error.message, 'the name is too long');
	assert.equal(readdirSync(root), []);
});

test('a file in the way of the folder is named with the reason', ({ root }) => {
	writeFileSync(join(root, 'out'), '');
	const error = failure(() => writeResultFolder(join(root, 'out'), [{ name: 'one.txt', content: '' }]));
	assert.instance(error, ResultFolderError);
	assert.match(error.message, /cannot make the folder .*out: a file of that name is in the way; no result file was changed/);
});

test('a folder in the way of a file is named, and no temporary file stays', ({ root }) => {
	mkdirSync(join(root, 'one.txt', 'x'), { recursive: true });
	const error = failure(() => writeResultFolder(root, [{ name: 'one.txt', content: '' }])) as ResultFolderError;
	assert.is(error.code, 'EISDIR');
	assert.equal(readdirSync(root), ['one.txt']);
});

test('a full device is a clear error and nothing half-written is left', ({ root }) => {
	// A real full device where mounting is permitted; the same error from the rows everywhere.
	const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', root]).status === 0;
	function* rows(): Generator<string> {
		for (let n = 0; n < 100; n++) yield 'x'.repeat(4096);
		throw Object.assign(new Error('write'), { code: 'ENOSPC' });
	}
	try {
		const error = failure(() => writeResultFolder(root, [{ name: 'samples.csv', content: rows() }]));
		assert.match(error.message, /cannot write .*samples\.csv: no space is left on the device/);
		assert.equal(readdirSync(root), []);
	} finally {
		if (mounted) spawnSync('umount', [root]);
	}
});

test('a folder without permission is a clear error', ({ root }) => {
	chmodSync(root, 0o555);
	if (process.getuid?.() === 0) return;
	assert.match(failure(() => writeResultFolder(root, [{ name: 'a', content: '' }])).message, /permission denied/);
});

test('a signal in the middle can remove what is unfinished', ({ root }) => {
	let seen: string[] = [];
	function* interrupted(): Generator<string> {
		yield 'x';
		seen = readdirSync(root);
		removeUnfinishedFiles();
		assert.equal(readdirSync(root), []);
		throw new Error('interrupted');
	}
	failure(() => writeResultFolder(root, [{ name: 'a', content: interrupted() }]));
	assert.is(seen.length, 1);
	assert.match(seen[0] as string, /^\.a\.[0-9a-f]{8}\.tmp$/);
});

test('the name of a scenario is one name', () => {
	assert.equal(['rotate-db', '../../etc/x', '..', 'a b/c', ''].map(folderName), ['rotate-db', '--..-etc-x', '-', 'a-b-c', '-']);
});

test.run();
