import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SecretVolume } from '../../src/volume.js';

const test = suite<{ base: string }>('faults');
test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
});
test.after.each(({ base }) => rmSync(base, { recursive: true, force: true }));

async function errorOf(body: () => Promise<unknown>): Promise<string> {
	try {
		await body();
		return 'no error';
	} catch (error) {
		return (error as Error).message;
	}
}

function text(volume: SecretVolume, key: string): string {
	return readFileSync(join(volume.path, key), 'utf8');
}

/** A tmpfs of 256 KiB, or why there can be none. */
function smallTmpfs(path: string): string | null {
	mkdirSync(path);
	const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { encoding: 'utf8' });
	if (mounted.error) return 'there is no mount command';
	return mounted.status === 0 ? null : `mounting a small tmpfs is not permitted here: ${mounted.stderr.trim()}`;
}

test('ENOSPC: the old content stays, the half-written directory goes, and a smaller value fits afterwards', async ({ base }) => {
	const small = join(base, 'small');
	const blocked = smallTmpfs(small);
	if (blocked !== null) {
		console.log(`  skipped: ${blocked}`);
		return;
	}
	try {
		const volume = await SecretVolume.create({ data: { a: 'old', b: 'x' }, directory: join(small, 'volume') });
		const before = readdirSync(volume.path).sort();
		const message = await errorOf(() => volume.update({ a: 'y'.repeat(400_000) }));
		assert.match(message, /^write .*\/a: no space left on device$/);
		assert.is(text(volume, 'a'), 'old');
		assert.equal(readdirSync(volume.path).sort(), before, 'no stray directory takes up the space');
		await volume.update({ a: 'z'.repeat(50_000) });
		assert.is(text(volume, 'a').length, 50_000);
		await volume.close();
	} finally {
		spawnSync('umount', [small]);
	}
});

function limited(which: 'EMFILE' | 'EACCES'): { message: string; before: string; after: string; left: readonly string[] } {
	const program = fileURLToPath(new URL('programs/limited.js', import.meta.url));
	const command = which === 'EMFILE' ? 'ulimit -n 64; exec "$0" "$@"' : 'exec "$0" "$@"';
	const run = spawnSync('sh', ['-c', command, process.execPath, program, which], { encoding: 'utf8' });
	if (run.status !== 0) throw new Error(run.stderr);
	return JSON.parse(run.stdout);
}

test('EMFILE: a clear error, the old content, and success once there are descriptors again', () => {
	const { message, before, after, left } = limited('EMFILE');
	assert.match(message, /^open .*: too many open files$/);
	assert.equal([before, after, left], ['old', 'new', []]);
});

test('EACCES: a clear error, the old content, and success once it may write again', () => {
	const { message, before, after, left } = limited('EACCES');
	assert.is(message, 'mkdir $ROOT/..TS: permission denied');
	assert.equal([before, after, left], ['old', 'new', []]);
});

const FSGROUP_POD = `
{ apiVersion: v1, kind: Secret, metadata: { name: db }, stringData: { password: one } }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  securityContext: { fsGroup: 2000, runAsUser: 1000 }
  containers: [{ name: c, image: i }]
  volumes:
    - { name: db, secret: { secretName: db } }
    - name: all
      projected: { sources: [{ secret: { name: db } }, { serviceAccountToken: { path: token } }] }
`;

function withoutRoot(base: string, dir: string): { status: number | null; stdout: string; stderr: string } {
	const program = fileURLToPath(new URL('programs/unprivileged.js', import.meta.url));
	return spawnSync(process.execPath, [program, base, dir], { encoding: 'utf8' });
}

test('without root: fsGroup and the owner of a token are said once to be not set, and every volume is there and changes', ({ base }) => {
	writeFileSync(join(base, 'app.yaml'), FSGROUP_POD);
	if (process.getuid?.() === 0) chownSync(base, 65_534, 65_534);
	const { status, stdout, stderr } = withoutRoot(base, join(base, 'v'));
	assert.is(status, 0, stderr);
	const events = stdout
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
	const warnings = events.filter(({ event }) => event === 'warning').map(({ message }) => String(message));
	assert.is(warnings.filter((message) => /^fsGroup 2000 is not set, only root can give files away: lchown /.test(message)).length, 1);
	assert.equal(
		events.filter(({ event }) => event === 'swapped').map(({ volume }) => volume),
		['db', 'all', 'db', 'all'],
	);
	assert.equal(
		events.filter(({ event }) => event === 'failed'),
		[],
	);
	assert.equal(readdirSync(base), ['app.yaml']);
});

test('a directory of somebody else cannot be used: a clear error, and nothing is left behind', ({ base }) => {
	writeFileSync(join(base, 'app.yaml'), FSGROUP_POD);
	mkdirSync(join(base, 'v'));
	if (process.getuid?.() === 0) chownSync(base, 65_534, 65_534);
	chmodSync(join(base, 'v'), 0o555);
	const { status, stderr } = withoutRoot(base, join(base, 'v'));
	assert.is(status, 2);
	assert.match(stderr, /cannot write into .*\/v \(EACCES\)/);
	assert.equal(readdirSync(base).sort(), ['app.yaml', 'v']);
	assert.is(lstatSync(join(base, 'v')).mode & 0o777, 0o555);
});

