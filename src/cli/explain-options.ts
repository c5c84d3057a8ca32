// The options of `secretsim explain`, as commander gives them to what the command does.

/** Options of `secretsim explain` as commander gives them. */
export interface ExplainOptions {
	readonly output: 'text' | 'json';
	readonly variant?: string;
	readonly write?: number;
	readonly pod?: string;
	readonly replication: number;
	readonly seed?: number;
	readonly set?: readonly string[];
	readonly color: boolean;
}
