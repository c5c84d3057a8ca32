// Values as the command line and standard input give them: `key=value`, `key-` to remove, with `{{ random N }}` and
// `{{ ordinal }}` in the value as in a scenario. Text in, bytes out; an error never repeats a value.

import { randomInt } from 'node:crypto';
import { SecretBytes } from '../kubernetes/secret-bytes.js';
import { readTemplate } from '../scenario/content-template.js';
import { InputError } from './input-error.js';

/** Letters of a random text: what passwords are made of, no characters that need quotes. */
const RANDOM_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A text whose templates are filled in each time it is used. */
export class ValueText {
	readonly #text: string;

	/** @throws InputError for a template that is not known; `key` says of what. */
	constructor(key: string, text: string) {
		const read = readTemplate(key, text);
		if ('complaint' in read)
			throw new InputError(`the value of ${key} ${read.complaint.message}; allowed: ${String(read.complaint.allowed)}`);
		this.#text = text;
	}

	/** @param ordinal number of the firing, from 1. */
	bytes(ordinal: number): SecretBytes {
		const filled = this.#text.replace(/\{\{\s*(?:random\s+(\d+)|ordinal)\s*\}\}/g, (_all, length: string | undefined) =>
			length === undefined ? String(ordinal) : randomText(Number(length)),
		);
		return SecretBytes.ofText(filled);
	}
}

function randomText(length: number): string {
	return Array.from({ length }, () => RANDOM_LETTERS[randomInt(RANDOM_LETTERS.length)]).join('');
}

/**
 * Reads `key=value` and `key-` words.
 *
 * @param ordinal what `{{ ordinal }}` stands for.
 * @throws InputError for a word that is neither.
 */
export function parseChanges(words: readonly string[], ordinal: number): ReadonlyMap<string, SecretBytes | null> {
	return new Map(
		words.map((word): [string, SecretBytes | null] => {
			const equals = word.indexOf('=');
			if (equals > 0) return [word.slice(0, equals), new ValueText(word.slice(0, equals), word.slice(equals + 1)).bytes(ordinal)];
			if (equals < 0 && word.length > 1 && word.endsWith('-')) return [word.slice(0, -1), null];
			throw new InputError('a change is KEY=VALUE, or KEY- to remove a key');
		}),
	);
}
