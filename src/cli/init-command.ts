// `secretsim init`: its options and help. What it does is in init-action.ts, which is loaded only when it runs.

import { Command } from 'commander';
import type { InitOptions } from './init-options.js';
import type { Services } from './services.js';
import type { System } from './system.js';

const EXAMPLES = `
Examples:
  From the manifests of an application (files or folders):
    $ secretsim init deploy/ --file rotation.yaml
  Without manifests: an example of its own, to be changed:
    $ secretsim init`;

/** The command. `done` receives its exit code. */
export function initCommand(system: System, services: Services, done: (exitCode: number) => void): Command {
	return new Command('init')
		.summary('a first scenario from your manifests')
		.description(
			'Writes a scenario that rotates a Secret or ConfigMap which the workloads of the manifests mount, under Watch, Cache and Get.',
		)
		.argument('[manifest...]', 'manifests: files or folders')
		.option('--file <file>', 'where to write the scenario', 'scenario.yaml')
		.option('--force', 'replace files that exist', false)
		.addHelpText('after', EXAMPLES)
		.action(async (manifests: readonly string[], options: InitOptions) => {
			const { writeFirstScenario } = await import('./init-action.js');
			done(await writeFirstScenario(manifests, options, system, services));
		});
}
