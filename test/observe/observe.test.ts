import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ConsumerSummary, Observation } from '../../src/observe/observation.js';
import { type ObserveOptions, runObserve } from '../../src/observe/observe.js';

interface Report {
	readonly key: string;
	readonly updates: readonly {
		readonly number: number;
		readonly keyChanged: boolean;
		readonly firstNoticeMs: Readonly<Record<string, number | null>>;
	}[];
	readonly consumers: readonly ConsumerSummary[];
}

const test = suite<{ base: string; writer: ChildProcess }>('observe');

async function startWriter(args: readonly string[]): Promise<ChildProcess> {
	const program = fileURLToPath(new URL('programs/burst.js', import.meta.url));
	const writer = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
	await once(writer.stdout, 'data');
	return writer;
}

async function endWriter(writer: ChildProcess): Promise<void> {
	const ended = once(writer, 'exit');
	writer.stdin?.end('end\n');
	await ended;
}

test.before.each(async (context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	context.writer = await startWriter([join(context.base, 'v')]);
});

test.after.each(async ({ base, writer }) => {
	await endWriter(writer);
	rmSync(base, { recursive: true, force: true });
});

async function observe(
	base: string,
	options: Partial<ObserveOptions>,
	whileObserving: () => Promise<void>,
	directory = 'v',
): Promise<string> {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	let text = '';
	streams.stdout.on('data', (chunk) => {
		text += String(chunk);
	});
	const ended = runObserve(join(base, directory), { key: 'a', poll: 20_000, output: 'json', ...options }, streams);
	await Promise.race([once(streams.stderr, 'data'), ended]);
	await whileObserving();
	// Pending events arrive.
	await new Promise((resolve) => setTimeout(resolve, 600));
	streams.stdin.write('quit\n');
	assert.is(await ended, 0);
	return text;
}

/** Starts the command; the answer of `ended` is what it printed. */
function start(directory: string, options: Partial<ObserveOptions>): { readonly ended: Promise<string>; readonly stderr: () => string } {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	const texts = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const) {
		streams[name].on('data', (chunk) => {
			texts[name] += String(chunk);
		});
	}
	const ended = runObserve(directory, { poll: 20_000, output: 'json', ...options }, streams).then((code) => {
		assert.is(code, 0);
		return texts.stdout;
	});
	return { ended, stderr: () => texts.stderr };
}

async function burst(writer: ChildProcess, count: number, gapMs: number): Promise<void> {
	const done = once(writer.stdout as NonNullable<ChildProcess['stdout']>, 'data');
	writer.stdin?.write(`${count} ${gapMs}\n`);
	await done;
}

function summaryOf(report: Report, name: string): ConsumerSummary {
	const summary = report.consumers.find((consumer) => consumer.name === name);
	if (!summary) throw new Error(`no consumer ${name}`);
	return summary;
}

test('slow updates: good watchers and polls have the last; the others are blind after the first swap', async ({ base, writer }) => {
	const report = JSON.parse(await observe(base, {}, () => burst(writer, 5, 150))) as Report;
	assert.is(report.updates.length, 5);
	assert.ok(report.updates.every(({ keyChanged }) => keyChanged));
	for (const name of [
		'chokidar-directory-recommended',
		'chokidar-directory',
		'fs-watch-directory',
		'poll-content',
		'poll-link-mtime',
		'poll-target-stat',
	]) {
		const summary = summaryOf(report, name);
		assert.not(summary.lostLast, name);
		assert.is(summary.lastSeen, 5, name);
		assert.is(summary.noticed + summary.missed.length, 5, name);
		assert.equal(summary.errors, [], name);
	}
	const onFile = summaryOf(report, 'fs-watch-key');
	assert.ok(onFile.noticed <= 1 && onFile.lostLast, 'fs.watch follows the inode of the key file');
	assert.match(String(onFile.loss), /inode/);
	const kept = summaryOf(report, 'open-descriptor');
	assert.equal([kept.events, kept.noticed, kept.lostLast], [0, 0, true]);
});

test('bursts: chokidar on the key file loses the last update, the directory does not', async ({ base, writer }) => {
	let lost = 0;
	// A burst much shorter than the throttle: with twelve updates in 120 ms a busy machine told of the last one every third time.
	for (let attempt = 0; attempt < 5 && lost === 0; attempt++) {
		const report = JSON.parse(await observe(base, {}, () => burst(writer, 4, 2))) as Report;
		assert.not(summaryOf(report, 'fs-watch-directory').lostLast);
		assert.not(summaryOf(report, 'poll-content').lostLast);
		if (summaryOf(report, 'chokidar-key').lostLast) lost++;
	}
	assert.ok(lost > 0, 'the throttle without a trailing edge is reproduced');
});

