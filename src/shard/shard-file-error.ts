// What is wrong with the files of a study that was split, in words for the one who has to find or make them.

/** A file of a split study cannot be used; the message says which and why. Ends with exit code 2. */
export class ShardFileError extends Error {
	readonly code = 'INPUT';

	constructor(message: string) {
		super(message);
		this.name = 'ShardFileError';
	}
}
