// What a swap of a volume costs over the bare calls that any atomic replacement of a directory needs, on every adapter: the same
// adapter's functions, without comparing, permissions, user-visible links or checks.

import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createFsFromVolume, Volume } from 'memfs';
import { streamKey } from '../src/core/random.js';
import { SECOND } from '../src/core/time.js';
import { isTmpfs } from '../src/mount/temporary-place.js';
import { MemfsFileSystem } from '../src/projection/adapters/memfs.js';
import { realFileSystem, sameBytes } from '../src/projection/adapters/real-directory.js';
import { AtomicWriter, DATA_LINK, NEW_DATA_LINK } from '../src/projection/atomic-writer.js';
import type { FileSystem } from '../src/projection/file-system.js';
import { removeAll } from '../src/projection/go-file-tree.js';
import { InModelDirectory } from '../src/projection/in-model-directory.js';
import type { PayloadFile } from '../src/projection/payload.js';
import { timestampNames } from '../src/projection/timestamp-name.js';
import type { Benchmark, Group, Scale, Task } from './benchmark.js';

const KEYS = ['password', 'user', 'host'];
const BYTES = 100;
const MODE = 0o644;
/** Swaps in one measured call: short, so that a block holds many calls and its median leaves the first one out, which finds cold caches. */
export const SWAPS = 4;
/** How many times the bare calls a swap may take. */
export const SWAP_LIMIT = 1.5;
/** The bare sequence, as the tables call it. */
export const BARE = 'bare mkdir, writes, symlink, rename, rm';
/** The swap, as the tables call it. */
export const SWAP = 'atomic writer, all keys changed';

type Files = readonly PayloadFile<Uint8Array>[];

/** Where a volume is written, and through what. */
interface Place {
	readonly fileSystem: FileSystem<Uint8Array>;
	readonly directory: string;
}

/** A new directory that goes when the process ends. */
function realPlace(base: string): Place {
	const directory = nodeFs.mkdtempSync(join(base, 'secretsim-bench-'));
	process.once('exit', () => nodeFs.rmSync(directory, { recursive: true, force: true }));
	return { fileSystem: realFileSystem, directory };
}

function memfsPlace(): Place {
	const fs = createFsFromVolume(new Volume());
	fs.mkdirSync('/volume');
	return { fileSystem: new MemfsFileSystem(fs), directory: '/volume' };
}

function modelPlace(): Place {
	const fileSystem = new InModelDirectory<Uint8Array>(sameBytes);
	fileSystem.mkdir('/volume', 0o755);
	return { fileSystem, directory: '/volume' };
}

/** Two versions of a volume with three keys, all different. */
function versions(): readonly [Files, Files] {
	const version = (fill: number): Files => KEYS.map((path) => ({ path, mode: MODE, content: new Uint8Array(BYTES).fill(fill) }));
	return [version(1), version(2)];
}

function names(): () => string {
	let now = 1_790_000_000 * SECOND;
	return timestampNames(() => (now += SECOND), streamKey(1, 'bench'));
}

/** Repeats one swap after the other, from version to version. */
function alternate(swaps: number, swap: (files: Files) => void): () => void {
	const [one, two] = versions();
	return () => {
		for (let done = 0; done < swaps; done += 2) {
			swap(two);
			swap(one);
		}
	};
}

function writerTask(place: () => Place, swaps: number, limit?: number): Task {
	const setup = (): (() => void) => {
		const { fileSystem, directory } = place();
		const writer = new AtomicWriter(fileSystem, directory, names());
		writer.write(versions()[0]);
		return alternate(swaps, (files) => writer.write(files));
	};
	return { name: SWAP, operations: swaps, setup, ...(limit === undefined ? {} : { limit }) };
}

function unchangedTask(place: () => Place, swaps: number): Task {
	const setup = (): (() => void) => {
		const { fileSystem, directory } = place();
		const writer = new AtomicWriter(fileSystem, directory, names());
		const [files] = versions();
		writer.write(files);
		return () => {
			for (let done = 0; done < swaps; done++) writer.write(files);
		};
	};
	return { name: 'atomic writer, nothing to write', operations: swaps, setup };
}

/** mkdir, writes, symlink, rename, rm through the port: what cannot be left out, with the removal that the writer uses. */
function bareTask(place: () => Place, swaps: number): Task {
	const setup = (): (() => void) => {
		const { fileSystem, directory } = place();
		const next = names();
		let old: string | undefined;
		return alternate(swaps, (files) => {
			const fresh = next();
			fileSystem.mkdir(`${directory}/${fresh}`, 0o755);
			for (const { path, content, mode } of files) fileSystem.writeFile(`${directory}/${fresh}/${path}`, content, mode);
			fileSystem.symlink(fresh, `${directory}/${NEW_DATA_LINK}`);
			fileSystem.renameLink(`${directory}/${NEW_DATA_LINK}`, `${directory}/${DATA_LINK}`);
			if (old !== undefined) removeAll(fileSystem, `${directory}/${old}`);
			old = fresh;
		});
	};
	return { name: BARE, operations: swaps, setup };
}

/** The same as a program without the port would write it. */
function plainNodeTask(place: () => Place, swaps: number): Task {
	const setup = (): (() => void) => {
		const { directory } = place();
		const next = names();
		let old: string | undefined;
		return alternate(swaps, (files) => {
			const fresh = next();
			nodeFs.mkdirSync(`${directory}/${fresh}`, 0o755);
			for (const { path, content, mode } of files) nodeFs.writeFileSync(`${directory}/${fresh}/${path}`, content, { mode });
			nodeFs.symlinkSync(fresh, `${directory}/${NEW_DATA_LINK}`);
			nodeFs.renameSync(`${directory}/${NEW_DATA_LINK}`, `${directory}/${DATA_LINK}`);
			if (old !== undefined) nodeFs.rmSync(`${directory}/${old}`, { recursive: true });
			old = fresh;
		});
	};
	return { name: 'the bare sequence with node:fs alone and its rmSync', operations: swaps, setup };
}

function group(place: () => Place, swaps: number, options: { readonly limit?: number; readonly plain?: boolean }): Group {
	const tasks = [bareTask(place, swaps), writerTask(place, swaps, options.limit), unchangedTask(place, swaps)];
	return { reference: BARE, tasks: options.plain ? [...tasks, plainNodeTask(place, swaps)] : tasks };
}

const MEMORY = '/dev/shm';

/** The volume on tmpfs: what {@link SWAP_LIMIT} is about. On a machine without one, on its disk. */
export function tmpfsGroup(swaps: number): Group {
	return group(() => realPlace(isTmpfs(MEMORY) ? MEMORY : tmpdir()), swaps, { limit: SWAP_LIMIT, plain: true });
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	const swaps = scale === 'full' ? SWAPS : 2;
	return {
		name: 'atomic-writer',
		question: 'What does a swap of a volume with 3 keys of 100 bytes cost, and how much of it is more than the bare calls?',
		operation: 'swap',
		limitsFrom: `A swap on a real file system costs at most ${SWAP_LIMIT} times the bare sequence through the same functions.`,
		groups: {
			tmpfs: () => tmpfsGroup(swaps),
			disk: () => group(() => realPlace(tmpdir()), swaps, { limit: SWAP_LIMIT, plain: true }),
			memfs: () => group(memfsPlace, swaps, {}),
			'in-model': () => group(modelPlace, swaps, {}),
		},
	};
}
