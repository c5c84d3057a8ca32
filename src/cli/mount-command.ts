// `secretsim mount`: its options and help. What it does is loaded only when it runs.

import { Command, Option } from 'commander';
import { DEFAULT_VERSION, VERSIONS } from '../kubernetes/versions.js';
import type { MountOptions, MountServices, MountSystem } from '../mount/mount-options.js';
import { duration, positiveNumber, repeated, wholeNumber } from './option-values.js';

const EXAMPLES = `
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

/** The command. `done` receives its exit code. */
export function mountCommand(system: MountSystem, services: MountServices, done: (exitCode: number) => void): Command {
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
		.option('--replication <n>', 'replication of the scenario, from 0', wholeNumber(0), 0)
		.option('--seed <n>', "seed of every draw, instead of the scenario's", wholeNumber(0))
		.option('--speed <factor>', 'how many times faster than real time', positiveNumber, 1)
		.option('--from <duration>', 'virtual time to start at, without waiting for it', duration, 0)
		.addOption(new Option('-o, --output <format>', 'form of the lines on stdout').choices(['text', 'json']).default('text'))
		.addHelpText('after', EXAMPLES)
		.action(async (paths: readonly string[], options: MountOptions) => {
			const { runMount } = await import('../mount/mount-command.js');
			done(await runMount(paths, options, system, services));
		});
}
