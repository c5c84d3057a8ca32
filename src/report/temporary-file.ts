// Files that are not visible until they are whole: written beside their target under a hidden name, renamed at the end. Those
// that a signal or an error leaves behind are known here, so that they can be removed.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolder, removeEmptyFolders } from './folders.js';

/** A result file could not be written; the message says which one and why. Nothing of the new result is visible. */
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
	EFBIG: 'the file would become larger than is allowed',
	ENOENT: 'nothing can be made there',
	EACCES: 'permission denied',
	EPERM: 'operation not permitted',
	EROFS: 'the file system is read-only',
	EEXIST: 'a file of that name is in the way',
	ENOTDIR: 'a part of the path is a file, not a folder',
	EISDIR: 'a folder of that name is in the way',
	EMFILE: 'too many files are open',
	ENAMETOOLONG: 'the name is too long',
};

/** Errors of the system in words; all others as they are. */
export function folderError(action: string, path: string, cause: unknown): Error {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
	if (cause instanceof ResultFolderError) return cause;
	if (code === undefined) return cause instanceof Error ? cause : new Error(String(cause));
	return new ResultFolderError(code, `cannot ${action} ${path}: ${REASONS[code] ?? code}; no result file was changed`);
}

/** Temporary files of this process that a signal must remove, each with the first folder that had to be made for it. */
const unfinished = new Map<string, string | undefined>();

/** Removes the temporary files that are being written, and the folders made for them; for signal handlers and process exit. */
export function removeUnfinishedFiles(): void {
	for (const path of [...unfinished.keys()]) removeUnfinished(path);
}

/** Removes a file unless it is whole or gone, and the folders that were made for it if they are empty. */
function removeUnfinished(path: string): void {
	if (!unfinished.has(path)) return;
	const madeFolder = unfinished.get(path);
	unfinished.delete(path);
	rmSync(path, { force: true });
	if (madeFolder !== undefined) removeEmptyFolders(dirname(path), madeFolder);
}

/** Bytes that are read at a time. */
const CHUNK = 65_536;

/** One file that is being written. */
export class TemporaryFile {
	readonly #target: string;
	readonly #path: string;
	readonly #descriptor: number;
	#length = 0;
	#open = true;
	#published = false;

	/**
	 * @param folder where it will be; made, with its parents, when it does not exist.
	 * @param name of the file once it is whole.
	 * @throws ResultFolderError when it cannot be opened.
	 */
	constructor(folder: string, name: string) {
		this.#target = join(folder, name);
		this.#path = resolve(folder, `.${name}.${randomBytes(4).toString('hex')}.tmp`);
		try {
			unfinished.set(this.#path, makeFolder(folder));
		} catch (cause) {
			throw folderError('make the folder', folder, cause);
		}
		try {
			this.#descriptor = openSync(this.#path, 'wx+', 0o644);
		} catch (cause) {
			removeUnfinished(this.#path);
			throw folderError('write', this.#target, cause);
		}
	}

	/** Name of the file once it is whole. */
	get target(): string {
		return this.#target;
	}

	/** Bytes written so far. */
	get length(): number {
		return this.#length;
	}

	/** Adds to the end. @throws ResultFolderError when there is no room, and the like. */
	write(chunk: string | Uint8Array): void {
		const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
		try {
			let offset = 0;
			while (offset < bytes.length) offset += writeSync(this.#descriptor, bytes, offset);
		} catch (cause) {
			throw folderError('write', this.#target, cause);
		}
		this.#length += bytes.length;
	}

	/** A part of what was written. */
	read(position: number, length: number): Buffer {
		const bytes = Buffer.alloc(length);
		let at = 0;
		while (at < length) {
			const read = readSync(this.#descriptor, bytes, at, length - at, position + at);
			if (read === 0) throw new Error(`${this.#path} ends after ${position + at} bytes`);
			at += read;
		}
		return bytes;
	}

	/** Everything that was written, piece by piece; of a file that is whole, visible or not. */
	*chunks(): Generator<Uint8Array> {
		const descriptor = openSync(this.#published ? this.#target : this.#path, 'r');
		try {
			const chunk = Buffer.alloc(CHUNK);
			for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) yield Buffer.from(chunk.subarray(0, read));
		} finally {
			closeSync(descriptor);
		}
	}

	/** Puts what was written onto the disk; nothing is added any more. */
	close(): void {
		if (!this.#open) return;
		this.#open = false;
		try {
			fsyncSync(this.#descriptor);
		} catch (cause) {
			throw folderError('write', this.#target, cause);
		} finally {
			closeSync(this.#descriptor);
		}
	}

	/** Makes the file visible, in place of one that was there. */
	publish(): void {
		try {
			renameSync(this.#path, this.#target);
		} catch (cause) {
			throw folderError('replace', this.#target, cause);
		}
		unfinished.delete(this.#path);
		this.#published = true;
	}

	/** Removes the file unless it is visible, and the folders that were made for it if they are empty. */
	discard(): void {
		if (this.#open) {
			this.#open = false;
			closeSync(this.#descriptor);
		}
		removeUnfinished(this.#path);
	}
}
