// What a conformance area reports: how many recorded cases this project's code agrees with, and each one that it does not.
// An area is a function from the parsed lines of a recording to an Agreement. No test runner is needed to call it.

/** One recorded case that came out differently. */
export interface Disagreement {
	/** Id of the recorded sequence, with the step in brackets where there are steps, and the arm where there are arms. */
	readonly id: string;
	readonly input: unknown;
	readonly recorded: unknown;
	readonly ours: unknown;
}

/** The outcome of one area over one file. */
export interface Agreement {
	readonly cases: number;
	readonly agreed: number;
	readonly disagreements: readonly Disagreement[];
	/** `name: reason` of each case that the code under test does not claim; counted in neither number above. */
	readonly notClaimed: readonly string[];
	/** More to say of single cases: how closely they agree. */
	readonly notes?: readonly string[];
}

/** Collects the outcome of an area. */
export class AgreementTally {
	#cases = 0;
	readonly #disagreements: Disagreement[] = [];
	readonly #notClaimed: string[] = [];

	/** Counts one case; `null` means that it agreed. */
	count(disagreement: Disagreement | null): void {
		this.#cases += 1;
		if (disagreement) this.#disagreements.push(disagreement);
	}

	/** Names a case that is outside what the code claims. */
	leaveOut(name: string): void {
		this.#notClaimed.push(name);
	}

	/** The outcome so far. */
	get agreement(): Agreement {
		return {
			cases: this.#cases,
			agreed: this.#cases - this.#disagreements.length,
			disagreements: [...this.#disagreements],
			notClaimed: [...this.#notClaimed],
		};
	}
}

/** True when two values have the same JSON, whatever the order of their keys. */
export function sameJson(left: unknown, right: unknown): boolean {
	return canonicalJson(left) === canonicalJson(right);
}

/** JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_key, part: unknown) =>
		typeof part === 'object' && part !== null && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);
}
