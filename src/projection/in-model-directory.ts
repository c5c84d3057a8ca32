// A directory tree in memory with Linux's rules as far as a volume needs them: links, modes, owners, setgid, umask, path
// limits, seen by root. It lets the model run the very same writer without a disk and in a browser. Receives the calls of
// the FileSystem port, gives the results and error codes of path_resolution(7) and of the calls' own manual pages.

import { type FileStatus, type FileSystem, FileSystemError } from './file-system.js';
import { isLongerThan } from './payload-path.js';

interface DirectoryNode {
	readonly kind: 'directory';
	mode: number;
	uid: number;
	gid: number;
	readonly entries: Map<string, TreeNode<unknown>>;
}
interface FileNode<C> {
	readonly kind: 'file';
	mode: number;
	uid: number;
	gid: number;
	content: C;
}
interface LinkNode {
	readonly kind: 'link';
	mode: number;
	uid: number;
	gid: number;
	readonly text: string;
}
type TreeNode<C> = DirectoryNode | FileNode<C> | LinkNode;

/** Where a path leads: its directory, its last name, and what is there. */
interface Resolved<C> {
	readonly directory: DirectoryNode;
	/** Empty for the root directory. */
	readonly name: string;
	readonly node: TreeNode<C> | undefined;
	readonly trailingSlash: boolean;
}

/** Linux limits: NAME_MAX, PATH_MAX (with the terminating zero), and MAXSYMLINKS. */
const MAX_NAME = 255;
const MAX_PATH = 4096;
const MAX_LINKS = 40;
const SETGID = 0o2000;
const SETUID = 0o4000;

/** How an {@link InModelDirectory} differs from the default. */
export interface InModelOptions {
	/** Bits that new files and directories do not get; default 022. */
	readonly umask?: number;
}

/** The in-model file system. It starts with an empty root directory of mode 0755. */
export class InModelDirectory<C> implements FileSystem<C> {
	readonly #root: DirectoryNode = { kind: 'directory', mode: 0o755, uid: 0, gid: 0, entries: new Map() };
	readonly #same: (left: C, right: C) => boolean;
	readonly #umask: number;

	/** @param sameContent tells whether two contents are the same bytes. */
	constructor(sameContent: (left: C, right: C) => boolean, options: InModelOptions = {}) {
		this.#same = sameContent;
		this.#umask = options.umask ?? 0o022;
	}

	sameContent(left: C, right: C): boolean {
		return this.#same(left, right);
	}

