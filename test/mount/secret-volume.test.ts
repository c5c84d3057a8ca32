import { spawnSync } from 'node:child_process';
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createFsFromVolume, Volume } from 'memfs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SecretVolume } from '../../src/volume.js';

const test = suite<{ base: string }>('SecretVolume');
test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
});
test.after.each((context) => rmSync(context.base, { recursive: true, force: true }));

async function rejects(body: () => Promise<unknown>, pattern: RegExp): Promise<void> {
	try {
		await body();
	} catch (error) {
		assert.match((error as Error).message, pattern);
		return;
	}
	assert.unreachable('should have been rejected');
}

function read(volume: SecretVolume, key: string): string {
	return readFileSync(join(volume.path, key), 'utf8');
}

test('has the layout of a kubelet: ..data, a timestamped directory, links, modes', async () => {
	const volume = await SecretVolume.create({
		data: { password: 'one', user: 'me' },
		defaultMode: 0o400,
		seed: 1,
		now: () => 1_790_000_000_000,
	});
	const directory = readlinkSync(join(volume.path, '..data'));
	assert.match(directory, /^\.\.2026_09_21_14_13_20\.\d+$/);
	assert.equal(readdirSync(volume.path).sort(), ['..data', directory, 'password', 'user'].sort());
	assert.is(readlinkSync(join(volume.path, 'password')), '..data/password');
	assert.is(statSync(join(volume.path, 'password')).mode & 0o7777, 0o400);
	assert.is(lstatSync(volume.path).mode & 0o7777, 0o1777);
	assert.is(lstatSync(dirname(volume.path)).mode & 0o7777, 0o700, 'nobody else can look into it');
	await volume.close();
	assert.not(existsSync(dirname(volume.path)));
});

test('an update is one swap; keys that are not named stay; nothing happens when nothing differs', async () => {
	const volume = await SecretVolume.create({ data: { a: '1', b: '1', c: '1' } });
	const before = readlinkSync(join(volume.path, '..data'));
	assert.equal(await volume.update({ a: '1' }), { kind: 'unchanged' });
	const result = await volume.update({ a: '2', c: null, d: new Uint8Array([0xff]) });
	assert.is(result.kind, 'swapped');
	if (result.kind === 'swapped') {
		assert.equal(result.files, { added: ['d'], changed: ['a'], removed: ['c'] });
		assert.is(result.directory, readlinkSync(join(volume.path, '..data')));
		assert.is.not(result.directory, before);
		assert.equal(result.shadowed, []);
	}
	assert.equal(
		readdirSync(volume.path)
			.filter((name) => !name.startsWith('..'))
			.sort(),
		['a', 'b', 'd'],
	);
	assert.is(read(volume, 'a') + read(volume, 'b'), '21');
	await volume.replace({ only: 'x' });
	assert.equal(
		readdirSync(volume.path).filter((name) => !name.startsWith('..')),
		['only'],
	);
	await volume.close();
});

test('deleting the Secret keeps the files, unless the volume is optional', async () => {
	const kept = await SecretVolume.create({ data: { a: '1' } });
	assert.equal(await kept.delete(), { kind: 'failed', text: 'secret "secret" not found' });
	assert.is(read(kept, 'a'), '1');
	await rejects(() => kept.update({ a: '2' }), /recreate\(\)/);
	await kept.recreate({ a: '3' });
	assert.is(read(kept, 'a'), '3');
	await kept.close();

	const optional = await SecretVolume.create({ data: { a: '1' }, optional: true });
	assert.is((await optional.delete()).kind, 'swapped');
	assert.equal(
		readdirSync(optional.path).filter((name) => !name.startsWith('..')),
		[],
	);
	await optional.close();
});

test('items: a missing key stops the refresh with the kubelet’s text', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' }, items: [{ key: 'a', path: 'deep/file', mode: 0o600 }] });
	assert.is(read(volume, 'deep/file'), '1');
	await rejects(() => volume.update({ a: null }), /^references non-existent secret key: a$/);
	assert.is(read(volume, 'deep/file'), '1');
	await volume.close();
	await rejects(() => SecretVolume.create({ data: {}, items: [{ key: 'a', path: 'x' }] }), /references non-existent secret key: a/);
	await rejects(() => SecretVolume.create({ data: { 'a/b': '1' } }), /"a\/b" cannot be a key of a Secret/);
});

