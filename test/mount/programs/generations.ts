// Volumes whose every version says which one it is: each key holds the number of its generation, so that a reader can tell a
// mix of two. Shared by the programs and the proofs of this folder.

import { randomInt } from 'node:crypto';
import { streamKey } from '../../../src/core/random.js';
import { MILLISECOND } from '../../../src/core/time.js';
import { realFileSystem } from '../../../src/projection/adapters/real-directory.js';
import { AtomicWriter } from '../../../src/projection/atomic-writer.js';
import type { FileSystem } from '../../../src/projection/file-system.js';
import type { PayloadFile } from '../../../src/projection/payload.js';
import { timestampNames } from '../../../src/projection/timestamp-name.js';

/** Keys of such a volume. */
export const KEYS: readonly string[] = Array.from({ length: 8 }, (_unused, index) => `key-${index}`);

/** The files of one generation: the number, then enough text that a write is not a single byte. */
export function generationFiles(generation: number): readonly PayloadFile<Uint8Array>[] {
	return KEYS.map((path) => ({ path, mode: 0o644, content: Buffer.from(`${generation} ${path} ${'x'.repeat(200)}`) }));
}

/** The generation that some content belongs to; -1 when it is not whole. */
export function generationOf(key: string, content: Uint8Array | string): number {
	const [generation, name, filler] = content.toString().split(' ');
	return name === key && filler?.length === 200 ? Number(generation) : -1;
}

/** A writer for a directory, with names of its own. */
export function generationWriter(directory: string, fileSystem: FileSystem<Uint8Array> = realFileSystem): AtomicWriter<Uint8Array> {
	return new AtomicWriter(
		fileSystem,
		directory,
		timestampNames(() => Date.now() * MILLISECOND, streamKey(randomInt(2 ** 47))),
	);
}
