// What a swap of a volume costs over the bare calls that any atomic replacement of a directory needs: the same adapter's
// functions, without comparing, permissions, user-visible links or version checks.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createFsFromVolume, Volume } from 'memfs';
import { streamKey } from '../src/core/random.js';
import { SECOND } from '../src/core/time.js';
import { isTmpfs } from '../src/mount/temporary-place.js';
import { MemfsFileSystem } from '../src/projection/adapters/memfs.js';
import { realFileSystem, sameBytes } from '../src/projection/adapters/real-directory.js';
import { AtomicWriter } from '../src/projection/atomic-writer.js';
import type { FileSystem } from '../src/projection/file-system.js';
import { removeAll } from '../src/projection/go-file-tree.js';
import { InModelDirectory } from '../src/projection/in-model-directory.js';
import type { PayloadFile } from '../src/projection/payload.js';
import { timestampNames } from '../src/projection/timestamp-name.js';
import type { Benchmark, BenchmarkTask } from './harness.js';

const KEYS = ['password', 'user', 'host'];
const BYTES = 100;
const MODE = 0o644;
/** Swaps in one measured call: enough that the clock does not matter. */
const SWAPS = 20;

type Place = () => { readonly fileSystem: FileSystem<Uint8Array>; readonly directory: string };

/** A new directory that goes when the process ends. */
function realPlace(base: string): Place {
	return () => {
		const directory = mkdtempSync(join(base, 'secretsim-bench-'));
		process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
		return { fileSystem: realFileSystem, directory };
	};
}

const TMPFS = realPlace(isTmpfs('/dev/shm') ? '/dev/shm' : tmpdir());

function memfsPlace(): ReturnType<Place> {
	const fs = createFsFromVolume(new Volume());
	fs.mkdirSync('/volume');
	return { fileSystem: new MemfsFileSystem(fs), directory: '/volume' };
}

function modelPlace(): ReturnType<Place> {
	const fileSystem = new InModelDirectory<Uint8Array>(sameBytes);
	fileSystem.mkdir('/volume', 0o755);
	return { fileSystem, directory: '/volume' };
}

/** Two versions of a volume with three keys, all different. */
function versions(): readonly (readonly PayloadFile<Uint8Array>[])[] {
	return [1, 2].map((fill) => KEYS.map((path) => ({ path, mode: MODE, content: new Uint8Array(BYTES).fill(fill) })));
}

function names(): () => string {
	let now = 1_790_000_000 * SECOND;
	return timestampNames(() => (now += SECOND), streamKey(1, 'bench'));
}

function swapTask(name: string, place: Place, unchanged = false): BenchmarkTask {
	return {
		name,
		operations: SWAPS,
		setup: () => {
			const { fileSystem, directory } = place();
			const writer = new AtomicWriter(fileSystem, directory, names());
			const payloads = versions();
			writer.write(payloads[0] as readonly PayloadFile<Uint8Array>[]);
			return () => {
				for (let swap = 1; swap <= SWAPS; swap++) {
					new AtomicWriter(fileSystem, directory, names());
					writer.write(payloads[unchanged ? 0 : swap % 2] as readonly PayloadFile<Uint8Array>[]);
				}
			};
		},
	};
}

/** mkdir, writes, symlink, rename, rm: what cannot be left out. */
function bareTask(name: string, place: Place): BenchmarkTask {
	return {
		name,
		operations: SWAPS,
		setup: () => {
			const { fileSystem, directory } = place();
			const next = names();
			const payloads = versions();
			let old: string | undefined;
			const swap = (files: readonly PayloadFile<Uint8Array>[]): void => {
				const fresh = next();
				fileSystem.mkdir(`${directory}/${fresh}`, 0o755);
				for (const { path, content, mode } of files) fileSystem.writeFile(`${directory}/${fresh}/${path}`, content, mode);
				fileSystem.symlink(fresh, `${directory}/..data_tmp`);
				fileSystem.renameLink(`${directory}/..data_tmp`, `${directory}/..data`);
				if (old !== undefined) removeAll(fileSystem, `${directory}/${old}`);
				old = fresh;
			};
			return () => {
				for (let count = 1; count <= SWAPS; count++) swap(payloads[count % 2] as readonly PayloadFile<Uint8Array>[]);
			};
		},
	};
}

/** Swaps of a three-key volume on every adapter. */
export const benchmark: Benchmark = {
	name: 'atomic-writer',
	question: 'What does a swap of a volume with 3 keys of 100 bytes cost, and how much of it is more than the bare calls?',
	operation: 'swap',
	reference: 'bare calls, tmpfs',
	tasks: [
		bareTask('bare calls, tmpfs', TMPFS),
		swapTask('atomic writer, tmpfs', TMPFS),
		swapTask('atomic writer, nothing to write, tmpfs', TMPFS, true),
		bareTask('bare calls, disk', realPlace(tmpdir())),
		swapTask('atomic writer, disk', realPlace(tmpdir())),
		swapTask('atomic writer, memfs', memfsPlace),
		swapTask('atomic writer, in-model', modelPlace),
	],
};
