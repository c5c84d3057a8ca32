// Pods under Watch that wait for a volume in vain: every read of it is answered at once by what the store holds, and as long as nothing
// is delivered the answer is the same error. The attempts follow the back-off and nothing else, the syncs time out one after the
// other, and the pod's other volumes are refreshed by each of them (K3.2, K4.1, K4.2).

import type { ObjectTimeline, TimelineVersion } from '../../apiserver/object-timeline.js';
import { firstOnGridAfter, type Micros, NEVER } from '../../core/time.js';
import { DRAW_REPROCESS } from '../draw-ordinals.js';
import { SYNC_TICK } from '../loop-phases.js';
import type { ReadResult } from '../manager/manager.js';
import type { storeNotFoundText } from '../manager/texts.js';
import { ERROR_RETRY, MOUNT_TIMEOUT, mountTimeoutMessage, mountTimeoutText } from '../mount-wait.js';
import type { Node } from '../node.js';
import type { NodeInput } from '../node-input.js';
import { OPERATION_BACKOFF_MAX } from '../operation-backoff.js';
import { WORKER } from '../pod-table.js';
import { MOUNT } from '../volume-table.js';
import { nextAfter } from './next-sync.js';
import type { NodeTables } from './node-tables.js';
import type { PodLoan } from './pod-loan.js';
import { ResyncClock } from './resync-clock.js';

/** A volume that cannot be mounted, as its last attempt has left it. */
interface BlockedVolume {
	readonly volume: number;
	readonly retryAt: Micros;
	readonly backoff: Micros;
	/** Text of the event of each attempt. */
	readonly message: string;
}

/** A pod that waits in vain. */
export interface BlockedPod {
	readonly pod: number;
	/** When it began to wait; null: it waits for its next sync. */
	readonly waitsSince: Micros | null;
	readonly volumes: readonly BlockedVolume[];
	/** Text of the event of each sync that times out; null: there is none. */
	readonly timeoutMessage: string | null;
}

/** What is known of an object from the node's store: its present version, null for none. @returns undefined when that may change. */
export type StoredObject = (localObject: number) => TimelineVersion | null | undefined;

/** Such pods of one node. */
export class BlockedPods {
	readonly #node: Node;
	readonly #tables: NodeTables;
	readonly #loan: PodLoan;
	readonly #notFoundText: typeof storeNotFoundText;

	/** @param notFoundText of the manager's strategy. */
	constructor(node: Node, tables: NodeTables, loan: PodLoan, notFoundText: typeof storeNotFoundText) {
		this.#notFoundText = notFoundText;
		this.#node = node;
		this.#tables = tables;
		this.#loan = loan;
	}

	/** How a pod stands; null when it does not wait in vain to the end, or has more to do. */
	look(pod: number, stored: StoredObject): BlockedPod | null {
		const { pods, volumes: manager, workers, table, state } = this.#node.parts;
		if (!pods.isFailing(pod)) return null;
		const volumes: BlockedVolume[] = [];
		for (let volume = pods.firstVolume[pod] as number; volume < (pods.firstVolume[pod + 1] as number); volume++) {
			if (table.mount[volume] === MOUNT.mounted) {
				if (!this.#loan.isUpToDate(volume)) return null;
				continue;
			}
			const cause = this.#causeOf(volume, stored);
			if (cause === null) return null;
			const { retryAt, backoff } = manager.backoffOf(volume);
			volumes.push({ volume, retryAt, backoff, message: manager.failureMessage(volume, cause) });
		}
		if (volumes.length === 0) return null;
		const { profile } = state.input;
		const error = mountTimeoutText(manager.unmountedNames(pod), profile);
		// With another error than the last one, the status manager would have something to tell.
		if (workers.syncErrors[pod]?.text !== error) return null;
		const waits = pods.worker[pod] === WORKER.waitingForMounts;
		return {
			pod,
			waitsSince: waits ? (pods.startedAt[pod] as Micros) : null,
			volumes,
			timeoutMessage: profile.mountTimeoutEvent ? mountTimeoutMessage(error) : null,
		};
	}

	/** All attempts to mount a pod's volumes up to the end. */
	retry({ volumes }: BlockedPod): void {
		const { state, table } = this.#node.parts;
		const { input, loops } = this.#tables;
		for (const { volume, retryAt, backoff, message } of volumes) {
			let operations = table.operations[volume] as number;
			let measured = 0;
			let pause = backoff;
			for (let until = retryAt; ; until += pause) {
				until = firstOnGridAfter(until, loops.reconcilerPhase, loops.reconcilerPeriod);
				if (until > input.end) break;
				operations += 1;
				if (state.measured(until)) measured += 1;
				// The attempt fails at once: the next pause is twice this one.
				pause = Math.min(2 * pause, OPERATION_BACKOFF_MAX);
			}
			table.operations[volume] = operations;
			state.counters.refreshes += measured;
			state.count('Warning', 'FailedMount', message, measured);
		}
	}

	/** Why a volume cannot be mounted; null when nobody knows that it stays so. */
	#causeOf(volume: number, stored: StoredObject): string | null {
		const { table, volumes: manager } = this.#node.parts;
		const model = table.model(volume);
		const waits = table.mount[volume] === MOUNT.attached || table.mount[volume] === MOUNT.uncertain;
		if (!waits || model.tokenSeconds !== null || table.detached[volume] === 1 || manager.isAtWork(volume)) return null;
		if (manager.backoffOf(volume).backoff === 0) return null;
		const results: ReadResult<TimelineVersion>[] = [];
		for (const { object } of model.reads) {
			const local = this.#tables.input.localObjects.get(object) as number;
			const version = stored(local);
			if (version === undefined) return null;
			const { resource, name } = this.#tables.input.objects[local] as ObjectTimeline;
			if (version === null) results.push({ kind: 'notFound', text: this.#notFoundText(resource, name) });
			else results.push({ kind: 'found', object: version });
		}
		const payload = model.payloads.payload(results);
		return payload.kind === 'error' ? payload.text : null;
	}
}

/** When a sync gives up that waits since an instant, and the tick of the next one. @param sync its number. */
export function afterTimeout(tables: NodeTables, pod: number, sync: number, since: Micros): { readonly at: Micros; readonly next: Micros } {
	const at = since + MOUNT_TIMEOUT;
	return { at, next: nextAfter(tables, pod, sync, at, ERROR_RETRY) };
}

/** The clock of such pods: a sync lasts until it gives up, and the next one follows after the pause of a failed one. */
export function failingClock({ timing }: Pick<NodeInput, 'timing'>): ResyncClock {
	const { min, max } = timing.syncToReprocess;
	const syncDuration = { min: min + MOUNT_TIMEOUT, max: max + MOUNT_TIMEOUT };
	return new ResyncClock({ settings: { syncFrequency: ERROR_RETRY }, timing: { syncDuration } }, DRAW_REPROCESS);
}

/** Longest time for which an object of such a pod is not read; {@link NEVER} where a sync may last longer than it waits. */
export function longestPause(reach: Micros, syncDuration: Micros): Micros {
	return syncDuration > MOUNT_TIMEOUT ? NEVER : MOUNT_TIMEOUT + 1.5 * ERROR_RETRY + 2 * SYNC_TICK + reach;
}
