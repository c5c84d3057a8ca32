// The kubelet's API client: between the managers, which send requests, and the node's edge, which carries them to the
// server. Receives requests and raw responses, gives requests that may leave now (A2, token bucket) and responses after the
// HTTP-level retries (A1.5). Follows client-go/rest/request.go and with_retry.go.

import type { RequestOptions, Response, StoredObject } from '../../apiserver/protocol.js';
import type { Micros } from '../../core/time.js';
import { SECOND } from '../../core/time.js';
import { TokenBucket } from './token-bucket.js';

/** Retries of one call; eleven attempts in all (client-go/rest/request.go, `maxRetries`). */
export const MAX_RETRIES = 10;
/** Pause before a call is repeated after a connection error (with_retry.go: an artificial Retry-After). */
export const CONNECTION_RETRY: Micros = SECOND;
/** What client-go takes when `kubeAPIQPS` or `kubeAPIBurst` is 0 (client-go/rest/config.go). */
export const DEFAULT_QPS = 5;
export const DEFAULT_BURST = 10;

/** Settings of a {@link RestClient}. */
export interface RestClientOptions {
	/** `kubeAPIQPS`; 0 means {@link DEFAULT_QPS}, below 0 no limit. */
	readonly qps: number;
	/** `kubeAPIBurst`; 0 means {@link DEFAULT_BURST}. */
	readonly burst: number;
	/** GET and LIST are repeated after `http2: client connection lost` (from 1.32). */
	readonly retriesConnectionLost: boolean;
	/** Takes the instant of each token that is asked for, in the order in which they are. */
	readonly asked?: Micros[] | undefined;
}

/** A full bucket of client tokens; null when there is no limit. */
export function bucketOf({ kubeAPIQPS, kubeAPIBurst }: { readonly kubeAPIQPS: number; readonly kubeAPIBurst: number }): TokenBucket | null {
	if (kubeAPIQPS < 0) return null;
	return new TokenBucket(kubeAPIQPS === 0 ? DEFAULT_QPS : kubeAPIQPS, kubeAPIBurst === 0 ? DEFAULT_BURST : kubeAPIBurst);
}

/** What the client needs of its node. */
export interface RestClientHost<T extends StoredObject> {
	/** The request leaves the node now. Every attempt of a request has the same number. */
	transmit(request: number, options: RequestOptions, now: Micros): void;
	/** A response for whoever sent the request. */
	respond(request: number, response: Response<T>, now: Micros): void;
	/** Asks for {@link RestClient.onTimer}. Timers are request numbers. */
	wakeAt(at: Micros, timer: number, now: Micros): void;
}

interface Call {
	readonly options: RequestOptions;
	retries: number;
	/** `sleeping`: before a retry; `reserved`: waits for its token; `sent`: on the wire; `open`: a stream. */
	state: 'sleeping' | 'reserved' | 'sent' | 'open';
	/** End of `sleeping` or `reserved`. */
	due: Micros;
}

/** Client of one kubelet for everything that shares its rate limit. */
export class RestClient<T extends StoredObject> {
	readonly #host: RestClientHost<T>;
	readonly #bucket: TokenBucket | null;
	readonly #retriesConnectionLost: boolean;
	readonly #asked: Micros[] | undefined;
	readonly #calls = new Map<number, Call>();
	#lastRequest = 0;
	#throttled: Micros = 0;

	constructor(options: RestClientOptions, host: RestClientHost<T>) {
		this.#host = host;
		this.#retriesConnectionLost = options.retriesConnectionLost;
		this.#asked = options.asked;
		this.#bucket = bucketOf({ kubeAPIQPS: options.qps, kubeAPIBurst: options.burst });
	}

	/** Time that requests have waited for a token, summed over requests; each counts in full when it begins to wait. */
	get throttled(): Micros {
		return this.#throttled;
	}

	/** The tokens of this client; null when there is no limit. */
	get bucket(): TokenBucket | null {
		return this.#bucket;
	}

