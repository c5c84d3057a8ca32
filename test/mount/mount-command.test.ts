import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runMount } from '../../src/mount/mount-command.js';
import type { MountOptions, MountServices } from '../../src/mount/mount-options.js';

const test = suite<{ base: string }>('mount');
test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	writeFileSync(join(context.base, 'app.yaml'), MANIFESTS);
});
test.after.each(async ({ base }) => {
	// A test that failed has left its mount running, and the process would never end.
	for (const mount of started.splice(0)) await mount.quit().catch(() => 0);
	rmSync(base, { recursive: true, force: true });
});

const MANIFESTS = `
apiVersion: v1
kind: Secret
metadata: { name: db }
stringData: { password: first, user: shop }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { level: info }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - name: main
      image: example.invalid/web
      volumeMounts:
        - { name: db, mountPath: /etc/db }
        - { name: db, mountPath: /etc/password, subPath: password }
        - { name: all, mountPath: /etc/all }
        - { name: scratch, mountPath: /tmp }
  volumes:
    - { name: db, secret: { secretName: db, defaultMode: 0400 } }
    - name: all
      projected:
        sources:
          - secret: { name: db, items: [{ key: user, path: db/user }] }
          - configMap: { name: settings }
          - downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] }
          - configMap: { name: extra, optional: true }
    - { name: scratch, emptyDir: {} }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
`;

const SERVICES: MountServices = {
	loadScenario: () => Promise.reject(new Error('no scenario here')),
	engine: () => Promise.reject(new Error('no engine here')),
};

const started: Running[] = [];

/** A running mount in this process. */
class Running {
	readonly #stdin = new PassThrough();
	readonly #stdout = new PassThrough();
	readonly #stderr = new PassThrough();
	readonly ended: Promise<number>;
	stdout = '';
	stderr = '';

	constructor(base: string, options: Partial<MountOptions> = {}, paths: readonly string[] = [join(base, 'app.yaml')]) {
		this.#stdout.on('data', (chunk) => {
			this.stdout += String(chunk);
		});
		this.#stderr.on('data', (chunk) => {
			this.stderr += String(chunk);
		});
		const defaults = {
			dir: join(base, 'v'),
			flat: false,
			backing: 'auto',
			keep: false,
			output: 'json',
			kubernetes: '1.36',
			watch: false,
		} as const;
		const rest = { replication: 0, speed: 1, from: 0 };
		const streams = { stdin: this.#stdin, stdout: this.#stdout, stderr: this.#stderr };
		this.ended = runMount(paths, { ...defaults, ...rest, ...options }, streams, SERVICES);
		started.push(this);
	}

	send(line: string): void {
		this.#stdin.write(`${line}\n`);
	}

	/** Waits until a condition holds. */
	async until(what: string, holds: () => boolean): Promise<void> {
		const failed = this.ended.then(
			() => new Error(`it ended before: ${what}\n${this.stdout}${this.stderr}`),
			(error: unknown) => error,
		);
		for (let i = 0; i < 1000 && !holds(); i++) {
			const error = await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 5))]);
			if (error !== undefined) throw error;
		}
		assert.ok(holds(), `${what}\n${this.stdout}${this.stderr}`);
	}

	async ready(): Promise<this> {
		await this.until('it is ready', () => this.stdout.includes('"event":"ready"'));
		return this;
	}

	async quit(): Promise<number> {
		this.send('quit');
		return this.ended;
	}

	events(kind: string): readonly Readonly<Record<string, unknown>>[] {
		return this.stdout
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
			.filter(({ event }) => event === kind);
	}
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
	try {
		await promise;
		return 'no error';
	} catch (error) {
		return (error as Error).message;
	}
}

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

test('follows the manifest files: one swap a change, none for a file that cannot be read', async ({ base }) => {
	const mount = await new Running(base, { watch: true }).ready();
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.replace('password: first', 'password: second'));
	await mount.until('the password has changed', () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') === 'second');
	assert.equal(
		mount.events('swapped').map(({ volume }) => volume),
		['db', 'all', 'db'],
		'the projected volume shows no changed key: it is not swapped',
	);
	writeFileSync(join(base, 'app.yaml'), `${MANIFESTS}\n  broken: [`);
	await mount.until('the mistake is told', () =>
		mount.events('warning').some(({ message }) => /the manifests stay as they were/.test(String(message))),
	);
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'second');
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.replace(/---\napiVersion: v1\nkind: ConfigMap[\s\S]*?---/, '---'));
	await mount.until('the ConfigMap is gone', () => mount.events('failed').some(({ volume }) => volume === 'all'));
	await mount.quit();
});

for (const what of ['file', 'folder'] as const) {
	test(`follows a manifest in a ${what} that is replaced again and again, the last time too`, async ({ base }) => {
		const folder = join(base, 'm');
		mkdirSync(folder);
		renameSync(join(base, 'app.yaml'), join(folder, 'app.yaml'));
		const mount = await new Running(base, { watch: true }, [what === 'file' ? join(folder, 'app.yaml') : folder]).ready();
		for (let round = 1; round <= 8; round++) {
			const last = `round-${round}`;
			// A chmod that is noticed less than 5 ms before the replacement makes chokidar lose the file.
			writeFileSync(join(folder, '.app.new'), MANIFESTS.replace('password: first', `password: ${last}`));
			chmodSync(join(folder, 'app.yaml'), 0o600);
			await new Promise((resolve) => setTimeout(resolve, 1));
			renameSync(join(folder, '.app.new'), join(folder, 'app.yaml'));
			await mount.until(`${last} is there`, () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') === last);
		}
		await mount.quit();
	});
}

test('says that it does not follow a pod whose own manifest changes', async ({ base }) => {
	const mount = await new Running(base, { watch: true }).ready();
	const told = (pattern: RegExp): number => mount.events('warning').filter(({ message }) => pattern.test(String(message))).length;
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.replace('defaultMode: 0400', 'defaultMode: 0440'));
	await mount.until('it is told', () => told(/the manifest of the pod has changed: a cluster would make a new pod/) === 1);
	writeFileSync(join(base, 'app.yaml'), MANIFESTS.slice(0, MANIFESTS.indexOf('---\napiVersion: v1\nkind: Pod')));
	await mount.until('that it is gone too', () => told(/the manifest of the pod is gone/) === 1);
	assert.is(statSync(join(base, 'v', 'db', 'password')).mode & 0o777, 0o400);
	assert.is(mount.events('swapped').length, 2, 'nothing was swapped since the start');
	await mount.quit();
});

test('follows a folder of manifests that is removed and comes back as another one', async ({ base }) => {
	const folder = join(base, 'm');
	const bring = (password: string): void => {
		mkdirSync(folder);
		writeFileSync(join(folder, 'app.yaml'), MANIFESTS.replace('password: first', `password: ${password}`));
	};
	bring('first');
	const mount = await new Running(base, { watch: true }, [folder]).ready();
	rmSync(folder, { recursive: true });
	await mount.until('the loss is told', () => mount.events('warning').some(({ message }) => /does not exist/.test(String(message))));
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'first');
	bring('second');
	await mount.until('the new folder is read', () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') === 'second');
	writeFileSync(join(folder, 'app.yaml'), MANIFESTS.replace('password: first', 'password: third'));
	await mount.until('and watched', () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') === 'third');
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
	assert.match(await run('name: db, ', 'name: ../evil, '), /^the name of volume "\.\.\/evil" is invalid: a lowercase RFC 1123 label must/);
	assert.match(await run('name: main', 'name: ../main'), /^the name of container "\.\.\/main" is invalid: a lowercase RFC 1123 label must/);
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
