// Which mechanisms of the model a run used, told by its trace: the law that compares the engines has to have met each of them often.

import type { Partial, TraceEvent } from '../../src/index.js';
import { OUTCOMES } from '../../src/measure/samples.js';

/** Mechanisms that must have been met. */
export const MECHANISMS = [
	'lost request',
	'wait on a fetch',
	"TTL satisfied by another pod's fetch",
	'idle stop',
	'sticky recreate',
	'back-off at its cap',
	'throttle wait',
	'superseded write',
	'kubelet restart',
	'nudge while busy',
] as const;

/** A name of {@link MECHANISMS}. */
export type Mechanism = (typeof MECHANISMS)[number];

const LONGEST_BACKOFF = 122_000_000;

/** Collects what a trace shows. */
export class MechanismWatcher {
	readonly met: Set<Mechanism> = new Set();
	/** Reader of the response that was stored for an object of a node, by instant. */
	readonly #fetchedBy = new Map<string, string>();
	#hit: { readonly object: string; readonly fetchedAt: number } | null = null;

	/** The sink. */
	take(event: TraceEvent): void {
		if (event.kind === 'refreshLost') this.met.add('lost request');
		else if (event.kind === 'setUpFailed' && event.retryAfter === LONGEST_BACKOFF) this.met.add('back-off at its cap');
		else if (event.kind === 'request' && event.throttledFor > 0) this.met.add('throttle wait');
		else if (event.kind === 'settled' && event.outcome === 'superseded') this.met.add('superseded write');
		else if (event.kind === 'kubelet' && event.what === 'started') this.met.add('kubelet restart');
		else if (event.kind === 'trigger' && event.busy) this.met.add('nudge while busy');
		else if (event.kind === 'note') this.#note(event);
		else if (event.kind === 'read') this.#read(event);
	}

	/** Outcomes that only the samples show. */
	takeSamples(partial: Partial): void {
		const frozen = OUTCOMES.indexOf('frozen');
		if (partial.segments.some(({ samples }) => samples.outcome.includes(frozen))) this.met.add('sticky recreate');
	}

	#note(event: Extract<TraceEvent, { kind: 'note' }>): void {
		if (event.note === 'waitForFetch') this.met.add('wait on a fetch');
		else if (event.note === 'idleStop') this.met.add('idle stop');
		else if (event.note === 'cacheHit') this.#hit = { object: event.object, fetchedAt: Number(event.detail['fetchedAt']) };
	}

	#read(event: Extract<TraceEvent, { kind: 'read' }>): void {
		const hit = this.#hit;
		this.#hit = null;
		if (hit === null || hit.object !== event.object) {
			this.#fetchedBy.set(`${event.node} ${event.object} ${event.at}`, event.pod);
			return;
		}
		const reader = this.#fetchedBy.get(`${event.node} ${event.object} ${hit.fetchedAt}`);
		if (reader !== undefined && reader !== event.pod) this.met.add("TTL satisfied by another pod's fetch");
	}
}
