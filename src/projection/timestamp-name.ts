// Names of the writer's timestamped directories, `..2026_07_28_09_05_00.1234567890`: UTC time and a random 32-bit number,
// both injected, so that a run names its directories the same way each time. Follows newTimestampDir of
// pkg/volume/util/atomic_writer.go and os.MkdirTemp (K8.1).

import { draw, type StreamKey } from '../core/random.js';
import { type Micros, SECOND } from '../core/time.js';

const SECONDS_A_DAY = 86_400;

/**
 * A source of names for timestamped directories.
 *
 * @param clock microseconds since 1970-01-01 00:00:00 UTC.
 * @param key stream of the random part; call n takes draw n.
 */
export function timestampNames(clock: () => Micros, key: StreamKey): () => string {
	let drawn = 0;
	return () => `${timestampPrefix(clock())}${Math.floor(draw(key, drawn++) * 0x1_0000_0000)}`;
}

/** `..2006_01_02_15_04_05.` of an instant. */
export function timestampPrefix(sinceEpoch: Micros): string {
	const seconds = Math.floor(sinceEpoch / SECOND);
	const days = Math.floor(seconds / SECONDS_A_DAY);
	const ofDay = seconds - days * SECONDS_A_DAY;
	const { year, month, day } = civilDate(days);
	const time = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60];
	const parts = [month, day, ...time].map((part) => String(part).padStart(2, '0'));
	return `..${String(year).padStart(4, '0')}_${parts.join('_')}.`;
}

/** Proleptic Gregorian date of a day number (0 is 1970-01-01), by Howard Hinnant's public-domain `civil_from_days`. */
function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
	const shifted = days + 719_468;
	const era = Math.floor(shifted / 146_097);
	const dayOfEra = shifted - era * 146_097;
	const yearOfEra = Math.floor(
		(dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
	);
	const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
	const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
	const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
	return {
		year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
		month,
		day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
	};
}
