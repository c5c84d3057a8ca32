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
/** S_IFMT of a mode, and what its values mean. */
const TYPE_BITS = 0o170000;
const KINDS: ReadonlyMap<number, FileStatus['kind']> = new Map([
	[0o100000, 'file'],
	[0o040000, 'directory'],
	[0o120000, 'link'],
]);
const SETGID = 0o2000;
/** Read and write for owner, group and others. */
const EVERYBODY = 0o666;
/** memfs has no umask; this is the usual one. */
const DEFAULT_UMASK = 0o022;

/** A port over a memfs file system. Nothing runs between two synchronous calls, so a swap of two calls is still one step. */
export class MemfsFileSystem implements FileSystem<Uint8Array> {
	readonly #fs: MemfsLike;
	readonly #umask: number;

	/** @param umask bits that new files and directories do not get; memfs itself has none. Default 022. */
	constructor(fs: MemfsLike, umask: number = DEFAULT_UMASK) {
		this.#fs = fs;
		this.#umask = umask;
	}

	stat(path: string): FileStatus {
		return this.#status('stat', path, true);
	}

	lstat(path: string): FileStatus {
		return this.#status('lstat', path, path.endsWith('/'));
	}

	readlink(path: string): string {
		return String(call('readlink', path, () => this.#fs.readlinkSync(path)));
	}

	readdir(path: string): readonly string[] {
		return this.readdirInOrder(path);
	}

	/** Newest first, as tmpfs lists its entries; memfs sorts them. */
	readdirInOrder(path: string): readonly string[] {
		return call('open', path, () => this.#fs.readdirSync(path) as string[]).reverse();
	}

	readFile(path: string): Uint8Array {
		if (this.#statusOrNull(path, true)?.kind === 'directory') throw new FileSystemError('read', 'EISDIR', path);
		return this.#asRoot(path, () => bytesOf(this.#fs.readFileSync(path)));
	}

	mkdir(path: string, mode: number): void {
		if (this.#statusOrNull(path.replace(/\/+$/, ''))) throw new FileSystemError('mkdir', 'EEXIST', path);
		call('mkdir', path, () => this.#fs.mkdirSync(path, { mode: mode & ~this.#umask }));
		this.#inheritGroup(path);
	}

	writeFile(path: string, content: Uint8Array, mode: number): void {
		const before = this.#statusOrNull(path, true);
		if (before?.kind === 'directory' || path.endsWith('/')) throw new FileSystemError('open', 'EISDIR', path);
		this.#asRoot(path, () => this.#fs.writeFileSync(path, Buffer.from(content), { mode: EVERYBODY }));
		if (before) return;
		this.#fs.chmodSync(path, mode & ~this.#umask);
		this.#inheritGroup(path);
	}

	chmod(path: string, mode: number): void {
		call('chmod', path, () => this.#fs.chmodSync(path, mode));
	}

	lchown(path: string, uid: number, gid: number): void {
		const before = this.lstat(path);
		call('lchown', path, () => this.#fs.lchownSync(path, uid < 0 ? before.uid : uid, gid < 0 ? before.gid : gid));
	}

	symlink(text: string, path: string): void {
		call('symlink', path, () => this.#fs.symlinkSync(text, path), text);
		this.#inheritGroup(path);
	}

	renameLink(from: string, to: string): void {
		const text = String(call('rename', to, () => this.#fs.readlinkSync(from), from));
		const { uid, gid } = this.lstat(from);
		const target = this.#statusOrNull(to);
		if (target?.kind === 'directory') throw new FileSystemError('rename', 'EEXIST', to, from);
		if (target) call('rename', to, () => this.#fs.unlinkSync(to), from);
		call('rename', to, () => this.#fs.symlinkSync(text, to), from);
		call('rename', to, () => this.#fs.lchownSync(to, uid, gid), from);
		call('rename', to, () => this.#fs.unlinkSync(from), from);
	}

	unlink(path: string): void {
		if (this.lstat(path).kind === 'directory') throw new FileSystemError('unlink', 'EISDIR', path);
		call('unlink', path, () => this.#fs.unlinkSync(path));
	}

	rmdir(path: string): void {
		if (this.lstat(path).kind !== 'directory') throw new FileSystemError('rmdir', 'ENOTDIR', path);
		call('rmdir', path, () => this.#fs.rmdirSync(path));
	}

	hasContent(path: string, content: Uint8Array): boolean {
		return sameBytes(content, this.readFile(path));
	}

	sameContent(left: Uint8Array, right: Uint8Array): boolean {
		return sameBytes(left, right);
	}

	#status(operation: 'stat' | 'lstat', path: string, follow: boolean): FileStatus {
		const { mode, uid, gid } = call(operation, path, () => (follow ? this.#fs.statSync(path) : this.#fs.lstatSync(path)) as unknown) as {
			readonly mode: number;
			readonly uid: number;
			readonly gid: number;
		};
		const kind = KINDS.get(mode & TYPE_BITS) ?? 'other';
		// To the kernel a trailing slash asks for a directory; memfs ignores it.
		if (path.endsWith('/') && kind !== 'directory') throw new FileSystemError(operation, 'ENOTDIR', path);
		return { kind, mode: kind === 'link' ? 0o777 : mode & MODE_BITS, uid, gid };
	}

	#statusOrNull(path: string, follow = false): FileStatus | null {
		try {
			return follow ? this.stat(path) : this.lstat(path);
		} catch (error) {
			if (error instanceof FileSystemError) return null;
			throw error;
		}
	}

	/** memfs checks permission bits even for root: lends them for the call. */
	#asRoot<T>(path: string, body: () => T): T {
		const before = this.#statusOrNull(path, true);
		if (before?.kind !== 'file' || (before.mode & EVERYBODY) === EVERYBODY) return call('open', path, body);
		this.#fs.chmodSync(path, before.mode | EVERYBODY);
		try {
			return call('open', path, body);
		} finally {
			this.#fs.chmodSync(path, before.mode);
		}
	}

	/** memfs does not know setgid directories: a new entry takes their group, a new directory the bit too. */
	#inheritGroup(path: string): void {
		const parent = this.stat(path.replace(/\/+$/, '').replace(/[^/]+$/, '') || '/');
		if (!(parent.mode & SETGID)) return;
		const { kind, mode, uid } = this.lstat(path);
		this.#fs.lchownSync(path, uid, parent.gid);
		if (kind === 'directory') this.#fs.chmodSync(path, mode | SETGID);
	}
}

function bytesOf(content: unknown): Uint8Array {
	return ArrayBuffer.isView(content) ? (content as Uint8Array) : Buffer.from(String(content));
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
