import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { draw, streamKey } from '../../src/core/random.js';
import { isTmpfs } from '../../src/mount/temporary-place.js';
import { removeVolume, repairVolume } from '../../src/mount/volume-repair.js';
import { realFileSystem } from '../../src/projection/adapters/real-directory.js';
import { observeFileSystem } from '../../src/projection/file-system.js';
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

test('at every call of a swap: old or new, whole; the next write succeeds; nothing is left', ({ base }) => {
	let sawOld = 0;
	let sawNew = 0;
	for (let stop = 0; ; stop++) {
		const directory = join(base, String(stop));
		mkdirSync(directory);
		generationWriter(directory).write([...generationFiles(1), { path: 'gone', mode: 0o644, content: Buffer.from('x') }]);
		let calls = 0;
		const killed = observeFileSystem(realFileSystem, () => {
			if (calls++ === stop) throw new Error('killed here');
		});
		let died = false;
		try {
			generationWriter(directory, killed).write([...generationFiles(2), { path: 'come', mode: 0o644, content: Buffer.from('x') }]);
		} catch (error) {
			assert.is((error as Error).message, 'killed here');
			died = true;
		}
		const shown = wholeGeneration(directory);
		if (shown === 1) sawOld++;
		else sawNew++;
		openWriteClose(directory, 3);
		if (!died) {
			assert.is(shown, 2);
			break;
		}
	}
	assert.ok(sawOld > 30 && sawNew > 10, `${sawOld} deaths before the rename, ${sawNew} after it`);
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
	console.log(`  ${withStrays} of ${KILLS} kills left strays, which were removed; ${generations.size} different generations were shown`);
});

test.run();
