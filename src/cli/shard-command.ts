// `secretsim shard`: its options and help. What it does is in shard-action.ts, which is loaded only when it runs.

import { Command, Option } from 'commander';
import { setting, wholeNumber } from './option-values.js';
import type { Services } from './services.js';
import { ACCESS_MODES, type ShardOptions } from './shard-options.js';
import type { System } from './system.js';

const EXAMPLES = `
Examples:
  A fleet on 64 pods of a cluster, 16 at a time:
    $ secretsim shard fleet.yaml --shards 64 --parallelism 16 > job.yaml
    $ kubectl apply --server-side -f job.yaml
    $ kubectl wait --for=condition=complete --timeout=1h job/secretsim-fleet
  How the results come back and are merged: docs/fleets.md

The ConfigMaps hold the resolved plan. Of the data of Secrets and ConfigMaps
it says how long a value is and which are equal, and nothing else.`;

/** The command. `done` receives its exit code. */
export function shardCommand(system: System, services: Services, done: (exitCode: number) => void): Command {
	return new Command('shard')
		.summary('a Kubernetes Job that runs a scenario in parts')
		.description('Prints a Kubernetes Indexed Job that simulates a scenario in parts, with the ConfigMaps and the claim that it needs.')
		.argument('<file>', 'scenario file (YAML or JSON)')
		.requiredOption('--shards <n>', 'number of parts, each a pod', wholeNumber(1))
		.option('--parallelism <n>', 'pods at a time (default: all)', wholeNumber(1))
		.option('--image <image>', 'image of the pods, built from the Containerfile (default: secretsim: and the version)')
		.option('--name <name>', 'name of the Job (default: secretsim- and the name of the scenario)')
		.option('--namespace <name>', "namespace (default: kubectl's)")
		.option('--cores <n>', 'cores and worker threads of each pod', wholeNumber(1), 1)
		.option('--memory <mib>', 'memory of each pod in MiB', wholeNumber(256), 1024)
		.option('--claim <name>', 'an existing PersistentVolumeClaim for the results (default: a new one)')
		.option('--storage <quantity>', 'size of the new claim', '1Gi')
		.option('--storage-class <name>', "storage class of the new claim (default: the cluster's)")
		.addOption(
			new Option('--access-mode <mode>', 'access mode of the new claim; ReadWriteOnce is for one node')
				.choices(ACCESS_MODES)
				.default('ReadWriteMany'),
		)
		.option('--seed <n>', "seed of every draw, instead of the scenario's", wholeNumber(0))
		.option('--replications <n>', "independent replications, instead of the scenario's", wholeNumber(1))
		.option('--set <path=value>', 'replace a field of the scenario; may be repeated', setting)
		.addHelpText('after', EXAMPLES)
		.action(async (file: string, options: ShardOptions) => {
			const { printShards } = await import('./shard-action.js');
			done(await printShards(file, options, system, services));
		});
}
