// "Did you mean": the word of a list that is closest to what was written, by the number of insertions, deletions,
// replacements and swaps of neighbours (optimal string alignment), letters compared without regard to case.

import { editDistance } from '../kubernetes/suggestion.js';

/** Longest words that are compared; anything longer is no slip of the finger. */
const LONGEST = 128;

/**
 * The closest of `words`, if it is close enough to be what was meant: at most a third of its letters differ, or one of
 * the two begins with the other.
 */
export function closestWord(written: string, words: Iterable<string>): string | null {
	if (written.length === 0 || written.length > LONGEST) return null;
	const lower = written.toLowerCase();
	let best: string | null = null;
	let bestCost = Number.POSITIVE_INFINITY;
	for (const word of words) {
		if (word.length > LONGEST) continue;
		const other = word.toLowerCase();
		const limit = Math.max(1, Math.floor(Math.max(lower.length, other.length) / 3));
		const distance = editDistance(lower, other, LONGEST);
		const isPrefix = Math.min(lower.length, other.length) >= 3 && (other.startsWith(lower) || lower.startsWith(other));
		if (distance > limit && !isPrefix) continue;
		if (distance < bestCost) {
			best = word;
			bestCost = distance;
		}
	}
	return best;
}

/** A hint such as `did you mean "duration"?`, null when no word is close. */
export function didYouMean(written: string, words: Iterable<string>): string | null {
	const word = closestWord(written, words);
	return word === null ? null : `did you mean ${JSON.stringify(word)}?`;
}

/** A list of words for a message: all of them up to `limit`, then how many more there are. */
export function listWords(words: readonly string[], limit = 24): string {
	if (words.length <= limit) return words.join(', ');
	return `${words.slice(0, limit).join(', ')} and ${words.length - limit} more`;
}
