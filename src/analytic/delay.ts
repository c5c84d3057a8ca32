// The delay of a write, computed: from its acceptance by the API server to the first read of a volume that shows it, in
// steady state (running, healthy pod, no other sync triggers, no subPath, previous refresh fine). One formula per strategy,
// from the closed-form section of the rule book. It shares no code with the simulator and is its measuring stick.

import { type Micros, type MicrosRange, SECOND } from '../core/time.js';
import { gapLaw, residualLaw, type SyncSettings } from './gap.js';
import { delayedBy, type Law } from './law.js';
import { sharedCache } from './shared-cache.js';

/** `configMapAndSecretChangeDetectionStrategy`. */
export type DetectionStrategy = 'Watch' | 'Cache' | 'Get';

/** What the delay of a write depends on. */
export interface DelaySettings extends SyncSettings {
	readonly strategy: DetectionStrategy;
	/** Cache: the node's TTL, a whole number of seconds; default 60 s, what the kubelet takes when there is no annotation (K5.1). */
	readonly ttl?: Micros;
	/** Cache: how many pods of the node read the object, this one included; default 1. */
	readonly consumers?: number;
	/** Cache: true for the releases 1.24 to 1.28, where every sync drops the cached object (K5.3); default false. */
	readonly syncInvalidates?: boolean;
	/** Watch: from the commit to the node's store; default 0. */
	readonly watchLatency?: MicrosRange;
	/** Cache and Get: round trip of a GET; default 0. */
	readonly requestLatency?: MicrosRange;
	/** Cache: how far the API server's watch cache is behind; default 0. Get reads past it (quorum). */
	readonly watchCacheLag?: MicrosRange;
	/** Payload, comparison and swap; default 0. */
	readonly setUp?: MicrosRange;
}

const NONE: MicrosRange = { min: 0, max: 0 };

/**
 * The law of the delay of one write in one volume.
 *
 * - Watch: `L_w + R + w`. The watch delivers, it does not trigger: the next read comes when the pod's next sync comes.
 * - Get, and Cache up to 1.28: `R + c + w`.
 * - Cache: the law of {@link sharedCache}, then `L_c + c + w`; TTL 0 is never fresh, so its reads are those of Get.
 *
 * @example delayLaw({ strategy: 'Watch', syncFrequency: 60 * SECOND }).quantile(0.5) // 37.75 s in microseconds
 * @throws {RangeError} if the TTL is not a whole number of seconds >= 0, or `consumers` not an integer >= 1.
 */
export function delayLaw(settings: DelaySettings): Law {
	const { strategy, watchLatency = NONE, requestLatency = NONE, watchCacheLag = NONE, setUp = NONE } = settings;
	switch (strategy) {
		case 'Watch':
			return delayedBy(residualLaw(gapLaw(settings)), [watchLatency, setUp]);
		case 'Get':
			return delayedBy(residualLaw(gapLaw(settings)), [requestLatency, setUp]);
		case 'Cache': {
			const lag = settings.syncInvalidates === true ? NONE : watchCacheLag;
			return delayedBy(cacheReadLaw(settings), [lag, requestLatency, setUp]);
		}
	}
}

function cacheReadLaw(settings: DelaySettings): Law {
	const { consumers = 1, syncInvalidates = false } = settings;
	const gap = gapLaw(settings);
	const seconds = ttlSeconds(settings);
	return seconds === 0 || syncInvalidates ? residualLaw(gap) : sharedCache(gap, seconds, consumers).delay;
}

/**
 * Mean time between two requests for one object on one node under Cache: I(m, TTL) of A7.2.
 *
 * @returns microseconds; with TTL 0, or up to 1.28, every read is a request.
 */
export function refreshInterval(settings: Omit<DelaySettings, 'strategy'>): Micros {
	const { consumers = 1, syncInvalidates = false } = settings;
	const gap = gapLaw(settings);
	const seconds = ttlSeconds(settings);
	return seconds === 0 || syncInvalidates ? gap.mean / consumers : sharedCache(gap, seconds, consumers).meanFetchInterval;
}

function ttlSeconds({ ttl = 60 * SECOND }: { readonly ttl?: Micros }): number {
	const seconds = ttl / SECOND;
	if (!(Number.isSafeInteger(seconds) && seconds >= 0))
		throw new RangeError(`a node's TTL is a whole number of seconds >= 0, got ${ttl} µs`);
	return seconds;
}
