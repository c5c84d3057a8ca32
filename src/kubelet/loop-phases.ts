// The loops of one kubelet process as grids: sync ticker, populator, reconciler and PLEG relist. Receives a node and the
// number of the process, gives phases and periods; both engines find the passes by arithmetic and never step them (K1.1, K3.1).

import { drawInteger, streamKey } from '../core/random.js';
import { MILLISECOND, type Micros, type MicrosRange, SECOND } from '../core/time.js';
import type { NodeInput } from './node-input.js';

/** Period of the sync ticker (K1.1). */
export const SYNC_TICK: Micros = SECOND;
/** Pause of the populator's and of the reconciler's loop (K3.1). */
const LOOP_PAUSE: Micros = 100 * MILLISECOND;
/** Pause of the PLEG after each relist (K1.1). */
const RELIST_PAUSE: Micros = SECOND;

/**
 * Where the loops of a kubelet that has just started are when it syncs its first pods. They have run since the process began,
 * and the pods come when the source has slept a whole second once (config/apiserver.go, WaitForAPIServerSyncPeriod), so the
 * relation is nearly fixed. Recorded: first mounts 107 to 127 ms after the first SyncPod (two passes; once 216 ms, when the
 * populator had just passed), of the first few pods only, the others' 0.1 s later; first remounts 28 to
 * 38 ms after it (one pass).
 */
const POPULATOR_AFTER_FIRST_SYNC: MicrosRange = { min: -MILLISECOND, max: 8 * MILLISECOND };
const RECONCILER_AFTER_POPULATOR: MicrosRange = { min: MILLISECOND, max: 25 * MILLISECOND };

/** Phases and periods in microseconds of the run. */
export interface LoopPhases {
	readonly tickPhase: Micros;
	readonly populatorPhase: Micros;
	readonly populatorPeriod: Micros;
	readonly reconcilerPhase: Micros;
	readonly reconcilerPeriod: Micros;
	readonly relistPhase: Micros;
	readonly relistPeriod: Micros;
	/** Run time of one relist: its end is its start plus this. */
	readonly relistRun: Micros;
}

/** The longest periods that the loops of any process of a kubelet may have. */
export function longestPeriods({
	loopRunTime,
	plegRelist,
}: NodeInput['timing']): Pick<LoopPhases, 'populatorPeriod' | 'reconcilerPeriod' | 'relistPeriod' | 'relistRun'> {
	const pass = LOOP_PAUSE + loopRunTime.max;
	return { populatorPeriod: pass, reconcilerPeriod: pass, relistPeriod: RELIST_PAUSE + plegRelist.max, relistRun: plegRelist.max };
}

/**
 * Draws the phases of a kubelet process.
 *
 * @param incarnation number of kubelet starts before this one.
 * @param from when the process started; may be negative. Of a starting one: when it syncs its first pods.
 * @param moment `running` (the default): it has been running for long, so phases are anywhere.
 */
export function loopPhases(
	input: Pick<NodeInput, 'timing' | 'draws'>,
	incarnation: number,
	from: Micros,
	moment: 'running' | 'starting' = 'running',
): LoopPhases {
	const { timing, draws } = input;
	const key = streamKey(draws, 'phases', incarnation);
	const pass = (ordinal: number): Micros => LOOP_PAUSE + drawInteger(key, ordinal, timing.loopRunTime.min, timing.loopRunTime.max);
	const populatorPeriod = pass(0);
	const reconcilerPeriod = pass(1);
	const relistRun = drawInteger(key, 2, timing.plegRelist.min, timing.plegRelist.max);
	const after = (ordinal: number, { min, max }: MicrosRange): Micros => drawInteger(key, ordinal, min, max);
	const populator = moment === 'running' ? drawInteger(key, 4, 0, populatorPeriod - 1) : after(4, POPULATOR_AFTER_FIRST_SYNC);
	const reconciler = moment === 'running' ? drawInteger(key, 5, 0, reconcilerPeriod - 1) : populator + after(5, RECONCILER_AFTER_POPULATOR);
	return {
		tickPhase: from + drawInteger(key, 3, 0, SYNC_TICK - 1),
		populatorPhase: from + populator,
		populatorPeriod,
		reconcilerPhase: from + reconciler,
		reconcilerPeriod,
		relistPhase: from + drawInteger(key, 6, 0, RELIST_PAUSE - 1),
		relistPeriod: RELIST_PAUSE + relistRun,
		relistRun,
	};
}