test('a torn write is seen by readers and put right by the next update', async () => {
	const volume = await SecretVolume.create({ data: { password: 'four' }, defaultMode: 0o400 });
	const path = await volume.tornWrite();
	assert.is(readFileSync(path, 'utf8'), 'fo');
	assert.is(read(volume, 'password'), 'fo');
	assert.is(statSync(path).mode & 0o7777, 0o400);
	assert.is((await volume.update({ password: 'four' })).kind, 'swapped');
	assert.is(read(volume, 'password'), 'four');
	await volume.close();
});

test('a torn write tears files of the volume and nothing else', async ({ base }) => {
	const outside = join(base, 'outside');
	writeFileSync(outside, 'precious');
	const volume = await SecretVolume.create({ data: { password: 'four', 'a.b': 'x' }, directory: join(base, 'v') });
	symlinkSync(outside, join(volume.path, readlinkSync(join(volume.path, '..data')), 'link'));
	for (const key of ['../../outside', '../password', 'link', 'nope', '']) {
		await rejects(() => volume.tornWrite(key), /^there is no file ".*" in the volume; there are a\.b, password$/);
	}
	unlinkSync(join(volume.path, '..data'));
	symlinkSync('..', join(volume.path, '..data'));
	await rejects(() => volume.tornWrite('outside'), /\.\.data was replaced by a link to something else$/);
	assert.is(readFileSync(outside, 'utf8'), 'precious');
	await volume.close();
});

test('a closed volume says so; closing it again does nothing', async () => {
	const volume = await SecretVolume.create({ data: { password: 'one' } });
	await volume.close();
	for (const call of [
		() => volume.update({ password: 'two' }),
		() => volume.replace({}),
		() => volume.recreate({}),
		() => volume.delete(),
		() => volume.tornWrite(),
		() => volume.restartContainer(),
		async () => volume.subPath('password'),
	]) {
		await rejects(call, /^the volume is closed$/);
	}
	assert.equal(await volume.close(), []);
	assert.not(existsSync(volume.path));
});

test('modes that the API server would refuse are refused', async () => {
	for (const mode of [-1, 0o1000, 0.5, Number.NaN]) {
		await rejects(() => SecretVolume.create({ data: { a: '1' }, defaultMode: mode }), /cannot be the mode of a file/);
		await rejects(() => SecretVolume.create({ data: { a: '1' }, items: [{ key: 'a', path: 'a', mode }] }), /cannot be the mode of a file/);
	}
});

test('a subPath stays as it was until the container restarts (K9)', async () => {
	const volume = await SecretVolume.create({ data: { password: 'one', other: 'x' } });
	const seen = volume.subPath('password');
	await volume.update({ password: 'two' });
	assert.is(readFileSync(seen, 'utf8'), 'one');
	await volume.restartContainer();
	assert.is(readFileSync(seen, 'utf8'), 'two');
	await volume.close();
	assert.not(existsSync(seen));
});

test('subPath: a key that goes away leaves a directory, and the container fails for ever once the key is back twice (K20.29)', async () => {
	const volume = await SecretVolume.create({ data: { k: '1', o: '1' } });
	const seen = volume.subPath('k');
	await volume.update({ k: null });
	const failed = /failed to prepare subPath for volumeMount "secret" of container "main"/;
	await rejects(() => volume.restartContainer(), failed);
	await volume.restartContainer();
	assert.ok(statSync(seen).isDirectory(), 'the second attempt starts with an empty directory');
	assert.ok(lstatSync(join(volume.path, 'k')).isDirectory(), 'and the volume has one of the same name');
	const back = await volume.update({ k: '2' });
	assert.equal(back.kind === 'swapped' && back.shadowed, ['k'], 'the key is back but shadowed');
	await volume.restartContainer();
	assert.ok(statSync(seen).isDirectory());
	await volume.update({ k: null });
	await volume.update({ k: '3' });
	assert.is(read(volume, 'k'), '3', 'removed and back once more: the directory mount heals');
	await rejects(() => volume.restartContainer(), failed);
	await rejects(() => volume.restartContainer(), failed);
	await volume.close();
	assert.not(existsSync(dirname(volume.path)));
});

