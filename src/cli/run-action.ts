// What `secretsim run` does: reads every scenario first, so that a mistake in the last file costs no run, then runs and
// reports them one after the other. With `--shard` it simulates a part of one and writes that to a file.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../cluster/plan.js';
import { samplePolicy } from '../cluster/sample-bound.js';
import { type Partial, withoutRows } from '../measure/partial.js';
import { folderName, writeResultFolder } from '../report/result-folder.js';
import { SampleFile } from '../report/sample-file.js';
import { partialFileBytes, partialFileName } from '../shard/partial-file.js';
import { mostShards, partsOfShard, type RunPart, type ShardNumber } from '../shard/work.js';
import { type Diagnostics, openDiagnostics } from './diagnostics.js';
import { EXIT, UsageError } from './exit-code.js';
import { progressOn } from './progress.js';
import { checkSampleOutput, type FinishedRun, Reporter, resultFolder, sampleFormat } from './report-runs.js';
import { reproduceCommand } from './reproduce.js';
import type { RunOptions } from './run-options.js';
import { type RunPlanOptions, runPlan } from './run-plan.js';
import { overridesOf, readScenarioInput, type ScenarioInput } from './scenario-input.js';
import type { Engine, Services } from './services.js';
import type { System } from './system.js';

/** @throws UsageError when two scenarios would be written to one folder. */
function checkFolders(plans: readonly Plan[]): void {
	const seen = new Set<string>();
	for (const plan of plans) {
		const name = folderName(plan.scenario.name);
		if (seen.has(name))
			throw new UsageError(
				`two of the scenarios are named "${plan.scenario.name}" and would share one folder below --out; run them one by one`,
			);
		seen.add(name);
	}
}

/** Runs some parts of a plan with progress and diagnostics. */
async function runParts(
	plan: Plan,
	parts: readonly RunPart[],
	engine: Engine,
	options: RunOptions,
	system: System,
	diagnostics: Diagnostics,
	rows?: RunPlanOptions['rows'],
): Promise<unknown> {
	const progress = progressOn(system.stderr, () => performance.now());
	const { log } = diagnostics;
	const tracing = log.isLevelEnabled('debug');
	log.info(
		{ scenario: plan.scenario.name, variants: plan.variants.length, replications: plan.replications, plan: plan.digest },
		'run starts',
	);
	for (const warning of plan.warnings) log.info({ scenario: plan.scenario.name }, warning);
	try {
		const part = await runPlan(engine, plan, {
			workers: options.workers ?? null,
			engine: options.engine,
			parts,
			...(rows === undefined ? {} : { rows }),
			onProgress: (made, { variant }) => progress.update(variant, made),
			...(tracing
				? {
						traceOf: ({ variant, replication }) => diagnostics.traceSink({ scenario: plan.scenario.name, variant, replication }),
					}
				: {}),
		});
		log.info({ scenario: plan.scenario.name }, 'run ended');
		return part;
	} finally {
		progress.end();
	}
}

/** @throws UsageError when options contradict each other or the files. */
function checkOptions(files: readonly string[], options: RunOptions, stdout: System['stdout']): void {
	checkSampleOutput(options, files.length, stdout);
	if (options.shard === undefined) return;
	if (files.length > 1) throw new UsageError('--shard simulates a part of one scenario; run the others one by one');
	if (options.output !== 'table') throw new UsageError('a shard has no result of its own; secretsim merge -o prints that of all of them');
}

/** Simulates one shard and writes its partial result. */
async function runShard(
	{ plan, command }: ScenarioInput,
	shard: ShardNumber,
	engine: Engine,
	options: RunOptions,
	system: System,
	services: Services,
	diagnostics: Diagnostics,
): Promise<number> {
	if (shard.count > mostShards(plan)) {
		throw new UsageError(`the study has ${mostShards(plan)} nodes over all variants and replications: too few for ${shard.count} shards`);
	}
	const partial = (await runParts(plan, partsOfShard(plan, shard), engine, options, system, diagnostics)) as Partial;
	const folder = options.out ?? '.';
	const name = partialFileName(folderName(plan.scenario.name), shard);
	const header = { version: services.version(), command, planDigest: plan.digest, shard };
	writeResultFolder(folder, [{ name, content: partialFileBytes(partial, header) }]);
	system.stderr.write(`wrote ${join(folder, name)}\n`);
	return EXIT.done;
}

/** A file of samples that is written while a run goes on. */
interface OpenSampleFile {
	readonly samples: SampleFile;
	readonly rows: NonNullable<RunPlanOptions['rows']>;
}

/** Opens the file of a plan's samples where somebody asked for them and there may be too many to keep; null otherwise. */
function openSampleFile(plan: Plan, options: RunOptions): OpenSampleFile | null {
	const { bound, exact } = samplePolicy(plan);
	const printed = options.output === 'csv' || options.output === 'parquet';
	if (exact || (options.out === undefined && !printed)) return null;
	const folder = options.out === undefined ? tmpdir() : resultFolder(options.out, plan.scenario.name);
	const samples = new SampleFile(folder, sampleFormat(options), plan.variants.length, plan.replications);
	const take = (partial: unknown): Partial => {
		samples.add(partial as Partial);
		return withoutRows(partial as Partial);
	};
	return { samples, rows: { take, most: bound } };
}

/**
 * Runs scenario files and reports them.
 *
 * @returns the exit code: 0, or 1 when a threshold of `expect` was not met.
 * @throws InputError, ShardFileError, UsageError, ResultFolderError, WorkerLostError.
 */
export async function runScenarios(files: readonly string[], options: RunOptions, system: System, services: Services): Promise<number> {
	checkOptions(files, options, system.stdout);
	const inputs: ScenarioInput[] = [];
	for (const file of files) inputs.push(await readScenarioInput(file, options, services));
	if (options.out !== undefined) checkFolders(inputs.map(({ plan }) => plan));
	const diagnostics = await openDiagnostics(options.logLevel, (line) => system.stderr.write(line));
	const engine = await services.engine();
	const [only] = inputs;
	if (options.shard !== undefined && only !== undefined) {
		return runShard(only, options.shard, engine, options, system, services, diagnostics);
	}
	const reporter = new Reporter(engine, options, system, services.version());
	const runs: FinishedRun[] = [];
	for (const { plan, command } of inputs) {
		const file = openSampleFile(plan, options);
		try {
			const part = await runParts(plan, partsOfShard(plan), engine, options, system, diagnostics, file?.rows);
			const run = { part, result: engine.summarise(part), command, samples: file?.samples.end() ?? null };
			await reporter.folder(run);
			runs.push(run);
		} catch (error) {
			file?.samples.discard();
			throw error;
		}
	}
	try {
		return await reporter.print(
			runs,
			inputs.length === 1 && only !== undefined ? only.command : reproduceCommand(files, overridesOf(options)),
		);
	} finally {
		for (const { samples } of runs) samples?.discard();
	}
}
