// The pods of one node as parallel typed arrays: what the pod workers need to know of each pod at every sync. Rows are in
// the order of NodeInput.pods, which is also their order among events of one instant.

import { Columns } from '../core/columns.js';
import { StreamName } from '../core/random.js';
import { DRAWS_PER_SYNC } from './draw-ordinals.js';
import type { PodInput } from './node-input.js';

/** Where a pod's worker is. */
export const WORKER: {
	readonly absent: 0;
	readonly idle: 1;
	readonly waitingForStatus: 2;
	readonly syncing: 3;
	readonly waitingForMounts: 4;
	readonly readingPullSecrets: 5;
	readonly startingContainers: 6;
	readonly terminating: 7;
	readonly gone: 8;
} = {
	absent: 0,
	idle: 1,
	waitingForStatus: 2,
	syncing: 3,
	waitingForMounts: 4,
	readingPullSecrets: 5,
	startingContainers: 6,
	terminating: 7,
	gone: 8,
};

/** Values of {@link PodTable.statusChanged}. */
export const STATUS_KNOWN = 1;
export const STATUS_CHANGED = 2;

/** Per-pod state of the pod workers. */
export class PodTable {
	readonly inputs: readonly PodInput[];
	/** First volume of each pod in the volume table; one more entry than pods. */
	readonly firstVolume: Int32Array;
	/** A value of {@link WORKER}. */
	readonly worker: Uint8Array;
	/** Grows when a running sync is cancelled or ends: events of older syncs are ignored. */
	readonly generation: Int32Array;
	/** Grows with each new due time: older ticks are ignored (K2.2, Enqueue overwrites). */
	readonly dueGeneration: Int32Array;
	/** 1: the previous sync failed. */
	readonly failed: Uint8Array;
	/** Tick at which the pod is synced next if nothing else happens. */
	readonly tickAt: Float64Array;
	/** Number of syncs begun: ordinal of the sync's draws. */
	readonly syncs: Int32Array;
	readonly startedAt: Float64Array;
	readonly lastSyncEnd: Float64Array;
	/** 1 + index of the cause of the pending update; 0: none. */
	readonly pending: Uint8Array;
	/** 1 + index of the cause of the running sync. */
	readonly cause: Uint8Array;
	/** The populator has seen the pod since the last ReprocessPod. */
	readonly processed: Uint8Array;
	/** The volume manager wants the pod's volumes. */
	readonly desired: Uint8Array;
	/** Some container has to be killed, started or restarted in the next sync. */
	readonly containersToDo: Uint8Array;
	/** 1: a relist has shown ended containers since the pod's latest sync began. */
	readonly deathsNoticed: Uint8Array;
	/** 1: until 1.27, the deletion of a pod is found when its mount wait returns. */
	readonly deletedInMountWait: Uint8Array;
	/** The previous sync started or killed something (1.36: a relist follows at once). */
	readonly didSomething: Uint8Array;
	/** What the next SyncPod has to tell the status manager: 0 nothing, 1 a status as the API server has it, 2 another one. */
	readonly statusChanged: Uint8Array;
	/** Generation of the pod's own metadata, seen by downward API volumes. */
	readonly metadata: Int32Array;
	readonly laneA: Uint32Array;
	readonly laneB: Uint32Array;

	constructor(inputs: readonly PodInput[]) {
		const count = inputs.length;
		const columns = new Columns(count, { float64: 3, int32: 6, uint8: 11 });
		this.inputs = inputs;
		this.firstVolume = new Int32Array(count + 1);
		this.worker = columns.uint8();
		this.generation = columns.int32();
		this.dueGeneration = columns.int32();
		this.failed = columns.uint8();
		this.tickAt = columns.float64();
		this.syncs = columns.int32();
		this.startedAt = columns.float64();
		this.lastSyncEnd = columns.float64().fill(Number.NEGATIVE_INFINITY);
		this.pending = columns.uint8();
		this.cause = columns.uint8();
		this.processed = columns.uint8().fill(1);
		this.desired = columns.uint8();
		this.containersToDo = columns.uint8();
		this.deathsNoticed = columns.uint8();
		this.deletedInMountWait = columns.uint8();
		this.didSomething = columns.uint8();
		this.statusChanged = columns.uint8();
		this.metadata = columns.int32();
		this.laneA = columns.uint32();
		this.laneB = columns.uint32();
		const worker = new StreamName('worker');
		for (let pod = 0; pod < count; pod++) {
			const input = inputs[pod] as PodInput;
			this.firstVolume[pod + 1] = (this.firstVolume[pod] as number) + input.model.volumes.length;
			worker.under(input.draws);
			this.laneA[pod] = worker.a;
			this.laneB[pod] = worker.b;
		}
	}

	/** The input of a pod. */
	input(pod: number): PodInput {
		return this.inputs[pod] as PodInput;
	}

	/** True when the kubelet has the pod and has not begun to end it. */
	isServed(pod: number): boolean {
		const worker = this.worker[pod] as number;
		return worker !== WORKER.absent && worker < WORKER.terminating;
	}

	/** True when the pod waits for its next periodic sync and for nothing else. */
	isResting(pod: number): boolean {
		return (
			this.worker[pod] === WORKER.idle &&
			this.pending[pod] === 0 &&
			this.processed[pod] === 1 &&
			this.desired[pod] === 1 &&
			this.containersToDo[pod] === 0 &&
			this.deathsNoticed[pod] === 0 &&
			this.deletedInMountWait[pod] === 0 &&
			this.didSomething[pod] === 0 &&
			this.statusChanged[pod] === 0 &&
			this.failed[pod] === 0
		);
	}

	/** True when the pod's last sync has failed and it waits for its volumes again, or for the next sync, and for nothing else. */
	isFailing(pod: number): boolean {
		return (
			(this.worker[pod] === WORKER.idle || this.worker[pod] === WORKER.waitingForMounts) &&
			this.failed[pod] === 1 &&
			this.pending[pod] === 0 &&
			this.processed[pod] === 1 &&
			this.desired[pod] === 1 &&
			this.deathsNoticed[pod] === 0 &&
			this.deletedInMountWait[pod] === 0 &&
			this.didSomething[pod] === 0 &&
			this.statusChanged[pod] === 0
		);
	}

	/** Somebody else makes the syncs of a failing pod, and the attempts to mount its volumes; {@link resume} ends it. */
	holdFailing(pod: number): void {
		this.hold(pod);
		this.generation[pod] = (this.generation[pod] as number) + 1;
		this.desired[pod] = 0;
	}

	/** The pod's volumes are wanted again. */
	resume(pod: number): void {
		this.desired[pod] = 1;
	}

	/** Somebody else makes the pod's syncs from now on. */
	hold(pod: number): void {
		this.dueGeneration[pod] = (this.dueGeneration[pod] as number) + 1;
	}

	/** Ordinal of a draw that belongs to the pod's present sync. */
	ordinal(pod: number, which: number): number {
		return (this.syncs[pod] as number) * DRAWS_PER_SYNC + which;
	}

	/** A new kubelet process knows nothing of what was under way (K16). @returns the pods that it will be told of. */
	newProcess(): number[] {
		const known: number[] = [];
		for (let pod = 0; pod < this.inputs.length; pod++) {
			this.generation[pod] = (this.generation[pod] as number) + 1;
			this.dueGeneration[pod] = (this.dueGeneration[pod] as number) + 1;
			this.pending[pod] = 0;
			this.failed[pod] = 0;
			this.lastSyncEnd[pod] = Number.NEGATIVE_INFINITY;
			if (this.isServed(pod)) known.push(pod);
		}
		return known;
	}
}
