// When a pod is synced next after a sync whose end is known, by the draw that the reference path makes at that end; of syncs that follow the
// law from tick to tick, resync-clock.ts says the same (K2.1, K2.2).

import { drawLanes } from '../../core/random.js';
import { firstOnGridAfter, type Micros } from '../../core/time.js';
import { DRAW_JITTER, DRAWS_PER_SYNC } from '../draw-ordinals.js';
import { SYNC_TICK } from '../loop-phases.js';
import type { NodeTables } from './node-tables.js';

/** The instant of the tick of the next sync. @param sync number of the one that has ended. @param pause shortest time after it; half of it may be added. */
export function nextAfter({ loops, podLaneA, podLaneB }: NodeTables, pod: number, sync: number, endsAt: Micros, pause: Micros): Micros {
	const u = drawLanes(podLaneA[pod] as number, podLaneB[pod] as number, sync * DRAWS_PER_SYNC + DRAW_JITTER);
	return firstOnGridAfter(endsAt + pause + Math.floor((u * pause) / 2), loops.tickPhase, SYNC_TICK);
}
