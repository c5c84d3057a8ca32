// What a scenario demands of its result.

/** One line of `expect`. */
export interface Expectation {
	/** JSON path below a variant of the result, for example `propagation.delaySeconds.p99`. */
	readonly metric: string;
	/** Variant name, or null: every variant must meet it. */
	readonly variant: string | null;
	/** The bounds are of the mean over replications; absent: of the figure as the result has it. */
	readonly per?: 'replication';
	/** In the metric's own unit; null: no such bound. */
	readonly min: number | null;
	readonly max: number | null;
	/** The limit as it was written. */
	readonly text: string;
}
