// What `secretsim shard` does: resolves a scenario, checks that it can be split as asked, and prints the Kubernetes objects.

import { stringify } from 'yaml';
import type { Plan } from '../cluster/plan.js';
import { type JobOptions, studyManifests } from '../shard/job-manifests.js';
import { studyBytes, studyParts } from '../shard/study-file.js';
import { mostShards } from '../shard/work.js';
import { EXIT, UsageError } from './exit-code.js';
import { readScenarioInput } from './scenario-input.js';
import type { Services } from './services.js';
import type { ShardOptions } from './shard-options.js';
import { type System, writeText } from './system.js';

/**
 * Bytes of the study in one ConfigMap. The API server refuses more than 1 MiB of data; in base64 inside JSON this is 0.9 MiB,
 * which also stays below the 1.5 MiB that etcd takes in one request.
 */
const PART_BYTES = 700 * 1024;
/** ConfigMaps that one pod mounts; all nodes that run pods fetch all of them. */
const MOST_PARTS = 64;
/** Room for `-study-63` and for the index that Kubernetes adds to the names of pods, in a DNS label of 63. */
const LONGEST_NAME = 50;
/** A quantity of storage as people write it. */
const STORAGE = /^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/;
const DNS_LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

function jobName({ scenario }: Plan, given: string | undefined): string {
	const made = `secretsim-${scenario.name}`
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.slice(0, LONGEST_NAME)
		.replace(/-+$/, '');
	return given ?? made;
}

/** @throws UsageError for what Kubernetes would refuse after the file has been written. */
function checkNames(name: string, options: ShardOptions): void {
	if (!DNS_LABEL.test(name) || name.length > LONGEST_NAME) {
		throw new UsageError(`--name "${name}" must be lower-case letters, digits and dashes, at most ${LONGEST_NAME} of them`);
	}
	const names = [
		['--namespace', options.namespace],
		['--claim', options.claim],
		['--storage-class', options.storageClass],
	] as const;
	for (const [option, value] of names) {
		if (value !== undefined && !DNS_NAME.test(value)) throw new UsageError(`${option} "${value}" is no name of a Kubernetes object`);
	}
	if (!STORAGE.test(options.storage)) throw new UsageError(`--storage "${options.storage}" must be a quantity such as 10Gi`);
	if (options.image !== undefined && !/^[^\s]+$/.test(options.image))
		throw new UsageError(`--image "${options.image}" is no name of an image`);
}

/** @throws UsageError when there are more shards than anything to put into them. */
function checkPlan(plan: Plan, shards: number): void {
	const most = mostShards(plan);
	if (shards > most) throw new UsageError(`the study has ${most} nodes over all variants and replications: too few for ${shards} shards`);
}

function jobOptions(plan: Plan, command: string, options: ShardOptions, version: string): JobOptions {
	const { shards, claim, storage, storageClass, accessMode } = options;
	return {
		name: jobName(plan, options.name),
		namespace: options.namespace ?? null,
		shards,
		parallelism: options.parallelism ?? shards,
		image: options.image ?? `secretsim:${version}`,
		cores: options.cores,
		memoryMiB: options.memory,
		results: claim === undefined ? { storage, storageClass: storageClass ?? null, accessMode } : { claim },
		planDigest: plan.digest,
		command,
	};
}

function introduction({ name, shards, command }: JobOptions): string {
	return `# ${command.replaceAll('\n', ' ')}
# in ${shards} parts, as a Kubernetes Indexed Job. The ConfigMaps hold the resolved plan: of a value of a Secret or
# ConfigMap its length, and which values are equal, but no value and nothing made from one.
#   kubectl apply --server-side -f FILE
#   kubectl wait --for=condition=complete --timeout=1h job/${name}
# then copy the partial results from the claim and join them with secretsim merge (docs/fleets.md).
`;
}

/**
 * Prints the objects of a split study as YAML.
 *
 * @returns the exit code.
 * @throws InputError, ShardFileError, UsageError: wrong input.
 */
export async function printShards(file: string, options: ShardOptions, system: System, services: Services): Promise<number> {
	const { plan, command } = await readScenarioInput(file, options, services);
	checkPlan(plan, options.shards);
	const job = jobOptions(plan, command, options, services.version());
	checkNames(job.name, options);
	const bytes = studyBytes({ plan, command, version: services.version() });
	const parts = studyParts(bytes, PART_BYTES);
	if (parts.length > MOST_PARTS) {
		throw new UsageError(
			`the resolved plan has ${Math.ceil(bytes.length / 2 ** 20)} MiB, more than ${MOST_PARTS} ConfigMaps hold; run its shards with the scenario itself: secretsim run ${file} --shard I/${options.shards}`,
		);
	}
	const documents = studyManifests(parts, job).map((manifest) => stringify(manifest, { lineWidth: 0 }));
	await writeText(system.stdout, [introduction(job), documents.join('---\n')]);
	return EXIT.done;
}
