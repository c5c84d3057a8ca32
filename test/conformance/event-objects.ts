// From emitted events to the Event objects of the API server: the recorder of client-go counts equal events up on one object
// and lets 25 of each pod and type through at once, then one in 300 s (K20.32). What it drops is counted with the next one
// that it lets through. Follows client-go tools/record/events_cache.go (EventSourceObjectSpamFilter, EventCorrelator).

/** Events of one pod and type that pass at once, and how long the next ones wait, seconds. */
const BURST = 25;
const REFILL_SECONDS = 300;

/** An event as the kubelet emits it; `t` in seconds. */
export interface EmittedEvent {
	readonly t: number;
	readonly pod: string;
	readonly type: string;
	readonly reason: string;
	readonly message: string;
}

/** Name of an Event object among those of a node. */
export function eventObjectName({ pod, type, reason, message }: Omit<EmittedEvent, 't'>): string {
	return [pod, type, reason, message].join('|');
}

/** Counts of all Event objects at an instant. */
export function storedCounts(emitted: readonly EmittedEvent[], at: number): Map<string, number> {
	const tokens = new Map<string, { readonly left: number; readonly t: number }>();
	const seen = new Map<string, number>();
	const stored = new Map<string, number>();
	for (const event of emitted) {
		if (event.t > at) break;
		const name = eventObjectName(event);
		const count = (seen.get(name) ?? 0) + 1;
		seen.set(name, count);
		const source = `${event.pod}|${event.type}`;
		const bucket = tokens.get(source) ?? { left: BURST, t: event.t };
		const left = Math.min(BURST, bucket.left + (event.t - bucket.t) / REFILL_SECONDS);
		const passes = left >= 1;
		tokens.set(source, { left: passes ? left - 1 : left, t: event.t });
		if (passes) stored.set(name, count);
	}
	return stored;
}
