// The pure part of the program as one script for a browser. esbuild refuses a module of Node for this platform by itself; the metafile
// says the same in numbers, npm packages included.

import { build, type Metafile } from 'esbuild';
import { repositoryPath } from '../support/repository.js';

/** A script that puts what its entry exports on the global `bundled`. */
export interface Bundle {
	readonly code: string;
	readonly metafile: Metafile;
}

/** Bundles a TypeScript source that imports relative to the repository's root. */
export async function bundle(source: string): Promise<Bundle> {
	const result = await build({
		stdin: { contents: source, resolveDir: repositoryPath(), loader: 'ts', sourcefile: 'entry.ts' },
		bundle: true,
		platform: 'browser',
		target: 'es2022',
		format: 'iife',
		globalName: 'bundled',
		conditions: ['browser'],
		metafile: true,
		write: false,
		logLevel: 'silent',
		absWorkingDir: repositoryPath(),
		// A worktree or a CI checkout may link node_modules: paths in the metafile stay as the sources name them.
		preserveSymlinks: true,
	});
	const file = result.outputFiles[0];
	if (file === undefined) throw new Error('esbuild wrote no file');
	return { code: file.text, metafile: result.metafile };
}

/** What a bundle holds or asks for that is not a file of src: npm packages and external modules. */
export function foreignInputs({ metafile }: Bundle): readonly string[] {
	const foreign = new Set<string>();
	for (const [path, input] of Object.entries(metafile.inputs)) {
		if (path !== 'entry.ts' && !path.startsWith('src/')) foreign.add(path);
		for (const imported of input.imports) if (imported.external) foreign.add(imported.path);
	}
	return [...foreign].sort();
}
