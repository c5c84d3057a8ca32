// When the reconciler meets the volumes of a node after a sync, and in which order: by chance, as the order of a Go map is. The
// draws are those that the reference path takes, keyed by the pod's sync, and by the volume and the instant of the pass (K3.5).

import { drawLanes } from '../../core/random.js';
import { firstOnGridAfter, type Micros } from '../../core/time.js';
import { DRAW_REPROCESS, DRAWS_PER_SYNC, passOrdinal } from '../draw-ordinals.js';
import { duration, placeByChance } from '../node-state.js';
import type { NodeTables } from './node-tables.js';

/** From the start of a sync to ReprocessPod. @param sync its number. */
export function reprocessAfter({ input, podLaneA, podLaneB }: NodeTables, pod: number, sync: number): Micros {
	const draw = sync * DRAWS_PER_SYNC + DRAW_REPROCESS;
	return duration(input.timing.syncToReprocess, podLaneA[pod] as number, podLaneB[pod] as number, draw);
}

/** When the reconciler meets the volumes of a pod. @param sync number of its sync that starts at `now`. */
export function visitOf(tables: NodeTables, pod: number, sync: number, now: Micros): Micros {
	const { loops } = tables;
	const populated = firstOnGridAfter(now + reprocessAfter(tables, pod, sync), loops.populatorPhase, loops.populatorPeriod);
	return firstOnGridAfter(populated, loops.reconcilerPhase, loops.reconcilerPeriod);
}

/** Place of a volume among those that the pass at `at` meets; lower comes first, no two are the same. */
export function placeInPass(tables: NodeTables, volume: number, at: Micros): number {
	return placeByChance(drawLanes(tables.laneA(volume), tables.laneB(volume), passOrdinal(at)), volume);
}

/** The volumes from `first` to before `last` in the order in which the pass at `at` meets them. */
export function passOrder(tables: NodeTables, first: number, last: number, at: Micros): number[] {
	const volumes: number[] = [];
	for (let volume = first; volume < last; volume++) volumes.push(volume);
	return volumes.sort((a, b) => placeInPass(tables, a, at) - placeInPass(tables, b, at));
}
