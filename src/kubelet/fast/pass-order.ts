// In which order a pass of the reconciler meets the volumes of a node: by chance, as the order of a Go map is. The draw is the
// one that the reference path takes, keyed by the volume and the instant of the pass (K3.5).

import { drawLanes } from '../../core/random.js';
import type { Micros } from '../../core/time.js';
import { passOrdinal } from '../draw-ordinals.js';
import { placeByChance } from '../node-state.js';
import type { NodeTables } from './node-tables.js';

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
