// The machine and runtime of a measurement, which every result carries.

import { availableParallelism, cpus, totalmem } from 'node:os';

/** Where numbers were measured. */
export interface Environment {
	readonly node: string;
	readonly v8: string;
	readonly platform: string;
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGiB: number;
}

/** What this process runs on. */
export function environment(): Environment {
	return {
		node: process.version,
		v8: process.versions.v8,
		platform: `${process.platform} ${process.arch}`,
		cpu: cpus()[0]?.model ?? 'unknown',
		cores: availableParallelism(),
		memoryGiB: Math.round(totalmem() / 2 ** 30),
	};
}

/** The same in one sentence. */
export function environmentText({ node, platform, cpu, cores, memoryGiB }: Environment): string {
	return `Node ${node.slice(1)}, ${platform}, ${cpu}, ${cores} cores, ${memoryGiB} GiB`;
}
