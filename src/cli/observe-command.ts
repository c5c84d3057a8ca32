// `secretsim observe`: its options and help. What it does is loaded only when it runs.

import { Command, Option } from 'commander';
import { MILLISECOND, type Micros } from '../core/time.js';
import type { ObserveOptions, ObserveSystem } from '../observe/observe.js';
import { duration, wholeNumber } from './option-values.js';

/** What applications that poll use. */
const DEFAULT_POLL: Micros = 100 * MILLISECOND;

const EXAMPLES = `
Examples:
  Watch a volume while something changes it, until Ctrl-C:
    $ secretsim observe ./volumes/db
  What a burst of ten updates looks like to each consumer, as JSON:
    $ secretsim observe ./volumes/db --updates 10 -o json
  In a container, on a volume that a real kubelet made:
    $ secretsim observe /etc/db --duration 10m`;

/** The command. `done` receives its exit code. */
export function observeCommand(system: ObserveSystem, done: (exitCode: number) => void): Command {
	return new Command('observe')
		.summary('what different file watchers notice of the swaps')
		.description(
			'Lets chokidar, fs.watch, polls and a reader that keeps its file open watch one volume at the same time, and tells which updates each of them noticed, how late, and what it lost. Only reads.',
		)
		.argument('<dir>', 'a volume: a directory with a ..data link')
		.option('--key <name>', 'key that is watched (default: the first one)')
		.option('--updates <n>', 'end after this many updates', wholeNumber(0))
		.option('--duration <duration>', 'end after this time', duration)
		.option('--poll <duration>', 'time between two looks of a poll (default: 100ms)', duration, DEFAULT_POLL)
		.addOption(new Option('-o, --output <format>', 'form of the report on stdout').choices(['text', 'json']).default('text'))
		.addHelpText('after', EXAMPLES)
		.action(async (directory: string, options: ObserveOptions) => {
			const { runObserve } = await import('../observe/observe.js');
			done(await runObserve(directory, options, system));
		});
}
