// Instants as Go prints them, for recordings made on a virtual clock that starts at 2000-01-01 00:00:00 UTC.

const START_MS = Date.UTC(2000, 0, 1);

/**
 * `time.Time.String` in UTC without a monotonic part, for example `2000-01-01 00:00:00.501 +0000 UTC`.
 *
 * @param micros microseconds since the start of the virtual clock.
 * @param nanos further nanoseconds, 0 to 999.
 */
export function goTime(micros: number, nanos = 0): string {
	const iso = new Date(START_MS + Math.floor(micros / 1000)).toISOString();
	const fraction = (iso.slice(20, 23) + String(micros % 1000).padStart(3, '0') + String(nanos).padStart(3, '0')).replace(/0+$/, '');
	return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`;
}
