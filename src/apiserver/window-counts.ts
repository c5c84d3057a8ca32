// What of a run is counted in the measured window only, as totals and not second by second: watch events, bookmarks, etcd reads,
// bytes. The same for a ledger and for a journal that may become part of one.

import type { Micros } from '../core/time.js';

/** Counts of the measured window; the part of a ledger that has no series. */
export abstract class WindowCounts {
	protected readonly windowFrom: Micros;
	protected readonly windowTo: Micros;
	protected watchSeconds = 0;
	protected watchEvents = 0;
	protected bookmarks = 0;
	protected etcdReads = 0;
	protected bytesSent = 0;

	/** @param windowFrom beginning of the window. @param windowTo its end (not included). */
	constructor(windowFrom: Micros, windowTo: Micros) {
		this.windowFrom = windowFrom;
		this.windowTo = windowTo;
	}

	watchEvent(at: Micros): void {
		if (this.#holds(at)) this.watchEvents += 1;
	}

	bookmarkSeries(from: Micros, to: Micros, period: Micros): number {
		// How many of `from`, `from + period`, ... before `to` lie before an instant.
		const before = (at: Micros): number => (at <= from ? 0 : Math.ceil((Math.min(at, to) - from) / period));
		const count = Math.max(0, before(this.windowTo) - before(this.windowFrom));
		this.bookmarks += count;
		return count;
	}

	bookmark(at: Micros): void {
		if (this.#holds(at)) this.bookmarks += 1;
	}

	etcdRead(at: Micros): void {
		if (this.#holds(at)) this.etcdReads += 1;
	}

	bytes(at: Micros, count: number): void {
		if (this.#holds(at)) this.bytesSent += count;
	}

	measured(watchEvents: number, etcdReads: number): void {
		this.watchEvents += watchEvents;
		this.etcdReads += etcdReads;
	}

	measuredWatches(seconds: number, bookmarks: number): void {
		this.watchSeconds += seconds;
		this.bookmarks += bookmarks;
	}

	measuredBytes(count: number): void {
		this.bytesSent += count;
	}

	#holds(at: Micros): boolean {
		return at >= this.windowFrom && at < this.windowTo;
	}
}