test('the volume directory was deleted: an error once, then it is built anew', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' } });
	renameSync(volume.path, `${volume.path}-elsewhere`);
	assert.is(await errorOf(() => volume.update({ a: '2' })), `stat ${volume.path}: no such file or directory`);
	await volume.update({ a: '3' });
	assert.is(text(volume, 'a'), '3');
	rmSync(`${volume.path}-elsewhere`, { recursive: true });
	await volume.close();
});

test('everything was deleted by somebody else: closing is no error, and neither is the end of the process', async ({ base }) => {
	const chosen = await SecretVolume.create({ data: { a: '1' }, directory: join(base, 'chosen') });
	const own = await SecretVolume.create({ data: { a: '1' } });
	for (const name of readdirSync(base)) rmSync(join(base, name), { recursive: true });
	rmSync(join(own.path, '..'), { recursive: true });
	assert.equal([await chosen.close(), await own.close()], [[], []]);
	assert.equal(readdirSync(base), []);
});

test('a user’s own ..data_tmp: an error, the old content, and the file is not touched', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' } });
	writeFileSync(join(volume.path, '..data_tmp'), 'mine');
	assert.match(await errorOf(() => volume.update({ a: '2' })), /^symlink \S+ .*\/\.\.data_tmp: file exists$/);
	assert.is(text(volume, 'a'), '1');
	assert.is(text(volume, '..data_tmp'), 'mine');
	rmSync(join(volume.path, '..data_tmp'));
	await volume.update({ a: '3' });
	assert.is(text(volume, 'a'), '3');
	await volume.close();
});

test('a user’s own file with the name of a new key: the key is published below ..data and reported as shadowed', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' } });
	writeFileSync(join(volume.path, 'b'), 'mine');
	const result = await volume.update({ b: '2' });
	assert.equal(result.kind === 'swapped' && result.shadowed, ['b']);
	assert.is(text(volume, 'b'), 'mine');
	assert.is(text(volume, '..data/b'), '2');
	await volume.close();
	rmSync(join(volume.path, '..'), { recursive: true, force: true });
});

test('links that a user put in the way are not followed: nothing behind them is written, linked or removed', async ({ base }) => {
	const outside = await SecretVolume.create({ data: { a: 'theirs' }, directory: join(base, 'outside') });
	const version = readlinkSync(join(outside.path, '..data'));
	const directory = join(base, 'volume');
	const root = await SecretVolume.create({ data: { a: '1' }, directory });
	rmSync(directory, { recursive: true });
	symlinkSync(outside.path, directory);
	assert.match(await errorOf(() => root.update({ a: '2' })), /volume was replaced by a link: nothing is written through it/);
	assert.equal(await root.close(), [directory]);
	unlinkSync(directory);

	const data = await SecretVolume.create({ data: { a: '1' }, directory });
	rmSync(join(directory, '..data'));
	symlinkSync(join('..', 'outside', version), join(directory, '..data'));
	assert.match(await errorOf(() => data.update({ a: '2' })), /\.\.data was replaced by a link to something else/);
	writeFileSync(join(base, 'precious'), 'precious');
	symlinkSync(join(base, 'precious'), join(directory, 'led'));
	assert.throws(() => data.subPath('led'), /failed to prepare subPath/);
	await data.close();

	assert.is(readlinkSync(join(outside.path, '..data')), version);
	assert.is(text(outside, 'a'), 'theirs');
	assert.is(lstatSync(join(base, 'precious')).nlink, 1);
	await outside.close();
});

test('what a killed process had noted and a user replaced by links stays, and so does what they lead to', async ({ base }) => {
	const outside = await SecretVolume.create({ data: { a: 'theirs' }, directory: join(base, 'outside') });
	const marker = {
		program: 'secretsim',
		owner: { pid: 2 ** 22 + 1, started: null, namespace: readNamespace() },
		formerMode: null,
		place: null,
		links: [],
	};
	const holdings = {
		volumes: [
			{ path: 'db', made: [] },
			{ path: '../outside', made: [] },
		],
		trees: ['../outside', 'led/..data'],
	};
	mkdirSync(join(base, 'v'));
	symlinkSync(outside.path, join(base, 'v', 'db'));
	symlinkSync(outside.path, join(base, 'v', 'led'));
	writeFileSync(join(base, '.v.secretsim.json'), JSON.stringify({ ...marker, holdings }));
	assert.match(await errorOf(() => SecretVolume.create({ data: {}, directory: join(base, 'v') })), /is not empty/);
	assert.equal(readdirSync(join(base, 'v')).sort(), ['db', 'led']);
	assert.is(text(outside, 'a'), 'theirs');
	await outside.close();
});

function readNamespace(): string | null {
	try {
		return readlinkSync('/proc/self/ns/pid');
	} catch {
		return null;
	}
}

test('..data is a user’s directory: an error, nothing is changed', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' } });
	const version = readlinkSync(join(volume.path, '..data'));
	rmSync(join(volume.path, '..data'));
	mkdirSync(join(volume.path, '..data'));
	assert.match(await errorOf(() => volume.update({ a: '2' })), /^readlink .*\/\.\.data: invalid argument$/);
	assert.ok(lstatSync(join(volume.path, '..data')).isDirectory());
	assert.is(text(volume, join(version, 'a')), '1');
	await volume.close();
	rmSync(join(volume.path, '..'), { recursive: true, force: true });
});

test.run();
