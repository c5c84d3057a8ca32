// `secretsim merge`: its options and help. What it does is in merge-action.ts, which is loaded only when it runs.

import { Command, Option } from 'commander';
import { OUTPUT_FORMATS, type ReportOptions } from './run-options.js';
import type { Services } from './services.js';
import type { System } from './system.js';

const EXAMPLES = `
Examples:
  A study in three parts, on three machines or one after the other:
    $ secretsim run my.yaml --shard 0/3 --out parts
    $ secretsim run my.yaml --shard 1/3 --out parts
    $ secretsim run my.yaml --shard 2/3 --out parts
    $ secretsim merge parts
  The results of a Job (docs/fleets.md), as files:
    $ secretsim merge results-of-the-job --out results`;

/** The command. `done` receives its exit code. */
export function mergeCommand(system: System, services: Services, done: (exitCode: number) => void): Command {
	return new Command('merge')
		.summary('join the shards of a run')
		.description(
			'Joins the partial results of run --shard into the result of a single run, byte for byte. Refuses missing, duplicate and foreign shards with a list. Changes none of them, so it can be run again.',
		)
		.argument('<path...>', 'files that run --shard wrote, or folders of them')
		.addOption(new Option('-o, --output <format>', 'what goes to stdout').choices(OUTPUT_FORMATS).default('table'))
		.option(
			'--out <dir>',
			'also write result.json, samples.csv (-o parquet: samples.parquet), load.csv, report.html and report.txt to DIR/<scenario>/',
		)
		.option('--no-color', 'no colour (also with NO_COLOR, or when stdout is no terminal)')
		.addHelpText('after', EXAMPLES)
		.action(async (paths: readonly string[], options: ReportOptions) => {
			const { mergePartials } = await import('./merge-action.js');
			done(await mergePartials(paths, options, system, services));
		});
}
