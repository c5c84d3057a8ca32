// Where the repository is, for tests that read its files. Tests run as compiled JavaScript below build/test.

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository's root folder. */
export const REPOSITORY: string = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Absolute path of something in the repository. */
export function repositoryPath(...parts: readonly string[]): string {
	return join(REPOSITORY, ...parts);
}

/** The lines of a JSON Lines file of the repository, parsed. */
export function readJsonLines(...parts: readonly string[]): unknown[] {
	return readFileSync(repositoryPath(...parts), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as unknown);
}
