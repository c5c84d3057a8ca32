// The options of `secretsim run`, as commander gives them to what the command does.

import type { LogLevel } from './log-level.js';

/** Formats of `-o`. */
export const OUTPUT_FORMATS = ['table', 'json', 'csv', 'html'] as const;

/** Values of `--engine`. */
export const ENGINES = ['fast', 'reference'] as const;

/** Options of `secretsim run` as commander gives them. */
export interface RunOptions {
	readonly output: (typeof OUTPUT_FORMATS)[number];
	readonly out?: string;
	readonly seed?: number;
	readonly replications?: number;
	readonly set?: readonly string[];
	readonly workers?: number;
	readonly engine: (typeof ENGINES)[number];
	readonly logLevel: LogLevel;
	readonly color: boolean;
}
