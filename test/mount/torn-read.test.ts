import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isTmpfs } from '../../src/mount/temporary-place.js';
import { scaled } from './scale.js';

interface Seen {
	readonly reads: number;
	readonly passes: number;
	readonly mixes: number;
	readonly broken: number;
	readonly retries: number;
	readonly backwards: number;
	readonly generations: number;
}

const READERS = 2;
const READS = scaled(24_000, 240_000);
/** Generations that each reader meets, so that it does read while somebody writes. */
const GENERATIONS = 100;

const test = suite<{ directory: string; writer: ChildProcess }>('torn reads');

function program(name: string): string {
	return fileURLToPath(new URL(`programs/${name}.js`, import.meta.url));
}

test.before.each(async (context) => {
	context.directory = mkdtempSync(join(isTmpfs('/dev/shm') ? '/dev/shm' : tmpdir(), 'secretsim-test-'));
	mkdirSync(join(context.directory, 'v'));
	context.writer = spawn(process.execPath, [program('writer'), join(context.directory, 'v'), '1'], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	await once(context.writer.stdout as NonNullable<ChildProcess['stdout']>, 'data');
});

test.after.each(async ({ directory, writer }) => {
	const ended = once(writer, 'exit');
	writer.kill('SIGKILL');
	await ended;
	rmSync(directory, { recursive: true, force: true });
});

async function read(directory: string, reads: number, how: 'pinned' | 'visible'): Promise<Seen> {
	const child = spawn(process.execPath, [program('reader'), join(directory, 'v'), String(reads), how, String(GENERATIONS)], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const chunks: Buffer[] = [];
	child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0) throw new Error(`the reader left with ${String(code)}`);
	return JSON.parse(Buffer.concat(chunks).toString()) as Seen;
}

test(`readers that ask ..data once per pass see no mix of generations in ${READS} reads`, async ({ directory }) => {
	const all = await Promise.all(Array.from({ length: READERS }, () => read(directory, READS / READERS, 'pinned')));
	const sum = (pick: (seen: Seen) => number): number => all.reduce((total, seen) => total + pick(seen), 0);
	assert.ok(sum((seen) => seen.reads) >= READS);
	assert.is(
		sum((seen) => seen.mixes),
		0,
		'mixes',
	);
	assert.is(
		sum((seen) => seen.broken),
		0,
		'files that were not whole',
	);
	assert.is(
		sum((seen) => seen.backwards),
		0,
		'generations that went back',
	);
	assert.ok(all.every(({ generations }) => generations >= GENERATIONS));
});

test('a reader that opens the keys one by one through their visible links does see a mix: that is how volumes are', async ({
	directory,
}) => {
	const seen = await read(directory, READS / READERS, 'visible');
	assert.ok(seen.mixes > 0, `${seen.mixes} mixes in ${seen.passes} passes`);
	assert.is(seen.broken, 0, 'each file on its own is whole');
	console.log(`  counted: ${seen.mixes} of ${seen.passes} passes through the visible links mixed two generations`);
});

test.run();
