// The requests for service-account tokens that pods of one node send: how many each has sent, how long each takes, and in
// which second the server receives it (K7.6, A3.9).

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { REQUEST_OVERHEAD_BYTES, requestPrefix, STATUS_BYTES, tokenRequestName } from '../../apiserver/wire.js';
import { drawIntegerLanes, type KeyPrefix, StreamName } from '../../core/random.js';
import { type Micros, SECOND } from '../../core/time.js';
import type { NodeBooks, RequestLog } from './node-books.js';

const BYTES = REQUEST_OVERHEAD_BYTES + STATUS_BYTES;

/** Such requests of one node. */
export class TokenRequests {
	/** By pod: how many were sent so far. */
	readonly sent: Int32Array;
	/** Takes the instants at which they are sent; null: nobody wants to know. */
	readonly #instants: Micros[] | null;
	readonly #wire: ConnectionInput;
	readonly #requests: KeyPrefix;
	readonly #books: NodeBooks;
	readonly #log: RequestLog;
	/** By pod: lanes of the round trips, where they are known. */
	readonly #laneA: (number | undefined)[] = [];
	readonly #laneB: number[] = [];
	readonly #name = new StreamName();

	constructor(pods: number, wire: ConnectionInput, books: NodeBooks, instants: Micros[] | null) {
		this.sent = new Int32Array(pods);
		this.#instants = instants;
		this.#wire = wire;
		this.#requests = requestPrefix(wire.key);
		this.#books = books;
		this.#log = books.log('POST', 'serviceaccounts/token', 'unset', 201, 'injected');
	}

	/** True when it has to be known at which instant each is sent. */
	get areFollowed(): boolean {
		return this.#instants !== null;
	}

	/** A pod asks for a token. @returns the time until it arrives. */
	send(pod: number, now: Micros): Micros {
		this.#instants?.push(now);
		const ordinal = this.sent[pod] as number;
		this.sent[pod] = ordinal + 1;
		const roundTrip = this.roundTrip(pod, ordinal);
		this.#books.request(this.#log, now + (roundTrip >>> 1), BYTES);
		return roundTrip;
	}

	/** The same in the measured window, for who knows the second in which the server receives the request. */
	sendIn(pod: number, second: number): void {
		this.sent[pod] = (this.sent[pod] as number) + 1;
		this.#log.add(second);
	}

	/** The bytes of so many of these. */
	sendBytes(requests: number): void {
		this.#books.total(0, requests * BYTES);
	}

	/** Round trip of the request that was sent last. */
	last(pod: number): Micros {
		return this.roundTrip(pod, (this.sent[pod] as number) - 1);
	}

	/** Second in which the server receives the request that a pod would send next. */
	secondOfNext(pod: number, now: Micros): number {
		return Math.floor((now + (this.roundTrip(pod, this.sent[pod] as number) >>> 1)) / SECOND);
	}

	/** Round trip of a pod's request. @param ordinal its number, from 0. */
	roundTrip(pod: number, ordinal: number): Micros {
		const { min, max } = this.#wire.latencies.requestLatency;
		if (this.#laneA[pod] === undefined) this.#deriveLanes(pod);
		return drawIntegerLanes(this.#laneA[pod] as number, this.#laneB[pod] as number, ordinal, min, max);
	}

	#deriveLanes(pod: number): void {
		this.#name.read(tokenRequestName(pod));
		this.#name.under(this.#requests);
		this.#laneA[pod] = this.#name.a;
		this.#laneB[pod] = this.#name.b;
	}
}
