// Values of options that are more than a word: whole numbers within bounds, repeated settings, shares of a run. Each
// parser throws commander's own error, which names the option and ends with exit code 2.

import { InvalidArgumentError } from 'commander';

/** A parser of whole numbers of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < min) {
			throw new InvalidArgumentError(`Must be a whole number of at least ${min}.`);
		}
		return value;
	};
}

/** Collects `PATH=VALUE` of a repeated option. */
export function setting(text: string, before: readonly string[] = []): readonly string[] {
	if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('Must be PATH=VALUE, for example cluster.nodes=50.');
	return [...before, text];
}
