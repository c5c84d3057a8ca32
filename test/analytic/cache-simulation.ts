// A small simulation of pods that share one cached object on a node, made for one purpose: to say how far the calculator's
// approximation is off. Written apart from both the calculator and the simulator; it steps through ticks and knows nothing
// but the rules of K2.4 and K5.2. Reads come 0 to 0.2 s after the tick (two loops of 100 ms, K3.6).

import { draw, streamKey } from '../../src/core/random.js';

export interface CacheSimulation {
	/** Seconds between two fetches of a node. */
	readonly meanFetchInterval: number;
	/** Seconds from a write to the first read that shows it, of a pod. */
	readonly quantile: (p: number) => number;
	readonly mean: number;
}

/** Cells per second in which delays are counted. */
const CELLS = 50;

/** Simulates `nodes` nodes for `seconds` each and looks at all writes that could have come, weighted by time. */
export function simulateSharedCache(options: {
	readonly syncFrequency: number;
	readonly syncDuration: number;
	readonly ttl: number;
	readonly pods: number;
	readonly nodes: number;
	readonly seconds: number;
	readonly seed: number;
}): CacheSimulation {
	const { syncFrequency, syncDuration, ttl, pods, nodes, seconds, seed } = options;
	const longest = Math.floor(syncDuration + 1.5 * syncFrequency) + 1;
	const change = new Float64Array((ttl + 2 * longest + 2) * CELLS);
	const warmUp = 10 * (ttl + longest);
	let fetches = 0;
	let time = 0;
	let weight = 0;
	let moment = 0;
	for (let node = 0; node < nodes; node++) {
		const key = streamKey(seed, node);
		let ordinal = 0;
		const random = (): number => draw(key, ordinal++);
		const slots: number[][] = Array.from({ length: longest + 1 }, () => []);
		for (let pod = 0; pod < pods; pod++) slots[Math.floor(random() * longest)]?.push(pod);
		const seen = new Float64Array(pods).fill(-1);
		let fetched = -1e9;
		for (let tick = 0; tick < seconds; tick++) {
			const slot = slots[tick % slots.length] as number[];
			const reads = slot.map((pod) => ({ pod, at: tick + 0.1 * random() + 0.1 * random() })).sort((a, b) => a.at - b.at);
			slot.length = 0;
			for (const { pod, at } of reads) {
				const gap = Math.floor(syncDuration + syncFrequency * (1 + 0.5 * random())) + 1;
				slots[(tick + gap) % slots.length]?.push(pod);
				if (at >= fetched + ttl) {
					fetched = at;
					if (tick >= warmUp) fetches++;
				}
				// Writes in (seen, fetched] are shown by this read, so their delays fill at - fetched ... at - seen evenly.
				const from = seen[pod] as number;
				if (from >= warmUp && fetched > from) {
					spread(change, (at - fetched) * CELLS, (at - from) * CELLS);
					weight += fetched - from;
					moment += (fetched - from) * (at - (fetched + from) / 2);
				}
				seen[pod] = fetched;
			}
		}
		time += seconds - warmUp;
	}
	return {
		meanFetchInterval: time / fetches,
		mean: moment / weight,
		quantile(p) {
			let below = 0;
			let density = 0;
			for (let cell = 0; cell < change.length; cell++) {
				density += change[cell] as number;
				const here = density / (weight * CELLS);
				if (below + here >= p) return (cell + (p - below) / here) / CELLS;
				below += here;
			}
			return Number.POSITIVE_INFINITY;
		},
	};
}

/** Adds a uniform mass between two positions, one per cell, as the change of the density from cell to cell. */
function spread(change: Float64Array, from: number, to: number): void {
	for (const [position, sign] of [
		[from, 1],
		[to, -1],
	] as const) {
		const cell = Math.floor(position);
		const share = position - cell;
		change[cell] = (change[cell] as number) + sign * (1 - share);
		change[cell + 1] = (change[cell + 1] as number) + sign * share;
	}
}
