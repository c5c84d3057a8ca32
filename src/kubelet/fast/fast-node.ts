// The fast path of one node: the same input, latencies and ledger as the reference node, the same figures bit for bit, without
// stepping through events. It shares constants, keyed draws, pure rules, and the code of the client's tokens and of the status manager
// with the reference, and no state; the law test/laws/fast-equals-reference.test.ts holds the two together.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import type { SampleBuffer } from '../../measure/samples.js';
import { WriteTracker } from '../../measure/write-tracker.js';
import type { Node } from '../node.js';
import { endingAt, type Happening, type NodeInput } from '../node-input.js';
import type { NodeCounters } from '../node-state.js';
import { reachOf, restsUntilStop, startsPlainly } from './eligibility.js';
import { NodeBooks } from './node-books.js';
import { NodeTables } from './node-tables.js';
import { PiecewiseNode } from './pieces/piecewise-node.js';
import type { Way } from './pieces/polled-piece.js';
import { hasNeverWaited, oftenWaits } from './polled/client-budget.js';
import { PolledObjects } from './polled/polled-objects.js';
import { apartNode, polledNode } from './polled-path.js';
import { Refresher } from './refresher.js';
import { RestartingNode } from './restart/restarting-node.js';
import { WatchedNode } from './watch/watched-node.js';

/** From the fastest to the one that serves most nodes; and where requests will wait anyway, the last one first. */
const WAYS: readonly Way[] = ['apart', 'ordered', 'waiting'];
const WAYS_OF_SMALL_CLIENTS: readonly Way[] = ['waiting', 'apart', 'ordered'];

const NO_EVENTS: PiecewiseResult['events'] = [];

/** What simulating a node on both paths gave. */
export type PiecewiseResult = Pick<Node, 'counters' | 'events' | 'throttled'> & {
	/** True when the fast path served some pod for some time. */
	readonly fast: boolean;
};

/** Serves the nodes of a run one after another; what it keeps between them is room, never content. */
export class FastPath {
	readonly #tables = new NodeTables();
	readonly #books = new NodeBooks();
	readonly #aside = new NodeBooks();

	/**
	 * Simulates an eligible node from start to end.
	 *
	 * @param samples takes the outcomes; to be thrown away when the answer is null.
	 * @returns the node's counters, or null when the node needs the reference path: then the ledger is untouched.
	 */
	simulate(input: NodeInput, wire: ConnectionInput, samples: SampleBuffer): NodeCounters | null {
		if (input.settings.configMapAndSecretChangeDetectionStrategy === 'Watch') return this.#run(input, wire, samples, false);
		const counters = this.#run(input, wire, samples, true);
		if (counters !== null) return counters;
		// Its client may have to wait for tokens: that is seen better in the order of time.
		samples.clear();
		return this.#run(input, wire, samples, false);
	}

	/** @param apart whether the pods of a node under Get or Cache are followed apart from each other where that is possible. */
	#run(input: NodeInput, wire: ConnectionInput, samples: SampleBuffer, apart: boolean): NodeCounters | null {
		const tables = this.#tables;
		if (!tables.load(input)) return null;
		const books = this.#books;
		books.open(input.measureFrom, input.measureTo);
		const refresher = new Refresher(tables, new WriteTracker(samples, input.measureFrom, input.measureTo));
		if (input.settings.configMapAndSecretChangeDetectionStrategy === 'Watch') {
			if (!new WatchedNode(tables, wire, books, refresher, reachOf(input, wire)).run()) return null;
		} else {
			const objects = new PolledObjects(tables, wire, books);
			const engine = apart ? apartNode(tables, wire, books, refresher, objects, true) : polledNode(tables, wire, books, refresher, objects);
			if (!engine.run()) return null;
			refresher.close(input.end, () => false);
		}
		if (apart && !hasNeverWaited(tables, wire, books)) return null;
		books.settle(wire.ledger, wire.streamsPerConnection, input.end);
		return refresher.counters;
	}

	/**
	 * Simulates a node that something disturbs from start to end, on this path while nothing does and on the reference path otherwise.
	 *
	 * @param samples takes the outcomes; to be thrown away when the answer is null.
	 * @returns null when the node needs the reference path all of the time: then the ledger is untouched.
	 */
	simulateInPieces(input: NodeInput, wire: ConnectionInput, samples: SampleBuffer): PiecewiseResult | null {
		const ways = waysOf(input);
		const rests = restsUntilStop(input, wire);
		if (rests && startsPlainly(input) && this.#tables.load(untilStop(input))) {
			const restarted = new RestartingNode(input, wire, samples, this.#tables, this.#books, this.#aside).run();
			if (restarted !== null) return { ...restarted, events: NO_EVENTS, fast: true };
			samples.clear();
		}
		if (rests && ways[0] === 'apart' && this.#tables.load(untilStop(input))) {
			const result = this.#runInPieces(input, wire, samples, 'apart', true);
			if (result !== null) return result;
		}
		for (const way of ways) {
			samples.clear();
			const result = this.#runInPieces(input, wire, samples, way, false);
			if (result !== null) return result;
		}
		return null;
	}

	#runInPieces(input: NodeInput, wire: ConnectionInput, samples: SampleBuffer, way: Way, startsLent: boolean): PiecewiseResult | null {
		const pieces = new PiecewiseNode(input, wire, samples, this.#tables, this.#books, this.#aside, way, startsLent);
		if (!pieces.run()) return null;
		const { counters, events, throttled } = pieces.node;
		return { counters, events, throttled, fast: pieces.lent };
	}
}

/** A node that is looked at up to the eve of the first thing that happens to it. */
function untilStop(input: NodeInput): NodeInput {
	return endingAt(input, (input.happenings[0] as Happening).at - 1);
}

function waysOf(input: NodeInput): readonly Way[] {
	if (input.settings.configMapAndSecretChangeDetectionStrategy === 'Watch') return ['apart'];
	return oftenWaits(input) ? WAYS_OF_SMALL_CLIENTS : WAYS;
}
