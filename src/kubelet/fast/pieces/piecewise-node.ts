// A node that something disturbs: its kubelet restarts, or a volume of it cannot be mounted. The reference path serves it around the
// disturbance; as soon as pods are back between two periodic syncs with everything settled, the fast path takes them over until
// the kubelet stops again. Pods that never settle stay on the reference path. The figures are those of the reference path.

import { LedgerJournal } from '../../../apiserver/ledger-journal.js';
import { type ConnectionInput, NodeConnection } from '../../../apiserver/node-connection.js';
import { type Micros, SECOND } from '../../../core/time.js';
import type { SampleBuffer } from '../../../measure/samples.js';
import { Node } from '../../node.js';
import { endingAt, type NodeInput } from '../../node-input.js';
import { neverThrottled, tokensOf } from '../eligibility.js';
import type { NodeBooks } from '../node-books.js';
import type { NodeTables } from '../node-tables.js';
import { PodLoan, slotsOfReads, startLent } from '../pod-loan.js';
import { hasNeverWaited } from '../polled/client-budget.js';
import { neverWaitedAfter, neverWaitsBeside } from '../polled/late-requests.js';
import { Refresher } from '../refresher.js';
import { pollUntilStop, watchUntilStop } from '../restart/until-stop.js';
import { PolledPiece, type Way } from './polled-piece.js';
import { WatchedPiece } from './watched-piece.js';

/** How long after the start of a kubelet pods are looked at for the first time; the pauses between looks double. */
const FIRST_LOOK: Micros = 5 * SECOND;
/** "Before the run": nothing has happened by then. */
const BEFORE: Micros = -1;

/** One node on both paths. */
export class PiecewiseNode {
	readonly #input: NodeInput;
	readonly #wire: ConnectionInput;
	readonly #tables: NodeTables;
	readonly #books: NodeBooks;
	readonly #aside: NodeBooks;
	readonly #journal: LedgerJournal;
	readonly #connection: NodeConnection;
	readonly #loan: PodLoan;
	readonly #watches: boolean;
	readonly #way: Way;
	readonly #startsLent: boolean;
	readonly node: Node;
	/** Instants at which lent pods asked for client tokens since the kubelet started; null: whenever they do, there are enough. */
	#tokensAsked: Micros[] | null = null;
	/** True when the fast path has served some pod for some time. */
	lent = false;

