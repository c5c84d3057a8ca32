// Durations as Kubernetes writes them: the grammar of Go's `time.ParseDuration` and the output of `Duration.String`,
// which metav1.Duration uses for every duration of a KubeletConfiguration. Text comes in, integer microseconds go out,
// and back. Follows go/src/time/format.go and time.go, down to the rounding of fractions.

import type { Micros } from './time.js';

/** What is wrong with the text of a duration. */
export type DurationProblem = 'empty' | 'syntax' | 'missingUnit' | 'unknownUnit' | 'tooFine' | 'tooLong';

/** A text is not a duration, or not one that virtual time can hold. `message` says what, where and what to write instead. */
export class DurationError extends Error {
	readonly code: DurationProblem;
	/** The whole text that was given. */
	readonly text: string;
	/** Where in `text` the trouble begins (UTF-16 code units, from 0). */
	readonly offset: number;
	/** What to write instead, as a phrase such as `write "10s"`. */
	readonly suggestion: string;

	constructor(code: DurationProblem, text: string, offset: number, what: string, suggestion: string) {
		super(`invalid duration ${JSON.stringify(text)}: ${what}; ${suggestion}`);
		this.name = 'DurationError';
		this.code = code;
		this.text = text;
		this.offset = offset;
		this.suggestion = suggestion;
	}
}

/** Nanoseconds of each unit that Go knows; both Unicode spellings of the micro sign are allowed. */
const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
	['ns', 1n],
	['us', 1_000n],
	['\u00b5s', 1_000n],
	['\u03bcs', 1_000n],
	['ms', 1_000_000n],
	['s', 1_000_000_000n],
	['m', 60_000_000_000n],
	['h', 3_600_000_000_000n],
]);

/** Units that people write and Go does not know, with the way to say the same. */
const UNIT_HINTS: ReadonlyMap<string, string> = new Map([
	['d', 'Go has no day, write "24h"'],
	['day', 'Go has no day, write "24h"'],
	['days', 'Go has no day, write "24h"'],
	['w', 'Go has no week, write "168h"'],
	['sec', 'seconds are "s"'],
	['secs', 'seconds are "s"'],
	['second', 'seconds are "s"'],
	['seconds', 'seconds are "s"'],
	['min', 'minutes are "m"'],
	['mins', 'minutes are "m"'],
	['minute', 'minutes are "m"'],
	['minutes', 'minutes are "m"'],
	['hr', 'hours are "h"'],
	['hour', 'hours are "h"'],
	['hours', 'hours are "h"'],
	['msec', 'milliseconds are "ms"'],
	['millis', 'milliseconds are "ms"'],
	['usec', 'microseconds are "us"'],
]);

const GRAMMAR_HINT = 'write numbers with units (ns, us, ms, s, m, h), for example "90s" or "1m30s"';
/** Go's int64 nanoseconds end at 2^63. */
const GO_LIMIT = 1n << 63n;

/**
 * Reads a Go duration.
 *
 * @param text an optional sign and one or more decimal numbers, each with an optional fraction and a unit
 *   (`ns us µs ms s m h`): `90s`, `1m30s`, `-1.5h`, `.5s`; `0` needs no unit. As in Go, blanks are not allowed and
 *   digits below a nanosecond are cut.
 * @returns integer microseconds. Virtual time is no finer than that: a duration that is not a whole number of microseconds
 *   (`1500ns`) is refused and never rounded, so that no setting silently differs from what was written.
 * @throws {DurationError} if the text does not follow the grammar, is finer than a microsecond, or is 285 years or longer
 *   (2^53 microseconds; Go itself ends at 292 years).
 */
export function parseDuration(text: string): Micros {
	let at = 0;
	let negative = false;
	if (text[0] === '-' || text[0] === '+') {
		negative = text[0] === '-';
		at = 1;
	}
	if (text.slice(at) === '0') return 0;
	if (at === text.length) throw new DurationError('empty', text, at, 'there is no number', GRAMMAR_HINT);
	let nanoseconds = 0n;
	while (at < text.length) {
		const term = readTerm(text, at);
		nanoseconds += term.nanoseconds;
		if (nanoseconds > GO_LIMIT) throw tooLong(text);
		at = term.end;
	}
	if (nanoseconds / 1_000n >= BigInt(Number.MAX_SAFE_INTEGER)) throw tooLong(text);
	if (nanoseconds % 1_000n !== 0n) {
		const rounded = formatDuration(Number((nanoseconds + 500n) / 1_000n));
		throw new DurationError(
			'tooFine',
			text,
			0,
			'it is not a whole number of microseconds, the step of virtual time',
			`the nearest is "${negative && rounded !== '0s' ? '-' : ''}${rounded}"`,
		);
	}
	const micros = Number(nanoseconds / 1_000n);
	return negative && micros !== 0 ? -micros : micros;
}

