// Lines of strace in one common form, so that the calls of Go's os package and those of node:fs for the same thing compare
// equal: `lstat PATH S_IFREG|0644`, `unlink PATH EISDIR`, `open PATH O_WRONLY|...`. What node:fs cannot show is listed here.
//
// Left out on both sides, because node:fs has no call for it or makes one of its own:
// - Go opens the parent directory before it removes a tree and works relative to it; node removes by path;
// - node asks for the status of a descriptor that it has just opened;
// - node asks once more for entries of a directory after the end;
// - sizes of buffers, and O_NONBLOCK, O_DIRECTORY, O_NOFOLLOW on directories.

/** One call: what it does, to which path, and how it ended. */
interface SystemCall {
	readonly name: string;
	readonly path: string;
	/** Operands and outcome, as they are compared. */
	readonly rest: string;
	readonly opensDirectory: boolean;
}

const ERRNO = /= -1 (E[A-Z0-9]+)/;

/**
 * The calls of a trace in the common form.
 *
 * @param lines lines of strace about one volume, each one call, paths already written as `$ROOT/...`.
 * @throws Error for a call that is not known here.
 */
export function commonCalls(lines: readonly string[]): readonly string[] {
	const known = lines.map(parse).filter((call) => call !== null);
	const calls = known.filter((call, index) => !(call.name === 'getdents' && isSame(call, known[index - 1])));
	return calls
		.filter(
			({ opensDirectory, path }, index) => !opensDirectory || (calls[index + 1]?.name === 'getdents' && calls[index + 1]?.path === path),
		)
		.map(({ name, path, rest }) => `${name} ${path} ${rest}`.trimEnd());
}

function isSame(call: SystemCall, other: SystemCall | undefined): boolean {
	return other !== undefined && call.name === other.name && call.path === other.path && call.rest === other.rest;
}

function parse(line: string): SystemCall | null {
	const match = /^(\w+)\((.*)\) += (.*)$/.exec(line);
	if (!match) throw new Error(`not a line of strace: ${line}`);
	const [, name, operands, result] = match as unknown as [string, string, string, string];
	const error = ERRNO.exec(line)?.[1];
	const outcome = error ?? 'ok';
	const strings = [...operands.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text as string);
	const descriptor = /^(?:\d+)?<([^>]*)>/.exec(operands)?.[1];
	const path =
		descriptor !== undefined && strings[0] !== undefined && name.endsWith('at') ? `${descriptor}/${strings[0]}` : (strings[0] ?? '');
	const call = (common: string, rest: string, at = path): SystemCall => ({ name: common, path: at, rest, opensDirectory: false });
	switch (name) {
		case 'newfstatat':
		case 'statx': {
			if (operands.includes('AT_EMPTY_PATH')) return null;
			const mode = /\{(?:stx?_mode=|[^}]*stx_mode=)?(S_IF[A-Z|0-9_]+)/.exec(operands)?.[1] ?? '';
			return call(operands.includes('AT_SYMLINK_NOFOLLOW') ? 'lstat' : 'stat', error ?? mode);
		}
		case 'readlink':
		case 'readlinkat':
			return call('readlink', error ?? (strings[1] as string));
		case 'mkdir':
		case 'mkdirat':
		case 'chmod':
		case 'fchmodat':
			return call(name.startsWith('mk') ? 'mkdir' : 'chmod', `${/, (0[0-7]*)(?:, 0)?$/.exec(operands)?.[1] ?? '?'} ${outcome}`);
		case 'symlink':
		case 'symlinkat':
			return call('symlink', `${strings[0]} ${outcome}`, strings[1] as string);
		case 'rename':
		case 'renameat':
		case 'renameat2':
			return call('rename', `${strings[1]} ${outcome}`);
		case 'unlink':
		case 'rmdir':
			return call(name, outcome);
		case 'unlinkat':
			return call(operands.includes('AT_REMOVEDIR') ? 'rmdir' : 'unlink', outcome);
		case 'lchown':
		case 'fchownat': {
			const owners = /, (-1|\d+), (-1|\d+)(, AT_SYMLINK_NOFOLLOW)?$/.exec(operands);
			if (!owners || (name === 'fchownat' && owners[3] === undefined)) throw new Error(`not a chown of the name itself: ${line}`);
			return call('lchown', `${signed(owners[1] as string)} ${signed(owners[2] as string)} ${outcome}`);
		}
		case 'open':
		case 'openat':
			return open(path, operands, error);
		case 'getdents64':
			return call('getdents', /(\d+) entries/.exec(operands)?.[1] ?? '?', descriptor);
		case 'read':
			return call('read', error ?? JSON.stringify(strings[0]), descriptor);
		case 'write':
			return call('write', `${JSON.stringify(strings[0])} ${result}`, descriptor);
		default:
			throw new Error(`unknown system call: ${line}`);
	}
}

function open(path: string, operands: string, error: string | undefined): SystemCall {
	const flags = /O_[A-Z_|]+(?:, 0[0-7]*)?/.exec(operands)?.[0] ?? '?';
	const common = flags.replace(/\|O_(?:NONBLOCK|DIRECTORY|NOFOLLOW)/g, '').replace(/^O_RDONLY, 0+$/, 'O_RDONLY');
	const reading = common.startsWith('O_RDONLY') && error === undefined;
	return { name: 'open', path, rest: error ?? common, opensDirectory: reading && (flags.includes('O_DIRECTORY') || isDirectoryName(path)) };
}

/** The volume root and its timestamped directories themselves: Go opens these to work relative to them. */
function isDirectoryName(path: string): boolean {
	return path === '$ROOT' || /^\$ROOT\/\.\.TS\d+$/.test(path);
}

function signed(id: string): string {
	return id === '4294967295' ? '-1' : id;
}
