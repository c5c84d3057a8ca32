// The options of `secretsim init`, as commander gives them to what the command does.

/** Options of `secretsim init`. */
export interface InitOptions {
	readonly file: string;
	readonly force: boolean;
}
