import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type FleetSettings, fleetLoad } from '../../src/analytic/load.js';
import { SECOND } from '../../src/core/time.js';

/** Throws if a computed value would not be printed as the table prints it (within one unit of its last digit, or 1 %). */
function assertPrinted(actual: number, printed: string, what: string): void {
	const digits = printed.split('.')[1]?.length ?? 0;
	const tolerance = Math.max(10 ** -digits, 0.01 * Number(printed));
	assert.ok(Math.abs(actual - Number(printed)) <= tolerance, `${what}: ${actual}, not ${printed}`);
}

/** 40 objects of two references a pod: 20 shared by two pods, 20 used by one; or 30 used by one. */
const SHARED = [
	{ perNode: 20, consumers: 2 },
	{ perNode: 20, consumers: 1 },
];
const OWN = [{ perNode: 30, consumers: 1 }];

/** The worked figures of A14: nodes, objects, immutable share, TTL, watches, re-WATCH/s since 1.31 and before, bookmarks/s, Cache, Get, MB/s of each. */
const ROWS: readonly (readonly [number, typeof SHARED, number, number, string])[] = [
	[50, SHARED, 0, 0, '2000 0.7 4.4 33 40 40 .003 .09 .09'],
	[500, SHARED, 0, 15, '20000 7.4 44 333 344 397 .03 .79 .91'],
	[1000, SHARED, 0, 30, '40000 15 89 667 584 795 .07 1.3 1.8'],
	[2000, SHARED, 0, 60, '80000 30 178 1333 1069 1589 .14 2.5 3.7'],
	[5000, OWN, 0, 300, '150000 56 333 2500 447 1987 .26 1.0 4.6'],
	[5000, SHARED, 0, 300, '200000 74 444 3333 608 3974 .35 1.4 9.1'],
	[5000, SHARED, 0.9, 300, '20000 7.4 44 333 608 3974 .03 1.4 9.1'],
];

const test = suite('load of a fleet');

for (const [nodes, objects, immutableShare, ttl, cells] of ROWS) {
	test(`${nodes} nodes with ${objects.length === 1 ? 30 : 40} objects each, TTL ${ttl} s, ${immutableShare * 100} % immutable`, () => {
		const fleet = { nodes, objects, immutableShare, ttl: ttl * SECOND, syncFrequency: 60 * SECOND, updatesPerSecond: 1 / 86_400 };
		const load = (more: Pick<FleetSettings, 'strategy'> & Partial<FleetSettings>) => fleetLoad({ ...fleet, ...more });
		const [watch, cache, get] = [load({ strategy: 'Watch' }), load({ strategy: 'Cache' }), load({ strategy: 'Get' })];
		const [watches, reopened, reopenedBefore, bookmarks, cached, quorum, ...megabytes] = cells.split(' ') as string[];
		assertPrinted(watch.openWatches, watches as string, 'open watches');
		assertPrinted(watch.watches, reopened as string, 're-WATCH');
		assertPrinted(load({ strategy: 'Watch', watchSeconds: 450 }).watches, reopenedBefore as string, 're-WATCH up to 1.30');
		assertPrinted(watch.openWatches / 60, bookmarks as string, 'bookmarks');
		assertPrinted(cache.cachedGets, cached as string, 'GET with resourceVersion 0');
		assertPrinted(get.quorumGets, quorum as string, 'GET');
		[watch, cache, get].forEach(({ bytes }, i) => assertPrinted(bytes / 1e6, megabytes[i] as string, 'MB/s'));
	});
}

test('each strategy causes its own kind of request only', () => {
	const fleet = { nodes: 100, objects: SHARED, syncFrequency: 60 * SECOND, ttl: 60 * SECOND };
	const watch = fleetLoad({ ...fleet, strategy: 'Watch' });
	assert.equal([watch.cachedGets, watch.quorumGets], [0, 0]);
	const cache = fleetLoad({ ...fleet, strategy: 'Cache' });
	assert.equal([cache.openWatches, cache.quorumGets, cache.bookmarks], [0, 0, 0]);
	const old = fleetLoad({ ...fleet, strategy: 'Cache', syncInvalidates: true });
	assert.is(old.cachedGets, 0);
	assert.ok(Math.abs(old.quorumGets - (100 * 60) / 75.5) < 1e-6);
});

test('published numbers P7: 5,000 nodes with 30 own Secrets poll with about 2,000 GET/s', () => {
	const { quorumGets } = fleetLoad({ strategy: 'Get', nodes: 5000, objects: OWN, syncFrequency: 60 * SECOND });
	assert.ok(Math.abs(quorumGets - 2000) < 0.02 * 2000, `${quorumGets}`);
});

test.run();
