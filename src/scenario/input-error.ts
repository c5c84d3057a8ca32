// What a user is told when a scenario or a manifest is wrong. Every problem that one load finds is collected and thrown as
// a single InputError; each names its place in a file, what was found, what is allowed and, where there is one, the word
// that was probably meant. No message carries a value of a Secret: readers of Secrets report types and lengths only.

/** A place in a file; lines and columns count from 1. `line` 0: the file as a whole, or a setting of the command line. */
export interface Place {
	/** The file as the user named it, or `--set` for a setting of the command line. */
	readonly file: string;
	readonly line: number;
	readonly column: number;
}

/** What kind of mistake a problem is; stable, for programs that read problems. */
export type InputProblemKind =
	/** A file or folder cannot be read. */
	| 'unreadable'
	/** Not YAML, not JSON. */
	| 'syntax'
	/** A field that does not exist. */
	| 'unknownKey'
	/** A required field is missing. */
	| 'missing'
	/** A value has the wrong type or is outside of its range. */
	| 'value'
	/** A path, action or target names something that does not exist. */
	| 'reference'
	/** Two things have one name. */
	| 'duplicate'
	/** A Secret, ConfigMap or workload that the API server would refuse. */
	| 'invalidObject'
	/** Valid Kubernetes that the model does not cover. */
	| 'unsupported';

/** One mistake. */
export interface InputProblem extends Place {
	readonly kind: InputProblemKind;
	/** One sentence without a full stop. */
	readonly message: string;
	/** What was there, printable and short; null where showing it says nothing or would show a secret. */
	readonly found: string | null;
	/** What may be there; null where the message says it all. */
	readonly allowed: string | null;
	/** What to do about it; null when there is no good guess. */
	readonly suggestion: string | null;
}

/** How many problems are printed in full; the rest is counted. */
const PRINTED_PROBLEMS = 50;

/** Exit code of a program that was given wrong input (design: 2). */
export const INPUT_EXIT_CODE = 2;

/**
 * The input is wrong. `message` is the printable text of all problems, `file:line:column: message` and indented details.
 */
export class InputError extends Error {
	readonly code = 'INPUT';
	readonly exitCode: number = INPUT_EXIT_CODE;
	/** All problems of the load, by file (in the order in which files were read), line and column. */
	readonly problems: readonly InputProblem[];

	/** @param problems at least one; they are sorted here. */
	constructor(problems: readonly InputProblem[]) {
		const sorted = sortProblems(problems);
		super(printProblems(sorted));
		this.name = 'InputError';
		this.problems = Object.freeze(sorted);
	}
}

/** Sorts by file in order of first appearance, then by line and column; equal problems are kept once. */
function sortProblems(problems: readonly InputProblem[]): InputProblem[] {
	const files = new Map<string, number>();
	for (const problem of problems) if (!files.has(problem.file)) files.set(problem.file, files.size);
	const rank = (problem: InputProblem): number => files.get(problem.file) as number;
	const sorted = [...problems].sort((x, y) => rank(x) - rank(y) || x.line - y.line || x.column - y.column);
	const seen = new Set<string>();
	return sorted.filter((problem) => {
		const key = JSON.stringify([problem.file, problem.line, problem.column, problem.message]);
		if (seen.has(key)) return false;
		seen.add(key);
		return true;
	});
}

/** `file:line:column`, shorter where line or column say nothing. */
export function printPlace(place: Place): string {
	return place.line === 0 ? place.file : `${place.file}:${place.line}:${place.column}`;
}

/** The printable form of one problem: a line, and up to three indented ones. */
export function printProblem(problem: InputProblem): string {
	const lines = [`${printPlace(problem)}: ${problem.message}`];
	if (problem.found !== null) lines.push(`    found:   ${problem.found}`);
	if (problem.allowed !== null) lines.push(`    allowed: ${problem.allowed}`);
	if (problem.suggestion !== null) lines.push(`    hint:    ${problem.suggestion}`);
	return lines.join('\n');
}

function printProblems(problems: readonly InputProblem[]): string {
	const printed = problems.slice(0, PRINTED_PROBLEMS).map(printProblem);
	const rest = problems.length - printed.length;
	if (rest > 0) printed.push(`... and ${rest} more`);
	return printed.join('\n');
}

/** Takes problems while a file is read. */
export class ProblemList {
	readonly problems: InputProblem[] = [];

	/** True as long as nothing was reported. */
	get isEmpty(): boolean {
		return this.problems.length === 0;
	}

	/** Reports a problem; details that are left out are null. */
	add(
		place: Place,
		kind: InputProblemKind,
		message: string,
		details: { readonly found?: string | null; readonly allowed?: string | null; readonly suggestion?: string | null } = {},
	): void {
		this.problems.push({
			file: place.file,
			line: place.line,
			column: place.column,
			kind,
			message,
			found: details.found ?? null,
			allowed: details.allowed ?? null,
			suggestion: details.suggestion ?? null,
		});
	}

	/** @throws InputError with everything that was reported, if anything was. */
	throwIfAny(): void {
		if (!this.isEmpty) throw new InputError(this.problems);
	}
}