test('subPath of a directory: its files are gone after the next swap, because the timestamped directory is', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' }, items: [{ key: 'a', path: 'd/a' }] });
	const seen = volume.subPath('d');
	assert.is(readFileSync(join(seen, 'a'), 'utf8'), '1');
	await volume.update({ a: '2' });
	assert.equal(readdirSync(seen), []);
	await volume.restartContainer();
	assert.is(readFileSync(join(seen, 'a'), 'utf8'), '2');
	await volume.close();
});

test('subPath of a key that is missing from the start: an empty directory, and the key is shadowed', async () => {
	const volume = await SecretVolume.create({ data: {}, optional: true });
	const seen = volume.subPath('late');
	assert.equal(readdirSync(seen), []);
	await volume.update({ late: '1' });
	assert.ok(lstatSync(join(volume.path, 'late')).isDirectory());
	await volume.close();
	assert.not(existsSync(dirname(volume.path)));
});

test('a directory of the caller is used when it is missing or empty, refused otherwise, and given back as it was', async ({ base }) => {
	const chosen = join(base, 'chosen');
	const volume = await SecretVolume.create({ data: { a: '1' }, directory: chosen });
	assert.is(volume.path, chosen);
	assert.equal(
		readdirSync(base)
			.filter((name) => !name.startsWith('secretsim-'))
			.sort(),
		['.chosen.secretsim.json', 'chosen'],
	);
	await rejects(() => SecretVolume.create({ data: {}, directory: chosen }), /is in use by process \d+/);
	await volume.close();
	assert.equal(readdirSync(base), []);

	mkdirSync(chosen, { mode: 0o750 });
	await (await SecretVolume.create({ data: { a: '1' }, directory: chosen })).close();
	assert.is(lstatSync(chosen).mode & 0o7777, 0o750);
	assert.equal(readdirSync(base), ['chosen']);

	writeFileSync(join(chosen, 'mine'), 'precious');
	await rejects(
		() => SecretVolume.create({ data: {}, directory: chosen }),
		/is not empty, and it is not what a killed secretsim left behind/,
	);
	symlinkSync(chosen, join(base, 'link'));
	await rejects(() => SecretVolume.create({ data: {}, directory: join(base, 'link') }), /is not a directory but a link/);
	await rejects(() => SecretVolume.create({ data: {}, directory: join(base, 'no', 'where') }), /does not exist/);
	assert.equal(readdirSync(chosen), ['mine']);
});

test('files of others in the volume are never removed', async () => {
	const volume = await SecretVolume.create({ data: { a: '1', b: '1' } });
	writeFileSync(join(volume.path, 'extra'), 'mine');
	mkdirSync(join(volume.path, '..2020_01_01_00_00_00.mine'));
	assert.equal((await volume.close()).map((path) => path.slice(volume.path.length + 1)).sort(), ['..2020_01_01_00_00_00.mine', 'extra']);
	assert.equal(readdirSync(volume.path).sort(), ['..2020_01_01_00_00_00.mine', 'extra']);
	assert.equal(await volume.close(), [], 'the second close does nothing');
	rmSync(dirname(volume.path), { recursive: true });
});

test('fsGroup: the kubelet’s masks for root, one warning for others', async () => {
	const volume = await SecretVolume.create({ data: { a: '1' }, defaultMode: 0o400, fsGroup: 2000 });
	await volume.update({ a: '2' });
	if (process.getuid?.() === 0) {
		assert.equal(volume.warnings, []);
		assert.is(statSync(join(volume.path, 'a')).gid, 2000);
		assert.is(lstatSync(volume.path).mode & 0o7777, 0o3777);
	} else assert.match(volume.warnings.join('\n'), /^fsGroup 2000 is not set: lchown .*: operation not permitted$/);
	assert.is(statSync(join(volume.path, 'a')).mode & 0o7777, 0o440);
	await volume.close();
});

