// A node whose kubelet restarts and that rests but for that: the fast path serves it from the beginning to the end of the run, and no
// process of its kubelet is stepped through. Between two processes pods and volumes stay in the node's tables as the last one has left
// them; what was under way when it stopped is gone (K16).

import type { ConnectionInput } from '../../../apiserver/node-connection.js';
import { type Micros, NEVER, SECOND } from '../../../core/time.js';
import type { SampleBuffer } from '../../../measure/samples.js';
import { WriteTracker } from '../../../measure/write-tracker.js';
import { loopPhases } from '../../loop-phases.js';
import { endingAt, type Happening, type NodeInput } from '../../node-input.js';
import type { NodeCounters } from '../../node-state.js';
import { neverThrottled, reachOf } from '../eligibility.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { ClientBucket } from '../polled/client-bucket.js';
import { hasNeverWaited, oftenWaits } from '../polled/client-budget.js';
import { neverWaitedAfter } from '../polled/late-requests.js';
import { PolledObjects } from '../polled/polled-objects.js';
import { runThroughWaits } from '../polled-path.js';
import { Refresher } from '../refresher.js';
import { WatchedNode } from '../watch/watched-node.js';
import { PolledStart } from './polled-start.js';
import { RequestCounts } from './request-counts.js';
import { pollUntilStop, tellAsked, type UntilStop, watchUntilStop } from './until-stop.js';
import { WatchedStart } from './watched-start.js';

/** "Before the run": nothing has happened by then. */
const BEFORE: Micros = -1;

/** What simulating such a node gave. */
export interface Restarted {
	readonly counters: NodeCounters;
	/** Time that requests have waited for client tokens, microseconds. */
	readonly throttled: Micros;
}

/** One such node. */
export class RestartingNode {
	readonly #input: NodeInput;
	readonly #wire: ConnectionInput;
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	/** Of the starts of the kubelet, in which the client may owe tokens. */
	readonly #aside: NodeBooks;
	readonly #counts: RequestCounts;
	readonly #tracker: WriteTracker;
	readonly #watches: boolean;
	/** Under Get and Cache with a small client: requests are followed through their waits for its tokens. */
	readonly #waits: boolean;
	/** By pod: when it is synced next after its first sync. */
	readonly #nextSync: Float64Array;
	#throttled: Micros = 0;
	/** Under Watch, instants at which tokens of the client were asked for; null: however they come, there are enough. */
	#tokensAsked: Micros[] | null;

	/** @param tables filled up to the first stop of the kubelet. @param books room for what is booked. @param aside more of it. */
	constructor(input: NodeInput, wire: ConnectionInput, samples: SampleBuffer, tables: NodeTables, books: NodeBooks, aside: NodeBooks) {
		this.#input = input;
		this.#wire = wire;
		this.#tables = tables;
		this.#books = books;
		this.#aside = aside;
		this.#counts = new RequestCounts(input.objects.length, input.pods.length);
		this.#tracker = new WriteTracker(samples, input.measureFrom, input.measureTo);
		const strategy = input.settings.configMapAndSecretChangeDetectionStrategy;
		this.#watches = strategy === 'Watch';
		this.#waits = strategy !== 'Watch' && oftenWaits(input);
		this.#nextSync = new Float64Array(input.pods.length);
		this.#tokensAsked = this.#watches && !neverThrottled(input) ? [] : null;
	}

