// Cleaning up when the process ends, however it does short of a kill -9: on a signal, on an error, at the end of a test run
// that forgot to close something. Everything here is synchronous, because an `exit` listener cannot wait.

import process from 'node:process';

const open = new Set<() => unknown>();
let listening = false;

/**
 * Runs `close` when the process ends, unless it has been run before.
 *
 * @returns a function that runs it now, at most once.
 */
export function closeAtExit<T>(close: () => T): () => T | undefined {
	if (!listening) {
		listening = true;
		process.once('exit', () => {
			for (const body of [...open]) body();
		});
	}
	const once = (): T | undefined => (open.delete(once) ? close() : undefined);
	open.add(once);
	return once;
}
