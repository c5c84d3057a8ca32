// The kubelet's status manager as far as others feel it: one goroutine that tells the API server of changed pod statuses, pod
// after pod, with a GET and a PATCH each. Both take a token of the client that the object managers use, so after a cold start
// they compete with the reads of Secrets and ConfigMaps (K20.27). A new kubelet process asks for the status of every pod that
// it finds running and has nothing to change (recorded: 60 GETs, no PATCH). Follows pkg/kubelet/status/status_manager.go (syncBatch).

import { draw, drawInteger, type StreamKey, streamKey } from '../core/random.js';
import type { Micros } from '../core/time.js';
import type { NodeInput, PodInput } from './node-input.js';

/** What the status manager needs of its kubelet. */
export interface StatusHost {
	/** Takes a client token: the instant at which the request may be sent. */
	reserve(now: Micros): Micros;
	/** Asks for {@link StatusManager.onStep}. */
	wakeAt(at: Micros): void;
	/** Told of each request that is sent; left out: nobody wants to know. */
	readonly onSent?: ((verb: 'GET' | 'PATCH', pod: number, now: Micros) => void) | undefined;
}

/** Where the goroutine is. */
const STEP: { readonly idle: 0; readonly getWaits: 1; readonly getSent: 2; readonly patchWaits: 3; readonly patchSent: 4 } = {
	idle: 0,
	getWaits: 1,
	getSent: 2,
	patchWaits: 3,
	patchSent: 4,
};

/** The status manager of one kubelet process. */
export class StatusManager {
	readonly #input: NodeInput;
	readonly #process: number;
	readonly #host: StatusHost;
	readonly #key: StreamKey;
	/** Pods to tell of since the running batch was put together; true when there is something to change. */
	readonly #changed = new Map<number, boolean>();
	#batch: (readonly [pod: number, changes: boolean])[] = [];
	#changes = false;
	#step: number = STEP.idle;
	#pod = -1;
	#batches = 0;
	#requests = 0;

	/** @param process number of kubelet starts before this one. */
	constructor(input: NodeInput, process: number, host: StatusHost) {
		this.#input = input;
		this.#process = process;
		this.#host = host;
		this.#key = streamKey(input.draws, 'status', process);
	}

	/** True when nothing is under way. */
	get idle(): boolean {
		return this.#step === STEP.idle;
	}

	/**
	 * `SetPodStatus` with a status that this process has not told yet: it is told now, or in the batch after the running one.
	 *
	 * @param changes whether the API server has another status: a PATCH follows the GET.
	 */
	set(pod: number, changes: boolean, now: Micros): void {
		this.#changed.set(pod, changes || this.#changed.get(pod) === true);
		if (this.#step === STEP.idle) this.#nextBatch(now);
	}

	/** A token is there, or a response. */
	onStep(process: number, now: Micros): void {
		if (process !== this.#process) return;
		switch (this.#step) {
			case STEP.getWaits:
				this.#send('GET', now);
				break;
			case STEP.getSent:
				if (!this.#changes) {
					this.#nextPod(now);
					break;
				}
				this.#step = STEP.patchWaits;
				this.#wait(this.#host.reserve(now), now);
				break;
			case STEP.patchWaits:
				this.#send('PATCH', now);
				break;
			default:
				this.#nextPod(now);
		}
	}

	/** Statuses are visited in the order of a Go map: by chance. */
	#nextBatch(now: Micros): void {
		this.#batches += 1;
		this.#batch = [...this.#changed];
		if (this.#batch.length > 1) {
			const places = new Map(this.#batch.map(([pod]) => [pod, this.#place(pod)]));
			this.#batch.sort(([a], [b]) => (places.get(a) as number) - (places.get(b) as number));
		}
		this.#changed.clear();
		this.#nextPod(now);
	}

	#place(pod: number): number {
		return draw(streamKey(this.#key, 'order', (this.#input.pods[pod] as PodInput).key), this.#batches);
	}

	#nextPod(now: Micros): void {
		const next = this.#batch.shift();
		if (next === undefined) {
			this.#step = STEP.idle;
			if (this.#changed.size > 0) this.#nextBatch(now);
			return;
		}
		[this.#pod, this.#changes] = next;
		this.#step = STEP.getWaits;
		this.#wait(this.#host.reserve(now), now);
	}

	#wait(until: Micros, now: Micros): void {
		if (until > now) this.#host.wakeAt(until);
		else this.onStep(this.#process, now);
	}

	#send(verb: 'GET' | 'PATCH', now: Micros): void {
		this.#host.onSent?.(verb, this.#pod, now);
		this.#step = verb === 'GET' ? STEP.getSent : STEP.patchSent;
		const { min, max } = this.#input.requestLatency;
		// A PATCH reads the pod and writes it: two round trips' worth.
		const trips = verb === 'GET' ? 1 : 2;
		let took: Micros = 0;
		for (let trip = 0; trip < trips; trip++) took += drawInteger(this.#key, this.#requests++, min, max);
		this.#host.wakeAt(now + took);
	}
}
