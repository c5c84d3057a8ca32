// What a user of `mount`, `observe` or the library asked for cannot be done. The command line turns it into exit code 2.

import { errorCode } from '../projection/adapters/real-directory.js';

/** The message says what is wrong and what to do about it. */
export class InputError extends Error {
	/** Recognised by the command line, whatever class it comes from. */
	readonly code = 'INPUT';

	constructor(message: string) {
		super(message);
		this.name = 'InputError';
	}
}

/**
 * What to say of an error of node:fs: an {@link InputError} with the error's code when it has one, else the error itself.
 *
 * @param what that could not be done, as the beginning of a sentence.
 */
export function inputErrorOf(error: unknown, what: string): Error {
	const code = errorCode(error);
	if (code !== null) return new InputError(`${what} (${code})`);
	return error instanceof Error ? error : new Error(String(error));
}
