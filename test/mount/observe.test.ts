import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConsumerSummary } from '../../src/mount/observation.js';
import { type ObserveOptions, runObserve } from '../../src/mount/observe-command.js';

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

test.before.each(async (context) => {
	context.base = mkdtempSync(join(tmpdir(), 'secretsim-test-'));
	const program = fileURLToPath(new URL('programs/burst.js', import.meta.url));
	context.writer = spawn(process.execPath, [program, join(context.base, 'v')], { stdio: ['pipe', 'pipe', 'inherit'] });
	await once(context.writer.stdout as NonNullable<ChildProcess['stdout']>, 'data');
});

test.after.each(async ({ base, writer }) => {
	const ended = once(writer, 'exit');
	writer.stdin?.end('end\n');
	await ended;
	rmSync(base, { recursive: true, force: true });
});

async function observe(base: string, options: Partial<ObserveOptions>, whileObserving: () => Promise<void>): Promise<string> {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	let text = '';
	streams.stdout.on('data', (chunk) => {
		text += String(chunk);
	});
	const ended = runObserve(join(base, 'v'), { key: 'a', poll: 20_000, output: 'json', ...options }, streams);
	await Promise.race([once(streams.stderr, 'data'), ended]);
	await whileObserving();
	// Pending events arrive.
	await new Promise((resolve) => setTimeout(resolve, 300));
	streams.stdin.write('quit\n');
	assert.is(await ended, 0);
	return text;
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
	for (let attempt = 0; attempt < 5 && lost === 0; attempt++) {
		const report = JSON.parse(await observe(base, {}, () => burst(writer, 12, 10))) as Report;
		assert.not(summaryOf(report, 'fs-watch-directory').lostLast);
		assert.not(summaryOf(report, 'poll-content').lostLast);
		if (summaryOf(report, 'chokidar-key').lostLast) lost++;
	}
	assert.ok(lost > 0, 'the throttle without a trailing edge is reproduced');
});

test('ends by itself after a number of updates, and prints a table for people', async ({ base, writer }) => {
	const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
	let text = '';
	streams.stdout.on('data', (chunk) => {
		text += String(chunk);
	});
	const ended = runObserve(join(base, 'v'), { poll: 20_000, output: 'text', updates: 2 }, streams);
	await once(streams.stderr, 'data');
	await burst(writer, 2, 100);
	assert.is(await ended, 0);
	assert.match(text, /v, key a: 2 updates\n\nconsumer +events +noticed +has the last +first notice, ms \(median \/ max\)\n/);
	assert.match(text, /^reader that keeps its file open +0 +0 of 2 +NO +-$/m);
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
	assert.match(await refused(join(base, 'v'), 'nope'), /nope is no readable file .*; there are a, b/);
});

test.run();
