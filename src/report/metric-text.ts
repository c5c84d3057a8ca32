// Values of metrics in the unit that the table of metrics gives them: thresholds, differences and their intervals.

import { metricUnit } from '../measure/metrics.js';
import { formatBytes, formatNumber, formatSeconds, formatSecondsInterval, NO_VALUE } from './number-format.js';

/** A value of a metric; "not finite" for null. */
export function metricText(metric: string, value: number | null): string {
	if (value === null) return 'not finite';
	switch (metricUnit(metric)) {
		case 's':
			return formatSeconds(value);
		case 'B':
			return formatBytes(value);
		default:
			return formatNumber(value);
	}
}

/** A difference of two values of a metric, with its sign; `-` when one of them is not finite or not there. */
export function differenceText(metric: string, difference: number | null): string {
	if (difference === null) return NO_VALUE;
	const text = metricText(metric, difference);
	return difference > 0 ? `+${text}` : text;
}

/** An interval of values of a metric; empty for null. */
export function intervalText(metric: string, interval: readonly [number, number] | null): string {
	if (interval === null) return '';
	if (metricUnit(metric) === 's') return formatSecondsInterval(interval);
	return `[${interval.map((end) => metricText(metric, end)).join(', ')}]`;
}

/** Whether an interval leaves room for no difference at all. */
export function mayBeZero(interval: readonly [number, number] | null): boolean {
	return interval !== null && interval[0] <= 0 && interval[1] >= 0;
}
