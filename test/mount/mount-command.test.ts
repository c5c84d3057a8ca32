import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MountOptions } from '../../src/mount/mount-options.js';
import { endRunning, errorOf, MANIFESTS, Running } from './running-mount.js';

const test = suite<{ base: string }>('mount');
test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	writeFileSync(join(context.base, 'app.yaml'), MANIFESTS);
});
test.after.each(async ({ base }) => {
	await endRunning();
	rmSync(base, { recursive: true, force: true });
});

test('makes every volume that the kubelet writes, with modes, items, optional sources and the downward API', async ({ base }) => {
	const mount = await new Running(base).ready();
	const at = (...path: readonly string[]): string => join(base, 'v', ...path);
	assert.equal(readdirSync(at()).sort(), ['all', 'db', 'volume-subpaths']);
	assert.is(statSync(at('db', 'password')).mode & 0o7777, 0o400);
	assert.is(readFileSync(at('all', 'db', 'user'), 'utf8'), 'shop');
	assert.is(readFileSync(at('all', 'labels'), 'utf8'), 'app="web"');
	assert.is(readlinkSync(at('db', 'password')), '..data/password');
	assert.equal(mount.events('ready')[0]?.['missing'], []);
	const [subPath] = mount.events('subPath');
	assert.is(readFileSync(String(subPath?.['path']), 'utf8'), 'first');
	assert.match(mount.stdout, /volume scratch \(emptyDir\) is not made/);
	assert.match(mount.stdout, /CronJob nightly is skipped: its schedule is not modelled/);
	assert.is(await mount.quit(), 0);
	assert.equal(readdirSync(base), ['app.yaml']);
});

test('commands on standard input: update, delete, recreate, restart-container, status; values appear nowhere', async ({ base }) => {
	const mount = await new Running(base).ready();
	const password = (): string => readFileSync(join(base, 'v', 'db', 'password'), 'utf8');
	const subPath = String(mount.events('subPath')[0]?.['path']);
	mount.send('update Secret/db password=canary-81c2 user-');
	await mount.until('the password has changed', () => password() === 'canary-81c2');
	const swapped = mount.events('swapped').at(-1);
	assert.equal(swapped?.['files'], { added: [], changed: ['password'], removed: ['user'] });
	assert.is(readFileSync(subPath, 'utf8'), 'first');
	mount.send('restart-container main');
	await mount.until('the subPath has followed', () => readFileSync(subPath, 'utf8') === 'canary-81c2');
	mount.send('delete Secret/db');
	await mount.until('the refresh fails', () => mount.events('failed').some(({ message }) => message === 'secret "db" not found'));
	assert.is(password(), 'canary-81c2', 'the old files stay');
	mount.send('recreate Secret/db password={{ random 20 }} user=x');
	await mount.until('there is a random password', () => /^[A-Za-z0-9]{20}$/.test(password()));
	mount.send('status');
	mount.send('help');
	mount.send('update Secret/none a=canary-81c2');
	mount.send('update Secret/db novalue');
	mount.send('frobnicate canary');
	await mount.until('the mistakes are told', () => mount.events('warning').length >= 4);
	assert.match(mount.stderr, /volume db: .*\/v\/db \(\.\.\d{4}_/);
	assert.match(mount.stderr, /restart-container \[NAME\]/);
	assert.is(await mount.quit(), 0);
	assert.not.match(mount.stdout + mount.stderr, /canary-81c2|first/);
});

test('quoted values, unchanged objects, a recreation in one swap, and what a failed refresh shows', async ({ base }) => {
	const mount = await new Running(base).ready();
	const file = (name: string): string => readFileSync(join(base, 'v', 'db', name), 'utf8');
	mount.send('update Secret/db password="two words\\n\\"quoted\\"" user=\'as \\n is\' plain=it\'s');
	await mount.until('the key has come', () => existsSync(join(base, 'v', 'db', 'plain')));
	assert.equal([file('password'), file('user'), file('plain')], ['two words\n"quoted"', 'as \\n is', "it's"]);
	mount.send('update Secret/db password="canary-31bf');
	mount.send('update Secret/db password="canary-31bf\\q"');
	await mount.until(
		'both mistakes are told',
		() => mount.events('warning').filter(({ message }) => /quote/.test(String(message))).length === 2,
	);
	assert.not.match(mount.stdout, /canary-31bf/);
	mount.send('update Secret/db none-');
	await mount.until('it is told', () => mount.events('object').some(({ verb }) => verb === 'unchanged'));
	const swaps = mount.events('swapped').filter(({ volume }) => volume === 'db').length;
	mount.send('recreate Secret/db password=new');
	await mount.until('the new one is there', () => file('password') === 'new');
	assert.is(mount.events('swapped').filter(({ volume }) => volume === 'db').length, swaps + 1);
	assert.equal(mount.events('failed'), []);
	mount.send('restart-container nobody');
	await mount.until('the names are told', () => mount.stdout.includes('no container \\"nobody\\"; there are main'));
	mount.send('delete Secret/db');
	mount.send('status');
	await mount.until('the status came', () => mount.stderr.includes('ConfigMap/default/settings'));
	assert.match(mount.stderr, /volume db: .* \(\.\.\d{4}_[\d_.]+\); its last refresh failed: secret "db" not found/);
	await mount.quit();
});

test('manifests in the folder that holds the volumes: keys that look like manifests are none', async ({ base }) => {
	const pod = 'spec: { containers: [{ name: c, image: i }], volumes: [{ name: f, configMap: { name: spring } }] }';
	writeFileSync(
		join(base, 'app.yaml'),
		`{ apiVersion: v1, kind: ConfigMap, metadata: { name: spring }, data: { application.yaml: "x: 1" } }\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: p }\n${pod}\n`,
	);
	const key = (): string => readFileSync(join(base, 'v', 'f', 'application.yaml'), 'utf8');
	for (const backing of ['here', 'auto']) {
		const mount = await new Running(base, { watch: true, backing }, [base]).ready();
		assert.is(key(), 'x: 1');
		writeFileSync(join(base, 'app.yaml'), readFileSync(join(base, 'app.yaml'), 'utf8').replace('x: 1', 'x: 2'));
		await mount.until('the key has changed', () => key() === 'x: 2');
		assert.equal(mount.events('warning'), []);
		await mount.quit();
		writeFileSync(join(base, 'app.yaml'), readFileSync(join(base, 'app.yaml'), 'utf8').replace('x: 2', 'x: 1'));
	}
	const kept = await new Running(base, { keep: true, dir: join(base, 'kept'), backing: 'here' }, [base]).ready();
	await kept.quit();
	const beside = await new Running(base, {}, [base]).ready();
	assert.equal(beside.events('warning'), [], 'a volume that an earlier run kept is not read either');
	await beside.quit();
});

test('what the API server would refuse changes nothing', async ({ base }) => {
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.replace('metadata: { name: db }', 'metadata: { name: db }\nimmutable: true'));
	const mount = await new Running(base).ready();
	mount.send('update Secret/db password=two');
	await mount.until('it is refused', () => mount.events('refused').length === 1);
	assert.match(String(mount.events('refused')[0]?.['message']), /field is immutable when `immutable` is set/);
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'first');
	mount.send('recreate Secret/db password=two');
	await mount.until('a new object may differ', () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') === 'two');
	await mount.quit();
});

