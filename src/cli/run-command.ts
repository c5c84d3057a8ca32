// `secretsim run`: its options and help. What it does is in run-action.ts, which is loaded only when it runs.

import { Command, Option } from 'commander';
import { LOG_LEVELS } from './log-level.js';
import { setting, shardNumber, wholeNumber } from './option-values.js';
import { ENGINES, OUTPUT_FORMATS, type RunOptions } from './run-options.js';
import type { Services } from './services.js';
import type { System } from './system.js';

const EXAMPLES = `
Examples:
  Every variant of a scenario, as tables:
    $ secretsim run scenarios/rotate-database-password.yaml
  What if the kubelets synced every 10 seconds?
    $ secretsim run my.yaml --set cluster.kubelet.syncFrequency=10s
  The median time to the last replica, for a script:
    $ secretsim run my.yaml -o json |
        jq '.runs[].variants[] | {name, p50: .timeToLastReplicaSeconds.p50}'
  All files (JSON, CSV, HTML, text) in results/<scenario>/:
    $ secretsim run my.yaml --out results
  One third of a large study; secretsim merge joins the three:
    $ secretsim run fleet.yaml --shard 0/3 --out parts

Exit codes: 0 done, 1 a threshold of expect was not met, 2 wrong input,
3 a defect of the program, 130 interrupted.`;

/** The command. `done` receives its exit code. */
export function runCommand(system: System, services: Services, done: (exitCode: number) => void): Command {
	return new Command('run')
		.summary('run scenarios; every variant of their matrix')
		.description(
			'Runs scenarios in virtual time and reports, per variant, how long writes took to reach the files of the pods and what that cost the API server.',
		)
		.argument('<file...>', 'scenario files (YAML or JSON), or a study of secretsim shard')
		.addOption(new Option('-o, --output <format>', 'what goes to stdout').choices(OUTPUT_FORMATS).default('table'))
		.option(
			'--out <dir>',
			'also write result.json, samples.csv (-o parquet: samples.parquet), load.csv, report.html and report.txt to DIR/<scenario>/',
		)
		.option('--seed <n>', "seed of every draw, instead of the scenario's", wholeNumber(0))
		.option('--replications <n>', "independent replications, instead of the scenario's", wholeNumber(1))
		.option('--set <path=value>', 'replace a field of the scenario; may be repeated', setting)
		.option(
			'--workers <n>',
			'threads that simulate; the result is the same for any number (default: one per core, but one while the run is short)',
			wholeNumber(1),
		)
		.option('--shard <i/n>', 'simulate part I (from 0) of N only and write it to a file in --out, for secretsim merge', shardNumber)
		.addOption(
			new Option('--engine <path>', 'reference steps through every event; fast gives the same figures sooner')
				.choices(ENGINES)
				.default('fast'),
		)
		.addOption(
			new Option('--log-level <level>', 'diagnostics on stderr; debug and trace show what the model does')
				.choices(LOG_LEVELS)
				.default('warn'),
		)
		.option('--no-color', 'no colour (also with NO_COLOR, or when stdout is no terminal)')
		.addHelpText('after', EXAMPLES)
		.action(async (files: readonly string[], options: RunOptions) => {
			const { runScenarios } = await import('./run-action.js');
			done(await runScenarios(files, options, system, services));
		});
}
