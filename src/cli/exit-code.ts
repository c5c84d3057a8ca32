// Exit codes, which others script against, and how an error becomes one of them with a text for people. Messages of
// unknown errors are printed with care: an error text may quote what was parsed, and that may be a Secret.

/** Exit codes of every command. */
export const EXIT = {
	/** Done. */
	done: 0,
	/** Ran, but a threshold of `expect` was not met. */
	expectationFailed: 1,
	/** The input is wrong: a scenario, a manifest, an option, or a folder that cannot be written. */
	input: 2,
	/** The program is wrong. */
	program: 3,
	/** Interrupted by Ctrl-C. */
	interrupted: 130,
} as const;

/** What was asked for cannot be done; the message says what and the remedy. Ends with exit code 2. */
export class UsageError extends Error {
	readonly code = 'INPUT';

	constructor(message: string) {
		super(message);
		this.name = 'UsageError';
	}
}

/** A worker thread ended before its work was done. Ends with exit code 3, and is no defect that anyone should report. */
export class WorkerLostError extends Error {
	readonly code = 'WORKER_LOST';

	constructor(message: string) {
		super(message);
		this.name = 'WorkerLostError';
	}
}

/** An exit code and what stderr says about it. */
export interface Failure {
	readonly exitCode: number;
	readonly text: string;
}

function codeOf(error: unknown): unknown {
	return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The stack without the message; of a message only what cannot quote input. */
function internalText(error: unknown, version: string): string {
	const name = error instanceof Error ? error.name : typeof error;
	// A SyntaxError of JSON.parse and its like quotes the text that it could not read.
	const message =
		error instanceof Error && !(error instanceof SyntaxError) ? `: ${error.message}` : ' (message withheld: it may quote input)';
	const frames = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
	return [
		`secretsim: internal error: ${name}${error instanceof Error ? message : ''}`,
		...frames.slice(0, 12),
		`This is a defect of secretsim ${version}, not of your input. Please report it with the command and these lines.`,
	].join('\n');
}

/** Exit code and text of an error that a command threw. */
export function failureOf(error: unknown, version: string): Failure {
	switch (codeOf(error)) {
		case 'INPUT':
			return { exitCode: EXIT.input, text: `secretsim: ${(error as Error).message}` };
		case 'WORKER_LOST':
			return { exitCode: EXIT.program, text: `secretsim: ${(error as Error).message}` };
	}
	if (error instanceof Error && error.name === 'ResultFolderError') return { exitCode: EXIT.input, text: `secretsim: ${error.message}` };
	return { exitCode: EXIT.program, text: internalText(error, version) };
}
