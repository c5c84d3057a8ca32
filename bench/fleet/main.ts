// node build/bench/fleet/main.js [--nodes 100] [--hours 1] [--strategy Watch,Cache,Get] [--engine fast|reference] [--rough]
//
// How many pod syncs a second the engine simulates, beside the bare renewal loop in the same process: a loop that only draws the jitter
// and moves a pod from slot to slot. CPU time, not wall-clock time, so that other work on the machine does not count. "whole" contains
// planning and setting up the nodes; "marginal" is the difference to a run of a tenth of the time, which sets up the same.

import { parseArgs } from 'node:util';
import { type Strategy, simulate } from '../../src/index.js';
import { bareLoop } from './bare-loop.js';
import { type FleetSize, fleet, PODS_PER_NODE } from './workload.js';

const { values } = parseArgs({
	options: {
		nodes: { type: 'string', default: '100' },
		hours: { type: 'string', default: '1' },
		strategy: { type: 'string', default: 'Watch,Cache,Get' },
		engine: { type: 'string', default: 'fast' },
		rough: { type: 'boolean', default: false },
	},
});
const size: FleetSize = { nodes: Number(values.nodes), hours: Number(values.hours), rough: values.rough };
const engine = values.engine === 'reference' ? 'reference' : 'fast';

function cpuSeconds(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
}

function bareRate(): number {
	const syncs = 20_000_000;
	bareLoop(syncs / 10);
	const from = cpuSeconds();
	bareLoop(syncs);
	return syncs / (cpuSeconds() - from);
}

interface Measured {
	readonly syncs: number;
	readonly seconds: number;
	readonly path: string;
}

function run(strategy: Strategy, one: FleetSize): Measured {
	const study = fleet(strategy, one);
	const from = cpuSeconds();
	const [segment] = simulate(study, { engine }).segments;
	if (segment === undefined) throw new Error('the run gave no segment');
	return { syncs: segment.counters.syncs, seconds: cpuSeconds() - from, path: segment.engine };
}

const limit = bareRate();
const millions = (rate: number): string => (rate / 1e6).toFixed(2);
console.log(
	`${size.nodes} nodes x ${PODS_PER_NODE} pods, ${size.hours} h${size.rough ? ', rough twin' : ''}; bare loop ${millions(limit)} million syncs/s`,
);
console.log('strategy  path       syncs      CPU s  whole M/s  ratio  marginal M/s  ratio');
for (const strategy of values.strategy.split(',') as Strategy[]) {
	// The first run is the compiler's.
	run(strategy, { ...size, hours: size.hours / 10 });
	const short = run(strategy, { ...size, hours: size.hours / 10 });
	const long = run(strategy, size);
	const whole = long.syncs / long.seconds;
	const more = long.seconds - short.seconds;
	// A fleet so small that a longer run takes no longer says nothing.
	const marginal = more > 0 ? (long.syncs - short.syncs) / more : Number.NaN;
	const cells = [
		strategy.padEnd(9),
		long.path.padEnd(9),
		String(long.syncs).padStart(10),
		long.seconds.toFixed(2).padStart(7),
		millions(whole).padStart(10),
		(whole / limit).toFixed(3).padStart(6),
		millions(marginal).padStart(13),
		(marginal / limit).toFixed(3).padStart(6),
	];
	console.log(cells.join(' '));
}
console.log(`peak resident set ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