	/** Simulates the whole run. @returns null when the node needs the reference path: then the ledger is untouched. */
	run(): Restarted | null {
		const { happenings, measureFrom, measureTo, end } = this.#input;
		const [tables, wire, books] = [this.#tables, this.#wire, this.#books];
		books.open(measureFrom, measureTo);
		this.#aside.open(measureFrom, measureTo);
		let refresher = new Refresher(tables, this.#tracker);
		const { counters } = refresher;
		if (!this.#runUntilStop((happenings[0] as Happening).at, refresher)) return null;
		for (let process = 1; ; process++) {
			const start = happenings[2 * process - 1];
			if (start === undefined || start.at > end) break;
			const stop = happenings[2 * process];
			const stopAt = stop === undefined || stop.at > end ? null : stop.at;
			const input = endingAt(this.#input, stopAt === null ? end : stopAt - 1);
			tables.startAfter(start.at, input, loopPhases(input, process, start.at, 'starting'));
			refresher = new Refresher(tables, this.#tracker, tables.slots, counters);
			const runs = this.#watches
				? this.#watchProcess(process, start.at, stopAt ?? end, refresher)
				: this.#pollProcess(process, start.at, refresher);
			if (!runs) return null;
			if (stopAt === null) break;
		}
		// At each start the client has had all of its tokens, and again when that was over: what comes after is judged with what came before.
		if (!this.#watches && !this.#waits && !hasNeverWaited(tables, wire, books)) return null;
		refresher.close(end, () => false);
		wire.ledger.connections(0, 1);
		books.settlePiece(wire.ledger);
		this.#aside.settlePiece(wire.ledger);
		return { counters, throttled: this.#throttled };
	}

	/** The process of the kubelet that has run since before the run. */
	#runUntilStop(stopAt: Micros, refresher: Refresher): boolean {
		if (!this.#watches) return this.#pollOn(new PolledObjects(this.#tables, this.#wire, this.#books), refresher);
		return watchUntilStop(this.#stretch(refresher), stopAt, this.#tokensAsked) && this.#neverWaitedAfter(BEFORE);
	}

	#watchProcess(process: number, startedAt: Micros, closeAt: Micros, refresher: Refresher): boolean {
		const [tables, wire, books, counts] = [this.#tables, this.#wire, this.#books, this.#counts];
		const start = new WatchedStart(tables, wire, books, refresher, counts, startedAt);
		if (!start.run(process, closeAt, this.#nextSync)) return false;
		this.#goOn();
		const watched = new WatchedNode(tables, wire, books, refresher, reachOf(tables.input, wire, tables.loops), this.#tokensAsked);
		for (let pod = 0; pod < tables.pods; pod++) {
			watched.tokenRequests[pod] = counts.askedAbout(~pod);
			if (!watched.runOn(pod)) return false;
			counts.setAskedAbout(~pod, watched.tokenRequests[pod] as number);
		}
		this.#throttled += start.throttled;
		return this.#neverWaitedAfter(start.firstNext - 1);
	}

	/** True when nothing that was asked for after an instant, at which the client had all of its tokens, has waited. */
	#neverWaitedAfter(after: Micros): boolean {
		const asked = this.#tokensAsked;
		if (asked === null) return true;
		this.#tokensAsked = [];
		return neverWaitedAfter(after, this.#input, asked, []);
	}

	#pollProcess(process: number, startedAt: Micros, refresher: Refresher): boolean {
		const [tables, wire, books, counts] = [this.#tables, this.#wire, this.#books, this.#counts];
		const start = new PolledStart(tables, wire, this.#aside, refresher, counts, process, startedAt);
		const over = start.run(this.#nextSync);
		if (over === NEVER) return false;
		this.#throttled += start.throttled;
		tables.startAfter(over, tables.input, tables.loops);
		this.#goOn();
		const objects = new PolledObjects(tables, wire, books, false);
		objects.resumeAll(start.objects);
		return this.#pollOn(objects, refresher);
	}

	/** All pods under Get or Cache up to the end of the tables; the client has all of its tokens now. */
	#pollOn(objects: PolledObjects, refresher: Refresher): boolean {
		if (!this.#waits) return pollUntilStop(this.#stretch(refresher), objects);
		const tables = this.#tables;
		const bucket = new ClientBucket(this.#input);
		if (!runThroughWaits(tables, this.#wire, this.#books, refresher, objects, bucket, tables.allPods()) || tables.meetsEnd) return false;
		this.#throttled += bucket.throttled;
		tellAsked(tables, objects, this.#counts);
		return true;
	}

	#stretch(refresher: Refresher): UntilStop {
		return { tables: this.#tables, wire: this.#wire, counts: this.#counts, books: this.#books, refresher };
	}

	/** Pods go on with their second sync. */
	#goOn(): void {
		const { pods, tickZero, firstTick, firstSync, lastSync } = this.#tables;
		for (let pod = 0; pod < pods; pod++) {
			firstTick[pod] = ((this.#nextSync[pod] as number) - tickZero) / SECOND;
			firstSync[pod] = (lastSync[pod] as number) + 1;
		}
	}
}
