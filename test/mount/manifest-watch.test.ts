import { chmodSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endRunning, MANIFESTS, Running } from './running-mount.js';

const test = suite<{ base: string }>('mount, following its manifests');
test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	writeFileSync(join(context.base, 'app.yaml'), MANIFESTS);
});
test.after.each(async ({ base }) => {
	await endRunning();
	rmSync(base, { recursive: true, force: true });
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
	const folder = join(base, 'm', 'n');
	const bring = (password: string): void => {
		mkdirSync(folder, { recursive: true });
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
	rmSync(join(base, 'm'), { recursive: true });
	writeFileSync(join(base, 'm'), 'a file where a folder was');
	// Longer than it takes to see that the folder is another one.
	await new Promise((resolve) => setTimeout(resolve, 700));
	rmSync(join(base, 'm'));
	bring('fourth');
	await mount.until('and once more', () => readFileSync(join(base, 'v', 'db', 'password'), 'utf8') === 'fourth');
	await mount.quit();
});

test.run();
