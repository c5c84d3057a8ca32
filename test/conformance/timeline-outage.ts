// The API server of a recorded outage: it refuses connections from its end on, its open streams end with its process, and the
// one that is started in its place holds requests until it serves and knows nothing of the versions before it (K20.18).

import type { ApiConnection } from '../../src/apiserver/node-connection.js';
import type { TimelineVersion } from '../../src/apiserver/object-timeline.js';
import type { Delivery, RequestOptions, Response } from '../../src/apiserver/protocol.js';
import type { Micros } from '../../src/core/time.js';
import { MILLISECOND, NEVER, SECOND } from '../../src/core/time.js';
import type { Block } from './timeline-block.js';

/** From the start of the process to its listening socket; it serves at the first recorded answer. */
const LISTENS_AFTER: Micros = 600 * MILLISECOND;
/** From the start of the process to its first answer, where no request shows it. */
const SERVES_AFTER: Micros = 1_470 * MILLISECOND;
/** A connection on loopback is refused at once. */
const REFUSAL: Micros = MILLISECOND / 2;

/** When the API server was away. */
export interface Outage {
	/** New connections are refused from here on. */
	readonly from: Micros;
	/** Open streams end. */
	readonly streamsEnd: Micros;
	/** New connections wait from here on ... */
	readonly listens: Micros;
	/** ... and are answered from here on. */
	readonly serves: Micros;
}

/** The outage of a block; null when there was none. */
export function outageOf(block: Block): Outage | null {
	const from = block.actions.find(({ kind }) => kind === 'stopControlPlane')?.at;
	const started = block.actions.find(({ kind }) => kind === 'startControlPlane')?.at;
	if (from === undefined || started === undefined) return null;
	const gone = block.processGone ?? from;
	const refused = block.observations.filter(({ text }) => text.endsWith('gives connection refused')).map(({ at }) => at);
	const served = block.observations.filter(({ stream, at, text }) => stream === 'request' && at > started && text.endsWith(' 200'));
	return {
		from,
		streamsEnd: Math.min(gone, ...refused),
		listens: started + LISTENS_AFTER,
		serves: Math.min(started + SERVES_AFTER, ...served.map(({ at }) => at)),
	};
}

/** The text of a refused connection, without what is particular to a machine. */
const REFUSED = 'connection refused';

/** Leaves out the address in the recorded text of a refused connection. */
export function withoutAddress(message: string): string {
	return message.replace(/Get "[^"]*": dial tcp \S+ connect: connection refused/g, REFUSED);
}

/** Stands before the connection to an API server that is away for a while. */
export class OutageConnection implements ApiConnection {
	readonly #inner: ApiConnection;
	readonly #outage: Outage;
	readonly #open = new Set<number>();
	readonly #held: { readonly request: number; readonly options: RequestOptions }[] = [];
	#own: Delivery<TimelineVersion>[] = [];
	#streamsEnded = false;

	constructor(inner: ApiConnection, outage: Outage) {
		this.#inner = inner;
		this.#outage = outage;
	}

	nextTime(): Micros {
		const ends = this.#streamsEnded ? NEVER : this.#outage.streamsEnd;
		const serves = this.#held.length > 0 ? this.#outage.serves : NEVER;
		return Math.min(this.#inner.nextTime(), this.#own[0]?.at ?? NEVER, ends, serves);
	}

	take(): Delivery<TimelineVersion> | null {
		const now = this.nextTime();
		if (!this.#streamsEnded && now === this.#outage.streamsEnd) this.#endStreams(now);
		if (this.#held.length > 0 && now === this.#outage.serves) {
			for (const { request, options } of this.#held.splice(0)) this.#serve(request, options, now);
			return null;
		}
		if (this.#own[0]?.at === now) return this.#own.shift() ?? null;
		return this.#inner.nextTime() === now ? this.#inner.take() : null;
	}

	transmit(request: number, options: RequestOptions, now: Micros): void {
		const { from, listens, serves } = this.#outage;
		if (now < from || now >= serves) this.#serve(request, options, now);
		else if (now >= listens) this.#held.push({ request, options });
		else this.#answer(now + REFUSAL, request, { kind: 'connection', cause: 'refused', message: REFUSED });
	}

	#serve(request: number, options: RequestOptions, now: Micros): void {
		if (options.verb === 'WATCH' && !options.sendInitialEvents && now >= this.#outage.serves) {
			// The new watch cache has no history, not even for an object that did not change.
			this.#answer(now + MILLISECOND, request, { kind: 'opened' });
			this.#answer(now + MILLISECOND, request, { kind: 'errorEvent', code: 410, reason: 'Expired', message: 'too old resource version' });
			return;
		}
		if (options.verb === 'WATCH') this.#open.add(request);
		this.#inner.transmit(request, options, now);
	}

	#answer(at: Micros, request: number, response: Response<TimelineVersion>): void {
		this.#own.push({ at, request, response });
		this.#own.sort((a, b) => a.at - b.at);
	}

	#endStreams(now: Micros): void {
		this.#streamsEnded = true;
		for (const request of this.#open) {
			this.#inner.cancel(request, now);
			this.#answer(now, request, { kind: 'closed', clean: true, message: 'EOF' });
		}
		this.#open.clear();
	}

	cancel(request: number, now: Micros): void {
		this.#open.delete(request);
		this.#own = this.#own.filter((delivery) => delivery.request !== request);
		this.#inner.cancel(request, now);
	}

	adopt(request: number, options: RequestOptions, openedAt: Micros): void {
		this.#open.add(request);
		this.#inner.adopt(request, options, openedAt);
	}

	finish(end: Micros): void {
		this.#inner.finish(end);
	}
}

/** Bases of a reflector's back-off (A1.4). */
const BASES: readonly Micros[] = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30].map((seconds) => seconds * SECOND);

/**
 * The draws that give the recorded pauses: each pause is a base times one plus the draw, and of a pause only one base of the
 * sequence can be the half. Where the model's base is another one, its pause comes out wrong and is found out.
 */
export function backoffDraws(attempts: readonly Micros[]): number[] {
	return attempts.slice(1).map((at, index) => {
		const pause = at - (attempts[index] as Micros);
		const base = BASES.findLast((one) => one <= pause) ?? (BASES[0] as Micros);
		return Math.min(pause / base - 1, 1 - 2 ** -30);
	});
}
