// The steps of one refresh of a volume, as text for people: runs the real atomic writer on an in-model directory and tells
// what it did, in order. Receives what the volume held and what it should hold, gives names only, never contents.

import type { Content } from '../kubernetes/content.js';
import { AtomicWriter, CURRENT_WRITER, DATA_LINK, type WriterBehaviour } from './atomic-writer.js';
import { type FileSystemStep, observeFileSystem } from './file-system.js';
import { InModelDirectory } from './in-model-directory.js';
import type { PayloadFile } from './payload-context.js';

const ROOT = '/volume';
const OLD = '..old';
const NEW = '..new';

/** Whether two contents of the model stand for the same bytes. */
export function sameModelContent(left: Content, right: Content): boolean {
	return left.length === right.length && left.fingerprint === right.fingerprint;
}

/**
 * What the atomic writer does to bring a volume from one set of files to another. The timestamped directories are called
 * `..old` and `..new`.
 *
 * @param previous what the volume shows now; null: nothing was ever written to it.
 * @param next the payload of the refresh.
 * @returns one line per step; reading and comparing only when nothing has to be written.
 * @throws InvalidPathError or FileSystemError as the writer does, for files that it cannot write.
 */
export function swapSteps(
	previous: readonly PayloadFile<Content>[] | null,
	next: readonly PayloadFile<Content>[],
	behaviour: WriterBehaviour = CURRENT_WRITER,
): readonly string[] {
	const directory = new InModelDirectory<Content>(sameModelContent);
	directory.mkdir(ROOT, 0o755);
	if (previous !== null) new AtomicWriter(directory, ROOT, () => OLD, behaviour).write(previous);
	const steps: string[] = [];
	const observed = observeFileSystem(directory, (step) => {
		const line = describe(step);
		if (line !== null && line !== steps.at(-1)) steps.push(line);
	});
	new AtomicWriter(observed, ROOT, () => NEW, behaviour).write(next);
	return steps;
}

/** One step in words; null for a call that only looks around. */
function describe({ operation, path, first }: FileSystemStep): string | null {
	const name = path.slice(ROOT.length + 1);
	const removing = operation === 'unlink' || operation === 'rmdir';
	if (removing && (name === OLD || name.startsWith(`${OLD}/`))) return `remove ${OLD} with all that is in it`;
	switch (operation) {
		case 'readlink':
			return name === DATA_LINK ? `read the link ${DATA_LINK}` : null;
		case 'readFile':
			return `compare ${name.slice(OLD.length + 1)} with what is on disk`;
		case 'mkdir':
			return `make the directory ${name.replace(/\/$/, '')}`;
		case 'writeFile':
			return `write ${name}`;
		case 'symlink':
			return `link ${name} -> ${first ?? ''}`;
		case 'renameLink':
			return `rename ${(first ?? '').slice(ROOT.length + 1)} over ${name}: from here on readers see the new files`;
		case 'unlink':
			return `remove the link ${name}`;
		default:
			return null;
	}
}
