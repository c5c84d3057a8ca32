// The file systems that the recordings of the writer and the plugins are replayed on, and what each does not claim: the one
// place where such exceptions are named. An arm gives a fresh, empty volume root for each sequence.

import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFsFromVolume, Volume } from 'memfs';
import { MemfsFileSystem } from '../../src/projection/adapters/memfs.js';
import { realFileSystem, sameBytes } from '../../src/projection/adapters/real-directory.js';
import type { FileSystem } from '../../src/projection/file-system.js';
import { InModelDirectory } from '../../src/projection/in-model-directory.js';

/** A file system under test. */
export interface Arm {
	readonly name: 'real' | 'memfs' | 'in-model';
	/** Gives a file system and the path of a new directory in it, of mode 0755. */
	open(): { readonly fileSystem: FileSystem<Uint8Array>; readonly directory: string; close(): void };
	/** Why this arm does not claim a sequence, or null when it does. */
	excuse(id: string): string | null;
}

/** Where real directories are made: a tmpfs if there is one, as the recordings were. */
export const REAL_BASE: string = statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() ? '/dev/shm' : tmpdir();

/** Sequences that an arm does not claim: [arm, pattern of ids, why]. */
const NOT_CLAIMED: readonly (readonly [Arm['name'], RegExp, string])[] = [];

function excuseOf(arm: Arm['name']): Arm['excuse'] {
	return (id) => NOT_CLAIMED.find(([name, pattern]) => name === arm && pattern.test(id))?.[2] ?? null;
}

/** The real arm needs root: recordings were made by root and show owners that only root can set. */
export const REAL_ARM_BLOCKED: string | null =
	process.getuid?.() === 0 ? null : 'the recordings show owners that only root can set; run as root to replay them on a real directory';

export const ARMS: readonly Arm[] = [
	{
		name: 'real',
		open() {
			const directory = mkdtempSync(join(REAL_BASE, 'secretsim-conformance-'));
			chmodSync(directory, 0o755);
			return { fileSystem: realFileSystem, directory, close: () => rmSync(directory, { recursive: true, force: true }) };
		},
		excuse: (id) => REAL_ARM_BLOCKED ?? excuseOf('real')(id),
	},
	{
		name: 'memfs',
		open() {
			const fs = createFsFromVolume(new Volume());
			fs.mkdirSync('/volume', { mode: 0o755 });
			fs.chownSync('/volume', 0, 0);
			return { fileSystem: new MemfsFileSystem(fs), directory: '/volume', close: () => {} };
		},
		excuse: excuseOf('memfs'),
	},
	{
		name: 'in-model',
		open() {
			const fileSystem = new InModelDirectory<Uint8Array>(sameBytes);
			fileSystem.mkdir('/volume', 0o755);
			return { fileSystem, directory: '/volume', close: () => {} };
		},
		excuse: excuseOf('in-model'),
	},
];

/**
 * Runs `body` with the process's umask set to 022 and, as far as memfs asks, as root: so the recordings were made. (memfs
 * gives what it creates to the user of the process, and checks that user's rights.)
 */
export function withRecordedUmask<T>(body: () => T): T {
	const umask = process.umask(0o022);
	const { getuid, getgid } = process;
	if (getuid && getgid) Object.assign(process, { getuid: () => 0, getgid: () => 0 });
	try {
		return body();
	} finally {
		if (getuid && getgid) Object.assign(process, { getuid, getgid });
		process.umask(umask);
	}
}
