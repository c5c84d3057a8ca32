// Quotes text as Go does in error messages: `%q` of the fmt package, and the strings of encoding/json.

const NAMED: Readonly<Record<string, string>> = {
	'\u0007': '\\a',
	'\b': '\\b',
	'\f': '\\f',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\v': '\\v',
	'\\': '\\\\',
	'"': '\\"',
};

/** What Go prints as it is: letters, marks, numbers, punctuation, symbols and the ASCII space (unicode.IsPrint). */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function escapeCharacter(character: string): string {
	const named = NAMED[character];
	if (named !== undefined) return named;
	if (PRINTABLE.test(character)) return character;
	const code = character.codePointAt(0) as number;
	if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
	if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, '0')}`;
	return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** A text in double quotes as strconv.Quote writes it. */
export function goQuote(text: string): string {
	return `"${Array.from(text, escapeCharacter).join('')}"`;
}

/** One byte in single quotes, as encoding/json names it in syntax errors: the byte taken for a code point. */
export function goQuoteByte(byte: number): string {
	if (byte === 0x27) return "'\\''";
	if (byte === 0x22) return "'\"'";
	return `'${escapeCharacter(String.fromCharCode(byte))}'`;
}

/** A text as a JSON string of Go, which escapes what is special in HTML. */
export function goJsonString(text: string): string {
	return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
