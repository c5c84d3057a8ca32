// `secretsim explain`: its options and help. What it does is in explain-action.ts, which is loaded only when it runs.

import { Command, Option } from 'commander';
import type { ExplainOptions } from './explain-options.js';
import { setting, wholeNumber } from './option-values.js';
import type { Services } from './services.js';
import type { System } from './system.js';

const EXAMPLES = `
Examples:
  The first measured write, in a pod with a typical delay:
    $ secretsim explain scenarios/rotate-database-password.yaml
  The same write under another strategy:
    $ secretsim explain my.yaml --variant Get
  Why did this pod take so long with write 3?
    $ secretsim explain my.yaml --write 3 --pod web-17`;

/** The command. `done` receives its exit code. */
export function explainCommand(system: System, services: Services, done: (exitCode: number) => void): Command {
	return new Command('explain')
		.summary('why one volume saw one write when it did')
		.description(
			'Tells the story of one write in one volume as a timeline in virtual time: every line with its cause and the rule of Kubernetes that it follows.',
		)
		.argument('<file>', 'scenario file (YAML or JSON)')
		.option('--variant <name>', 'variant of the matrix (default: the first one)')
		.option('--write <n>', 'number of the write in the run, from 0 (default: the first measured one)', wholeNumber(0))
		.option('--pod <name>', 'NAME or NAMESPACE/NAME of a pod (default: one with a typical delay)')
		.option('--replication <n>', 'replication, from 0', wholeNumber(0), 0)
		.option('--seed <n>', "seed of every draw, instead of the scenario's", wholeNumber(0))
		.option('--set <path=value>', 'replace a field of the scenario; may be repeated', setting)
		.addOption(new Option('-o, --output <format>', 'what goes to stdout').choices(['text', 'json']).default('text'))
		.option('--no-color', 'no colour (also with NO_COLOR, or when stdout is no terminal)')
		.addHelpText('after', EXAMPLES)
		.action(async (file: string, options: ExplainOptions) => {
			const { explainScenario } = await import('./explain-action.js');
			done(await explainScenario(file, options, system, services));
		});
}
