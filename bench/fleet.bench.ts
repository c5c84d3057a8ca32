// Whole fleets, smooth and rough, beside the bare renewal loop: simulate() with everything that a result needs. Small enough for
// repeated calls; the day of 5,000 nodes is measured by `npm run bench -- --goal`.

import { type Strategy, simulate } from '../src/index.js';
import type { Benchmark, Group, Scale } from './benchmark.js';
import { bareLoop } from './fleet/bare-loop.js';
import { SPEED_LIMITS } from './fleet/limits.js';
import { type FleetSize, fleet, PODS_PER_NODE } from './fleet/workload.js';

const BARE = 'bare renewal loop';

function group(strategy: Strategy, size: FleetSize): Group {
	const study = fleet(strategy, size);
	const run = (): number => simulate(study).segments[0]?.counters.syncs ?? 0;
	const syncs = run();
	return {
		reference: BARE,
		tasks: [
			{ name: BARE, operations: syncs, setup: () => () => bareLoop(syncs) },
			{
				name: `${size.nodes} nodes x ${PODS_PER_NODE} pods, ${size.hours} h`,
				operations: syncs,
				setup: () => run,
				limit: 1 / SPEED_LIMITS[strategy][size.rough ? 'rough' : 'smooth'],
			},
		],
	};
}

/** See the head of this file. */
export function benchmark(scale: Scale): Benchmark {
	const size = scale === 'full' ? { nodes: 100, hours: 6 } : { nodes: 4, hours: 1 };
	return {
		name: 'fleet',
		question: 'How fast is a whole fleet simulated, as a fraction of the least that any simulator of pod syncs must do?',
		operation: 'one pod sync of a fleet, planning and set-up of its nodes included',
		limitsFrom: 'Half the speed of the bare loop under Watch, a quarter under Cache and Get; the rough twin half of that again.',
		groups: Object.fromEntries(
			(['Watch', 'Cache', 'Get'] as const).flatMap((strategy) =>
				[false, true].map((rough) => [`${strategy}, ${rough ? 'rough twin' : 'smooth'}`, () => group(strategy, { ...size, rough })]),
			),
		),
	};
}
