// Words of a line of standard input, for scripts that have values with spaces or line breaks in them: a shell's quotes, and
// no more of a shell than that. Text in, words out; an error never repeats a value.

import { InputError } from './input-error.js';

/** What stands for a character after a backslash in double quotes. */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };

/**
 * Splits a line at white space. A word, or what follows its first `=`, may be in quotes: 'as it is', or "with \n, \t, \r, \"
 * and \\". A template `{{ ... }}` holds together. A quote anywhere else is a character like others.
 *
 * @throws InputError for a quote that is not closed, or another escape.
 * @example
 * splitCommand('update Secret/db password="two words" token={{ random 8 }}')
 */
export function splitCommand(line: string): readonly string[] {
	const words: string[] = [];
	let at = 0;
	for (;;) {
		while (/\s/.test(line.charAt(at))) at++;
		if (at >= line.length) return words;
		const { word, end } = readWord(line, at);
		words.push(word);
		at = end;
	}
}

function readWord(line: string, start: number): { readonly word: string; readonly end: number } {
	let word = '';
	let at = start;
	let mayQuote = true;
	while (at < line.length && !/\s/.test(line.charAt(at))) {
		const character = line.charAt(at);
		const template = line.startsWith('{{', at) ? line.indexOf('}}', at) : -1;
		if (mayQuote && (character === '"' || character === "'")) {
			const quoted = readQuoted(line, at);
			word += quoted.text;
			at = quoted.end;
			mayQuote = false;
		} else if (template >= 0) {
			word += line.slice(at, template + 2);
			at = template + 2;
			mayQuote = false;
		} else {
			mayQuote = character === '=' && !word.includes('=');
			word += character;
			at++;
		}
	}
	return { word, end: at };
}

function readQuoted(line: string, start: number): { readonly text: string; readonly end: number } {
	const quote = line.charAt(start);
	let text = '';
	for (let at = start + 1; at < line.length; at++) {
		const character = line.charAt(at);
		if (character === quote) return { text, end: at + 1 };
		if (quote === '"' && character === '\\') {
			const meant = ESCAPES[line.charAt(++at)];
			if (meant === undefined) throw new InputError('in double quotes a backslash is followed by n, t, r, " or another backslash');
			text += meant;
		} else text += character;
	}
	throw new InputError(`a quote (${quote}) is not closed`);
}
