import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repositoryPath } from '../support/repository.js';

const PROGRAM = repositoryPath('dist', 'cli', 'main.js');
const test = suite<{ base: string }>('mount, as a process');

test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	writeFileSync(
		join(context.base, 'app.yaml'),
		[
			'{ apiVersion: v1, kind: Secret, metadata: { name: db }, stringData: { password: canary-77aa } }',
			'{ apiVersion: v1, kind: Pod, metadata: { name: web }, spec: { containers: [{ name: c, image: i }], volumes: [{ name: db, secret: { secretName: db } }] } }',
		].join('\n---\n'),
	);
});
test.after.each(({ base }) => rmSync(base, { recursive: true, force: true }));

interface Started {
	readonly child: ChildProcess;
	readonly output: () => string;
	readonly exit: Promise<readonly [number | null, string | null]>;
}

async function start(base: string, args: readonly string[] = []): Promise<Started> {
	const child = spawn(process.execPath, [PROGRAM, 'mount', join(base, 'app.yaml'), '--dir', join(base, 'v'), ...args]);
	const chunks: string[] = [];
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(String(chunk)));
	const exit = once(child, 'close') as Promise<[number | null, string | null]>;
	const output = (): string => chunks.join('');
	let ended = false;
	void exit.then(() => {
		ended = true;
	});
	while (!output().includes('is mounted at') && !ended) await new Promise((resolve) => setTimeout(resolve, 5));
	return { child, output, exit };
}

for (const [signal, code] of [
	['SIGINT', 130],
	['SIGTERM', 143],
] as const) {
	test(`${signal} removes everything and exits with ${code}`, async ({ base }) => {
		const { child, output, exit } = await start(base);
		const place = readlinkSync(join(base, 'v', 'db')).replace(/\/volumes\/db$/, '');
		assert.ok(existsSync(place));
		child.kill(signal);
		assert.equal(await exit, [code, null]);
		assert.equal(readdirSync(base), ['app.yaml']);
		assert.not(existsSync(place), 'the bytes are gone too');
		assert.not.match(output(), /canary-77aa/);
	});
}

test('stays when standard input is at its end and no file is watched', async ({ base }) => {
	const { child, output, exit } = await start(base, ['--no-watch']);
	child.stdin?.end('update Secret/db password=canary-88bb\n');
	while (!output().includes('updated: password')) await new Promise((resolve) => setTimeout(resolve, 5));
	await new Promise((resolve) => setTimeout(resolve, 300));
	assert.is(child.exitCode, null, 'nothing has told it to end');
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'canary-88bb');
	child.kill('SIGTERM');
	assert.equal(await exit, [143, null]);
	assert.equal(readdirSync(base), ['app.yaml']);
});

test('SIGTERM: a user’s own file stays and is named', async ({ base }) => {
	const { child, output, exit } = await start(base, ['--backing', 'here']);
	writeFileSync(join(base, 'v', 'db', 'mine'), 'precious');
	child.kill('SIGTERM');
	await exit;
	assert.match(output(), /left \S+\/v\/db\/mine: it was not made by secretsim/);
	assert.equal(readdirSync(join(base, 'v', 'db')), ['mine']);
});

for (const where of ['', 'volumes'] as const) {
	test(`SIGTERM: a user’s own file beside the volumes (${where || 'at the top'}) stays and is named`, async ({ base }) => {
		const { child, output, exit } = await start(base);
		const place = readlinkSync(join(base, 'v', 'db')).replace(/\/volumes\/db$/, '');
		const mine = join(place, where, 'mine');
		writeFileSync(mine, 'precious');
		child.kill('SIGTERM');
		assert.equal(await exit, [143, null], output());
		assert.ok(output().includes(`left ${mine}: it was not made by secretsim`), output());
		assert.is(readFileSync(mine, 'utf8'), 'precious');
		assert.not(existsSync(join(place, 'volumes', 'db')), 'the values are gone');
		assert.equal(readdirSync(base), ['app.yaml']);
		rmSync(place, { recursive: true });
	});
}

test('Ctrl-C with --keep: everything stays, and it is said where', async ({ base }) => {
	const { child, output, exit } = await start(base, ['--keep']);
	child.kill('SIGINT');
	await exit;
	const place = readlinkSync(join(base, 'v', 'db')).replace(/\/volumes\/db$/, '');
	assert.ok(output().includes(`kept ${join(base, 'v')} and ${place}; nothing cleans up there from now on`), output());
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'canary-77aa');
	rmSync(place, { recursive: true });
});

test('Ctrl-C ends observe with its report', async ({ base }) => {
	const { child, exit } = await start(base);
	const observer = spawn(process.execPath, [PROGRAM, 'observe', join(base, 'v', 'db'), '-o', 'json']);
	let report = '';
	observer.stdout.on('data', (chunk) => {
		report += String(chunk);
	});
	const observed = once(observer, 'close');
	await once(observer.stderr, 'data');
	child.stdin?.write('update Secret/db password=canary-88bb\n');
	await new Promise((resolve) => setTimeout(resolve, 600));
	observer.kill('SIGINT');
	assert.equal(await observed, [130, null]);
	const { schema, updates } = JSON.parse(report) as { readonly schema: string; readonly updates: readonly unknown[] };
	assert.equal([schema, updates.length], ['secretsim.observation/v1', 1]);
	assert.not.match(report, /canary/);
	child.stdin?.end('quit\n');
	assert.equal(await exit, [0, null]);
});

test('after kill -9 the next start finds the leftovers, says so and removes them', async ({ base }) => {
	const first = await start(base);
	const place = readlinkSync(join(base, 'v', 'db')).replace(/\/volumes\/db$/, '');
	first.child.kill('SIGKILL');
	await first.exit;
	assert.ok(existsSync(join(base, '.v.secretsim.json')), 'a killed process cannot clean up');
	const second = await start(base);
	assert.match(second.output(), /removed .*left behind by a process that was killed|was killed before it could clean up/);
	assert.not(existsSync(place));
	assert.is(readFileSync(join(base, 'v', 'db', 'password'), 'utf8'), 'canary-77aa');
	second.child.stdin?.end('quit\n');
	assert.equal(await second.exit, [0, null]);
	assert.equal(readdirSync(base), ['app.yaml']);
});

test('after kill -9 with the bytes in the directory, files of others survive the clean-up', async ({ base }) => {
	const first = await start(base, ['--backing', 'here']);
	first.child.kill('SIGKILL');
	await first.exit;
	writeFileSync(join(base, 'v', 'db', 'mine'), 'precious');
	mkdirSync(join(base, 'v', 'also-mine'));
	const second = await start(base, ['--backing', 'here']);
	assert.equal(await second.exit, [2, null]);
	assert.match(second.output(), /is not empty, and it is not what a killed secretsim left behind/);
	assert.equal(readdirSync(join(base, 'v')).sort(), ['also-mine', 'db']);
	assert.equal(readdirSync(join(base, 'v', 'db')), ['mine']);
});

test('a directory in use is refused, and the user is told by whom', async ({ base }) => {
	const first = await start(base);
	const second = await start(base);
	assert.equal(await second.exit, [2, null]);
	assert.match(second.output(), new RegExp(`is in use by process ${String(first.child.pid)}`));
	first.child.kill('SIGTERM');
	await first.exit;
});

test('wrong options end with exit code 2 and a hint', async ({ base }) => {
	const { output, exit } = await start(base, ['--every', 'soon']);
	assert.equal(await exit, [2, null]);
	assert.match(output(), /Must be a duration such as 30s/);
});

test.run();
