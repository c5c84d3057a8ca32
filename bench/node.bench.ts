// One of the hundred nodes of a fleet (30 pods, each with a Secret of its own, a shared one and the token volume) for a day of virtual
// time, on both engines, beside the bare renewal loop. The fleet is planned once; the set-up of the node is part of the call.

import { PreparedRuns, type Strategy, simulate } from '../src/index.js';
import type { EnginePath } from '../src/measure/partial.js';
import type { Benchmark, Group, Scale } from './benchmark.js';
import { bareLoop } from './fleet/bare-loop.js';
import { fleet } from './fleet/workload.js';

const BARE = 'bare renewal loop';
/** A fleet in which a node has its fair share of the rotations: alone it would have them all. */
const NODES = 100;

function group(strategy: Strategy, hours: number): Group {
	const study = fleet(strategy, { nodes: NODES, hours, rough: false });
	const prepared = new PreparedRuns();
	const shard = { index: NODES / 2, count: NODES };
	const run = (engine: EnginePath): number =>
		simulate(study, { engine, prepared, shard, factsOnce: true }).segments[0]?.counters.syncs ?? 0;
	const syncs = run('fast');
	const task = (engine: EnginePath): Group['tasks'][number] => ({
		name: `${engine} engine`,
		operations: syncs,
		setup: () => () => run(engine),
		agrees: true,
	});
	return {
		reference: BARE,
		tasks: [{ name: BARE, operations: syncs, setup: () => () => bareLoop(syncs) }, task('fast'), task('reference')],
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	return {
		name: 'node',
		question: 'How fast is a node simulated under each strategy, by the fast path and event by event?',
		operation: 'one pod sync with all that happens around it (volumes, requests, watches, accounting)',
		groups: Object.fromEntries(
			(['Watch', 'Cache', 'Get'] as const).map((strategy) => [strategy, () => group(strategy, scale === 'full' ? 24 : 1)]),
		),
	};
}
