// How finished runs are reported, whether they were simulated here or joined from shards: one format to stdout and, if asked,
// all of them to a folder.

import { join } from 'node:path';
import type { Results, RunResult } from '../measure/result.js';
import { loadCsv, samplesCsv } from '../report/csv.js';
import { folderName, type ResultFile, writeResultFolder } from '../report/result-folder.js';
import { EXIT } from './exit-code.js';
import type { ReportOptions } from './run-options.js';
import type { Engine } from './services.js';
import { type System, wantsColor, writeText } from './system.js';

/** A run with everything that a report needs. */
export interface FinishedRun {
	/** The whole partial result. */
	readonly part: unknown;
	readonly result: RunResult;
	/** The command line that gives this run alone. */
	readonly command: string;
}

/** Writes reports in the formats and to the places that the options name. */
export class Reporter {
	readonly #engine: Engine;
	readonly #options: ReportOptions;
	readonly #system: System;
	readonly #version: string;

	constructor(engine: Engine, options: ReportOptions, system: System, version: string) {
		this.#engine = engine;
		this.#options = options;
		this.#system = system;
		this.#version = version;
	}

	/**
	 * Writes the folder of one run, if one was asked for, and says so.
	 *
	 * @throws ResultFolderError.
	 */
	async folder(run: FinishedRun): Promise<void> {
		const { out } = this.#options;
		if (out === undefined) return;
		const folder = join(out, folderName(run.result.scenario.name));
		writeResultFolder(folder, await this.#files(run));
		this.#system.stderr.write(`wrote ${folder}/\n`);
	}

	/**
	 * Prints all runs.
	 *
	 * @param command the command line that gives all of them.
	 * @returns the exit code: 0, or 1 when a threshold of `expect` was not met.
	 */
	async print(runs: readonly FinishedRun[], command: string): Promise<number> {
		const results = this.#results(
			runs.map((run) => run.result),
			command,
		);
		await writeText(this.#system.stdout, await this.#output(runs, results));
		const failed = results.runs.some((run) => run.expectations.some((expectation) => !expectation.met));
		if (failed && this.#options.output !== 'table') this.#tellFailures(results);
		return failed ? EXIT.expectationFailed : EXIT.done;
	}

	#results(runs: readonly RunResult[], command: string): Results {
		return { schema: 'secretsim.results/v1', program: { version: this.#version, command }, runs };
	}

	/** The five files of a scenario's folder. */
	async #files(run: FinishedRun): Promise<ResultFile[]> {
		const results = this.#results([run.result], run.command);
		const [{ renderJson }, { renderTable }, { renderHtml }] = await Promise.all([
			import('../report/json.js'),
			import('../report/table.js'),
			import('../report/html.js'),
		]);
		const engine = this.#engine;
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
	async #output(runs: readonly FinishedRun[], results: Results): Promise<string | Iterable<string>> {
		const engine = this.#engine;
		switch (this.#options.output) {
			case 'json':
				return (await import('../report/json.js')).renderJson(results);
			case 'csv':
				return samplesCsv(engine.sampleRows((runs[0] as FinishedRun).part));
			case 'html':
				return (await import('../report/html.js')).renderHtml(
					results,
					runs.map(({ part }) => ({ samples: engine.sampleRows(part), load: engine.loadRows(part) })),
				);
			case 'table': {
				const color = wantsColor(this.#system.stdout, this.#system.env, this.#options.color);
				return (await import('../report/table.js')).renderTable(results, { color });
			}
		}
	}

	/** With machine output on stdout, says on stderr which thresholds were not met. */
	#tellFailures(results: Results): void {
		for (const run of results.runs) {
			for (const { met, variant, metric, limit, value } of run.expectations) {
				if (met) continue;
				this.#system.stderr.write(
					`secretsim: ${run.scenario.name}, ${variant}: ${metric} is ${value ?? 'not finite'}, expected ${limit}\n`,
				);
			}
		}
	}
}
