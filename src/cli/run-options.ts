// The options of the commands that run and report scenarios, as commander gives them to what the commands do.

import type { ShardNumber } from '../shard/work.js';
import type { LogLevel } from './log-level.js';

/** Formats of `-o`. */
export const OUTPUT_FORMATS = ['table', 'json', 'csv', 'html', 'parquet'] as const;

/** Values of `--engine`. */
export const ENGINES = ['fast', 'reference'] as const;

/** Options that change a scenario. */
export interface ScenarioOptions {
	readonly seed?: number;
	readonly replications?: number;
	readonly set?: readonly string[];
}

/** Options that say how and where results are reported. */
export interface ReportOptions {
	readonly output: (typeof OUTPUT_FORMATS)[number];
	readonly out?: string;
	readonly color: boolean;
}

/** Options of `secretsim run`. */
export interface RunOptions extends ScenarioOptions, ReportOptions {
	readonly workers?: number;
	readonly shard?: ShardNumber;
	readonly engine: (typeof ENGINES)[number];
	readonly logLevel: LogLevel;
}
