// Which engine serves a node under Get or Cache, and the parts that it is made of.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import type { Micros } from '../../core/time.js';
import { CachedNode } from './cache/cached-node.js';
import { CachedSyncs } from './cache/cached-syncs.js';
import { DeferredReads } from './cache/deferred-reads.js';
import { KeptReads } from './cache/kept-reads.js';
import { OwnReads } from './cache/own-reads.js';
import { OwnTokens } from './cache/own-tokens.js';
import { SyncTicks } from './cache/sync-ticks.js';
import { WaitingSyncs } from './cache/waiting-syncs.js';
import { knowsFreshness, latestReach } from './eligibility.js';
import { AskingNode } from './get/asking-node.js';
import { AskingSyncs } from './get/asking-syncs.js';
import { WaitingNode } from './get/waiting-node.js';
import type { NodeBooks } from './node-books.js';
import type { NodeTables } from './node-tables.js';
import { type Budget, ExactBudget } from './polled/client-budget.js';
import { PodClocks } from './polled/pod-clocks.js';
import { PolledNode } from './polled/polled-node.js';
import type { PolledObjects } from './polled/polled-objects.js';
import { type ClientTokens, PolledSyncs } from './polled/polled-syncs.js';
import { QuietSyncs } from './polled/quiet-syncs.js';
import { VisitSeconds } from './polled/visit-seconds.js';
import type { Refresher } from './refresher.js';

/** Pods of one node under Get that are followed apart from each other; whether their client waited is for the caller to say. */
function askingNode(tables: NodeTables, wire: ConnectionInput, books: NodeBooks, refresher: Refresher, objects: PolledObjects): AskingNode {
	const exact = new PolledSyncs(tables, books, refresher, objects);
	return new AskingNode(tables, wire, refresher, objects, askingSyncs(tables, wire, books, refresher, objects, exact), exact);
}

/**
 * Follows pods of one node through the waits of their requests for tokens of their client; nobody beside them asks for anything. Under
 * Cache it has to be known until when things are fresh.
 *
 * @returns false when the node needs another way.
 */
export function runThroughWaits(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
	tokens: ClientTokens,
	pods: readonly number[],
): boolean {
	const exact = new PolledSyncs(tables, books, refresher, objects, tokens);
	if (!objects.caches) return new WaitingNode(tables, tokens, askingSyncs(tables, wire, books, refresher, objects, exact), exact).run(pods);
	const sent: Micros[] = [];
	objects.sent = sent;
	const engine = polledNode(tables, wire, books, refresher, objects, new ExactBudget(tokens, sent));
	const waits = new WaitingSyncs(tables, objects, exact, tokens, sent);
	if (!engine.run(pods, waits)) return false;
	waits.close();
	return true;
}

function askingSyncs(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
	exact: PolledSyncs,
): AskingSyncs {
	const seconds = new VisitSeconds(tables, latestReach(tables.input, tables.loops), wire.latencies.requestLatency);
	return new AskingSyncs(tables, wire, books, refresher, objects, exact, seconds);
}

/**
 * Pods of one node under Get or Cache that are followed apart from each other where what they share allows it; whether their client
 * waited is for the caller to say.
 *
 * @param alone true when these are all pods of the node: nobody beside them asks for what they share.
 */
export function apartNode(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
	alone: boolean,
): AskingNode | CachedNode | PolledNode {
	if (!objects.caches) return askingNode(tables, wire, books, refresher, objects);
	return knowsFreshness(tables.input)
		? cachedNode(tables, wire, books, refresher, objects, { apart: true, deferring: alone, budget: null })
		: polledNode(tables, wire, books, refresher, objects);
}

/**
 * Pods of one node under Get or Cache that are followed in the order of time.
 *
 * @param budget pays for requests. Default: a lower bound of what the client has.
 */
export function polledNode(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
	budget: Budget | null = null,
): PolledNode | CachedNode {
	if (objects.caches && knowsFreshness(tables.input))
		return cachedNode(tables, wire, books, refresher, objects, { apart: false, deferring: false, budget });
	const exact = new PolledSyncs(tables, books, refresher, objects);
	return new PolledNode(tables, objects, new QuietSyncs(tables, wire, books, refresher, objects), exact, budget);
}

/**
 * @param apart whether pods are followed alone through fetches of what no other pod reads. @param deferring whether also through
 * fetches of what they share and nobody writes.
 */
function cachedNode(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
	{ apart, deferring, budget }: { readonly apart: boolean; readonly deferring: boolean; readonly budget: Budget | null },
): CachedNode {
	const exact = new PolledSyncs(tables, books, refresher, objects);
	const kept = new KeptReads(tables, objects);
	const clocks = new PodClocks(tables);
	const ticks = apart ? new SyncTicks(tables, clocks) : null;
	const deferred = deferring && ticks !== null ? new DeferredReads(tables, wire, objects, kept, ticks) : null;
	const own =
		ticks === null
			? null
			: new OwnReads(tables, wire, {
					books,
					objects,
					kept,
					exact,
					tokens: new OwnTokens(tables, wire, objects, refresher, ticks, clocks),
					ticks,
				});
	const plain = new CachedSyncs(tables, wire, books, refresher, objects, kept, own);
	return new CachedNode(tables, objects, plain, exact, clocks, { own, budget, deferred });
}
