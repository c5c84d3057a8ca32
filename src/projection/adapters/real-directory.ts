// The FileSystem port over node:fs: a directory on a real disk or tmpfs. Makes the same system calls as Go's os package does
// for the real writer, and turns node's errors into the port's. One adapter serves all volumes of a process.

import {
	chmodSync,
	closeSync,
	constants,
	lchownSync,
	lstatSync,
	mkdirSync,
	opendirSync,
	openSync,
	readdirSync,
	readlinkSync,
	readSync,
	renameSync,
	rmdirSync,
	type Stats,
	statSync,
	symlinkSync,
	unlinkSync,
	writeSync,
} from 'node:fs';
import { type FileStatus, type FileSystem, FileSystemError } from '../file-system.js';

/** First size of the buffer that a file is read into (Go's os.ReadFile reads at least this much at once). */
const READ_BUFFER_BYTES = 512;
const MODE_BITS = 0o7777;

/**
 * The code of an error that node:fs threw, or null when it is not one of the file system. Not `instanceof Error`: under a test
 * runner that gives tests a realm of their own, as Jest does, node's errors are of another one.
 */
export function errorCode(error: unknown): string | null {
	if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return null;
	// A path with a zero byte never reaches the kernel; Go says EINVAL.
	if (error.code === 'ERR_INVALID_ARG_VALUE') return 'EINVAL';
	return /^E[A-Z0-9]+$/.test(error.code) ? error.code : null;
}

/** What the port throws for an error of node:fs; errors that are not of the file system stay what they are. */
function failed(error: unknown, operation: string, path: string, first?: string): unknown {
	const code = errorCode(error);
	return code === null ? error : new FileSystemError(operation, code, path, first);
}

/** A missing name is an answer here, not an error that node has to build. */
const OR_UNDEFINED = { throwIfNoEntry: false } as const;

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK } = constants;

function statusOf({ mode, uid, gid }: Stats): FileStatus {
	return { kind: kindOf(mode & S_IFMT), mode: mode & MODE_BITS, uid, gid };
}

function kindOf(type: number): FileStatus['kind'] {
	if (type === S_IFREG) return 'file';
	if (type === S_IFDIR) return 'directory';
	return type === S_IFLNK ? 'link' : 'other';
}

/** The real file system of this machine. */
export const realFileSystem: FileSystem<Uint8Array> = {
	stat(path) {
		let stats: Stats | undefined;
		try {
			stats = statSync(path, OR_UNDEFINED);
		} catch (error) {
			throw failed(error, 'stat', path);
		}
		if (!stats) throw new FileSystemError('stat', 'ENOENT', path);
		return statusOf(stats);
	},
	lstat(path) {
		let stats: Stats | undefined;
		try {
			stats = lstatSync(path, OR_UNDEFINED);
		} catch (error) {
			throw failed(error, 'lstat', path);
		}
		if (!stats) throw new FileSystemError('lstat', 'ENOENT', path);
		return statusOf(stats);
	},
	readlink(path) {
		try {
			return readlinkSync(path);
		} catch (error) {
			throw failed(error, 'readlink', path);
		}
	},
	readdir(path) {
		try {
			return readdirSync(path);
		} catch (error) {
			throw failed(error, 'open', path);
		}
	},
	readdirInOrder(path) {
		try {
			return namesInOrder(path);
		} catch (error) {
			throw failed(error, 'open', path);
		}
	},
	readFile(path) {
		let descriptor: number;
		try {
			descriptor = openSync(path, 'r');
		} catch (error) {
			throw failed(error, 'open', path);
		}
		try {
			return readToEnd(descriptor);
		} catch (error) {
			throw failed(error, 'read', path);
		} finally {
			closeSync(descriptor);
		}
	},
	mkdir(path, mode) {
		try {
			mkdirSync(path, mode);
		} catch (error) {
			throw failed(error, 'mkdir', path);
		}
	},
	writeFile(path, content, mode) {
		let descriptor: number;
		try {
			descriptor = openSync(path, 'w', mode);
		} catch (error) {
			throw failed(error, 'open', path);
		}
		try {
			writeWhole(descriptor, content);
		} catch (error) {
			closeSync(descriptor);
			throw failed(error, 'write', path);
		}
		try {
			closeSync(descriptor);
		} catch (error) {
			throw failed(error, 'close', path);
		}
	},
	chmod(path, mode) {
		try {
			chmodSync(path, mode);
		} catch (error) {
			throw failed(error, 'chmod', path);
		}
	},
	lchown(path, uid, gid) {
		try {
			lchownSync(path, uid, gid);
		} catch (error) {
			throw failed(error, 'lchown', path);
		}
	},
	symlink(text, path) {
		try {
			symlinkSync(text, path);
		} catch (error) {
			throw failed(error, 'symlink', path, text);
		}
	},
	renameLink(from, to) {
		let existing: Stats | undefined;
		try {
			existing = lstatSync(to, OR_UNDEFINED);
			if (!existing?.isDirectory()) renameSync(from, to);
		} catch (error) {
			throw failed(error, 'rename', to, from);
		}
		if (existing?.isDirectory()) throw new FileSystemError('rename', 'EEXIST', to, from);
	},
	unlink(path) {
		try {
			unlinkSync(path);
		} catch (error) {
			throw failed(error, 'unlink', path);
		}
	},
	rmdir(path) {
		try {
			rmdirSync(path);
		} catch (error) {
			throw failed(error, 'rmdir', path);
		}
	},
	hasContent(path, content) {
		let descriptor: number;
		try {
			descriptor = openSync(path, 'r');
		} catch (error) {
			throw failed(error, 'open', path);
		}
		try {
			return endsAs(descriptor, content);
		} catch (error) {
			throw failed(error, 'read', path);
		} finally {
			closeSync(descriptor);
		}
	},
	sameContent: sameBytes,
};

/** Names in the kernel's order, which only a directory handle gives: readdirSync sorts. */
function namesInOrder(path: string): readonly string[] {
	const directory = opendirSync(path);
	try {
		const names: string[] = [];
		for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) names.push(entry.name);
		return names;
	} finally {
		directory.closeSync();
	}
}

/** Whether two byte arrays are equal. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
	return Buffer.compare(left, right) === 0;
}

function readToEnd(descriptor: number): Uint8Array {
	let buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
	let length = 0;
	for (;;) {
		const count = readSync(descriptor, buffer, length, buffer.length - length, null);
		if (count === 0) return buffer.subarray(0, length);
		length += count;
		if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
	}
}

/** What files are compared through, a piece at a time: a buffer of its own for each would cost as much as the comparison. */
const PIECE: Buffer = Buffer.allocUnsafeSlow(65_536);

/** Reads to the end, also after a difference, as the real writer does; true when that was the content. */
function endsAs(descriptor: number, content: Uint8Array): boolean {
	let length = 0;
	let same = true;
	for (;;) {
		const count = readSync(descriptor, PIECE, 0, PIECE.length, null);
		if (count === 0) return same && length === content.length;
		same &&= length + count <= content.length && PIECE.compare(content, length, length + count, 0, count) === 0;
		length += count;
	}
}

function writeWhole(descriptor: number, content: Uint8Array): void {
	let offset = 0;
	do offset += writeSync(descriptor, content, offset, content.length - offset);
	while (offset < content.length);
}
