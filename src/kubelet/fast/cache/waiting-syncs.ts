// Syncs of a node under Cache whose requests may have to wait for tokens of their client. Such a request may leave when syncs of later ticks
// have begun, so these syncs are worked through in the order of time with the client's own tokens; until all of them are over, so is
// whatever else asks for something. Everything between is for the engine of the node, tick by tick (A2).

import { type Micros, SECOND } from '../../../core/time.js';
import { latestReach } from '../eligibility.js';
import type { NodeTables } from '../node-tables.js';
import type { Beside } from '../polled/beside.js';
import type { Budget } from '../polled/client-budget.js';
import { PodClocks } from '../polled/pod-clocks.js';
import { endAt } from '../polled/pod-end.js';
import type { PolledObjects } from '../polled/polled-objects.js';
import type { ClientTokens, PolledSyncs } from '../polled/polled-syncs.js';
import { latestEnd, mostRequests } from '../polled/request-chains.js';

/** Such syncs of one node. */
export class WaitingSyncs implements Beside {
	readonly #tables: NodeTables;
	readonly #objects: PolledObjects;
	readonly #exact: PolledSyncs;
	readonly #sent: Micros[];
	readonly #tokens: ClientTokens;
	readonly #clocks: PodClocks;
	/** From a tick to the latest visit of the reconciler, and the longest round trip. */
	readonly #reach: Micros;
	readonly #latency: Micros;
	/** Pods whose syncs are followed, and by pod the tick of the sync after that. */
	readonly #out: number[] = [];
	readonly #next: Int32Array;
	readonly #one = new Int32Array(1);

	/** @param exact takes the tokens. @param sent instants of requests that the engine has still to pay for; empty between two of its ticks. */
	constructor(tables: NodeTables, objects: PolledObjects, exact: PolledSyncs, tokens: ClientTokens, sent: Micros[]) {
		this.#tables = tables;
		this.#objects = objects;
		this.#exact = exact;
		this.#sent = sent;
		this.#tokens = tokens;
		this.#clocks = new PodClocks(tables);
		this.#reach = latestReach(tables.input, tables.loops);
		this.#latency = tables.input.requestLatency.max;
		this.#next = new Int32Array(tables.pods);
	}

	get isOut(): boolean {
		return this.#out.length > 0;
	}

	/** @returns false when a refresh fails, or when a pod is synced again before its last sync is over. */
	advance(until: Micros, _budget: Budget | null, returned: number[]): boolean {
		if (!this.isOut) return true;
		if (!this.#exact.advance(until)) return false;
		// What these syncs have sent is paid for.
		this.#sent.length = 0;
		const { tickZero, firstTick, firstSync } = this.#tables;
		for (let place = this.#out.length - 1; place >= 0; place--) {
			const pod = this.#out[place] as number;
			const next = this.#next[pod] as number;
			if (tickZero + next * SECOND <= until) return false;
			if (!this.#exact.hasEnded(pod, until)) continue;
			this.#out.splice(place, 1);
			firstTick[pod] = next;
			firstSync[pod] = (this.#exact.syncs[pod] as number) + 1;
			returned.push(pod);
		}
		return true;
	}

	/** True when a request of one of these syncs may have to wait, or when others wait now. */
	mustMake(batch: Int32Array, size: number, now: Micros): boolean {
		if (this.isOut) return true;
		const latest = latestEnd(this.#tables, batch, size, now + this.#reach, this.#latency);
		return this.#tokens.tokensAt(mostRequests(this.#tables, batch, size, latest, this.#objects), now) > now;
	}

	handOver(pod: number, sync: number, now: Micros): void {
		const { tickZero } = this.#tables;
		this.#exact.syncs[pod] = sync;
		this.#one[0] = pod;
		this.#exact.start(this.#one, 1, now);
		this.#next[pod] = this.#clocks.next(pod, sync + 1, (now - tickZero) / SECOND);
		this.#out.push(pod);
	}

	/** The end of the run: what is under way is lost. */
	close(): void {
		for (const pod of this.#out) endAt(this.#tables, this.#clocks, pod, this.#exact.syncs[pod] as number, this.#next[pod] as number);
	}
}
