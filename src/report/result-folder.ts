// The folder of a run, `<out>/<scenario>/`, written so that it shows either the old files or the new ones: everything
// goes to temporary files beside the targets first, and only when all of them are whole and on the disk are they
// renamed. On an error, or when the process is told to stop, the temporary files are removed.

import { folderError, TemporaryFile } from './temporary-file.js';

export { ResultFolderError, removeUnfinishedFiles } from './temporary-file.js';

/** The text or bytes of a file, whole or in chunks. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array>;

/** One file of the folder. */
export interface ResultFile {
	readonly name: string;
	readonly content: FileContent;
}

/**
 * The name of a scenario as the name of one folder: characters that a path cannot hold, and a leading dot, are
 * replaced by `-`.
 */
export function folderName(scenario: string): string {
	return scenario.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '-') || '-';
}

/**
 * Writes the files of one folder, all or none.
 *
 * @param folder is made, with its parents, when it does not exist.
 * @param written files of the same folder that have been written already and become visible with the others.
 * @throws ResultFolderError with the system's error code (ENOSPC, EACCES, ...) when a file cannot be written. The files
 *   that were there before are unchanged then, unless the renames themselves failed half-way.
 */
export function writeResultFolder(folder: string, files: readonly ResultFile[], written: readonly TemporaryFile[] = []): void {
	const temporary: TemporaryFile[] = [...written];
	try {
		for (const { name, content } of files) {
			const file = new TemporaryFile(folder, name);
			temporary.push(file);
			try {
				const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
				for (const chunk of chunks) file.write(chunk);
			} catch (cause) {
				throw folderError('write', file.target, cause);
			}
		}
		for (const file of temporary) file.close();
		for (const file of temporary) file.publish();
	} finally {
		// The first one may have made the folder, which is removed when it is empty.
		for (const file of temporary.reverse()) file.discard();
	}
}
