// What a benchmark is: a question about speed, cut into groups of tasks that do the same work in different ways. Tasks of one
// group are measured side by side in one process, so that each is a ratio to the group's reference.

/** `full` for numbers worth keeping, `smoke` for a proof that everything works. */
export type Scale = 'full' | 'smoke';

/** One way of doing the work of its group. */
export interface Task {
	/** Unique in its group. */
	readonly name: string;
	/** Number of operations in one measured call; results are per operation. */
	readonly operations: number;
	/** Prepares what one measured call needs and gives that call; runs once in each process, not measured. */
	readonly setup: () => () => unknown;
	/** The call returns a promise, and its time runs until that is settled. */
	readonly async?: boolean;
	/** The stated limit: time per operation at most this many times that of the reference. */
	readonly limit?: number;
	/** Its first call gives the same value as that of every other task of the group that says so. */
	readonly agrees?: boolean;
}

/** Tasks that are compared with each other. */
export interface Group {
	/** Name of the task that the others are divided by: a peer, a limit, or the least that the work needs. */
	readonly reference: string;
	readonly tasks: readonly Task[];
}

/** A question about speed. `bench/<name>.bench.ts` exports `benchmark(scale)`, which gives it at once or as a promise. */
export interface Benchmark {
	readonly name: string;
	/** What a reader wants to know. */
	readonly question: string;
	/** What one operation is. */
	readonly operation: string;
	/** Where the limits of its tasks come from, when there are any. */
	readonly limitsFrom?: string;
	/** Groups by name; each is built in the process that measures it, and only there. */
	readonly groups: Readonly<Record<string, () => Group | Promise<Group>>>;
}

/** How long one process measures one group. */
export interface Effort {
	/** How often the tasks are measured in turn. */
	readonly blocks: number;
	/** Time of measured calls of one task in one block, milliseconds. */
	readonly blockMs: number;
	/** Time of calls of one task before the first block, milliseconds. */
	readonly warmUpMs: number;
}

/** The efforts of the two scales. */
export const EFFORTS: Readonly<Record<Scale, Effort>> = {
	full: { blocks: 7, blockMs: 60, warmUpMs: 250 },
	smoke: { blocks: 2, blockMs: 1, warmUpMs: 0 },
};
