// The narrow file-system port below the atomic writer: what a volume's directory is written through. Each function is one
// system call of the real writer or the open-use-close of one file; all are synchronous. Adapters give a real directory,
// memfs and an in-model tree; errors carry the text that Go's os package would print, because it reaches Kubernetes events.

/** Names of Linux errors that the writer can meet, with Go's (and glibc's) text for them. */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
	EACCES: 'permission denied',
	EBUSY: 'device or resource busy',
	EDQUOT: 'disk quota exceeded',
	EEXIST: 'file exists',
	EINVAL: 'invalid argument',
	EIO: 'input/output error',
	EISDIR: 'is a directory',
	ELOOP: 'too many levels of symbolic links',
	EMFILE: 'too many open files',
	ENAMETOOLONG: 'file name too long',
	ENFILE: 'too many open files in system',
	ENOENT: 'no such file or directory',
	ENOMEM: 'cannot allocate memory',
	ENOSPC: 'no space left on device',
	ENOTDIR: 'not a directory',
	ENOTEMPTY: 'directory not empty',
	EPERM: 'operation not permitted',
	EROFS: 'read-only file system',
	EXDEV: 'invalid cross-device link',
};

/** A failed call of the port. The message is Go's: `open /v/..data/a: is a directory`. */
export class FileSystemError extends Error {
	/** Name of the Linux error, for example ENOENT. */
	readonly code: string;
	/** Name of the call as Go prints it: open, read, mkdir, symlink, ... */
	readonly operation: string;
	readonly path: string;

	/**
	 * @param operation the call as Go names it.
	 * @param code name of the Linux error.
	 * @param path what it was about; the new name for `symlink` and `rename`.
	 * @param first first operand of a call with two: the link's text, or the old name.
	 */
	constructor(operation: string, code: string, path: string, first?: string) {
		super(`${operation} ${first === undefined ? '' : `${first} `}${path}: ${ERROR_TEXTS[code] ?? code}`);
		this.name = 'FileSystemError';
		this.operation = operation;
		this.code = code;
		this.path = path;
	}
}

/** True when the error says that something does not exist (Go's `os.IsNotExist`). */
export function isNotExist(error: unknown): boolean {
	return error instanceof FileSystemError && error.code === 'ENOENT';
}

/** What is known of a name. */
export interface FileStatus {
	readonly kind: 'file' | 'directory' | 'link' | 'other';
	/** Permission bits with setuid, setgid and sticky (07777). */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
}

/**
 * The port. Paths are absolute; a trailing slash means "has to be a directory", as for the kernel. Every function throws
 * {@link FileSystemError} when the call fails, and nothing else.
 *
 * @typeParam C content of a file: bytes, or what stands for them in the model.
 */
export interface FileSystem<C> {
	/** Status of what the path leads to, links followed. */
	stat(path: string): FileStatus;
	/** Status of the name itself. */
	lstat(path: string): FileStatus;
	/** Text of a symbolic link. */
	readlink(path: string): string;
	/** Names in a directory, without `.` and `..`, in any order; cheapest where it is that of their bytes. */
	readdir(path: string): readonly string[];
	/** The same in the file system's own order, which is the order of Go's unsorted walks; dearer than {@link readdir} in node. */
	readdirInOrder(path: string): readonly string[];
	/** Opens, reads to the end and closes. */
	readFile(path: string): C;
	/** Creates a directory with `mode` minus the process's umask. */
	mkdir(path: string, mode: number): void;
	/** Opens (created with `mode` minus umask, truncated if it is there), writes and closes. */
	writeFile(path: string, content: C, mode: number): void;
	/** Sets mode bits (07777) exactly, links followed. */
	chmod(path: string, mode: number): void;
	/** Sets owner and group of the name itself; -1 leaves one as it is. */
	lchown(path: string, uid: number, gid: number): void;
	symlink(text: string, path: string): void;
	/**
	 * Moves a symbolic link over another name in one step, the swap of a volume. A port of its own kind of rename because
	 * memfs moves what a link points at when it is asked to rename the link.
	 */
	renameLink(from: string, to: string): void;
	unlink(path: string): void;
	rmdir(path: string): void;
	/** Reads a file as {@link readFile} does and tells whether it is exactly this: what a writer asks that keeps nothing of what it read. */
	hasContent(path: string, content: C): boolean;
	/** Whether two contents are the same bytes. */
	sameContent(left: C, right: C): boolean;
}

/** One call of the port, as an observer is told of it: names, never contents. */
export interface FileSystemStep {
	readonly operation: Exclude<keyof FileSystem<unknown>, 'hasContent' | 'sameContent'>;
	readonly path: string;
	/** Text of a new link, or the old name of a moved one. */
	readonly first?: string;
}

/**
 * A port that tells `before` of each call and then does it: for counting, tracing, and injecting faults (by throwing a
 * {@link FileSystemError}) or crashes (by throwing anything else, which the writer never handles).
 */
export function observeFileSystem<C>(inner: FileSystem<C>, before: (step: FileSystemStep) => void): FileSystem<C> {
	const one =
		<A extends readonly unknown[], R>(operation: FileSystemStep['operation'], call: (path: string, ...rest: A) => R) =>
		(path: string, ...rest: A): R => {
			before({ operation, path });
			return call(path, ...rest);
		};
	return {
		stat: one('stat', (path) => inner.stat(path)),
		lstat: one('lstat', (path) => inner.lstat(path)),
		readlink: one('readlink', (path) => inner.readlink(path)),
		readdir: one('readdir', (path) => inner.readdir(path)),
		readdirInOrder: one('readdirInOrder', (path) => inner.readdirInOrder(path)),
		readFile: one('readFile', (path) => inner.readFile(path)),
		mkdir: one('mkdir', (path, mode: number) => inner.mkdir(path, mode)),
		writeFile: one('writeFile', (path, content: C, mode: number) => inner.writeFile(path, content, mode)),
		chmod: one('chmod', (path, mode: number) => inner.chmod(path, mode)),
		lchown: one('lchown', (path, uid: number, gid: number) => inner.lchown(path, uid, gid)),
		symlink: (text, path) => {
			before({ operation: 'symlink', path, first: text });
			inner.symlink(text, path);
		},
		renameLink: (from, to) => {
			before({ operation: 'renameLink', path: to, first: from });
			inner.renameLink(from, to);
		},
		unlink: one('unlink', (path) => inner.unlink(path)),
		rmdir: one('rmdir', (path) => inner.rmdir(path)),
		hasContent: one('readFile', (path, content: C) => inner.hasContent(path, content)),
		sameContent: (left, right) => inner.sameContent(left, right),
	};
}
