// The Cache strategy against the rule book's table of numbers and against the calculator: one object shared by 1, 2 and 20
// pods of a node, TTLs set by hand and through the size of the cluster (P23, A7.1, A7.2). Writes come every few seconds, so
// samples hang together; what counts is that quantiles are right.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { delayLaw, refreshInterval } from '../../src/analytic/delay.js';
import type { ControlPlane, controlPlane } from '../../src/cluster/control-plane.js';
import { quantile } from '../../src/core/quantile.js';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.js';
import { simulate } from '../../src/index.js';
import { WRONG_TTL_TABLE } from '../support/mistakes.js';
import { mutant } from '../support/mutant.js';
import { variant } from '../support/plans.js';
import { delaysByWrite, planOf, pooled, requestCount, type Study, SYNC_DURATION } from './study.js';

/** Fetches and waits settle into their law before the first write. */
const SETTLE = 15 * MINUTE;
const PERIOD = 11 * SECOND;
const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

function studyOf(nodes: number, podsPerNode: number, hours: number, more: Partial<Study> = {}): Study {
	const writes = Math.floor((hours * HOUR) / PERIOD);
	const times = { from: SETTLE, period: PERIOD, writes, jitter: PERIOD };
	return { strategy: 'Cache', syncFrequency: 60 * SECOND, nodes, podsPerNode, ...times, seed: 1, ...more };
}

const rows = suite('Cache: table of numbers');

/** TTL, pods that share, nodes, hours, and p50 to p99.9 of the table. */
const ROWS: readonly (readonly [number, number, number, number, readonly number[]])[] = [
	[60, 1, 150, 4, [37.8, 56.7, 69.3, 75.5, 83.8, 88.4]],
	[90, 1, 150, 4, [75.1, 112.8, 136, 146, 161, 171]],
	[300, 1, 300, 8, [168, 252, 303, 326, 359, 376]],
	[15, 20, 20, 3, [43.8, 62.8, 75.8, 82.3, 91.9, 99.1]],
	[60, 2, 150, 4, [48.5, 68.2, 85.1, 97.1, 117, 134]],
	[60, 20, 20, 4, [66.0, 87.1, 105.5, 115, 130, 141]],
	[300, 20, 30, 8, [186, 262, 308, 328, 356, 375]],
];

for (const [ttl, pods, nodes, hours, table] of ROWS) {
	rows(`TTL ${ttl} s, ${pods === 1 ? 'a pod of its own' : `shared by ${pods} pods`}`, () => {
		const settings = {
			strategy: 'Cache',
			syncFrequency: 60 * SECOND,
			syncDuration: SYNC_DURATION,
			ttl: ttl * SECOND,
			consumers: pods,
		} as const;
		const law = delayLaw(settings);
		const partial = simulate(planOf(studyOf(nodes, pods, hours, { nodeTTL: ttl * SECOND })));
		const sample = pooled(delaysByWrite(partial));
		QUANTILES.forEach((q, i) => {
			const simulated = quantile(sample, q) as number;
			assert.ok(Math.abs(simulated - (table[i] as number)) < 1, `p${q * 100}: ${simulated.toFixed(2)} s, in the table ${table[i]} s`);
			const computed = law.quantile(q) / SECOND;
			assert.ok(Math.abs(simulated - computed) < 1, `p${q * 100}: ${simulated.toFixed(2)} s, computed ${computed.toFixed(2)} s`);
		});
		const to = Math.floor((SETTLE + hours * HOUR) / SECOND);
		const interval = (nodes * (to - SETTLE / SECOND)) / requestCount(partial, 'GET', SETTLE / SECOND, to);
		const expected = refreshInterval(settings) / SECOND;
		assert.ok(Math.abs(interval / expected - 1) < 0.01, `a GET every ${interval.toFixed(2)} s, computed ${expected.toFixed(2)} s`);
	});
}

rows.run();

const fleets = suite('Cache: TTL by the size of the cluster (P23)');

/** Nodes now, nodes before, TTL in seconds. */
const FLEETS: readonly (readonly [number, number | null, number])[] = [
	[1, null, 0],
	[100, null, 0],
	[101, null, 15],
	[500, null, 15],
	[501, null, 30],
	[1000, null, 30],
	[1001, null, 60],
	[1900, null, 60],
	[2000, null, 60],
	[2001, null, 300],
	[1900, 2001, 300],
	[1799, 2001, 60],
];

type ControlPlaneOf = typeof controlPlane;

/** The TTL that the nodes of a cluster are annotated with at the start, in seconds. */
function annotation(make: ControlPlaneOf, nodes: number, previousNodes: number | null): number {
	const plane: ControlPlane = make(variant({ strategy: 'Cache', cluster: { nodes, previousNodes } }), 1, 0);
	return (plane.ttlSteps[0]?.ttl as number) / SECOND;
}

fleets('every boundary, growing and shrinking', async () => {
	const { controlPlane: make } = await import('../../src/cluster/control-plane.js');
	for (const [nodes, previous, ttl] of FLEETS) assert.is(annotation(make, nodes, previous), ttl, `${nodes} nodes, before ${previous}`);
});

fleets('up to 100 nodes Cache has the delays of Get, from 101 on those of a TTL of 15 s', () => {
	const study = (nodes: number, strategy: Study['strategy']): Study => ({ ...studyOf(nodes, 3, 1), strategy });
	const delays = (nodes: number, strategy: Study['strategy']): Float64Array =>
		pooled(delaysByWrite(simulate(planOf(study(nodes, strategy)))));
	assert.equal(delays(100, 'Cache'), delays(100, 'Get'));
	const settings = { strategy: 'Cache', syncFrequency: 60 * SECOND, syncDuration: SYNC_DURATION, ttl: 15 * SECOND, consumers: 3 } as const;
	const sample = delays(101, 'Cache');
	const law = delayLaw(settings);
	for (const q of QUANTILES) assert.ok(Math.abs((quantile(sample, q) as number) - law.quantile(q) / SECOND) < 1, `p${q * 100}`);
	assert.ok((sample.at(-1) as number) <= 15 + 91.2);
});

fleets('no delay exceeds TTL + 91.2 s', () => {
	for (const ttl of [60, 300]) {
		const sample = pooled(delaysByWrite(simulate(planOf(studyOf(20, 5, 2, { nodeTTL: ttl * SECOND })))));
		assert.ok((sample.at(-1) as number) <= ttl + 91.2, `TTL ${ttl} s: ${sample.at(-1)} s`);
		assert.ok((sample.at(-1) as number) > ttl + 60, 'the bound is nearly reached');
	}
});

fleets('negative control: a wrong TTL table is noticed', async () => {
	const wrong = await mutant<{ controlPlane: ControlPlaneOf }>('ttl-table', 'cluster/control-plane', WRONG_TTL_TABLE.edits);
	const noticed = FLEETS.filter(([nodes, previous, ttl]) => annotation(wrong.controlPlane, nodes, previous) !== ttl);
	assert.equal(noticed, [
		[2001, null, 300],
		[1900, 2001, 300],
	]);
});

fleets.run();
