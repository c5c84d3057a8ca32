// Negative controls: the compiled program with a mistake put into it, so that a test can show that it would notice. The
// mistakes live in tests only; nothing in src knows of them, and what is shipped has no switch for them.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryPath } from './repository.js';

/** One mistake: a piece of compiled code of one file, which must occur in it exactly once, and what stands there instead. */
export interface Mistake {
	/** Path below src, without extension: `kubelet/pod-worker`. */
	readonly file: string;
	readonly find: string;
	readonly replace: string;
}

/**
 * Loads a module of the program with mistakes in it.
 *
 * @param name of the copy below build/mutants; one test file uses it.
 * @param entry path below src of the module to load, without extension.
 * @throws Error when a piece of code is not there any more: the control has to be adapted, or it would prove nothing.
 */
export async function mutant<T>(name: string, entry: string, mistakes: readonly Mistake[]): Promise<T> {
	const folder = repositoryPath('build', 'mutants', name);
	rmSync(folder, { recursive: true, force: true });
	cpSync(repositoryPath('build', 'src'), folder, { recursive: true });
	for (const { file, find, replace } of mistakes) {
		const path = join(folder, `${file}.js`);
		const parts = readFileSync(path, 'utf8').split(find);
		if (parts.length !== 2) throw new Error(`${file}.js holds ${JSON.stringify(find)} ${parts.length - 1} times, not once`);
		writeFileSync(path, parts.join(replace));
	}
	return (await import(pathToFileURL(join(folder, `${entry}.js`)).href)) as T;
}