	/** True when every call is an open stream or none is under way. */
	get isIdle(): boolean {
		for (const call of this.#calls.values()) if (call.state !== 'open') return false;
		return true;
	}

	/** True when it is idle, and the bucket is full: nothing is owed. */
	isQuiet(now: Micros): boolean {
		return this.isIdle && (this.#bucket === null || this.#bucket.isFull(now));
	}

	/**
	 * Sends a request: at once, or when its token is there. The first attempt of a WATCH takes no token (A2).
	 *
	 * @returns the request's number; `transmit` may have been called with it already.
	 */
	send(options: RequestOptions, now: Micros): number {
		const request = ++this.#lastRequest;
		const call: Call = { options, retries: 0, state: 'sent', due: now };
		this.#calls.set(request, call);
		if (options.verb === 'WATCH') this.#host.transmit(request, options, now);
		else this.#take(request, call, now);
		return request;
	}

	/**
	 * Takes a token for a request of the kubelet that this client does not carry, first in, first out with all others (A2).
	 *
	 * @returns when that request may be sent.
	 */
	reserve(now: Micros): Micros {
		this.#asked?.push(now);
		return this.#bucket === null ? now : this.#bucket.reserve(now);
	}

	/**
	 * The same for a request that somebody carries in this client's place, and knows of: what it waits is throttled.
	 *
	 * @returns when that request may be sent.
	 */
	take(now: Micros): Micros {
		const at = this.#bucket === null ? now : this.#bucket.reserve(now);
		this.#throttled += at - now;
		return at;
	}

	/** Registers a stream that has been open since before the run. */
	adopt(options: RequestOptions, now: Micros): number {
		const request = ++this.#lastRequest;
		this.#calls.set(request, { options, retries: 0, state: 'open', due: now });
		return request;
	}

	/** Forgets a call. Responses that arrive nevertheless are dropped; telling the server is the node's business. */
	cancel(request: number, _now: Micros): void {
		this.#calls.delete(request);
	}

	onResponse(request: number, response: Response<T>, now: Micros): void {
		const call = this.#calls.get(request);
		if (call === undefined) return;
		if (call.state === 'open') {
			if (response.kind !== 'event' && response.kind !== 'bookmark') this.#calls.delete(request);
			this.#host.respond(request, response, now);
			return;
		}
		const pause = this.#retryPause(call.options, response);
		if (pause >= 0 && call.retries < MAX_RETRIES) {
			call.retries++;
			call.state = 'sleeping';
			call.due = now + pause;
			this.#host.wakeAt(call.due, request, now);
			return;
		}
		if (response.kind === 'opened') {
			call.state = 'open';
			this.#host.respond(request, response, now);
			return;
		}
		this.#calls.delete(request);
		if (call.options.verb === 'WATCH' && response.kind === 'connection' && pause >= 0) {
			// Out of retries, a WATCH gives an empty stream instead of the error (A1.5).
			this.#host.respond(request, { kind: 'opened' }, now);
			this.#host.respond(request, { kind: 'closed', clean: true, message: response.message }, now);
			return;
		}
		this.#host.respond(request, response, now);
	}

	onTimer(timer: number, now: Micros): void {
		const call = this.#calls.get(timer);
		if (call === undefined || now < call.due) return;
		// A retry asks for its token after its pause, a WATCH as well.
		if (call.state === 'sleeping') this.#take(timer, call, now);
		else if (call.state === 'reserved') this.#transmit(timer, call, now);
	}

	#take(request: number, call: Call, now: Micros): void {
		this.#asked?.push(now);
		const at = this.take(now);
		if (at === now) {
			this.#transmit(request, call, now);
			return;
		}
		call.state = 'reserved';
		call.due = at;
		this.#host.wakeAt(at, request, now);
	}

	#transmit(request: number, call: Call, now: Micros): void {
		call.state = 'sent';
		this.#host.transmit(request, call.options, now);
	}

	/** Pause before this response makes the client repeat the call; -1 when it does not. */
	#retryPause(options: RequestOptions, response: Response<T>): Micros {
		if (response.kind === 'status') {
			const repeatable = response.code === 429 || response.code >= 500;
			return repeatable && response.retryAfterSeconds !== undefined ? response.retryAfterSeconds * SECOND : -1;
		}
		if (response.kind !== 'connection') return -1;
		return this.#isRepeated(options, response.cause) ? CONNECTION_RETRY : -1;
	}

	#isRepeated(options: RequestOptions, cause: 'refused' | 'reset' | 'timeout' | 'lost'): boolean {
		switch (options.verb) {
			case 'GET':
			case 'LIST':
				return cause === 'reset' || (cause === 'lost' && this.#retriesConnectionLost);
			case 'WATCH':
				// "connection reset by peer" counts as a probable EOF (K20.23), a TLS handshake that times out as a timeout.
				return cause === 'reset' || cause === 'timeout';
			default:
				return false;
		}
	}
}