	stat(path: string): FileStatus {
		return statusOf(this.#existing('stat', path, true).node as TreeNode<C>);
	}

	lstat(path: string): FileStatus {
		return statusOf(this.#existing('lstat', path, false).node as TreeNode<C>);
	}

	readlink(path: string): string {
		const { node } = this.#existing('readlink', path, false);
		if (node?.kind !== 'link') throw new FileSystemError('readlink', 'EINVAL', path);
		return node.text;
	}

	readdir(path: string): readonly string[] {
		return this.readdirInOrder(path);
	}

	/** Newest first, as tmpfs lists its entries. */
	readdirInOrder(path: string): readonly string[] {
		const { node } = this.#existing('open', path, true);
		if (node?.kind !== 'directory') throw new FileSystemError('open', 'ENOTDIR', path);
		return [...node.entries.keys()].reverse();
	}

	hasContent(path: string, content: C): boolean {
		return this.#same(content, this.readFile(path));
	}

	readFile(path: string): C {
		const { node } = this.#existing('open', path, true);
		if (node?.kind !== 'file') throw new FileSystemError('read', 'EISDIR', path);
		return node.content;
	}

	mkdir(path: string, mode: number): void {
		const { directory, name, node } = this.#resolve('mkdir', path, false);
		if (node || name === '') throw new FileSystemError('mkdir', 'EEXIST', path);
		const inherited = directory.mode & SETGID;
		directory.entries.set(name, {
			kind: 'directory',
			mode: (mode & 0o1777 & ~this.#umask) | inherited,
			uid: 0,
			gid: inherited ? directory.gid : 0,
			entries: new Map(),
		});
	}

	writeFile(path: string, content: C, mode: number): void {
		const { directory, name, node, trailingSlash } = this.#resolve('open', path, true);
		if (node?.kind === 'directory' || trailingSlash) throw new FileSystemError('open', 'EISDIR', path);
		if (node?.kind === 'file') {
			node.content = content;
			return;
		}
		const gid = directory.mode & SETGID ? directory.gid : 0;
		directory.entries.set(name, { kind: 'file', mode: mode & 0o7777 & ~this.#umask, uid: 0, gid, content });
	}

	chmod(path: string, mode: number): void {
		(this.#existing('chmod', path, true).node as TreeNode<C>).mode = mode & 0o7777;
	}

	lchown(path: string, uid: number, gid: number): void {
		const node = this.#existing('lchown', path, false).node as TreeNode<C>;
		if (uid >= 0) node.uid = uid;
		if (gid >= 0) node.gid = gid;
		// chown(2): an executable file loses setuid, and setgid if its group may execute it; directories keep both.
		if (node.kind === 'file') node.mode &= ~(SETUID | (node.mode & 0o010 ? SETGID : 0));
	}

	symlink(text: string, path: string): void {
		const fail = (code: string): never => {
			throw new FileSystemError('symlink', code, path, text);
		};
		if (text === '') fail('ENOENT');
		if (isLongerThan(text, MAX_PATH - 1)) fail('ENAMETOOLONG');
		const { directory, name, node, trailingSlash } = this.#resolve('symlink', path, false, text);
		if (node || name === '') fail('EEXIST');
		if (trailingSlash) fail('ENOENT');
		directory.entries.set(name, { kind: 'link', mode: 0o777, uid: 0, gid: directory.mode & SETGID ? directory.gid : 0, text });
	}

	renameLink(from: string, to: string): void {
		const fail = (code: string): never => {
			throw new FileSystemError('rename', code, to, from);
		};
		const source = this.#resolve('rename', from, false, from, to);
		if (!source.node) fail('ENOENT');
		const target = this.#resolve('rename', to, false, from, to);
		if (target.node?.kind === 'directory') fail('EEXIST');
		if (source.node === target.node) return;
		source.directory.entries.delete(source.name);
		// A replaced entry takes the place of the newest one.
		target.directory.entries.delete(target.name);
		target.directory.entries.set(target.name, source.node as TreeNode<C>);
	}

	unlink(path: string): void {
		const { directory, name, node, trailingSlash } = this.#existing('unlink', path, false);
		if (node?.kind === 'directory' || name === '') throw new FileSystemError('unlink', 'EISDIR', path);
		if (trailingSlash) throw new FileSystemError('unlink', 'ENOTDIR', path);
		directory.entries.delete(name);
	}

	rmdir(path: string): void {
		const { directory, name, node } = this.#existing('rmdir', path, false);
		if (node?.kind !== 'directory') throw new FileSystemError('rmdir', 'ENOTDIR', path);
		if (name === '') throw new FileSystemError('rmdir', 'EBUSY', path);
		if (node.entries.size > 0) throw new FileSystemError('rmdir', 'ENOTEMPTY', path);
		directory.entries.delete(name);
	}

	#existing(operation: string, path: string, follow: boolean): Resolved<C> {
		const resolved = this.#resolve(operation, path, follow);
		if (!resolved.node) throw new FileSystemError(operation, 'ENOENT', path);
		return resolved;
	}

	/**
	 * Walks a path.
	 *
	 * @param follow whether a link as the last element is followed; a trailing slash always follows.
	 * @param first first operand of a call with two, for the error text; `shown` is the second when `path` is not it.
	 */
	#resolve(operation: string, path: string, follow: boolean, first?: string, shown: string = path): Resolved<C> {
		const fail = (code: string): never => {
			throw new FileSystemError(operation, code, shown, first);
		};
		if (isLongerThan(path, MAX_PATH - 1)) fail('ENAMETOOLONG');
		const trailingSlash = path.endsWith('/');
		const pending = path.split('/').filter((part) => part !== '' && part !== '.');
		const parents: DirectoryNode[] = [];
		let directory = this.#root;
		let followed = 0;
		for (;;) {
			const name = pending.shift();
			if (name === undefined) return { directory: this.#root, name: '', node: directory, trailingSlash };
			if (isLongerThan(name, MAX_NAME)) fail('ENAMETOOLONG');
			const last = pending.length === 0;
			if (name === '..') {
				directory = parents.pop() ?? this.#root;
				if (last) return { directory: this.#root, name: '', node: directory, trailingSlash };
				continue;
			}
			const node = directory.entries.get(name) as TreeNode<C> | undefined;
			if (node?.kind === 'link' && (!last || follow || trailingSlash)) {
				if (++followed > MAX_LINKS) fail('ELOOP');
				if (node.text.startsWith('/')) {
					parents.length = 0;
					directory = this.#root;
				}
				pending.unshift(...node.text.split('/').filter((part) => part !== '' && part !== '.'));
				continue;
			}
			if (last) {
				if (trailingSlash && node && node.kind !== 'directory') fail(operation === 'mkdir' ? 'EEXIST' : 'ENOTDIR');
				return { directory, name, node, trailingSlash };
			}
			if (!node) fail('ENOENT');
			if (node?.kind !== 'directory') return fail('ENOTDIR');
			parents.push(directory);
			directory = node;
		}
	}
}

function statusOf(node: TreeNode<unknown>): FileStatus {
	return { kind: node.kind, mode: node.mode, uid: node.uid, gid: node.gid };
}
