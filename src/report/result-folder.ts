// The folder of a run, `<out>/<scenario>/`, written so that it shows either the old files or the new ones: everything
// goes to temporary files beside the targets first, and only when all of them are whole and on the disk are they
// renamed. On an error, or when the process is told to stop, the temporary files are removed.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a file holds: text or bytes, whole or in chunks. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array>;

/** One file of the folder. */
export interface ResultFile {
	readonly name: string;
	readonly content: FileContent;
}

/** The folder could not be written; the message says which file and why. Nothing of the new result is visible. */
export class ResultFolderError extends Error {
	readonly code: string;

	constructor(code: string, message: string) {
		super(message);
		this.name = 'ResultFolderError';
		this.code = code;
	}
}

const REASONS: Readonly<Record<string, string>> = {
	ENOSPC: 'no space is left on the device',
	EDQUOT: 'the disk quota is used up',
	EACCES: 'permission denied',
	EPERM: 'operation not permitted',
	EROFS: 'the file system is read-only',
	EEXIST: 'a file of that name is in the way',
	ENOTDIR: 'a part of the path is a file, not a folder',
	EISDIR: 'a folder of that name is in the way',
	EMFILE: 'too many files are open',
	ENAMETOOLONG: 'the name is too long',
};

function folderError(action: string, path: string, cause: unknown): Error {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
	if (code === undefined) return cause instanceof Error ? cause : new Error(String(cause));
	return new ResultFolderError(code, `cannot ${action} ${path}: ${REASONS[code] ?? code}; no result file was changed`);
}

/** Temporary files of this process that a signal must remove. */
const unfinished = new Set<string>();

/** Removes the temporary files of folders that are being written; for signal handlers and process exit. */
export function removeUnfinishedFiles(): void {
	for (const path of unfinished) rmSync(path, { force: true });
	unfinished.clear();
}

function writeWhole(descriptor: number, chunk: string | Uint8Array): void {
	const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
	let offset = 0;
	while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
}

function writeTemporary(path: string, content: FileContent): void {
	unfinished.add(path);
	const descriptor = openSync(path, 'wx', 0o644);
	try {
		const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
		for (const chunk of chunks) writeWhole(descriptor, chunk);
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

/**
 * The name of a scenario as the name of one folder: characters that a path cannot hold, and a leading dot, are
 * replaced by `-`.
 */
export function folderName(scenario: string): string {
	return scenario.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '-') || '-';
}

/**
 * Writes the files of one folder, all or none.
 *
 * @param folder is made, with its parents, when it does not exist.
 * @throws ResultFolderError with the system's error code (ENOSPC, EACCES, ...) when a file cannot be written. The files
 *   that were there before are unchanged then, unless the renames themselves failed half-way.
 */
export function writeResultFolder(folder: string, files: readonly ResultFile[]): void {
	try {
		mkdirSync(folder, { recursive: true });
	} catch (cause) {
		throw folderError('make the folder', folder, cause);
	}
	const suffix = randomBytes(4).toString('hex');
	const temporary = files.map((file) => join(folder, `.${file.name}.${suffix}.tmp`));
	try {
		for (const [index, file] of files.entries()) {
			try {
				writeTemporary(temporary[index] as string, file.content);
			} catch (cause) {
				throw folderError('write', join(folder, file.name), cause);
			}
		}
		for (const [index, file] of files.entries()) {
			try {
				renameSync(temporary[index] as string, join(folder, file.name));
				unfinished.delete(temporary[index] as string);
			} catch (cause) {
				throw folderError('replace', join(folder, file.name), cause);
			}
		}
	} finally {
		for (const path of temporary) {
			if (unfinished.delete(path)) rmSync(path, { force: true });
		}
	}
}
