// Which paths the atomic writer accepts, and how it spells them. Follows validatePayload and validatePath of
// pkg/volume/util/atomic_writer.go (K8.2, K20.5).

import { cleanPath, quote } from './go-path.js';
import type { PayloadFile } from './payload-context.js';

/** Longest element of a path, in bytes (`maxFileNameLength`). */
const MAX_FILE_NAME_LENGTH = 255;
/** Longest path, in bytes (`maxPathLength`). */
const MAX_PATH_LENGTH = 4096;

/** A payload that the writer refuses; nothing was touched. The message is the kubelet's. */
export class InvalidPathError extends Error {
	constructor(reason: string) {
		super(`invalid path: ${reason}`);
		this.name = 'InvalidPathError';
	}
}

/** Most bytes that one UTF-16 unit takes in UTF-8. */
const BYTES_A_UNIT = 3;

/** Whether the UTF-8 form of a text has more bytes than `limit`. */
export function isLongerThan(text: string, limit: number): boolean {
	return text.length * BYTES_A_UNIT > limit && byteLength(text) > limit;
}

/** Length in bytes of the UTF-8 form of a text. */
function byteLength(text: string): number {
	let length = 0;
	for (const character of text) {
		const code = character.codePointAt(0) as number;
		length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
	}
	return length;
}

/**
 * Checks all paths and cleans them; a later file wins where two clean to one path.
 *
 * @throws InvalidPathError for the first path that is not acceptable.
 */
export function validatePayload<C>(files: readonly PayloadFile<C>[]): ReadonlyMap<string, PayloadFile<C>> {
	const clean = new Map<string, PayloadFile<C>>();
	for (const file of files) {
		const { path } = file;
		if (isPlainName(path)) clean.set(path, file);
		else {
			validatePath(path);
			clean.set(cleanPath(path), file);
		}
	}
	return clean;
}

/** Whether a path is one short name without a dot in front, as nearly all keys are: acceptable and clean as it stands. */
function isPlainName(path: string): boolean {
	return path !== '' && path.length * BYTES_A_UNIT <= MAX_FILE_NAME_LENGTH && !path.startsWith('.') && !path.includes('/');
}

/** @throws InvalidPathError when the writer would refuse the path. Only its first element, uncleaned, is checked for `..x`. */
export function validatePath(path: string): void {
	if (path === '') throw new InvalidPathError(`must not be empty: ${quote(path)}`);
	if (path.startsWith('/')) throw new InvalidPathError(`must be relative path: ${path}`);
	if (isLongerThan(path, MAX_PATH_LENGTH)) throw new InvalidPathError(`must be less than or equal to ${MAX_PATH_LENGTH} characters`);
	const elements = path.split('/');
	for (const element of elements) {
		if (element === '..') throw new InvalidPathError(`must not contain '..': ${path}`);
		if (isLongerThan(element, MAX_FILE_NAME_LENGTH)) {
			throw new InvalidPathError(`filenames must be less than or equal to ${MAX_FILE_NAME_LENGTH} characters`);
		}
	}
	if (path.startsWith('..')) throw new InvalidPathError(`must not start with '..': ${path}`);
}
