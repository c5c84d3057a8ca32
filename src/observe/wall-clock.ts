// The clock of an observation. Threads compare times of theirs, so it is the wall clock, but finer than Date.now().

import { performance } from 'node:perf_hooks';

/** Milliseconds since 1970. */
export function wallClock(): number {
	return performance.timeOrigin + performance.now();
}
