// The options of `secretsim shard`, as commander gives them to what the command does.

import type { ScenarioOptions } from './run-options.js';

/** Access modes of the claim. */
export const ACCESS_MODES = ['ReadWriteMany', 'ReadWriteOnce'] as const;

/** Options of `secretsim shard`. */
export interface ShardOptions extends ScenarioOptions {
	readonly shards: number;
	readonly parallelism?: number;
	readonly image?: string;
	readonly name?: string;
	readonly namespace?: string;
	readonly cores: number;
	readonly memory: number;
	readonly claim?: string;
	readonly storage: string;
	readonly storageClass?: string;
	readonly accessMode: (typeof ACCESS_MODES)[number];
}