test('--every sets values again and again', async ({ base }) => {
	const mount = await new Running(base, {
		every: 30_000,
		set: ['Secret/db.password=v{{ ordinal }}', 'ConfigMap/settings.level=x'],
	}).ready();
	await mount.until('three times', () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') >= 'v3');
	await mount.quit();
	const wrong = new Running(base, { every: 30_000, set: ['Secret/db=x'] });
	assert.match(await errorOf(wrong.ended), /names no key of a known object/);
	assert.equal(readdirSync(base), ['app.yaml'], 'a mistake leaves nothing behind');
});

test('a missing object: the volume waits, and comes when the object does', async ({ base }) => {
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.replace('metadata: { name: db }', 'metadata: { name: other }'));
	const mount = await new Running(base).ready();
	assert.equal(mount.events('ready')[0]?.['missing'], ['db', 'all']);
	assert.not(existsSync(join(base, 'v', 'db')));
	assert.equal(mount.events('subPath'), [], 'no container yet');
	mount.send('recreate Secret/db password=late user=late');
	await mount.until('the container starts', () => mount.events('subPath').length === 1);
	await mount.until('it is ready', () => mount.events('ready').length === 2);
	assert.equal(mount.events('ready')[1]?.['missing'], []);
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'late');
	await mount.quit();
});

