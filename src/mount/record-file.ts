// Small files that say what a process has made, for the process that comes after a kill -9. Each writing replaces the whole
// file in one step, so that a kill leaves the old record or the new one.

import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Name of the next record while it is written. */
function nextName(path: string): string {
	return `${path}.new`;
}

/** Writes a record (mode 0600) over the one before. @throws Error of node:fs. */
export function replaceRecord(path: string, value: unknown): void {
	writeFileSync(nextName(path), `${JSON.stringify(value)}\n`, { mode: 0o600 });
	renameSync(nextName(path), path);
}

/** Writes a record where none is. @throws Error of node:fs, EEXIST when there is one. */
export function createRecord(path: string, value: unknown): void {
	writeFileSync(path, `${JSON.stringify(value)}\n`, { mode: 0o600, flag: 'wx' });
}

/** Removes a record, and one that was being written; that somebody else was quicker is no error. @throws Error of node:fs. */
export function removeRecord(path: string): void {
	rmSync(nextName(path), { force: true });
	rmSync(path, { force: true });
}
