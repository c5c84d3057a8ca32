// How finished runs are reported, whether they were simulated here or joined from shards: one format to stdout and, if asked,
// all of them to a folder.

import { join } from 'node:path';
import type { PartialHeader } from '../measure/partial.js';
import type { Results, RunResult } from '../measure/result.js';
import { loadCsv } from '../report/csv.js';
import type { RunSeries } from '../report/html.js';
import { folderName, type ResultFile, writeResultFolder } from '../report/result-folder.js';
import { SAMPLE_FILE_NAMES, type SampleFormat, sampleContent } from '../report/sample-file.js';
import type { TemporaryFile } from '../report/temporary-file.js';
import { EXIT, UsageError } from './exit-code.js';
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
	/** Its samples in a file that is whole but not visible; null: the partial result keeps them, or nobody asked. */
	readonly samples: TemporaryFile | null;
}

const NO_ROWS =
	'the samples were counted, not kept: there may be more of them than exactSamples of the scenario says, and shards then keep none';

/** The folder of a run below `--out`. */
export function resultFolder(out: string, scenario: string): string {
	return join(out, folderName(scenario));
}

/** The format in which samples are written. */
export function sampleFormat({ output }: ReportOptions): SampleFormat {
	return output === 'parquet' ? 'parquet' : 'csv';
}

/** @throws UsageError when samples of several runs, or bytes for no people, would go to one stream. */
export function checkSampleOutput({ output, out }: ReportOptions, runs: number, stdout: System['stdout']): void {
	if (runs > 1 && (output === 'csv' || (output === 'parquet' && out === undefined))) {
		throw new UsageError(`-o ${output} prints the samples of one scenario; for several use --out DIR`);
	}
	if (output === 'parquet' && out === undefined && stdout.isTTY === true) {
		throw new UsageError('-o parquet prints bytes, which a terminal cannot show; redirect stdout to a file or use --out DIR');
	}
}

/** Whether a run has rows of samples: in a file, or in its partial result. */
function hasRows({ part, samples }: FinishedRun): boolean {
	const { header } = part as { readonly header?: PartialHeader };
	return samples !== null || header === undefined || header.samples.exact;
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
		const folder = resultFolder(out, run.result.scenario.name);
		writeResultFolder(folder, await this.#files(run), run.samples === null ? [] : [run.samples]);
		this.#system.stderr.write(`wrote ${folder}/\n`);
		if (!hasRows(run)) this.#system.stderr.write(`no ${SAMPLE_FILE_NAMES[sampleFormat(this.#options)]}: ${NO_ROWS}\n`);
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
		const html = await renderHtml(results, [this.#series(run)]);
		const format = sampleFormat(this.#options);
		const samples = { name: SAMPLE_FILE_NAMES[format], content: sampleContent(format, engine.sampleRows(run.part)) };
		return [
			{ name: 'result.json', content: renderJson(results) },
			...(run.samples === null && hasRows(run) ? [samples] : []),
			{ name: 'load.csv', content: loadCsv(engine.loadRows(run.part)) },
			{ name: 'report.html', content: html },
			{ name: 'report.txt', content: renderTable(results) },
		];
	}

	/** What charts are drawn from. */
	#series({ part }: FinishedRun): RunSeries {
		const engine = this.#engine;
		return { samples: engine.sampleRows(part), delays: engine.delayCounts(part), load: engine.loadRows(part) };
	}

	/** The samples of the only run. */
	#samples(run: FinishedRun): Iterable<string | Uint8Array> {
		if (run.samples !== null) return run.samples.chunks();
		if (!hasRows(run)) throw new UsageError(NO_ROWS);
		return sampleContent(sampleFormat(this.#options), this.#engine.sampleRows(run.part));
	}

	/** What goes to stdout. */
	async #output(runs: readonly FinishedRun[], results: Results): Promise<string | Iterable<string | Uint8Array>> {
		switch (this.#options.output) {
			case 'json':
				return (await import('../report/json.js')).renderJson(results);
			case 'csv':
				return this.#samples(runs[0] as FinishedRun);
			case 'parquet':
				// With a folder it is there.
				return this.#options.out === undefined ? this.#samples(runs[0] as FinishedRun) : '';
			case 'html':
				return (await import('../report/html.js')).renderHtml(
					results,
					runs.map((run) => this.#series(run)),
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
