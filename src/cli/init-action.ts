// What `secretsim init` does: writes a first scenario around the manifests, or an example with manifests of its own, and
// loads it at once, so that whatever is wrong with the manifests is said now.

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type ResultFile, writeResultFolder } from '../report/result-folder.js';
import { initScenario } from '../scenario/init.js';
import { filesInMemory } from '../scenario/input-files.js';
import { EXIT, UsageError } from './exit-code.js';
import { EXAMPLE_MANIFESTS } from './init-example.js';
import type { InitOptions } from './init-options.js';
import type { Services } from './services.js';
import { type System, writeText } from './system.js';

/** Where the manifests of the example stand, seen from its scenario. */
const EXAMPLE_PATH = 'manifests/example.yaml';

/** The scenario's text. Absolute paths stay absolute only when the scenario and its manifests share no way. */
function textFor(manifests: readonly string[], file: string): string {
	if (manifests.length === 0) return initScenario([EXAMPLE_PATH], { files: filesInMemory({ [EXAMPLE_PATH]: EXAMPLE_MANIFESTS }) });
	const isAbsolute = [file, ...manifests].some((path) => path.startsWith('/'));
	if (!isAbsolute) return initScenario(manifests, { folder: dirname(file) });
	return initScenario(
		manifests.map((path) => resolve(path) + (path.endsWith('/') ? '/' : '')),
		{ folder: dirname(resolve(file)) },
	);
}

/**
 * Writes a first scenario.
 *
 * @returns the exit code.
 * @throws InputError, UsageError, ResultFolderError: wrong input.
 */
export async function writeFirstScenario(
	manifests: readonly string[],
	options: InitOptions,
	system: System,
	services: Services,
): Promise<number> {
	const folder = dirname(options.file);
	const files: { folder: string; file: ResultFile }[] = [
		{ folder, file: { name: basename(options.file), content: textFor(manifests, options.file) } },
	];
	if (manifests.length === 0) {
		const file = { name: basename(EXAMPLE_PATH), content: EXAMPLE_MANIFESTS };
		files.unshift({ folder: join(folder, dirname(EXAMPLE_PATH)), file });
	}
	for (const { folder: where, file } of files) {
		const path = join(where, file.name);
		if (existsSync(path) && !options.force) throw new UsageError(`${path} exists; --force replaces it, --file FILE writes elsewhere`);
	}
	for (const { folder: where, file } of files) {
		writeResultFolder(where, [file]);
		system.stderr.write(`wrote ${join(where, file.name)}\n`);
	}
	const plan = await services.loadScenario(options.file, {});
	for (const warning of plan.warnings) system.stderr.write(`warning: ${warning}\n`);
	await writeText(system.stdout, `Run it:      secretsim run ${options.file}\nOne write:   secretsim explain ${options.file}\n`);
	return EXIT.done;
}
