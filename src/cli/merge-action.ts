// What `secretsim merge` does: finds the partial results, refuses what is not one whole study, joins them in order and
// reports them as `secretsim run` would have.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPartialFile, type OpenedPartial, openPartial } from '../shard/partial-file.js';
import { wholeStudy } from '../shard/shard-set.js';
import { UsageError } from './exit-code.js';
import { checkSampleOutput, Reporter } from './report-runs.js';
import type { ReportOptions } from './run-options.js';
import type { Engine, Services } from './services.js';
import type { System } from './system.js';

/** Partial results that are read before they are joined: their load series need little memory then. */
const READ_TOGETHER = 16;

const REASONS: Readonly<Record<string, string>> = { ENOENT: 'there is nothing of that name', EACCES: 'there is no permission to read it' };

function readable<Value>(path: string, read: () => Value): Value {
	try {
		return read();
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		throw new UsageError(`${path} cannot be read: ${code === undefined ? (error as Error).message : (REASONS[code] ?? code)}`);
	}
}

/** The partial results that paths name: files themselves, and those directly in folders; each once. */
function partialPaths(paths: readonly string[]): string[] {
	const found = paths.flatMap((path) =>
		readable(path, () =>
			statSync(path).isDirectory()
				? readdirSync(path)
						.filter(isPartialFile)
						.sort()
						.map((name) => join(path, name))
				: [path],
		),
	);
	return [...new Set(found)];
}

function joined(engine: Engine, files: readonly OpenedPartial[]): unknown {
	let whole: unknown[] = [];
	for (let at = 0; at < files.length; at += READ_TOGETHER) {
		whole = [engine.merge([...whole, ...files.slice(at, at + READ_TOGETHER).map((file) => file.partial())])];
	}
	return whole[0];
}

/**
 * Joins partial results and reports the study.
 *
 * @returns the exit code: 0, or 1 when a threshold of `expect` was not met.
 * @throws ShardFileError with a list when shards are missing, twice there or foreign; UsageError, ResultFolderError.
 */
export async function mergePartials(paths: readonly string[], options: ReportOptions, system: System, services: Services): Promise<number> {
	checkSampleOutput(options, 1, system.stdout);
	const files = partialPaths(paths).map((path) =>
		openPartial(
			readable(path, () => readFileSync(path)),
			path,
		),
	);
	const study = wholeStudy(files, services.version());
	const engine = await services.engine();
	const part = joined(engine, study);
	const command = study[0]?.command ?? '';
	const run = { part, result: engine.summarise(part), command, samples: null };
	const reporter = new Reporter(engine, options, system, services.version());
	await reporter.folder(run);
	return reporter.print([run], command);
}