test('fsGroup: chokidar on the key file can go blind without any burst, because the old file is touched before it goes', async ({
	base,
}) => {
	const writer = await startWriter([join(base, 'group'), String(process.getgid?.() ?? 0)]);
	let blind = 0;
	for (let attempt = 0; attempt < 6 && blind === 0; attempt++) {
		const report = JSON.parse(await observe(base, {}, () => burst(writer, 25, 100), 'group')) as Report;
		assert.not(summaryOf(report, 'fs-watch-directory').lostLast);
		const { missed, lostLast, loss } = summaryOf(report, 'chokidar-key');
		if (lostLast && missed.length > 1) {
			blind++;
			assert.ok(missed.includes(report.updates.length - 1), 'from one update on it is told of none');
			assert.match(String(loss), /fsGroup touches the old file/);
		}
	}
	await endWriter(writer);
	assert.ok(blind > 0, 'the loss is reproduced');
});

test('any directory with ..data: one made by hand, keys in folders', async ({ base }) => {
	const root = join(base, 'hand');
	const publish = (name: string, text: string): void => {
		mkdirSync(join(root, name, 'certs'), { recursive: true });
		writeFileSync(join(root, name, 'certs', 'tls.crt'), text);
		symlinkSync(name, join(root, '..data_tmp'));
		renameSync(join(root, '..data_tmp'), join(root, '..data'));
	};
	publish('first', '1');
	symlinkSync('..data/certs', join(root, 'certs'));
	const change = async (): Promise<void> => publish('second', '2');
	const report = JSON.parse(await observe(base, { key: 'certs/tls.crt' }, change, 'hand')) as Report;
	assert.is(report.updates.length, 1);
	for (const name of ['fs-watch-directory', 'poll-content', 'poll-link-mtime', 'poll-target-stat']) {
		assert.is(summaryOf(report, name).lastSeen, 1, name);
	}
	const { ended } = start(root, { output: 'text', updates: 0 });
	assert.match(await ended, /hand, key certs\/tls\.crt: 0 updates/, 'the first key is found in its folder');
});

test('what comes just before the end is not held against anybody', () => {
	const observation = new Observation();
	for (const [index, at] of [0, 1000, 2000, 2990].entries()) observation.published(`v${index}`, at, true);
	observation.noticed('quick', 'v1', 1001);
	observation.noticed('quick', 'v3', 2995);
	observation.noticed('slow', 'v1', 1500);
	observation.countUntil(2750);
	const summary = (name: string): ConsumerSummary => observation.summary({ name, title: name, loss: 'it loses' });
	assert.is(observation.tooYoung, 1);
	assert.equal(summary('quick').missed, [2]);
	assert.is(summary('quick').lostLast, false, 'it saw a later one');
	assert.equal([summary('slow').missed, summary('slow').lostLast], [[2], true]);
});

test('ends by itself after a number of updates, and prints a table for people', async ({ base, writer }) => {
	const { ended, stderr } = start(join(base, 'v'), { output: 'text', updates: 2 });
	while (stderr() === '') await new Promise((resolve) => setTimeout(resolve, 5));
	await burst(writer, 2, 100);
	const text = await ended;
	assert.match(text, /v, key a: 2 updates\n\nconsumer +events +noticed +missed +last seen +first notice, ms \(median \/ max\)\n/);
	assert.match(text, /^reader that keeps its file open +0 +0 of 2 +2 +STALE 0 +-$/m);
	const [, kinds, targets, first] = stderr().split('\n') as [string, string, string, string];
	assert.match(kinds, /chokidar +fs\.watch +poll +open$/);
	assert.match(targets, /^update +time +dir, depth 0 +dir +key +\.\.data +dir +key +content +\.\.data +stat +file {2}\(ms\)$/);
	assert.match(first, /^1 +\d\d:\d\d:\d\d\.\d{3}(?: +(?:[\d.]+|-)){9} +-$/);
	assert.match(text, /^reader that keeps its file open missed 2 updates: an open descriptor keeps/m);
});

test('refuses what is no volume', async ({ base }) => {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	const refused = async (directory: string, key?: string): Promise<string> => {
		try {
			await runObserve(directory, { poll: 20_000, output: 'text', ...(key === undefined ? {} : { key }) }, streams);
			return 'not refused';
		} catch (error) {
			return (error as Error).message;
		}
	};
	mkdirSync(join(base, 'plain'));
	assert.match(await refused(join(base, 'plain')), /is no volume: it has no \.\.data link/);
	assert.match(await refused(join(base, 'none')), /\/none does not exist \(ENOENT\)$/);
	assert.match(await refused(base), /It holds volumes: .*\/v$/);
	assert.match(await refused(join(base, 'v'), 'nope'), /nope is no readable file .*; there are a, b/);
});

test.run();
