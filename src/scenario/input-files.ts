// Where a load reads its files from: a narrow port, so that building a plan stays a pure function of a scenario and a
// handful of texts. The adapter for real directories is node-files.ts; tests and the live page use files in memory.

/** Read access to files by path. Paths are relative to what the caller chose as root, with `/` between names. */
export interface InputFiles {
	/** What stands at a path; null: nothing, or nothing that can be read. */
	kindOf(path: string): 'file' | 'folder' | null;
	/**
	 * The text of a file.
	 *
	 * @throws Error with a readable message when it cannot be read.
	 */
	readText(path: string): string;
	/** Names in a folder, in no particular order. */
	list(path: string): readonly string[];
}

/** Files in memory, by path. */
export function filesInMemory(files: Readonly<Record<string, string>>): InputFiles {
	const names = Object.keys(files);
	return {
		kindOf: (path) => {
			if (Object.hasOwn(files, path)) return 'file';
			return names.some((name) => path === '.' || name.startsWith(`${path}/`)) ? 'folder' : null;
		},
		readText: (path) => {
			const text = Object.hasOwn(files, path) ? files[path] : undefined;
			if (text === undefined) throw new Error('no such file');
			return text;
		},
		list: (path) => {
			const prefix = path === '.' ? '' : `${path}/`;
			const below = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split('/')[0] as string);
			return [...new Set(below)];
		},
	};
}

/** The folder of a path; `.` for a bare name. */
export function folderOf(path: string): string {
	const slash = path.lastIndexOf('/');
	if (slash < 0) return '.';
	return slash === 0 ? '/' : path.slice(0, slash);
}

/** The last name of a path. */
export function nameOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

/** `path` as seen from `folder`, with `.` and `..` resolved as far as they can be. */
export function joinPath(folder: string, path: string): string {
	const isAbsolute = path.startsWith('/') || (folder.startsWith('/') && !path.startsWith('/'));
	const parts: string[] = [];
	for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
		if (part === '' || part === '.') continue;
		if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
		else if (part !== '..' || !isAbsolute) parts.push(part);
	}
	const joined = parts.join('/');
	return isAbsolute ? `/${joined}` : joined === '' ? '.' : joined;
}

/** The path that leads from `folder` to `path`, both as seen from the same place. */
export function relativePath(folder: string, path: string): string {
	const target = joinPath('.', path);
	if (target.startsWith('/') !== folder.startsWith('/')) return target;
	const from = joinPath('.', folder)
		.split('/')
		.filter((part) => part !== '' && part !== '.');
	const to = target.split('/').filter((part) => part !== '' && part !== '.');
	// The name of a folder that `..` leads out of is not known.
	if (from.includes('..')) return target;
	let shared = 0;
	while (shared < from.length && from[shared] === to[shared]) shared++;
	const steps = [...from.slice(shared).map(() => '..'), ...to.slice(shared)];
	return steps.length === 0 ? '.' : steps.join('/');
}