	/**
	 * @param tables room for the node. @param books room for what is booked here. @param aside room for what is not.
	 * @param way in which pods under Get or Cache are followed.
	 * @param startsLent true: the tables are filled up to the first stop of the kubelet, and the fast path serves all pods until then.
	 */
	constructor(
		input: NodeInput,
		wire: ConnectionInput,
		samples: SampleBuffer,
		tables: NodeTables,
		books: NodeBooks,
		aside: NodeBooks,
		way: Way,
		startsLent: boolean,
	) {
		this.#way = way;
		this.#startsLent = startsLent;
		this.#input = input;
		this.#wire = wire;
		this.#tables = tables;
		this.#books = books;
		this.#aside = aside;
		this.#journal = new LedgerJournal(input.measureFrom, input.measureTo);
		this.#connection = new NodeConnection({ ...wire, ledger: this.#journal });
		this.node = new Node(input, this.#connection, samples, undefined, true, startsLent ? startLent : undefined);
		this.#watches = input.settings.configMapAndSecretChangeDetectionStrategy === 'Watch';
		if (!neverThrottled(input)) this.#tokensAsked = [];
		if (!startsLent) tables.layOut(input);
		this.#loan = new PodLoan(this.node, this.#connection, tables);
	}

	/** Simulates the whole run; false when the node needs the reference path all of the time: then the ledger is untouched. */
	run(): boolean {
		const { happenings, end } = this.#input;
		if (this.#watches) this.#openBooks();
		let from = BEFORE;
		for (let next = 0; ; next += 2) {
			const stop = happenings[next];
			const start = happenings[next + 1];
			const stopAt = stop === undefined || stop.at > end ? null : stop.at;
			const lent = this.#startsLent && from === BEFORE;
			if (!(lent ? this.#runLent(stopAt as Micros) : this.#runProcess(from, stopAt))) return false;
			if (stopAt === null || start === undefined || start.at > end) break;
			this.#drive(start.at);
			from = start.at;
		}
		this.#drive(end);
		this.node.finish(end);
		this.#connection.finish(end);
		this.#journal.post(this.#wire.ledger);
		if (this.#watches) this.#books.settlePiece(this.#wire.ledger);
		return true;
	}

	/** The process of the kubelet that has run since before the run, when all pods rest until it stops. */
	#runLent(stopAt: Micros): boolean {
		if (!this.#watches) this.#openBooks();
		this.#loan.takeAll();
		const start = {
			tables: this.#tables,
			wire: this.#wire,
			counts: this.#connection,
			books: this.#books,
			refresher: this.#refresher(),
		};
		if (!(this.#watches ? watchUntilStop(start, stopAt, this.#tokensAsked) : pollUntilStop(start))) return false;
		if (!(this.#watches ? this.#neverWaitedAfter(BEFORE, []) : hasNeverWaited(this.#tables, this.#wire, this.#books))) return false;
		if (!this.#watches) this.#books.settlePiece(this.#journal);
		for (const pod of [...this.#loan.pods]) this.#loan.giveBack(pod);
		return true;
	}

	/** One process of the kubelet, up to just before it stops. @param from when it started. @param stopAt null: it does not stop. */
	#runProcess(from: Micros, stopAt: Micros | null): boolean {
		const last = stopAt === null ? this.#input.end : stopAt - 1;
		let firstLent = Number.POSITIVE_INFINITY;
		let pause = FIRST_LOOK;
		for (let at = from === BEFORE ? BEFORE : from + pause; at < last; at += pause, pause *= 2) {
			this.#drive(at);
			const lent = this.#loan.pods.length;
			if (!this.#lend(at, last, stopAt)) return false;
			if (this.#loan.pods.length > lent) firstLent = Math.min(firstLent, at);
			// Under Watch pods follow one by one; otherwise both paths have gone on to the end together.
			if (this.#loan.pods.length === this.#input.pods.length || (this.#loan.pods.length > 0 && !this.#watches)) break;
		}
		this.#drive(last);
		// Under Watch each path knew only its own requests.
		const others = this.node.parts.state.tokensAsked as readonly Micros[];
		const lentNow = firstLent < Number.POSITIVE_INFINITY;
		if (this.#watches && lentNow && !this.#neverWaitedAfter(firstLent, others)) return false;
		if (stopAt !== null) for (const pod of [...this.#loan.pods]) this.#loan.giveBack(pod);
		return true;
	}

	/** True when nobody had to wait for a client token once pods were lent. @param others instants at which the reference path asked. */
	#neverWaitedAfter(firstLent: Micros, others: readonly Micros[]): boolean {
		const asked = this.#tokensAsked;
		if (asked === null) return neverWaitsBeside(firstLent, this.#input, tokensOf(this.#input), others);
		this.#tokensAsked = [];
		return neverWaitedAfter(firstLent, this.#input, asked, others);
	}

	/** Steps the reference path through all that happens up to and including an instant. */
	#drive(until: Micros): void {
		const connection = this.#connection;
		const { node } = this;
		for (;;) {
			const arrival = connection.nextTime();
			const own = node.nextTime();
			if (Math.min(arrival, own) > until) return;
			// What arrives at an instant comes before what the node does at it.
			if (arrival <= own) {
				const delivery = connection.take();
				if (delivery !== null) node.deliver(delivery);
			} else node.advanceTo(own);
		}
	}

	/** Lets the fast path take over the pods that are at rest. @param last instant of the stretch. */
	#lend(at: Micros, last: Micros, stopAt: Micros | null): boolean {
		const { workers, managers, state } = this.node.parts;
		// Who follows requests through their waits takes the client's tokens as they are.
		const owesNothing = this.#way === 'waiting' && !this.#watches ? managers.isIdle : managers.isQuiet(at);
		if (at >= 0 && !(workers.statusIsTold && owesNothing)) return true;
		this.#tables.startAfter(at, endingAt(this.#input, last), state.loops);
		return this.#watches ? this.#lendWatched(stopAt ?? last) : this.#lendPolled(at);
	}

	#lendWatched(closeAt: Micros): boolean {
		const piece = new WatchedPiece(this.node, this.#connection, this.#wire, this.#tables, this.#loan);
		if (piece.take() === 0) return true;
		return piece.run(closeAt, this.#books, this.#aside, this.#refresher(), this.#tokensAsked);
	}

	#lendPolled(at: Micros): boolean {
		const piece = new PolledPiece(this.node, this.#connection, this.#wire, this.#tables, this.#loan);
		if (piece.take(at, this.#way) === 0) return true;
		this.#openBooks();
		const refresher = this.#refresher();
		const paid = at < 0 ? 0 : (this.node.parts.state.tokensAsked as readonly Micros[]).length;
		if (!piece.run(this.#books, refresher, (until) => this.#drive(until), this.#way, paid)) return false;
		this.#books.settlePiece(this.#journal);
		return true;
	}

	#openBooks(): void {
		const { measureFrom, measureTo } = this.#input;
		this.#books.open(measureFrom, measureTo);
		this.#aside.open(measureFrom, measureTo);
	}

	/** Refreshes of the pods that the fast path has taken over. */
	#refresher(): Refresher {
		this.lent = true;
		const { parts, counters } = this.node;
		return new Refresher(this.#tables, parts.tracker, slotsOfReads(parts, this.#tables), counters);
	}
}
