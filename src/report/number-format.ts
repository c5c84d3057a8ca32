// How numbers look in the reports that people read: durations of virtual time, rates, counts, shares and bytes. Three
// significant digits are enough for a distribution whose interval is printed beside it; JSON and CSV keep every digit.
// No locale is asked, so the same number gives the same text on every machine.

/** What a report prints for a quantile that lies among the writes that were still pending when the run ended. */
export const NOT_FINITE = 'never';

/** What a report prints where there is nothing to print a number of. */
export const NO_VALUE = '-';

/** Puts a comma between groups of three digits of a decimal number without exponent. */
function groupDigits(decimal: string): string {
	const [whole = '', fraction] = decimal.split('.');
	const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
	return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A whole number with groups of three digits: `60,000`. */
export function formatCount(count: number): string {
	return groupDigits(String(Math.round(count)));
}

/** A mean of counts: a whole number as it is, another with one decimal. */
export function formatMeanCount(mean: number): string {
	return Number.isInteger(mean) || Math.abs(mean) >= 1000 ? formatCount(mean) : mean.toFixed(1);
}

/** A number of seconds without its unit: two decimals below 10, one below 1,000, none from there. */
function secondsDigits(seconds: number): string {
	const size = Math.abs(seconds);
	if (size < 9.995) return seconds.toFixed(2);
	if (size < 999.95) return seconds.toFixed(1);
	return groupDigits(seconds.toFixed(0));
}

/**
 * A duration of virtual time for people.
 *
 * @param seconds null stands for "not finite" and prints {@link NOT_FINITE}.
 * @returns for example `37.8 s`, `85 ms` below one second, `1,204 s`.
 */
export function formatSeconds(seconds: number | null): string {
	if (seconds === null) return NOT_FINITE;
	if (seconds === 0) return '0 s';
	const milliseconds = Math.round(seconds * 1000);
	if (Math.abs(milliseconds) < 1) return `${seconds < 0 ? '-' : ''}<1 ms`;
	if (Math.abs(milliseconds) < 1000) return `${milliseconds} ms`;
	return `${secondsDigits(seconds)} s`;
}

/** A span that somebody chose, in the units people write it in: `30 min`, `1 h 30 min`, `90 s`. */
export function formatSpan(seconds: number): string {
	if (!Number.isInteger(seconds) || seconds % 60 !== 0 || seconds === 0) return formatSeconds(seconds);
	const hours = Math.floor(seconds / 3600);
	const minutes = (seconds % 3600) / 60;
	return [hours > 0 ? `${formatCount(hours)} h` : '', minutes > 0 ? `${minutes} min` : ''].filter((part) => part !== '').join(' ');
}

/** An interval of durations in one unit: `[37.1, 38.4] s`. */
export function formatSecondsInterval([low, high]: readonly [number, number]): string {
	if (Math.max(Math.abs(low), Math.abs(high)) < 0.9995) {
		return `[${Math.round(low * 1000)}, ${Math.round(high * 1000)}] ms`;
	}
	return `[${secondsDigits(low)}, ${secondsDigits(high)}] s`;
}

/** A number without unit: a whole one in full, others with about three digits and never an exponent: `0.0033`, `7.95`. */
export function formatNumber(value: number): string {
	const size = Math.abs(value);
	if (Number.isInteger(value)) return groupDigits(String(value));
	if (size >= 999.5) return groupDigits(value.toFixed(0));
	if (size >= 99.95) return value.toFixed(0);
	if (size >= 9.995) return value.toFixed(1);
	if (size >= 0.9995) return value.toFixed(2);
	if (size >= 0.0001) return String(Number(value.toPrecision(2)));
	return value > 0 ? '<0.0001' : '>-0.0001';
}

/** A share of a whole as a percentage; 0 % and 100 % only when it is exactly that. */
export function formatShare(part: number, whole: number): string {
	if (whole === 0) return NO_VALUE;
	const percent = (100 * part) / whole;
	if (part === 0) return '0 %';
	if (part === whole) return '100 %';
	if (percent < 0.1) return '<0.1 %';
	if (percent > 99.9) return '>99.9 %';
	return `${percent.toFixed(1)} %`;
}

/** A number of bytes in decimal units: `512 B`, `1.20 MB`. */
export function formatBytes(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB'];
	let value = bytes;
	let unit = 0;
	while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 ? formatCount(value) : formatNumber(value)} ${units[unit]}`;
}

/** `1 node`, `20 nodes`: a count with its noun. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
	return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
