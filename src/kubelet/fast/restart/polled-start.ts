// A kubelet under Get or Cache that has just started, up to the end of the first syncs of its pods: their reads and the requests of the
// status manager share the client's tokens, so all of them are followed in the order of time (A2, K5, K16, K20.27).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, NEVER } from '../../../core/time.js';
import type { PodInput } from '../../node-input.js';
import { arrivalOf } from '../../start-up.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { PolledObjects } from '../polled/polled-objects.js';
import { PolledSyncs } from '../polled/polled-syncs.js';
import type { Refresher } from '../refresher.js';
import { type FirstSync, takeIn } from './first-sync.js';
import type { RequestCounts } from './request-counts.js';
import { StartingClient } from './starting-client.js';

/** The start of one process of a kubelet. */
export class PolledStart {
	/** What the strategy keeps of each object, for who goes on. */
	readonly objects: PolledObjects;
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #refresher: Refresher;
	readonly #startedAt: Micros;
	readonly #client: StartingClient;
	readonly #syncs: PolledSyncs;
	/** By pod that was taken in; and those among them at which the populator will look again. */
	readonly #first: FirstSync[] = [];
	#toFlag: FirstSync[] = [];
	/** By volume: when its last SetUp was over, and when the first one was if that is another one; {@link NEVER} when it was not. */
	readonly #doneAt: Float64Array;
	readonly #mountedAt: Float64Array;

	/**
	 * @param tables know the process, and how the last one has left pods and volumes.
	 * @param counts of what the node has asked for. @param process number of kubelet starts before this one.
	 */
	constructor(
		tables: NodeTables,
		wire: ConnectionInput,
		books: NodeBooks,
		refresher: Refresher,
		counts: RequestCounts,
		process: number,
		startedAt: Micros,
	) {
		const { input, pods, volumes } = tables;
		this.#tables = tables;
		this.#books = books;
		this.#refresher = refresher;
		this.#startedAt = startedAt;
		this.objects = new PolledObjects(tables, wire, books, false);
		for (let object = 0; object < input.objects.length; object++) this.objects.passOver(object, counts.askedAbout(object));
		for (let pod = 0; pod < pods; pod++) this.objects.resumeTokens(pod, counts.askedAbout(~pod));
		this.#client = new StartingClient(input, process, startedAt);
		this.#syncs = new PolledSyncs(tables, books, refresher, this.objects, this.#client.bucket);
		this.#doneAt = new Float64Array(volumes).fill(NEVER);
		this.#mountedAt = new Float64Array(volumes).fill(NEVER);
		this.#syncs.doneAt = this.#doneAt;
	}

	/** Time that requests of volumes have waited for client tokens. */
	get throttled(): Micros {
		return this.#client.bucket.throttled;
	}

	/**
	 * Simulates it.
	 *
	 * @param nextSync takes by pod when it is synced next.
	 * @returns when all is over; {@link NEVER} when more may happen than that every volume is mounted at the first attempt: the node needs
	 * the reference path.
	 */
	run(nextSync: Float64Array): Micros {
		const { input, pods } = this.#tables;
		for (;;) {
			const pod = this.#first.length;
			const arrival = pod < pods ? arrivalOf(this.#startedAt, pod) : NEVER;
			const flagged = this.#toFlag.reduce((least, { flaggedAt }) => Math.min(least, flaggedAt), NEVER);
			const next = Math.min(arrival, flagged, this.#client.statusAt);
			if (next > input.end) break;
			// Whether a pod is taken in before or after what else happens at an instant decides who has the next token.
			if (!this.#syncs.advance(next === arrival ? next - 1 : next) || (next === arrival && this.#syncs.nextAt === next)) return NEVER;
			if (next === arrival) this.#takeIn(pod, next);
			else if (next === flagged) this.#flag(next);
			else this.#client.tellOn();
		}
		return this.#syncs.advance(input.end) ? this.#settle(nextSync) : NEVER;
	}

	/** The kubelet takes a pod in, and its first sync begins. */
	#takeIn(pod: number, now: Micros): void {
		const { input, firstVolume } = this.#tables;
		const first = takeIn(this.#tables, pod, now);
		this.#first.push(first);
		if (first.flaggedAt !== NEVER) this.#toFlag.push(first);
		this.#syncs.syncs[pod] = first.sync;
		if (this.#books.measured(now)) this.#refresher.counters.syncs += 1;
		this.#client.takeIn(pod, now);
		const { model } = input.pods[pod] as PodInput;
		for (const object of model.secrets) this.objects.drop(input.localObjects.get(object) as number);
		for (const object of model.configMaps) this.objects.drop(input.localObjects.get(object) as number);
		for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
			this.#syncs.visit(volume, first.mountsAt);
		}
	}

	/** The populator flags what is mounted. */
	#flag(now: Micros): void {
		const { firstVolume, operationsAhead } = this.#tables;
		for (const { pod, flaggedAt, refreshesAt } of this.#toFlag) {
			if (flaggedAt !== now) continue;
			for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
				if ((this.#doneAt[volume] as number) > now) continue;
				this.#mountedAt[volume] = this.#doneAt[volume] as number;
				this.#doneAt[volume] = NEVER;
				operationsAhead[volume] = (operationsAhead[volume] as number) + 1;
				this.#syncs.visit(volume, refreshesAt);
			}
		}
		this.#toFlag = this.#toFlag.filter(({ flaggedAt }) => flaggedAt !== now);
	}

	/** The ends of the syncs. */
	#settle(nextSync: Float64Array): Micros {
		const { input, firstVolume, lastSync, lastVisit } = this.#tables;
		let over = this.#startedAt;
		let firstNext: Micros = NEVER;
		for (const first of this.#first) {
			const { pod, sync } = first;
			let mountedAt = Number.NEGATIVE_INFINITY;
			for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
				const done = this.#doneAt[volume] as number;
				mountedAt = Math.max(mountedAt, Math.min(done, this.#mountedAt[volume] as number));
				over = Math.max(over, done);
			}
			const endsAt = first.endsAt(mountedAt);
			over = Math.max(over, endsAt);
			nextSync[pod] = first.nextAfter(endsAt);
			firstNext = Math.min(firstNext, nextSync[pod] as number);
			lastSync[pod] = sync;
			lastVisit[pod] = sync;
		}
		return over <= input.end && over < firstNext && this.#client.isFull(firstNext) ? over : NEVER;
	}
}
