// What `secretsim run` does: reads every scenario first, so that a mistake in the last file costs no run, then runs and
// reports them one after the other. Results go to stdout in one format and, if asked, to a folder in all of them.

import { join } from 'node:path';
import type { Plan } from '../cluster/plan.js';
import type { Results, RunResult } from '../measure/result.js';
import { loadCsv, samplesCsv } from '../report/csv.js';
import { folderName, type ResultFile, writeResultFolder } from '../report/result-folder.js';
import { type Diagnostics, openDiagnostics } from './diagnostics.js';
import { EXIT, UsageError } from './exit-code.js';
import { progressOn } from './progress.js';
import { reproduceCommand } from './reproduce.js';
import type { RunOptions } from './run-options.js';
import { runPlan } from './run-plan.js';
import type { Engine, ScenarioOverrides, Services } from './services.js';
import { type System, wantsColor, writeText } from './system.js';

interface FinishedRun {
	readonly part: unknown;
	readonly result: RunResult;
}

function overridesOf(options: RunOptions): ScenarioOverrides {
	return {
		...(options.seed === undefined ? {} : { seed: options.seed }),
		...(options.replications === undefined ? {} : { replications: options.replications }),
		...(options.set === undefined ? {} : { set: options.set }),
	};
}

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

/** Runs one plan with progress and diagnostics. */
async function runOne(plan: Plan, engine: Engine, options: RunOptions, system: System, diagnostics: Diagnostics): Promise<FinishedRun> {
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
			onProgress: (made, part) => progress.update(part.variant, made),
			...(tracing
				? {
						traceOf: ({ variant, replication }) => diagnostics.traceSink({ scenario: plan.scenario.name, variant, replication }),
					}
				: {}),
		});
		const result = engine.summarise(part);
		log.info({ scenario: plan.scenario.name }, 'run ended');
		return { part, result };
	} finally {
		progress.end();
	}
}

function resultsOf(runs: readonly RunResult[], command: string, version: string): Results {
	return { schema: 'secretsim.results/v1', program: { version, command }, runs };
}

/** The five files of a scenario's folder. */
async function folderFiles(run: FinishedRun, engine: Engine, command: string, version: string): Promise<ResultFile[]> {
	const results = resultsOf([run.result], command, version);
	const [{ renderJson }, { renderTable }, { renderHtml }] = await Promise.all([
		import('../report/json.js'),
		import('../report/table.js'),
		import('../report/html.js'),
	]);
	const html = await renderHtml(results, [{ samples: engine.sampleRows(run.part), load: engine.loadRows(run.part) }]);
	return [
		{ name: 'result.json', content: renderJson(results) },
		{ name: 'samples.csv', content: samplesCsv(engine.sampleRows(run.part)) },
		{ name: 'load.csv', content: loadCsv(engine.loadRows(run.part)) },
		{ name: 'report.html', content: html },
		{ name: 'report.txt', content: renderTable(results) },
	];
}

/** What goes to stdout. */
async function outputText(
	runs: readonly FinishedRun[],
	engine: Engine,
	options: RunOptions,
	system: System,
	results: Results,
): Promise<string | Iterable<string>> {
	switch (options.output) {
		case 'json':
			return (await import('../report/json.js')).renderJson(results);
		case 'csv':
			return samplesCsv(engine.sampleRows((runs[0] as FinishedRun).part));
		case 'html':
			return (await import('../report/html.js')).renderHtml(
				results,
				runs.map(({ part }) => ({ samples: engine.sampleRows(part), load: engine.loadRows(part) })),
			);
		case 'table':
			return (await import('../report/table.js')).renderTable(results, { color: wantsColor(system.stdout, system.env, options.color) });
	}
}

/**
 * Runs scenario files and reports them.
 *
 * @returns the exit code: 0, or 1 when a threshold of `expect` was not met.
 * @throws InputError, UsageError, ResultFolderError, WorkerLostError.
 */
export async function runScenarios(files: readonly string[], options: RunOptions, system: System, services: Services): Promise<number> {
	if (options.output === 'csv' && files.length > 1)
		throw new UsageError('-o csv prints the samples of one scenario; for several use --out DIR');
	const overrides = overridesOf(options);
	const plans: Plan[] = [];
	for (const file of files) plans.push(await services.loadScenario(file, overrides));
	if (options.out !== undefined) checkFolders(plans);
	const diagnostics = await openDiagnostics(options.logLevel, (line) => system.stderr.write(line));
	const engine = await services.engine();
	const runs: FinishedRun[] = [];
	for (const [index, plan] of plans.entries()) {
		const run = await runOne(plan, engine, options, system, diagnostics);
		runs.push(run);
		if (options.out === undefined) continue;
		const folder = join(options.out, folderName(plan.scenario.name));
		const command = reproduceCommand([files[index] as string], overrides);
		writeResultFolder(folder, await folderFiles(run, engine, command, services.version()));
		system.stderr.write(`wrote ${folder}/\n`);
	}
	const results = resultsOf(
		runs.map((run) => run.result),
		reproduceCommand(files, overrides),
		services.version(),
	);
	await writeText(system.stdout, await outputText(runs, engine, options, system, results));
	const failed = results.runs.some((run) => run.expectations.some((expectation) => !expectation.met));
	if (failed && options.output !== 'table') reportFailures(results, system);
	return failed ? EXIT.expectationFailed : EXIT.done;
}

/** With machine output on stdout, says on stderr which thresholds were not met. */
function reportFailures(results: Results, system: System): void {
	for (const run of results.runs) {
		for (const { met, variant, metric, limit, value } of run.expectations) {
			if (!met)
				system.stderr.write(`secretsim: ${run.scenario.name}, ${variant}: ${metric} is ${value ?? 'not finite'}, expected ${limit}\n`);
		}
	}
}
