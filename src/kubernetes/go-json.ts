// Says in the words of Go's encoding/json why bytes are not a JSON object. The API server decodes the values of docker
// config Secrets into a map[string]interface{} and puts the decoder's error into its message (A12), so the exact texts
// matter. Follows the byte-at-a-time scanner of Go's encoding/json/scanner.go; nothing of the value is kept.

import { goQuoteByte } from './go-quote.js';

/** Nesting above which Go's decoder gives up. */
const MAX_DEPTH = 10_000;

/** A syntax error in Go's words; only used inside this file. */
class GoSyntaxError extends Error {}

const SPACE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d, 0x0a]);
const END = -1;

type JsonKind = 'object' | 'array' | 'string' | 'number' | 'bool' | 'null';

/** An object or array whose end has not come yet. */
interface OpenValue {
	readonly kind: 'object' | 'array';
	elements: number;
}

/** Checks the syntax of one JSON text and remembers what its top-level value is. */
class Scanner {
	readonly #bytes: Uint8Array;
	readonly #open: OpenValue[] = [];
	#at = 0;
	/** True when a number does not fit a float64. */
	tooLarge = false;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** Scans the whole text. */
	document(): JsonKind {
		const kind = this.#value();
		while (this.#open.length > 0) this.#element(this.#open[this.#open.length - 1] as OpenValue);
		this.#spaces();
		if (this.#peek() !== END) this.#fail('after top-level value');
		return kind;
	}

	#peek(): number {
		return this.#at < this.#bytes.length ? (this.#bytes[this.#at] as number) : END;
	}

	#fail(context: string): never {
		const byte = this.#peek();
		if (byte === END) throw new GoSyntaxError('unexpected end of JSON input');
		throw new GoSyntaxError(`invalid character ${goQuoteByte(byte)} ${context}`);
	}

	#spaces(): void {
		while (SPACE.has(this.#peek())) this.#at++;
	}

	/** Scans a whole scalar, or the opening of an object or array, whose elements follow. */
	#value(): JsonKind {
		this.#spaces();
		const byte = this.#peek();
		if (byte === 0x7b) return this.#enter('object');
		if (byte === 0x5b) return this.#enter('array');
		if (byte === 0x22) {
			this.#string();
			return 'string';
		}
		if (byte === 0x2d || isDigit(byte)) {
			this.#number();
			return 'number';
		}
		if (byte === 0x74) return this.#literal('true', 'bool');
		if (byte === 0x66) return this.#literal('false', 'bool');
		if (byte === 0x6e) return this.#literal('null', 'null');
		return this.#fail('looking for beginning of value');
	}

	#enter(kind: OpenValue['kind']): JsonKind {
		if (this.#open.length === MAX_DEPTH) throw new GoSyntaxError('exceeded max depth');
		this.#open.push({ kind, elements: 0 });
		this.#at++;
		return kind;
	}

	/** Scans the next element of the innermost open value, or its end. */
	#element(open: OpenValue): void {
		const isObject = open.kind === 'object';
		this.#spaces();
		if (this.#take(isObject ? 0x7d : 0x5d)) {
			this.#open.pop();
			return;
		}
		if (open.elements > 0 && !this.#take(0x2c)) this.#fail(isObject ? 'after object key:value pair' : 'after array element');
		open.elements++;
		if (isObject) this.#key();
		this.#value();
	}

	#key(): void {
		this.#spaces();
		if (this.#peek() !== 0x22) this.#fail('looking for beginning of object key string');
		this.#string();
		this.#spaces();
		if (!this.#take(0x3a)) this.#fail('after object key');
	}

	#take(byte: number): boolean {
		if (this.#peek() !== byte) return false;
		this.#at++;
		return true;
	}

	#string(): void {
		this.#at++;
		for (;;) {
			const byte = this.#peek();
			if (byte === END || byte < 0x20) this.#fail('in string literal');
			this.#at++;
			if (byte === 0x22) return;
			if (byte === 0x5c) this.#escape();
		}
	}

	#escape(): void {
		const byte = this.#peek();
		if (byte === END || !'"\\/bfnrtu'.includes(String.fromCharCode(byte))) this.#fail('in string escape code');
		this.#at++;
		if (byte !== 0x75) return;
		for (let i = 0; i < 4; i++) {
			if (!isHexDigit(this.#peek())) this.#fail('in \\u hexadecimal character escape');
			this.#at++;
		}
	}

	#number(): void {
		const start = this.#at;
		this.#take(0x2d);
		if (!isDigit(this.#peek())) this.#fail('in numeric literal');
		if (!this.#take(0x30)) this.#digits();
		if (this.#take(0x2e)) {
			if (!isDigit(this.#peek())) this.#fail('after decimal point in numeric literal');
			this.#digits();
		}
		if (this.#take(0x65) || this.#take(0x45)) {
			if (!this.#take(0x2b)) this.#take(0x2d);
			if (!isDigit(this.#peek())) this.#fail('in exponent of numeric literal');
			this.#digits();
		}
		const text = String.fromCharCode(...this.#bytes.subarray(start, this.#at));
		if (!Number.isFinite(Number(text))) this.tooLarge = true;
	}

	#digits(): void {
		while (isDigit(this.#peek())) this.#at++;
	}

	#literal<K extends 'bool' | 'null'>(word: string, kind: K): K {
		this.#at++;
		for (const letter of word.slice(1)) {
			if (!this.#take(letter.charCodeAt(0))) this.#fail(`in literal ${word} (expecting '${letter}')`);
		}
		return kind;
	}
}

function isDigit(byte: number): boolean {
	return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number): boolean {
	return isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

/**
 * Why bytes do not decode into a JSON object, in the words of Go's decoder; undefined when they do (`null` does too).
 *
 * @example jsonObjectError(new TextEncoder().encode('nope')) // "invalid character 'o' in literal null (expecting 'u')"
 */
export function jsonObjectError(bytes: Uint8Array): string | undefined {
	const scanner = new Scanner(bytes);
	try {
		const kind = scanner.document();
		if (kind !== 'object' && kind !== 'null') return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
	} catch (error) {
		if (error instanceof GoSyntaxError) return error.message;
		throw error;
	}
	// Go's text goes on with the number itself, which is left out here: it is a part of a Secret's value.
	if (scanner.tooLarge) return 'json: cannot unmarshal number into Go value of type float64';
	return undefined;
}
