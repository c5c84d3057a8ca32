// The fast path of one node: the same input, latencies and ledger as the reference node, the same figures bit for bit, without
// stepping through events. It shares constants, keyed draws and pure rules with the reference and nothing else; the law
// test/laws/fast-equals-reference.test.ts holds the two together.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import type { SampleBuffer } from '../../measure/samples.js';
import type { NodeInput } from '../node-input.js';
import type { NodeCounters } from '../node-state.js';
import { reachOf } from './eligibility.js';
import { NodeBooks } from './node-books.js';
import { type NodeTables, nodeTables } from './node-tables.js';
import { PolledNode } from './polled-node.js';
import { PolledObjects } from './polled-objects.js';
import { QuietSyncs } from './quiet-syncs.js';
import { Refresher } from './refresher.js';
import { WatchedNode } from './watched-node.js';

function polledNode(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, refresher: Refresher): PolledNode {
	const objects = new PolledObjects(tables.input, wire, books);
	return new PolledNode(tables, books, refresher, objects, new QuietSyncs(tables, wire, books, refresher, objects));
}

/**
 * Simulates an eligible node from start to end.
 *
 * @param samples takes the outcomes; to be thrown away when the answer is null.
 * @returns the node's counters, or null when the node needs the reference path: then the ledger is untouched.
 */
export function simulateFast(input: NodeInput, wire: ConnectionInput, samples: SampleBuffer): NodeCounters | null {
	const tables = nodeTables(input);
	if (tables === null) return null;
	const books = new NodeBooks(input.measureFrom, input.measureTo);
	const refresher = new Refresher(tables, samples);
	const node =
		input.settings.configMapAndSecretChangeDetectionStrategy === 'Watch'
			? new WatchedNode(tables, wire, books, refresher, reachOf(input, wire))
			: polledNode(tables, wire, books, refresher);
	if (!node.run()) return null;
	books.settle(wire.ledger, wire.streamsPerConnection, input.end);
	return refresher.counters;
}
