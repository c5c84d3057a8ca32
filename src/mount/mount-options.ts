// What `secretsim mount` is asked for, after its options were parsed, and what it needs of the process around it.

import type { Readable, Writable } from 'node:stream';
import type { Plan } from '../cluster/plan.js';
import type { TraceSink } from '../measure/trace.js';

/** Streams of the process. */
export interface MountSystem {
	readonly stdin: Readable;
	/** Events. */
	readonly stdout: Writable;
	/** Everything else that is said. */
	readonly stderr: Writable;
}

/** What playing a scenario needs of the rest of the program. */
export interface MountServices {
	loadScenario(file: string, overrides: { readonly seed?: number; readonly set?: readonly string[] }): Promise<Plan>;
	engine(): Promise<{
		simulate(
			plan: Plan,
			options: {
				readonly variants: readonly string[];
				readonly replications: readonly number[];
				readonly shard: { readonly index: number; readonly count: number };
				readonly trace: TraceSink;
			},
		): unknown;
	}>;
}

/** Options of the command. */
export interface MountOptions {
	readonly dir: string;
	readonly pod?: string;
	readonly flat: boolean;
	/** `auto`, `here` or a directory. */
	readonly backing: string;
	readonly keep: boolean;
	readonly output: 'text' | 'json';
	readonly kubernetes: string;
	/** False: manifest files are not watched. */
	readonly watch: boolean;
	/** Microseconds between two firings of `--set`. */
	readonly every?: number;
	readonly set?: readonly string[];
	/** Microseconds after which it ends by itself. */
	readonly duration?: number;
	readonly scenario?: string;
	readonly variant?: string;
	readonly replication: number;
	readonly seed?: number;
	/** How many times faster than real time a scenario is played. */
	readonly speed: number;
	/** Microseconds of a scenario that are passed over without waiting. */
	readonly from: number;
}
