// What a user of `mount`, `observe` or the library asked for cannot be done. The command line turns it into exit code 2.

/** The message says what is wrong and what to do about it. */
export class InputError extends Error {
	/** Recognised by the command line, whatever class it comes from. */
	readonly code = 'INPUT';

	constructor(message: string) {
		super(message);
		this.name = 'InputError';
	}
}
