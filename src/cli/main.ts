#!/usr/bin/env node
// The program `secretsim`: runs one command line in this process. Signals and errors that nothing else has caught end
// here, with temporary files removed.

import { readFileSync } from 'node:fs';
import { removeUnfinishedFiles } from '../report/result-folder.js';
import { EXIT, failureOf } from './exit-code.js';
import { runCommandLine } from './program.js';
import type { Engine, Services } from './services.js';
import { ignoreClosedPipe, processSystem } from './system.js';

/** Number of each signal that ends the program; the exit code is 128 more. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

function programVersion(): string {
	const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
	return manifest.version;
}

const version = programVersion();

const services: Services = {
	version: () => version,
	loadScenario: async (file, overrides) => (await import('../scenario/load.js')).loadScenario(file, overrides),
	engine: async () => (await import('../index.js')) as Engine,
};

for (const [signal, number] of Object.entries(SIGNALS)) {
	process.on(signal, () => {
		removeUnfinishedFiles();
		if (signal === 'SIGINT') process.stderr.write('\nsecretsim: interrupted; no unfinished file was left\n');
		process.exit(128 + number);
	});
}

function endWithDefect(error: unknown): void {
	removeUnfinishedFiles();
	process.stderr.write(`${failureOf(error, version).text}\n`);
	process.exit(EXIT.program);
}

process.on('uncaughtException', endWithDefect);
process.on('unhandledRejection', endWithDefect);

const system = processSystem();
ignoreClosedPipe(system.stdout);
ignoreClosedPipe(system.stderr);
process.exitCode = await runCommandLine(process.argv.slice(2), system, services);
