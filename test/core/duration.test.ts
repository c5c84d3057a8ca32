import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DurationError, formatDuration, parseDuration } from '../../src/core/duration.js';
import { readJsonLines } from '../support/repository.js';

interface GoRow {
	readonly text: string;
	readonly nanoseconds: string | null;
	readonly string: string | null;
	readonly error: string | null;
}

const table = readJsonLines('test', 'core', 'go-durations.jsonl') as GoRow[];

/** What parseDuration throws for a text. */
function failure(text: string): DurationError {
	try {
		parseDuration(text);
	} catch (error) {
		if (error instanceof DurationError) return error;
		throw error;
	}
	throw new Error(`${JSON.stringify(text)} was accepted`);
}

const go = suite('durations against Go');

go('the table covers accepted texts, refused texts and printed values', () => {
	assert.ok(table.filter((row) => row.error !== null).length >= 25);
	assert.ok(table.filter((row) => row.error === null).length >= 250);
});

go('what Go accepts is read as the same number, unless virtual time cannot hold it', () => {
	for (const row of table) {
		if (row.nanoseconds === null) continue;
		const nanoseconds = BigInt(row.nanoseconds);
		const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
		if (size / 1000n >= BigInt(Number.MAX_SAFE_INTEGER)) assert.is(failure(row.text).code, 'tooLong', row.text);
		else if (nanoseconds % 1000n !== 0n) assert.is(failure(row.text).code, 'tooFine', row.text);
		else assert.is(parseDuration(row.text), Number(nanoseconds / 1000n), row.text);
	}
});

go('what Go refuses is refused for the same reason', () => {
	const reasons = { 'missing unit': ['missingUnit'], 'unknown unit': ['unknownUnit'], invalid: ['empty', 'syntax', 'tooLong'] };
	for (const row of table) {
		if (row.error === null) continue;
		const reason = (Object.keys(reasons) as (keyof typeof reasons)[]).find((words) => row.error?.includes(`time: ${words}`));
		if (reason === undefined) throw new Error(`the table has a reason that this test does not know: ${row.error}`);
		assert.ok(reasons[reason].includes(failure(row.text).code), `${JSON.stringify(row.text)}: ${failure(row.text).code}`);
	}
});

go('values are printed as Go prints them', () => {
	for (const row of table) {
		if (row.nanoseconds === null || BigInt(row.nanoseconds) % 1000n !== 0n) continue;
		const micros = Number(BigInt(row.nanoseconds) / 1000n);
		if (Number.isSafeInteger(micros)) assert.is(formatDuration(micros), row.string);
	}
});

go.run();

const test = suite('durations');

test('printing and reading again gives the same number', () => {
	fc.assert(
		fc.property(fc.integer({ min: -(2 ** 53) + 2, max: 2 ** 53 - 2 }), (micros) => {
			assert.is(parseDuration(formatDuration(micros)), micros === 0 ? 0 : micros);
		}),
		{ seed: 1, numRuns: 2000 },
	);
});

test('reading is additive over terms, in any order of units', () => {
	const units = fc.constantFrom('us', '\u00b5s', '\u03bcs', 'ms', 's', 'm', 'h');
	const term = fc.tuple(fc.integer({ min: 0, max: 5000 }), units).map(([count, unit]) => `${count}${unit}`);
	fc.assert(
		fc.property(fc.array(term, { minLength: 1, maxLength: 5 }), (terms) => {
			const sum = terms.map(parseDuration).reduce((a, b) => a + b, 0);
			assert.is(parseDuration(terms.join('')), sum);
			assert.is(parseDuration(`-${terms.join('')}`), sum === 0 ? 0 : -sum);
		}),
		{ seed: 2, numRuns: 500 },
	);
});

test('every refusal says where the trouble is and what to write', () => {
	const cases: readonly [string, DurationError['code'], number, RegExp][] = [
		['', 'empty', 0, /for example "90s"/],
		['90', 'missingUnit', 2, /write "90s"/],
		['1m30', 'missingUnit', 4, /write "30s"/],
		['2d', 'unknownUnit', 1, /write "24h"/],
		['1m 30s', 'unknownUnit', 1, /without blanks/],
		['10S', 'unknownUnit', 2, /lower case, "s"/],
		['5 minutes', 'unknownUnit', 1, /without blanks/],
		['5min', 'unknownUnit', 1, /minutes are "m"/],
		['1h-5m', 'unknownUnit', 1, /for example "90s"/],
		['ten', 'syntax', 0, /for example "90s"/],
		['1500ns', 'tooFine', 0, /nearest is "2µs"/],
		['-400ns', 'tooFine', 0, /nearest is "0s"/],
		['2562047h', 'tooLong', 0, /2496600h/],
	];
	for (const [text, code, offset, suggestion] of cases) {
		const error = failure(text);
		assert.is(error.code, code, text);
		assert.is(error.offset, offset, text);
		assert.is(error.text, text);
		assert.match(error.suggestion, suggestion);
		assert.ok(error.message.includes(JSON.stringify(text)) && error.message.includes(error.suggestion));
	}
});

test('the suggested longest duration is itself accepted', () => {
	assert.ok(Number.isSafeInteger(parseDuration('2496600h')));
});

test('a number that is no whole number of microseconds has no Go form', () => {
	for (const value of [0.5, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53])
		assert.throws(() => formatDuration(value), /integer number of microseconds/);
});

test.run();
