import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { draw, streamKey } from '../../src/core/random.js';
import { isTmpfs } from '../../src/mount/temporary-place.js';
import { removeVolume, repairVolume } from '../../src/mount/volume-repair.js';
import { realFileSystem } from '../../src/projection/adapters/real-directory.js';
import { type FileSystem, observeFileSystem } from '../../src/projection/file-system.js';
import { SecretVolume } from '../../src/volume.js';
import { generationFiles, generationOf, generationWriter, KEYS } from './programs/generations.js';
import { SOAK, scaled } from './scale.js';

const KILLS = scaled(24, 320);
/** Children that write at the same time, each in a directory of its own. */
const AT_ONCE = 2;
/** Longest time between the first swap and the kill, milliseconds: some ten swaps. */
const KILL_WITHIN_MS = 6;

const test = suite<{ base: string }>('kill -9 anywhere');

test.before.each((context) => {
	context.base = mkdtempSync(join(isTmpfs('/dev/shm') ? '/dev/shm' : tmpdir(), 'secretsim-test-'));
});
test.after.each(({ base }) => rmSync(base, { recursive: true, force: true }));

/** The generation that a volume shows, when all of its keys are of one and whole. */
function wholeGeneration(directory: string): number {
	const version = join(directory, readlinkSync(join(directory, '..data')));
	const generations = KEYS.map((key) => generationOf(key, readFileSync(join(version, key))));
	assert.is(new Set(generations).size, 1, `one generation, not ${generations.join()}`);
	assert.is.not(generations[0], -1, 'whole files');
	return generations[0] as number;
}

/** What mount and SecretVolume do with a directory that they open, write to and close. */
function openWriteClose(directory: string, generation: number): readonly string[] {
	const { removed, linked } = repairVolume(realFileSystem, directory);
	generationWriter(directory).write(generationFiles(generation));
	assert.is(wholeGeneration(directory), generation);
	for (const key of KEYS) assert.is(generationOf(key, readFileSync(join(directory, key))), generation, `${key} through its link`);
	assert.equal(removeVolume(realFileSystem, directory), [], 'nothing is left');
	return [...removed, ...linked];
}

/** A port on which the process dies before the call of that number, or, with `half`, in the middle of the file that it writes. */
function dyingFileSystem(stop: number, half: boolean): { readonly port: FileSystem<Uint8Array>; readonly died: () => string | null } {
	let calls = 0;
	let died: string | null = null;
	const die = (operation: string): never => {
		died = operation;
		throw new Error('killed here');
	};
	const port = observeFileSystem(realFileSystem, ({ operation }) => {
		if (calls++ === stop && !half) die(operation);
	});
	const writeFile: FileSystem<Uint8Array>['writeFile'] = (path, content, mode) => {
		if (half && calls === stop) {
			realFileSystem.writeFile(path, content.subarray(0, content.length >> 1), mode);
			die('half of writeFile');
		}
		port.writeFile(path, content, mode);
	};
	return { port: { ...port, writeFile }, died: () => died };
}

/** One swap that dies there; gives the operation that it died at (null: it was over before) and what the volume showed then. */
function dieAt(base: string, stop: number, half: boolean): { readonly died: string | null; readonly shown: number } {
	const directory = join(base, `${stop}${half ? '-half' : ''}`);
	mkdirSync(directory);
	generationWriter(directory).write([...generationFiles(1), { path: 'gone', mode: 0o644, content: Buffer.from('x') }]);
	const { port, died } = dyingFileSystem(stop, half);
	try {
		generationWriter(directory, port).write([...generationFiles(2), { path: 'come', mode: 0o644, content: Buffer.from('x') }]);
	} catch (error) {
		assert.is((error as Error).message, 'killed here');
	}
	const shown = wholeGeneration(directory);
	openWriteClose(directory, 3);
	return { died: died(), shown };
}

