// The first sync of a pod by a kubelet that has just started, when every volume is mounted at the first attempt: when ReprocessPod comes,
// when the reconciler meets the volumes, once or twice, when the sync ends, and when the next one is due. Follows the pod worker and the
// volume manager of the reference path (K2.1, K2.2, K3.2-K3.5, K16).

import { drawLanes } from '../../../core/random.js';
import { firstOnGridAfter, firstOnGridAtOrAfter, type Micros, NEVER } from '../../../core/time.js';
import { DRAW_DURATION, DRAW_JITTER, DRAWS_PER_SYNC } from '../../draw-ordinals.js';
import { SYNC_TICK } from '../../loop-phases.js';
import { MOUNT_POLL, MOUNT_TIMEOUT } from '../../mount-wait.js';
import { duration } from '../../node-state.js';
import type { NodeTables } from '../node-tables.js';
import { reprocessAfter } from '../pass-order.js';

/** One such sync after another. */
export class FirstSync {
	readonly #tables: NodeTables;
	#pod = 0;
	#sync = 0;
	#at: Micros = 0;
	/** When the sync comes to wait for its volumes. */
	reprocessedAt: Micros = 0;
	/** When SetUp of the volumes begins. */
	mountsAt: Micros = 0;
	/**
	 * ReprocessPod lets the populator look at the pod again if that has just done so: what is mounted by then is flagged, and refreshed at
	 * `refreshesAt`. {@link NEVER} when it does not, or when the pass that begins to mount has yet to come.
	 */
	flaggedAt: Micros = NEVER;
	refreshesAt: Micros = NEVER;

	/** @param tables know the process. */
	constructor(tables: NodeTables) {
		this.#tables = tables;
	}

	/** Turns to a pod. @param sync number of its sync. @param at when the kubelet takes the pod in: it begins. */
	begin(pod: number, sync: number, at: Micros): void {
		const { restartKnowsVolumes } = this.#tables.input.profile;
		this.#pod = pod;
		this.#sync = sync;
		this.#at = at;
		this.reprocessedAt = at + reprocessAfter(this.#tables, pod, sync);
		const populated = this.#populatorAfter(at);
		this.mountsAt = this.#reconcilerAfter(populated);
		// What the kubelet does not know to be on its disk passes through one "verify attached" first.
		if (!restartKnowsVolumes) this.mountsAt = this.#reconcilerAfter(this.mountsAt);
		const again = populated < this.reprocessedAt ? this.#populatorAfter(this.reprocessedAt) : NEVER;
		this.flaggedAt = this.mountsAt < again ? again : NEVER;
		this.refreshesAt = this.flaggedAt === NEVER ? NEVER : this.#reconcilerAfter(again);
	}

	/** When the sync ends. @param mountedAt when the last volume was mounted. @returns {@link NEVER} when it gives up before. */
	endsAt(mountedAt: Micros): Micros {
		const { input, podLaneA, podLaneB } = this.#tables;
		const since = this.reprocessedAt;
		const waited = mountedAt <= since ? since : firstOnGridAtOrAfter(mountedAt, since, MOUNT_POLL);
		if (waited >= since + MOUNT_TIMEOUT) return NEVER;
		const draw = this.#sync * DRAWS_PER_SYNC + DRAW_DURATION;
		const lasts = duration(input.timing.syncDuration, podLaneA[this.#pod] as number, podLaneB[this.#pod] as number, draw);
		return Math.max(waited, this.#at + lasts);
	}

	/** The instant of the tick at which the next sync begins. */
	nextAfter(endsAt: Micros): Micros {
		const { input, loops, podLaneA, podLaneB } = this.#tables;
		const { syncFrequency } = input.settings;
		const u = drawLanes(podLaneA[this.#pod] as number, podLaneB[this.#pod] as number, this.#sync * DRAWS_PER_SYNC + DRAW_JITTER);
		return firstOnGridAfter(endsAt + syncFrequency + Math.floor((u * syncFrequency) / 2), loops.tickPhase, SYNC_TICK);
	}

	#populatorAfter(at: Micros): Micros {
		const { populatorPhase, populatorPeriod } = this.#tables.loops;
		return firstOnGridAfter(at, populatorPhase, populatorPeriod);
	}

	#reconcilerAfter(at: Micros): Micros {
		const { reconcilerPhase, reconcilerPeriod } = this.#tables.loops;
		return firstOnGridAfter(at, reconcilerPhase, reconcilerPeriod);
	}
}
