// Which engine serves a node under Get or Cache, and the parts that it is made of.

import type { ConnectionInput } from '../../apiserver/node-connection.js';
import { AskingNode } from './asking-node.js';
import { AskingSyncs } from './asking-syncs.js';
import { CachedNode } from './cached-node.js';
import { CachedSyncs } from './cached-syncs.js';
import { latestReach } from './eligibility.js';
import type { NodeBooks } from './node-books.js';
import type { NodeTables } from './node-tables.js';
import { PolledNode } from './polled-node.js';
import type { PolledObjects } from './polled-objects.js';
import { PolledSyncs } from './polled-syncs.js';
import { QuietSyncs } from './quiet-syncs.js';
import type { Refresher } from './refresher.js';
import { VisitSeconds } from './visit-seconds.js';

/** Pods of one node under Get that are followed apart from each other; whether their client waited is for the caller to say. */
export function askingNode(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
): AskingNode {
	const exact = new PolledSyncs(tables, books, refresher, objects);
	const seconds = new VisitSeconds(tables, latestReach(tables.input, tables.loops));
	return new AskingNode(tables, new AskingSyncs(tables, wire, books, refresher, objects, exact, seconds), exact);
}

/** Pods of one node under Get or Cache that are followed in the order of time. */
export function polledNode(
	tables: NodeTables,
	wire: ConnectionInput,
	books: NodeBooks,
	refresher: Refresher,
	objects: PolledObjects,
): PolledNode | CachedNode {
	const { settings, profile, ttlIsConstant, ttlAt } = tables.input;
	const exact = new PolledSyncs(tables, books, refresher, objects);
	const caches = settings.configMapAndSecretChangeDetectionStrategy === 'Cache';
	// Where the TTL changes, or registering drops what is kept, nobody knows until when it stays fresh.
	if (caches && ttlIsConstant === true && ttlAt(0) > 0 && !profile.cacheInvalidatesOnEverySync) {
		return new CachedNode(tables, objects, new CachedSyncs(tables, wire, books, refresher, objects), exact);
	}
	return new PolledNode(tables, objects, new QuietSyncs(tables, wire, books, refresher, objects), exact);
}
