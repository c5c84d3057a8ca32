// Guesses which of the known words a misspelt one was meant to be, for the "did you mean" of error messages.

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other; stops counting above `limit`. */
export function editDistance(from: string, to: string, limit: number): number {
	if (Math.abs(from.length - to.length) > limit) return limit + 1;
	let beforeLast: number[] = [];
	let last = Array.from({ length: to.length + 1 }, (_, i) => i);
	for (let i = 1; i <= from.length; i++) {
		const row = [i];
		for (let j = 1; j <= to.length; j++) {
			const same = from[i - 1] === to[j - 1];
			let best = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (same ? 0 : 1));
			if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
				best = Math.min(best, (beforeLast[j - 2] as number) + 1);
			row.push(best);
		}
		beforeLast = last;
		last = row;
	}
	return Math.min(last[to.length] as number, limit + 1);
}

/**
 * The known word that a word was probably meant to be, or undefined when none is near: the same letters in another case,
 * or few edits away: one for words of three to five letters, two for longer ones.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
	const folded = word.toLowerCase().replace(/[-_]/g, '');
	const limit = folded.length < 3 ? 0 : folded.length < 6 ? 1 : 2;
	let best: string | undefined;
	let bestDistance = limit + 1;
	for (const candidate of known) {
		const distance = editDistance(folded, candidate.toLowerCase(), limit);
		if (distance < bestDistance) {
			best = candidate;
			bestDistance = distance;
		}
	}
	return best;
}
