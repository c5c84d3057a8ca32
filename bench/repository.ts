// Where things are in the repository, seen from the compiled benchmarks.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A path below the root of the repository, as a file path. */
export function repositoryPath(path: string): string {
	return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** A bundled scenario. */
export function scenarioFile(name: string): string {
	return repositoryPath(`scenarios/${name}`);
}

/** The version in package.json. */
export function packageVersion(): string {
	const { version } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as { version: string };
	return version;
}