test('follows older releases: 1.29 does not repair a lost link', async () => {
	const repaired = async (kubernetes: string): Promise<boolean> => {
		const volume = await SecretVolume.create({ data: { a: '1' }, kubernetes });
		rmSync(join(volume.path, 'a'));
		await volume.update({ a: '1' });
		const there = readdirSync(volume.path).includes('a');
		await volume.close();
		return there;
	};
	assert.is(await repaired('1.29'), false);
	assert.is(await repaired('1.30'), true);
	await rejects(() => SecretVolume.create({ data: {}, kubernetes: '1.2' }), /no profile of Kubernetes/);
});

test('does the same in memfs', async () => {
	const fs = createFsFromVolume(new Volume());
	const volume = await SecretVolume.create({ data: { a: '1', b: '1' }, fs });
	assert.is(volume.path, '/secretsim-volume-1');
	const seen = volume.subPath('a');
	const result = await volume.update({ a: '2', b: null });
	assert.is(result.kind, 'swapped');
	assert.is(fs.readFileSync(`${volume.path}/a`, 'utf8'), '2');
	assert.is(fs.readFileSync(seen, 'utf8'), '1');
	assert.is(fs.readlinkSync(`${volume.path}/a`), '..data/a');
	assert.is(fs.lstatSync(`${volume.path}/..data`).isSymbolicLink(), true);
	await volume.restartContainer();
	assert.is(fs.readFileSync(seen, 'utf8'), '2');
	await volume.tornWrite('a');
	assert.is(fs.readFileSync(`${volume.path}/a`, 'utf8'), '');
	await volume.close();
	assert.equal(fs.readdirSync('/'), []);
});

test('a value is in no text that the volume gives', async () => {
	const canary = 'canary-3f7a';
	const volume = await SecretVolume.create({ data: { password: canary }, fsGroup: 2000 });
	const { inspect } = await import('node:util');
	const result = await volume.update({ password: `${canary}-2`, bad: canary });
	const failed = await volume.delete();
	const texts = [
		inspect(volume, { depth: 9 }),
		JSON.stringify(volume),
		inspect(result, { depth: 9 }),
		JSON.stringify(failed),
		volume.warnings.join(),
	];
	assert.not(texts.join('\n').includes(canary));
	await volume.close();
});

test('a place whose maker was killed before it could say so is swept when it is empty and old, and nothing else is', async ({ base }) => {
	const place = (name: string): string => {
		mkdirSync(join(base, name));
		utimesSync(join(base, name), 1, 1);
		return name;
	};
	place('secretsim-4711_aBc123');
	const kept = [place('secretsim-mine'), place('secretsim-4711_aBc1234'), 'secretsim-4711_young1'];
	mkdirSync(join(base, 'secretsim-4711_young1'));
	const volume = await SecretVolume.create({ data: { a: '1' }, directory: join(base, 'v') });
	await volume.close();
	assert.equal(readdirSync(base).sort(), kept.sort());
});

test('works where a test runner gives tests a realm of their own, as Jest does', () => {
	const program = fileURLToPath(new URL('programs/other-realm.js', import.meta.url));
	const child = spawnSync(process.execPath, ['--no-warnings', '--experimental-vm-modules', program], { encoding: 'utf8' });
	assert.is(child.status, 0, child.stderr);
	const { foreign, results } = JSON.parse(child.stdout) as { readonly foreign: boolean; readonly results: readonly unknown[] };
	assert.ok(foreign, 'the errors of node:fs are of another realm');
	const left = results[4] as readonly string[];
	assert.equal(results.slice(0, 4), [['two', 2], { kind: 'failed', text: 'secret "secret" not found' }, 'three', [true, 'EEXIST']]);
	assert.match(String(left[0]), /\/\.\.data_tmp$/, 'what was not made by the library stays');
	rmSync(dirname(dirname(String(left[0]))), { recursive: true });
	assert.is(results[5], 'InputError');
});

test('is closed at the end of a block where the runtime disposes', async () => {
	let path = '';
	{
		await using volume = await SecretVolume.create({ data: { a: '1' } });
		path = volume.path;
		assert.ok(existsSync(path));
	}
	assert.not(existsSync(path));
});

test.run();
