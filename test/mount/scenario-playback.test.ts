import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Partial as EnginePartial, sampleRows, simulate } from '../../src/index.js';
import { runMount } from '../../src/mount/mount-command.js';
import type { MountOptions, MountServices } from '../../src/mount/mount-options.js';
import { loadScenario } from '../../src/node.js';
import { repositoryPath } from '../support/repository.js';

const ROTATION = repositoryPath('scenarios', 'rotate-database-password.yaml');
const MINUTE = 60_000_000;
const SERVICES: MountServices = { loadScenario, engine: async () => ({ simulate }) };

const test = suite<{ base: string }>('mount --scenario');
test.before.each((context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
});
test.after.each(({ base }) => rmSync(base, { recursive: true, force: true }));

interface Played {
	readonly events: readonly Readonly<Record<string, unknown>>[];
	readonly text: string;
	/** Contents of a file each time a line was printed. */
	readonly contents: readonly string[];
}

function contentOf(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		return `(none: ${(error as Error).message})`;
	}
}

async function play(base: string, file: string, watched: string, options: Partial<MountOptions>): Promise<Played> {
	const lines: string[] = [];
	const contents: string[] = [];
	// Looks at the file while the line is written: a moment later the next version may be there.
	const stdout = new Writable({
		write: (chunk, _encoding, done) => {
			for (const line of String(chunk).trim().split('\n')) {
				lines.push(line);
				contents.push(contentOf(join(base, 'v', watched)));
			}
			done();
		},
	});
	const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
	const defaults = {
		flat: false,
		backing: 'auto',
		keep: false,
		output: 'json',
		kubernetes: '1.36',
		watch: false,
		replication: 0,
		from: 0,
	} as const;
	const code = await runMount([], { ...defaults, dir: join(base, 'v'), speed: 100_000, scenario: file, ...options }, streams, SERVICES);
	assert.is(code, 0);
	assert.equal(readdirSync(base), [], 'nothing is left');
	return { events: lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>), text: lines.join('\n'), contents };
}

for (const variant of ['Watch', 'Cache', 'Get']) {
	test(`${variant}: the pod's files change when the model says`, async ({ base }) => {
		const { events, contents, text } = await play(base, ROTATION, 'db/password', { variant, pod: 'web', from: 3 * MINUTE });
		const plan = await loadScenario(ROTATION);
		const part: EnginePartial = simulate(plan, { variants: [variant], replications: [0] });
		const settled = [...sampleRows(part)].filter(({ pod, settledSeconds }) => pod === 'default/web-0' && settledSeconds !== null);
		assert.ok(settled.length >= 4, `${settled.length} writes`);
		const played = events
			.filter(({ event }) => event === 'settled')
			.map(({ write, virtualSeconds, delaySeconds }) => ({ write, virtualSeconds, delaySeconds }));
		assert.equal(
			played,
			settled.map(({ write, settledSeconds, delaySeconds }) => ({
				write,
				virtualSeconds: Math.round((settledSeconds as number) * 1000) / 1000,
				delaySeconds,
			})),
		);
		// Before the pod is mounted there may be lines about what killed processes have left.
		const versions = [...new Set(contents.slice(events.findIndex(({ event }) => event === 'ready')))];
		assert.is(versions[0], 'first-password', 'what the manifests spell out is shown as it is');
		assert.is(versions.length, settled.length + 1, 'each write has a value of its own');
		assert.not.match(text, /first-password/);
	});
}

test('quit ends a playback that waits; impossible wishes are refused', async ({ base }) => {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	const common = {
		flat: false,
		backing: 'auto',
		keep: false,
		output: 'text',
		kubernetes: '1.36',
		watch: false,
		replication: 0,
		from: 0,
		speed: 1,
	} as const;
	const options = { ...common, dir: join(base, 'v'), scenario: ROTATION };
	const ended = runMount([], options, streams, SERVICES);
	streams.stdout.once('data', () => streams.stdin.write('quit\n'));
	assert.is(await ended, 0);
	const refused = async (wishes: Partial<MountOptions>, paths: readonly string[] = []): Promise<string> => {
		try {
			await runMount(paths, { ...options, ...wishes }, streams, SERVICES);
			return 'not refused';
		} catch (error) {
			return (error as Error).message;
		}
	};
	assert.match(await refused({ variant: 'Push' }), /there is no variant "Push"; there are Watch, Cache, Get/);
	assert.match(await refused({ pod: 'nobody' }), /there is no pod "nobody" with volumes; there are pods of web, worker/);
	assert.match(await refused({ replication: 99 }), /there is no replication 99/);
	assert.match(await refused({ every: 1 }), /go with manifests, not with --scenario/);
	assert.match(await refused({ kubernetes: '1.29' }), /a scenario names its release itself/);
	assert.match(await refused({}, ['x.yaml']), /a scenario names its manifests itself/);
	assert.equal(readdirSync(base), []);
});

test('a moment that is further away than a timer can wait is waited for', async ({ base }) => {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	let lines = '';
	streams.stdout.on('data', (chunk) => {
		lines += String(chunk);
	});
	// The first rotation is after six minutes of virtual time: more than a year at this speed.
	const common = { flat: false, backing: 'auto', keep: false, output: 'text', kubernetes: '1.36', watch: false, replication: 0 } as const;
	const options = { ...common, from: 0, speed: 1e-5, dir: join(base, 'v'), scenario: ROTATION };
	const ended = runMount([], options, streams, SERVICES);
	while (!lines.includes('is mounted at')) await new Promise((resolve) => setTimeout(resolve, 5));
	await new Promise((resolve) => setTimeout(resolve, 100));
	streams.stdin.write('quit\n');
	assert.is(await ended, 0);
	assert.not.match(lines, /updated/);
});

test('every bundled scenario can be played', async ({ base }) => {
	const files = readdirSync(repositoryPath('scenarios')).filter((name) => name.endsWith('.yaml') && name !== 'kubelet-config.yaml');
	assert.ok(files.length >= 10);
	for (const name of files) {
		const { events } = await play(base, repositoryPath('scenarios', name), 'x', { speed: 1e9 });
		assert.ok(
			events.some(({ event }) => event === 'ready'),
			name,
		);
	}
});

test.run();
