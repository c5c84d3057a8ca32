// The first sync of a pod by a kubelet that has just started, when every volume is mounted at the first attempt: when ReprocessPod comes,
// when the reconciler meets the volumes, once or twice, when the sync ends, and when the next one is due. Follows the pod worker and the
// volume manager of the reference path (K2.1, K2.2, K3.2-K3.5, K16).

import { firstOnGridAfter, firstOnGridAtOrAfter, type Micros, NEVER } from '../../../core/time.js';
import { DRAW_DURATION, DRAWS_PER_SYNC } from '../../draw-ordinals.js';
import { MOUNT_POLL, MOUNT_TIMEOUT } from '../../mount-wait.js';
import { duration } from '../../node-state.js';
import { nextAfter } from '../next-sync.js';
import type { NodeTables } from '../node-tables.js';
import { reprocessAfter } from '../pass-order.js';

/** Such a sync. */
export class FirstSync {
	readonly pod: number;
	/** Its number. */
	readonly sync: number;
	/** When SetUp of the volumes begins. */
	readonly mountsAt: Micros;
	/**
	 * ReprocessPod lets the populator look at the pod again if that has just done so: what is mounted by then is flagged, and refreshed at
	 * `refreshesAt`. {@link NEVER} when it does not, or when the pass that begins to mount has yet to come.
	 */
	readonly flaggedAt: Micros;
	readonly refreshesAt: Micros;
	readonly #tables: NodeTables;
	readonly #at: Micros;
	/** When the sync comes to wait for its volumes. */
	readonly #reprocessedAt: Micros;

	/** @param tables know the process. @param sync number of the sync. @param at when the kubelet takes the pod in: it begins. */
	constructor(tables: NodeTables, pod: number, sync: number, at: Micros) {
		const { input, loops } = tables;
		const populatorAfter = (instant: Micros): Micros => firstOnGridAfter(instant, loops.populatorPhase, loops.populatorPeriod);
		const reconcilerAfter = (instant: Micros): Micros => firstOnGridAfter(instant, loops.reconcilerPhase, loops.reconcilerPeriod);
		this.#tables = tables;
		this.pod = pod;
		this.sync = sync;
		this.#at = at;
		this.#reprocessedAt = at + reprocessAfter(tables, pod, sync);
		const populated = populatorAfter(at);
		const met = reconcilerAfter(populated);
		// What the kubelet does not know to be on its disk passes through one "verify attached" first.
		this.mountsAt = input.profile.restartKnowsVolumes ? met : reconcilerAfter(met);
		const again = populated < this.#reprocessedAt ? populatorAfter(this.#reprocessedAt) : NEVER;
		this.flaggedAt = this.mountsAt < again ? again : NEVER;
		this.refreshesAt = this.flaggedAt === NEVER ? NEVER : reconcilerAfter(again);
	}

	/** When it ends. @param mountedAt when the last volume was mounted. @returns {@link NEVER} when it gives up before. */
	endsAt(mountedAt: Micros): Micros {
		const { input, podLaneA, podLaneB } = this.#tables;
		const since = this.#reprocessedAt;
		const waited = mountedAt <= since ? since : firstOnGridAtOrAfter(mountedAt, since, MOUNT_POLL);
		if (waited >= since + MOUNT_TIMEOUT) return NEVER;
		const draw = this.sync * DRAWS_PER_SYNC + DRAW_DURATION;
		const lasts = duration(input.timing.syncDuration, podLaneA[this.pod] as number, podLaneB[this.pod] as number, draw);
		return Math.max(waited, this.#at + lasts);
	}

	/** The instant of the tick at which the next sync begins. */
	nextAfter(endsAt: Micros): Micros {
		return nextAfter(this.#tables, this.pod, this.sync, endsAt, this.#tables.input.settings.syncFrequency);
	}
}

/**
 * The kubelet takes a pod in, and its first sync begins: operations of its volumes go on to be counted where the last process has left
 * them, whatever sync they follow from.
 *
 * @param tables know the process, and how the last one has left pods and volumes.
 */
export function takeIn(tables: NodeTables, pod: number, at: Micros): FirstSync {
	const { firstVolume, lastSync, lastVisit, operationsAhead } = tables;
	const first = new FirstSync(tables, pod, (lastSync[pod] as number) + 1, at);
	const ahead = 1 + (lastVisit[pod] as number) - first.sync;
	for (let volume = firstVolume[pod] as number; volume < (firstVolume[pod + 1] as number); volume++) {
		operationsAhead[volume] = (operationsAhead[volume] as number) + ahead;
	}
	return first;
}