test('--backing here keeps the bytes in the directory; --flat makes it the volume; --keep leaves everything', async ({ base }) => {
	const here = await new Running(base, { backing: 'here' }).ready();
	const bytes = here.events('ready')[0]?.['bytes'] as { readonly path: string } | undefined;
	assert.is(bytes?.path, join(realpathSync(base), 'v'));
	assert.ok(lstatSync(join(base, 'v', 'db')).isDirectory());
	await here.quit();
	assert.equal(readdirSync(base), ['app.yaml']);

	const single = MANIFESTS.replace(/\n {4}- name: all\n[\s\S]*optional: true } {0,1}\n?/, '\n').replace(/ {8}- \{ name: all.*\n/, '');
	writeFileSync(join(base, 'one.yaml'), single);
	for (const backing of ['auto', 'here']) {
		const flat = await new Running(base, { flat: true, backing }, [join(base, 'one.yaml')]).ready();
		assert.is(readFileSync(join(base, 'v', 'password'), 'utf8'), 'first');
		assert.is(lstatSync(join(base, 'v')).isSymbolicLink(), backing === 'auto');
		await flat.quit();
		assert.equal(readdirSync(base), ['app.yaml', 'one.yaml'], backing);
	}
	mkdirSync(join(base, 'v'), { mode: 0o755 });
	const existing = await new Running(base, { flat: true }, [join(base, 'one.yaml')]).ready();
	assert.not(lstatSync(join(base, 'v')).isSymbolicLink());
	await existing.quit();
	assert.is(lstatSync(join(base, 'v')).mode & 0o777, 0o755);

	const kept = await new Running(base, { keep: true }).ready();
	await kept.quit();
	assert.match(kept.stderr, /kept \S+\/v and \S+secretsim-\w+; nothing cleans up there/);
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'first');
	rmSync(readlinkSync(join(base, 'v', 'db')).replace(/\/volumes\/db$/, ''), { recursive: true });
});

test('refuses what it cannot use, and says what to do', async ({ base }) => {
	const run = (options: Partial<MountOptions>, paths?: readonly string[]): Promise<string> =>
		errorOf(new Running(base, options, paths).ended);
	mkdirSync(join(base, 'full'));
	writeFileSync(join(base, 'full', 'mine'), 'x');
	assert.match(await run({ dir: join(base, 'full') }), /is not empty, and it is not what a killed secretsim left behind/);
	assert.match(await run({ pod: 'nobody' }), /there is no pod "nobody"; there are web \(Pod in default\)/);
	assert.match(await run({ flat: true }), /--flat takes a pod with one volume; web has db, all/);
	assert.match(await run({ set: ['Secret/db.password=x'] }), /--set needs --every/);
	assert.match(await run({ every: 1_000_000 }), /--every needs --set/);
	assert.match(await run({ backing: join(base, 'none') }), /cannot make a directory in .*none \(ENOENT\)/);
	assert.match(await run({}, []), /mount needs manifests/);
	assert.match(await run({ dir: join(base, 'app.yaml', 'v') }), /app\.yaml is not a directory: give another place/);
	for (const wish of [{ speed: 60 }, { variant: 'Cache' }, { from: 1 }, { seed: 1 }, { replication: 1 }]) {
		assert.match(await run(wish), new RegExp(`--${Object.keys(wish)[0]} goes with --scenario, not with manifests`));
	}
	const month = 30 * 86_400_000_000;
	assert.match(await run({ every: month, set: ['Secret/db.password=x'] }), /--every takes at most 24 days/);
	assert.match(await run({ duration: month }), /--duration takes at most 24 days/);
	assert.match(await run({}, [join(base, 'none.yaml')]), /does not exist/);
	writeFileSync(join(base, 'bad.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { k: "%%" }\n');
	assert.match(await run({}, [join(base, 'bad.yaml')]), /bad\.yaml:4:\d+: .*illegal base64/);
	assert.equal(readdirSync(base).sort(), ['app.yaml', 'bad.yaml', 'full']);
});

test('names and paths of a manifest lead nowhere but into the chosen directory', async ({ base }) => {
	const run = async (from: string, to: string): Promise<string> => {
		writeFileSync(join(base, 'app.yaml'), MANIFESTS.replaceAll(from, to));
		return errorOf(new Running(base, { backing: 'here' }).ended);
	};
	assert.match(
		await run('name: db, ', 'name: ../evil, '),
		/spec\.volumes\[\d\]\.name: Invalid value: "\.\.\/evil": a lowercase RFC 1123 label must/,
	);
	assert.match(
		await run('name: main', 'name: ../main'),
		/spec\.containers\[0\]\.name: Invalid value: "\.\.\/main": a lowercase RFC 1123 label must/,
	);
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.replace('mountPath: /etc/db', 'mountPath: ../etc/db'));
	const mount = new Running(base, { backing: 'here' });
	await mount.until('the refresh fails', () => mount.events('failed').some(({ volume }) => volume === 'db'));
	assert.match(String(mount.events('failed')[0]?.['message']), /invalid container mount point \.\.\/etc\/db$/);
	await mount.quit();
	assert.equal(readdirSync(base), ['app.yaml']);
});

test('people get one line per event', async ({ base }) => {
	const mount = new Running(base, { output: 'text' });
	await mount.until('it is ready', () => mount.stdout.includes('is mounted at'));
	mount.send('update Secret/db password=two');
	await mount.until('it is told', () => mount.stdout.includes('(changed password)'));
	await mount.quit();
	const line = /^\d\d:\d\d:\d\d\.\d{3} {2} +\+\d+\.\d{3}s {2}db: swapped to \.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+ \(changed password\)$/m;
	assert.match(mount.stdout, line);
});

test.run();
