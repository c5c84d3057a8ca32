// Virtual time. Every instant and every duration of the model is an integer number of microseconds, counted from the
// beginning of the run; nothing in here knows a wall clock. A plain number holds 285 years of them exactly.

/** An instant or a duration in whole microseconds of virtual time. */
export type Micros = number;

/** One millisecond in {@link Micros}. */
export const MILLISECOND: Micros = 1_000;
/** One second in {@link Micros}. */
export const SECOND: Micros = 1_000_000;
/** One minute in {@link Micros}. */
export const MINUTE: Micros = 60 * SECOND;
/** One hour in {@link Micros}. */
export const HOUR: Micros = 60 * MINUTE;
/** "It does not happen": later than every instant of a run. */
export const NEVER: Micros = Number.POSITIVE_INFINITY;

/** A closed range of durations from which one is drawn uniformly (integer microseconds, `min <= max`). */
export interface MicrosRange {
	readonly min: Micros;
	readonly max: Micros;
}

/** Seconds as a decimal fraction, for output only. */
export function toSeconds(micros: Micros): number {
	return micros / SECOND;
}

/**
 * The first instant of the grid `phase + k * period` (k = 0, 1, ...) at or after `at`.
 * Loops of the kubelet are found by this arithmetic and never stepped.
 */
export function firstOnGridAtOrAfter(at: Micros, phase: Micros, period: Micros): Micros {
	if (at <= phase) return phase;
	return phase + Math.ceil((at - phase) / period) * period;
}

/** The first instant of the grid `phase + k * period` (k = 0, 1, ...) strictly after `at`. */
export function firstOnGridAfter(at: Micros, phase: Micros, period: Micros): Micros {
	if (at < phase) return phase;
	return phase + (Math.floor((at - phase) / period) + 1) * period;
}