test('at every call of a swap, and in the middle of every file: old or new, whole; the next write succeeds; nothing is left', ({
	base,
}) => {
	const shownBy: Record<number, number> = { 1: 0, 2: 0 };
	const halves: number[] = [];
	for (let stop = 0; ; stop++) {
		const { died, shown } = dieAt(base, stop, false);
		shownBy[shown] = (shownBy[shown] ?? 0) + 1;
		if (died === 'writeFile') {
			const half = dieAt(base, stop, true);
			assert.is(half.died, 'half of writeFile');
			halves.push(half.shown);
		}
		if (died === null) {
			assert.is(shown, 2);
			break;
		}
	}
	assert.ok((shownBy[1] ?? 0) > 30 && (shownBy[2] ?? 0) > 10, `deaths before the rename and after it: ${JSON.stringify(shownBy)}`);
	assert.equal(halves, Array(KEYS.length + 1).fill(1), 'every file was torn once, in a directory that nobody reads');
	assert.equal(readdirSync(base), []);
});

async function killOneWriter(
	directory: string,
	kill: number,
): Promise<{ readonly strays: readonly string[]; readonly generation: number }> {
	mkdirSync(directory);
	const program = fileURLToPath(new URL('programs/writer.js', import.meta.url));
	const child = spawn(process.execPath, [program, directory, '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
	await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
	// A busy wait: timers are too coarse to hit every part of a swap.
	const until = process.hrtime.bigint() + BigInt(Math.floor(draw(streamKey(1, 'kill'), kill) * KILL_WITHIN_MS * 1e6));
	while (process.hrtime.bigint() < until);
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	const [, signal] = (await ended) as [number | null, string | null];
	assert.is(signal, 'SIGKILL');
	const generation = wholeGeneration(directory);
	return { strays: openWriteClose(directory, 1_000_000), generation };
}

test(`a real process, ${KILLS} times at random: old or new, whole; the next write succeeds; nothing is left`, async ({ base }) => {
	let withStrays = 0;
	const generations = new Set<number>();
	for (let kill = 0; kill < KILLS; kill += AT_ONCE) {
		const batch = Array.from({ length: AT_ONCE }, (_unused, index) => killOneWriter(join(base, `${kill + index}`), kill + index));
		for (const { strays, generation } of await Promise.all(batch)) {
			if (strays.length > 0) withStrays++;
			generations.add(generation);
		}
	}
	assert.equal(readdirSync(base), []);
	assert.ok(withStrays > (SOAK ? KILLS / 10 : 0), `${withStrays} of ${KILLS} kills came in the middle of a swap`);
	console.log(
		`  counted: ${withStrays} of ${KILLS} kills left strays, which were removed; ${generations.size} different generations were shown`,
	);
});

async function killVolumeWriter(directory: string, kill: number): Promise<readonly string[]> {
	const program = fileURLToPath(new URL('programs/volume-writer.js', import.meta.url));
	const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [paths] = (await once(child.stdout, 'data')) as [Buffer];
	const until = process.hrtime.bigint() + BigInt(Math.floor(draw(streamKey(2, 'kill'), kill) * KILL_WITHIN_MS * 1e6));
	while (process.hrtime.bigint() < until);
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
	return String(paths).trim().split('\n');
}

const VOLUME_KILLS = scaled(3, 30);

test(`a process with a SecretVolume, ${2 * VOLUME_KILLS} times: the next one finds what is left, uses the place and leaves nothing`, async ({
	base,
}) => {
	const directory = join(base, 'volume');
	for (let kill = 0; kill < VOLUME_KILLS; kill++) {
		await killVolumeWriter(directory, kill);
		assert.ok(readdirSync(base).length > 1, 'a killed process cannot clean up');
		const volume = await SecretVolume.create({ data: { a: 'new' }, directory });
		assert.match(volume.warnings.join('\n'), /was killed before it could clean up; removed what it had made/);
		assert.is(readFileSync(join(volume.path, 'a'), 'utf8'), 'new');
		await volume.close();
		assert.equal(readdirSync(base), [], 'nothing is left, beside the volume either');

		const [path = ''] = await killVolumeWriter('-', kill);
		const other = await SecretVolume.create({ data: {} });
		assert.not(existsSync(dirname(path)), 'the private place of the killed process is gone');
		await other.close();
	}
});

test.run();
