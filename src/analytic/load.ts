// What a fleet in steady state asks of the API server under each strategy: the cost model A14, computed. Rates are those of
// volumes being refreshed; pod starts, restarts and outages are transients and not in here.

import { SECOND } from '../core/time.js';
import { type DelaySettings, refreshInterval } from './delay.js';
import { gapLaw } from './gap.js';

/** Objects of one kind of use on every node. */
export interface ObjectGroup {
	/** How many such objects a node has. */
	readonly perNode: number;
	/** How many volumes on the node show each of them. */
	readonly consumers: number;
}

/** A fleet of equal nodes. */
export interface FleetSettings extends Omit<DelaySettings, 'consumers'> {
	readonly nodes: number;
	readonly objects: readonly ObjectGroup[];
	/** Share of the objects that are `immutable: true`; default 0. */
	readonly immutableShare?: number;
	/** Updates of one object per second; default 0. */
	readonly updatesPerSecond?: number;
	/** Mean life of one WATCH in seconds; default 2700 (uniform 30 to 60 min since 1.31); 450 up to 1.30. */
	readonly watchSeconds?: number;
	/** Size of one object in bytes; default 2000. */
	readonly objectBytes?: number;
}

/** Load of the whole fleet; rates are per second. */
export interface FleetLoad {
	readonly openWatches: number;
	/** WATCH requests that reopen a stream whose time is over. */
	readonly watches: number;
	readonly bookmarks: number;
	readonly watchEvents: number;
	/** GET with resourceVersion 0, answered from the watch cache. */
	readonly cachedGets: number;
	/** GET without resourceVersion, each of them a read of etcd. */
	readonly quorumGets: number;
	readonly bytes: number;
}

/** Frame of a watch event, headers of a GET's response, one bookmark: bytes, A3.9. */
const EVENT_BYTES = 80;
const RESPONSE_BYTES = 300;
const BOOKMARK_BYTES = 100;
/** One bookmark a minute and watch, and one when its time is over (A3.6). */
const BOOKMARK_SECONDS = 60;

/** The load of a fleet (A14). */
export function fleetLoad(settings: FleetSettings): FleetLoad {
	const { objectBytes = 2000, updatesPerSecond = 0, immutableShare = 0, watchSeconds = 2700 } = settings;
	const none = { openWatches: 0, watches: 0, bookmarks: 0, watchEvents: 0, cachedGets: 0, quorumGets: 0 };
	if (settings.strategy === 'Watch') {
		const objects = settings.objects.reduce((sum, { perNode }) => sum + perNode, 0);
		const openWatches = settings.nodes * objects * (1 - immutableShare);
		const bookmarks = openWatches * (1 / BOOKMARK_SECONDS + 1 / watchSeconds);
		const watchEvents = openWatches * updatesPerSecond;
		const bytes = watchEvents * (objectBytes + EVENT_BYTES) + bookmarks * BOOKMARK_BYTES;
		return { ...none, openWatches, watches: openWatches / watchSeconds, bookmarks, watchEvents, bytes };
	}
	const gets = settings.nodes * requestsPerNode(settings);
	const bytes = gets * (objectBytes + RESPONSE_BYTES);
	const cached = settings.strategy === 'Cache' && settings.syncInvalidates !== true;
	return cached ? { ...none, cachedGets: gets, bytes } : { ...none, quorumGets: gets, bytes };
}

/** GETs of one node per second. */
function requestsPerNode(settings: FleetSettings): number {
	const everyRead = SECOND / gapLaw(settings).mean;
	return settings.objects.reduce((sum, { perNode, consumers }) => {
		if (settings.strategy === 'Get') return sum + perNode * consumers * everyRead;
		return sum + (perNode * SECOND) / refreshInterval({ ...settings, consumers });
	}, 0);
}
