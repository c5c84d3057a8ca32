// Real files for a load. Paths are relative to the working directory of the process, as the user named them.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { InputFiles } from './input-files.js';

/** Longest file that is read: far above any manifest, below what would fill the memory by mistake. */
const LONGEST_FILE_BYTES = 256 * 2 ** 20;

/** What the system's error codes mean to a user. */
const REASONS: Readonly<Record<string, string>> = {
	ENOENT: 'there is no such file',
	EACCES: 'there is no permission to read it',
	EPERM: 'there is no permission to read it',
	EISDIR: 'it is a folder',
	ENOTDIR: 'a part of its path is not a folder',
	ELOOP: 'it is a link that leads to itself',
	EMFILE: 'too many files are open',
};

/** The files of this machine. */
export const nodeFiles: InputFiles = {
	kindOf: (path) => {
		try {
			const status = statSync(path);
			return status.isDirectory() ? 'folder' : 'file';
		} catch {
			return null;
		}
	},
	readText: (path) => {
		try {
			if (statSync(path).size > LONGEST_FILE_BYTES) throw new Error('it is longer than 256 MiB');
			return readFileSync(path, 'utf8');
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code;
			throw new Error(code === undefined ? (error as Error).message : (REASONS[code] ?? code));
		}
	},
	list: (path) => readdirSync(path),
};
