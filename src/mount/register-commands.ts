// The commands `mount` and `observe` for the command line: options and help. What they do is loaded only when they run.

import { Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../core/duration.js';
import { MILLISECOND, type Micros } from '../core/time.js';
import { DEFAULT_VERSION, VERSIONS } from '../kubernetes/versions.js';
import type { MountOptions, MountServices, MountSystem } from './mount-options.js';
import type { ObserveOptions } from './observe-command.js';

/** What applications that poll use. */
const DEFAULT_POLL: Micros = 100 * MILLISECOND;

function duration(text: string): Micros {
	try {
		const micros = parseDuration(text);
		if (micros > 0) return micros;
	} catch {
		// Said below.
	}
	throw new InvalidArgumentError('Must be a duration such as 30s, 5m or 1h30m.');
}

function positive(text: string): number {
	const value = Number(text);
	if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Must be a number above 0.');
	return value;
}

function count(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('Must be a whole number of at least 0.');
	return value;
}

function repeated(text: string, before: readonly string[] = []): readonly string[] {
	return [...before, text];
}

const MOUNT_EXAMPLES = `
Examples:
  The volumes of a pod; they follow the files when you edit them:
    $ secretsim mount manifests/ --pod web --dir ./volumes
  A new password every 30 seconds:
    $ secretsim mount manifests/ --dir ./volumes --every 30s \\
        --set 'Secret/db.password={{ random 16 }}'
  From a script, through standard input (help lists the commands):
    $ echo 'update Secret/db password=two' | secretsim mount manifests/ --dir v
  What Cache feels like, sixty times as fast:
    $ secretsim mount --scenario my.yaml --variant Cache --speed 60 --dir v

Values never appear in the output. Ctrl-C removes what was made.`;

function mountCommand(system: MountSystem, services: MountServices, done: (exitCode: number) => void): Command {
	return new Command('mount')
		.summary('a real directory that swaps as the kubelet swaps it')
		.description(
			"Makes a pod's secret, configMap, projected and downwardAPI volumes as real directories with the kubelet's layout and modes, and changes them on command, each change one atomic swap.",
		)
		.argument('[manifest...]', 'manifest files or folders')
		.requiredOption('--dir <dir>', 'directory to make: one directory per volume in it')
		.option('--pod <name>', 'NAME or NAMESPACE/NAME of a pod or of its workload (default: the only one with volumes)')
		.option('--flat', 'the one volume is DIR itself', false)
		.option('--backing <where>', 'where the bytes are: auto (a tmpfs if there is one), here (in DIR), or below a directory', 'auto')
		.option('--keep', 'leave everything in place at the end', false)
		.option('--every <duration>', 'how often --set happens', duration)
		.option('--set <object.key=value>', 'value to set every time; may be repeated', repeated)
		.option('--no-watch', 'do not follow the manifest files')
		.option('--duration <duration>', 'end by itself after this time', duration)
		.addOption(new Option('--kubernetes <version>', 'release whose atomic writer is followed').default(DEFAULT_VERSION).choices(VERSIONS))
		.option('--scenario <file>', 'play what a scenario does to the pod, with the delays of the model')
		.option('--variant <name>', 'variant of the scenario (default: the first one)')
		.option('--replication <n>', 'replication of the scenario, from 0', count, 0)
		.option('--seed <n>', "seed of every draw, instead of the scenario's", count)
		.option('--speed <factor>', 'how many times faster than real time', positive, 1)
		.option('--from <duration>', 'virtual time to start at, without waiting for it', duration, 0)
		.addOption(new Option('-o, --output <format>', 'form of the lines on stdout').choices(['text', 'json']).default('text'))
		.addHelpText('after', MOUNT_EXAMPLES)
		.action(async (paths: readonly string[], options: MountOptions) => {
			const { runMount } = await import('./mount-command.js');
			done(await runMount(paths, options, system, services));
		});
}

const OBSERVE_EXAMPLES = `
Examples:
  Watch a volume while something changes it, until Ctrl-C:
    $ secretsim observe ./volumes/db
  What a burst of ten updates looks like to each consumer, as JSON:
    $ secretsim observe ./volumes/db --updates 10 -o json
  In a container, on a volume that a real kubelet made:
    $ secretsim observe /etc/db --duration 10m`;

function observeCommand(system: MountSystem, done: (exitCode: number) => void): Command {
	return new Command('observe')
		.summary('what different file watchers notice of the swaps')
		.description(
			'Lets chokidar, fs.watch, polls and a reader that keeps its file open watch one volume at the same time, and tells which updates each of them noticed, how late, and what it lost. Only reads.',
		)
		.argument('<dir>', 'a volume: a directory with a ..data link')
		.option('--key <name>', 'key that is watched (default: the first one)')
		.option('--updates <n>', 'end after this many updates', count)
		.option('--duration <duration>', 'end after this time', duration)
		.option('--poll <duration>', 'time between two looks of a poll (default: 100ms)', duration, DEFAULT_POLL)
		.addOption(new Option('-o, --output <format>', 'form of the report on stdout').choices(['text', 'json']).default('text'))
		.addHelpText('after', OBSERVE_EXAMPLES)
		.action(async (directory: string, options: ObserveOptions) => {
			const { runObserve } = await import('./observe-command.js');
			done(await runObserve(directory, options, system));
		});
}

/**
 * Adds `mount` and `observe` to a program.
 *
 * @param done receives the exit code of the command that ran.
 */
export function registerMountCommands(
	program: Command,
	system: MountSystem,
	services: MountServices,
	done: (exitCode: number) => void,
): void {
	program.addCommand(mountCommand(system, services, done));
	program.addCommand(observeCommand(system, done));
}
