// Which version of an object the API server's watch cache shows: it lags behind, each version by a draw that all nodes share (A3.7).

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import { cacheLagKey } from '../../apiserver/wire.js';
import { drawInteger, type StreamKey } from '../../core/random.js';
import type { Micros } from '../../core/time.js';

/** The watch cache as one node sees it. */
export class WatchCache {
	readonly #wire: ConnectionInput;
	/** By number of the object in the run. */
	readonly #keys = new Map<number, StreamKey>();

	constructor(wire: ConnectionInput) {
		this.#wire = wire;
	}

	/** Index of the last version that it shows at an instant, -1 when it shows none. @param index of the last one that was committed by then. */
	shownIndex(timeline: ObjectTimeline, index: number, at: Micros): number {
		const { versions } = timeline;
		const { max } = this.#wire.latencies.watchCacheLag;
		let shown = index;
		for (; shown >= 0; shown--) {
			const { write, commit } = versions[shown] as TimelineVersion;
			if (write < 0 || commit + max <= at || commit + this.#lag(timeline, shown) <= at) break;
		}
		return shown;
	}

	#lag(timeline: ObjectTimeline, index: number): Micros {
		const { min, max } = this.#wire.latencies.watchCacheLag;
		if (min === max) return min;
		let key = this.#keys.get(timeline.index);
		if (key === undefined) {
			key = cacheLagKey(this.#wire.watchCacheKey, timeline.label);
			this.#keys.set(timeline.index, key);
		}
		return drawInteger(key, index, min, max);
	}
}
