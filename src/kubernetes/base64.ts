// Decodes base64 exactly as Kubernetes' JSON decoder does for the values of a Secret: standard alphabet, padding required,
// line breaks ignored, and on an error the position that Go's encoding/base64 reports.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PADDING = 0x3d;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

const VALUES: Int8Array = new Int8Array(256).fill(-1);
for (let i = 0; i < ALPHABET.length; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** The decoded bytes, or the offset in UTF-8 bytes of the input at which Go's decoder gives up. */
export type Base64Result = { readonly bytes: Uint8Array } | { readonly errorAt: number };

/** The words of Go's decoder for an error at an input byte. */
export function base64ErrorText(errorAt: number): string {
	return `illegal base64 data at input byte ${errorAt}`;
}

/** What one group of four letters said. */
interface Quantum {
	readonly next: number;
	readonly errorAt: number | undefined;
	readonly last: boolean;
}

function skipBreaks(input: Uint8Array, from: number): number {
	let at = from;
	while (at < input.length && (input[at] === LINE_FEED || input[at] === CARRIAGE_RETURN)) at++;
	return at;
}

/** A padding character stands at `at - 1`, as the letter number `count` of its group. */
function endOfPadding(input: Uint8Array, count: number, at: number): Quantum {
	let next = at;
	if (count < 2) return { next, errorAt: next - 1, last: true };
	if (count === 2) {
		next = skipBreaks(input, next);
		if (next === input.length) return { next, errorAt: input.length, last: true };
		if (input[next] !== PADDING) return { next, errorAt: next - 1, last: true };
		next++;
	}
	next = skipBreaks(input, next);
	return { next, errorAt: next < input.length ? next : undefined, last: true };
}

function readQuantum(input: Uint8Array, from: number, letters: number[]): Quantum {
	let at = from;
	while (letters.length < 4) {
		if (at === input.length) {
			// Go counts the error from the beginning of the unfinished group.
			return { next: at, errorAt: letters.length === 0 ? undefined : at - letters.length, last: true };
		}
		const byte = input[at] as number;
		at++;
		const value = VALUES[byte] as number;
		if (value >= 0) letters.push(value);
		else if (byte === PADDING) return endOfPadding(input, letters.length, at);
		else if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) return { next: at, errorAt: at - 1, last: true };
	}
	return { next: at, errorAt: undefined, last: false };
}

/**
 * Decodes base64 text.
 *
 * @example decodeBase64('aGk=') // { bytes: Uint8Array [104, 105] }
 */
export function decodeBase64(text: string): Base64Result {
	const input = new TextEncoder().encode(text);
	const bytes = new Uint8Array(Math.ceil(input.length / 4) * 3);
	let length = 0;
	for (let at = 0, last = false; !last; ) {
		const letters: number[] = [];
		const quantum = readQuantum(input, at, letters);
		if (quantum.errorAt !== undefined) return { errorAt: quantum.errorAt };
		const [a = 0, b = 0, c = 0, d = 0] = letters;
		const triple = (a << 18) | (b << 12) | (c << 6) | d;
		const count = letters.length === 0 ? 0 : letters.length - 1;
		for (let i = 0; i < count; i++) bytes[length++] = (triple >> (16 - 8 * i)) & 0xff;
		at = quantum.next;
		last = quantum.last;
	}
	return { bytes: bytes.slice(0, length) };
}

/** The base64 text of some bytes, as the API server writes values into JSON. */
export function encodeBase64(bytes: Uint8Array): string {
	let text = '';
	for (let i = 0; i < bytes.length; i += 3) {
		const left = bytes.length - i;
		const triple = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		text += ALPHABET[triple >> 18] as string;
		text += ALPHABET[(triple >> 12) & 63] as string;
		text += left > 1 ? (ALPHABET[(triple >> 6) & 63] as string) : '=';
		text += left > 2 ? (ALPHABET[triple & 63] as string) : '=';
	}
	return text;
}
