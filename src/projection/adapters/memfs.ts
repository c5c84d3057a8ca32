// The FileSystem port over memfs (an in-memory node:fs from npm), for tests that want their files off the disk. memfs
// differs from Linux in many ways; this adapter makes up for all that the writer meets (docs/real-volumes.md lists what an
// application still sees). The caller gives the file-system object, so memfs is not loaded by those who do not use it.

import type { IFs } from 'memfs';
import { type FileStatus, type FileSystem, FileSystemError } from '../file-system.js';
import { errorCode, sameBytes } from './real-directory.js';

/** The functions of memfs that are used. */
export type MemfsLike = Pick<
	IFs,
	| 'chmodSync'
	| 'lchownSync'
	| 'lstatSync'
	| 'mkdirSync'
	| 'readFileSync'
	| 'readdirSync'
	| 'readlinkSync'
	| 'rmdirSync'
	| 'statSync'
	| 'symlinkSync'
	| 'unlinkSync'
	| 'writeFileSync'
>;

const MODE_BITS = 0o7777;
const SETGID = 0o2000;
/** Read and write for owner, group and others. */
const EVERYBODY = 0o666;
/** memfs has no umask; this is the usual one. */
const DEFAULT_UMASK = 0o022;

/** A port over a memfs file system. Nothing runs between two synchronous calls, so a swap of two calls is still one step. */
export function memfsFileSystem(fs: MemfsLike, umask: number = DEFAULT_UMASK): FileSystem<Uint8Array> {
	const status = (operation: string, path: string, read: () => unknown): FileStatus => {
		const stats = call(operation, path, read) as { readonly mode: number; readonly uid: number; readonly gid: number };
		const type = stats.mode & 0o170000;
		// To the kernel a trailing slash asks for a directory; memfs ignores it.
		if (path.endsWith('/') && type !== 0o040000) throw new FileSystemError(operation, 'ENOTDIR', path);
		const kind = type === 0o100000 ? 'file' : type === 0o040000 ? 'directory' : type === 0o120000 ? 'link' : 'other';
		return { kind, mode: kind === 'link' ? 0o777 : stats.mode & MODE_BITS, uid: stats.uid, gid: stats.gid };
	};
	const port: FileSystem<Uint8Array> = {
		stat: (path) => status('stat', path, () => fs.statSync(path)),
		lstat: (path) => status('lstat', path, () => (path.endsWith('/') ? fs.statSync(path) : fs.lstatSync(path))),
		readlink: (path) => String(call('readlink', path, () => fs.readlinkSync(path))),
		// Newest first, as tmpfs lists its entries; memfs sorts them.
		readdir: (path) => call('open', path, () => fs.readdirSync(path) as string[]).reverse(),
		readFile(path) {
			if (statusOrNull(path, true)?.kind === 'directory') throw new FileSystemError('read', 'EISDIR', path);
			return asRoot(path, () => bytesOf(fs.readFileSync(path)));
		},
		mkdir(path, mode) {
			if (statusOrNull(path.replace(/\/+$/, ''))) throw new FileSystemError('mkdir', 'EEXIST', path);
			call('mkdir', path, () => fs.mkdirSync(path, { mode: mode & ~umask }));
			inheritGroup(path);
		},
		writeFile(path, content, mode) {
			const before = statusOrNull(path, true);
			if (before?.kind === 'directory' || path.endsWith('/')) throw new FileSystemError('open', 'EISDIR', path);
			asRoot(path, () => fs.writeFileSync(path, Buffer.from(content), { mode: EVERYBODY }));
			if (before) return;
			fs.chmodSync(path, mode & ~umask);
			inheritGroup(path);
		},
		chmod(path, mode) {
			call('chmod', path, () => fs.chmodSync(path, mode));
		},
		lchown(path, uid, gid) {
			const { uid: oldUid, gid: oldGid } = port.lstat(path);
			call('lchown', path, () => fs.lchownSync(path, uid < 0 ? oldUid : uid, gid < 0 ? oldGid : gid));
		},
		symlink(text, path) {
			call('symlink', path, () => fs.symlinkSync(text, path), text);
			inheritGroup(path);
		},
		renameLink(from, to) {
			const text = String(call('rename', to, () => fs.readlinkSync(from), from));
			const { uid, gid } = port.lstat(from);
			const target = statusOrNull(to);
			if (target?.kind === 'directory') throw new FileSystemError('rename', 'EEXIST', to, from);
			if (target) call('rename', to, () => fs.unlinkSync(to), from);
			call('rename', to, () => fs.symlinkSync(text, to), from);
			call('rename', to, () => fs.lchownSync(to, uid, gid), from);
			call('rename', to, () => fs.unlinkSync(from), from);
		},
		unlink(path) {
			if (port.lstat(path).kind === 'directory') throw new FileSystemError('unlink', 'EISDIR', path);
			call('unlink', path, () => fs.unlinkSync(path));
		},
		rmdir(path) {
			if (port.lstat(path).kind !== 'directory') throw new FileSystemError('rmdir', 'ENOTDIR', path);
			call('rmdir', path, () => fs.rmdirSync(path));
		},
		sameContent: sameBytes,
	};

	const statusOrNull = (path: string, follow = false): FileStatus | null => {
		try {
			return follow ? port.stat(path) : port.lstat(path);
		} catch (error) {
			if (error instanceof FileSystemError) return null;
			throw error;
		}
	};

	/** memfs checks permission bits even for root: lends them for the call. */
	const asRoot = <T>(path: string, body: () => T): T => {
		const before = statusOrNull(path, true);
		if (before?.kind !== 'file' || (before.mode & EVERYBODY) === EVERYBODY) return call('open', path, body);
		fs.chmodSync(path, before.mode | EVERYBODY);
		try {
			return call('open', path, body);
		} finally {
			fs.chmodSync(path, before.mode);
		}
	};

	/** memfs does not know setgid directories: a new entry takes their group, a new directory the bit too. */
	const inheritGroup = (path: string): void => {
		const parent = port.stat(path.replace(/\/+$/, '').replace(/[^/]+$/, '') || '/');
		if (!(parent.mode & SETGID)) return;
		const { kind, mode, uid } = port.lstat(path);
		fs.lchownSync(path, uid, parent.gid);
		if (kind === 'directory') fs.chmodSync(path, mode | SETGID);
	};
	return port;
}

function bytesOf(content: unknown): Uint8Array {
	return content instanceof Uint8Array ? content : Buffer.from(String(content));
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
