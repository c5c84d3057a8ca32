// The longest that a write can take to reach a volume of a healthy pod, by adding up the worst of every step: how long a run
// must go on after its last measured write, and the bound that a rotation must respect when nothing fails.

import { MILLISECOND, type Micros } from '../core/time.js';
import { SET_UP_BACK_OFF_MAX } from './back-off.js';
import type { DelaySettings } from './delay.js';
import { RESYNC_JITTER, SYNC_TICK } from './gap.js';

/** Waits for one pass of the populator and one of the reconciler (K3.6): 100 ms each, run time aside. */
const REFRESH_AFTER_SYNC: Micros = 200 * MILLISECOND;

/** What the bound covers besides a healthy volume. */
export interface WorstCaseSettings extends DelaySettings {
	/** True: the volume may be in its longest SetUp back-off (122 s) when the write comes; default false. */
	readonly backOff?: boolean;
}

/**
 * Upper bound of the delay: `1.5 S + 1 s + 0.2 s`, the longest sync and latencies; with Cache one TTL more, because the
 * object may have been fetched just before the write; with `backOff` another 122 s. With the defaults 91.2 s under Watch and
 * Get, 151.2 s under Cache with a TTL of 60 s.
 *
 * @returns microseconds, a whole number if the settings are.
 */
export function worstCaseDelay(settings: WorstCaseSettings): Micros {
	const { strategy, syncFrequency, syncDuration = 0, backOff = false } = settings;
	const longest = (range: { readonly max: Micros } | undefined): Micros => range?.max ?? 0;
	const sync = typeof syncDuration === 'number' ? syncDuration : syncDuration.max;
	const gap = Math.ceil((1 + RESYNC_JITTER) * syncFrequency) + sync + SYNC_TICK + REFRESH_AFTER_SYNC;
	const ttl =
		strategy === 'Cache' && settings.syncInvalidates !== true ? (settings.ttl ?? 60_000_000) + longest(settings.watchCacheLag) : 0;
	const transport = strategy === 'Watch' ? longest(settings.watchLatency) : longest(settings.requestLatency);
	return gap + ttl + transport + longest(settings.setUp) + (backOff ? SET_UP_BACK_OFF_MAX : 0);
}
