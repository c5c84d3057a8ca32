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

function call<T>(operation: string, path: string, body: () => T, first?: string): T {
	try {
		return body();
	} catch (error) {
		const code = errorCode(error);
		if (code === null) throw error;
		throw new FileSystemError(operation, code, path, first);
	}
}

/** A missing name is an answer here, not an error that node has to build. */
const OR_UNDEFINED = { throwIfNoEntry: false } as const;

function statusOf({ mode, uid, gid }: Stats): FileStatus {
	return { kind: kindOf(mode & constants.S_IFMT), mode: mode & MODE_BITS, uid, gid };
}

function kindOf(type: number): FileStatus['kind'] {
	if (type === constants.S_IFREG) return 'file';
	if (type === constants.S_IFDIR) return 'directory';
	return type === constants.S_IFLNK ? 'link' : 'other';
}

/** The real file system of this machine. */
export const realFileSystem: FileSystem<Uint8Array> = {
	stat(path) {
		const stats = call('stat', path, () => statSync(path, OR_UNDEFINED));
		if (!stats) throw new FileSystemError('stat', 'ENOENT', path);
		return statusOf(stats);
	},
	lstat(path) {
		const stats = call('lstat', path, () => lstatSync(path, OR_UNDEFINED));
		if (!stats) throw new FileSystemError('lstat', 'ENOENT', path);
		return statusOf(stats);
	},
	readlink(path) {
		return call('readlink', path, () => readlinkSync(path));
	},
	readdir(path) {
		return call('open', path, () => readdirSync(path));
	},
	readdirInOrder(path) {
		// readdirSync sorts; only a directory handle gives the kernel's order.
		return call('open', path, () => {
			const directory = opendirSync(path);
			try {
				const names: string[] = [];
				for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) names.push(entry.name);
				return names;
			} finally {
				directory.closeSync();
			}
		});
	},
	readFile(path) {
		const descriptor = call('open', path, () => openSync(path, 'r'));
		try {
			return call('read', path, () => readToEnd(descriptor));
		} finally {
			closeSync(descriptor);
		}
	},
	mkdir(path, mode) {
		call('mkdir', path, () => mkdirSync(path, mode));
	},
	writeFile(path, content, mode) {
		const descriptor = call('open', path, () => openSync(path, 'w', mode));
		let written = false;
		try {
			call('write', path, () => writeWhole(descriptor, content));
			written = true;
		} finally {
			if (written) call('close', path, () => closeSync(descriptor));
			else closeSync(descriptor);
		}
	},
	chmod(path, mode) {
		call('chmod', path, () => chmodSync(path, mode));
	},
	lchown(path, uid, gid) {
		call('lchown', path, () => lchownSync(path, uid, gid));
	},
	symlink(text, path) {
		call('symlink', path, () => symlinkSync(text, path), text);
	},
	renameLink(from, to) {
		const existing = call('rename', to, () => lstatSync(to, OR_UNDEFINED), from);
		if (existing?.isDirectory()) throw new FileSystemError('rename', 'EEXIST', to, from);
		call('rename', to, () => renameSync(from, to), from);
	},
	unlink(path) {
		call('unlink', path, () => unlinkSync(path));
	},
	rmdir(path) {
		call('rmdir', path, () => rmdirSync(path));
	},
	sameContent(left, right) {
		return sameBytes(left, right);
	},
};

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

function writeWhole(descriptor: number, content: Uint8Array): void {
	let offset = 0;
	do offset += writeSync(descriptor, content, offset, content.length - offset);
	while (offset < content.length);
}