/** One number with its unit, beginning at `from`. */
function readTerm(text: string, from: number): { readonly nanoseconds: bigint; readonly end: number } {
	const wholeEnd = skipDigits(text, from);
	let at = wholeEnd;
	let fraction = '';
	if (text[at] === '.') {
		at = skipDigits(text, at + 1);
		fraction = text.slice(wholeEnd + 1, at);
	}
	const whole = text.slice(from, wholeEnd);
	if (whole === '' && fraction === '') {
		throw new DurationError('syntax', text, from, `a number is expected at ${JSON.stringify(text.slice(from))}`, GRAMMAR_HINT);
	}
	const unitStart = at;
	while (at < text.length && text[at] !== '.' && !isDigit(text.charCodeAt(at))) at++;
	const unit = text.slice(unitStart, at);
	if (unit === '') {
		const number = text.slice(from, unitStart);
		throw new DurationError('missingUnit', text, unitStart, `${number} has no unit`, `for seconds write "${number}s"`);
	}
	const scale = NANOSECONDS.get(unit);
	if (scale === undefined) throw unknownUnit(text, unitStart, unit);
	return { nanoseconds: BigInt(whole === '' ? 0 : whole) * scale + fractionOf(fraction, scale), end: at };
}

/**
 * The nanoseconds of a fraction. Go computes them in floating point and cuts, and stops reading digits where its 63-bit
 * accumulator would overflow; the same steps are taken here, so that "0.3333333333333333333h" is 20 minutes as in Go.
 */
function fractionOf(digits: string, scale: bigint): bigint {
	const limit = GO_LIMIT - 1n;
	let value = 0n;
	let power = 1;
	for (const digit of digits) {
		if (value > limit / 10n) break;
		const next = value * 10n + BigInt(digit);
		if (next > GO_LIMIT) break;
		value = next;
		power *= 10;
	}
	return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(scale) / power)));
}

function unknownUnit(text: string, offset: number, unit: string): DurationError {
	const lower = unit.trim().toLowerCase();
	const hint =
		unit !== unit.trim() || /\s/.test(unit)
			? 'write it without blanks, for example "1m30s"'
			: (UNIT_HINTS.get(lower) ?? (NANOSECONDS.has(lower) ? `units are in lower case, "${lower}"` : GRAMMAR_HINT));
	return new DurationError('unknownUnit', text, offset, `${JSON.stringify(unit)} is no unit`, hint);
}

function tooLong(text: string): DurationError {
	return new DurationError('tooLong', text, 0, 'it is longer than virtual time can hold', 'stay below 285 years, "2496600h"');
}

function skipDigits(text: string, from: number): number {
	let at = from;
	while (at < text.length && isDigit(text.charCodeAt(at))) at++;
	return at;
}

function isDigit(code: number): boolean {
	return code >= 0x30 && code <= 0x39;
}

/**
 * Writes a duration exactly as Go's `Duration.String` does: `1h0m0s`, `1m30s`, `1.5s`, `250ms`, `1.5ms`, `20µs`, `0s`.
 *
 * @param micros integer microseconds, negative allowed.
 * @throws {RangeError} if it is not a safe integer ("never" has no Go form; callers decide what to print for it).
 */
export function formatDuration(micros: Micros): string {
	if (!Number.isSafeInteger(micros)) throw new RangeError(`a duration is an integer number of microseconds, got ${micros}`);
	if (micros === 0) return '0s';
	const sign = micros < 0 ? '-' : '';
	const size = Math.abs(micros);
	if (size < 1_000) return `${sign}${size}µs`;
	if (size < 1_000_000) return `${sign}${decimal(size, 1_000, 3)}ms`;
	const minutes = Math.floor(size / 60_000_000);
	const seconds = `${decimal(size % 60_000_000, 1_000_000, 6)}s`;
	if (minutes === 0) return sign + seconds;
	const hours = Math.floor(minutes / 60);
	return hours === 0 ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60}m${seconds}`;
}

/** `value / scale` with as many of the `digits` decimals as are needed. */
function decimal(value: number, scale: number, digits: number): string {
	const rest = value % scale;
	const whole = Math.floor(value / scale);
	return rest === 0 ? `${whole}` : `${whole}.${`${rest}`.padStart(digits, '0').replace(/0+$/, '')}`;
}
