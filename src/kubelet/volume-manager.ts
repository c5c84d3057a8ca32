// The volume manager: ReprocessPod makes the populator look at a pod again, the populator flags its volumes
// (`remountRequired`), the reconciler starts one SetUp per volume. A success clears the flag even if it was set meanwhile; a failure leaves it and backs off on its own.
// Follows pkg/kubelet/volumemanager (populator, reconciler, actual state of the world) and
// pkg/volume/util/operationexecutor (K3, K4).

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { drawLanes } from '../core/random.js';
import type { Micros } from '../core/time.js';
import type { WriteTracker } from '../measure/write-tracker.js';
import { passOrdinal } from './draw-ordinals.js';
import type { ReadResult } from './manager/manager.js';
import type { Managers } from './managers.js';
import { EVENT, type NodeState } from './node-state.js';
import { OperationBackoff } from './operation-backoff.js';
import type { PodTable } from './pod-table.js';
import { aboutVolume, SetUp, type SetUpHost, type VolumeSlots } from './set-up.js';
import { MOUNT, type VolumeTable } from './volume-table.js';

/** The kind of operation that SetUp is, for the back-off; unmounting is another one. */
const MOUNT_OPERATION = 0;

/** What the volume manager tells the pod workers. */
export interface VolumeListener {
	onVolumeMounted(pod: number, now: Micros): void;
	onVolumesGone(pod: number, now: Micros): void;
}

/** One kubelet's volume manager. */
export class VolumeManager implements SetUpHost {
	readonly #state: NodeState;
	readonly #pods: PodTable;
	readonly #volumes: VolumeTable;
	readonly #tracker: WriteTracker;
	readonly #slots: readonly VolumeSlots[];
	#managers: Managers;
	#backoff: OperationBackoff;
	readonly #setUp: SetUp;
	listener: VolumeListener | undefined;

	constructor(
		state: NodeState,
		pods: PodTable,
		volumes: VolumeTable,
		managers: Managers,
		tracker: WriteTracker,
		slots: readonly VolumeSlots[],
	) {
		this.#state = state;
		this.#pods = pods;
		this.#volumes = volumes;
		this.#managers = managers;
		this.#tracker = tracker;
		this.#slots = slots;
		this.#backoff = new OperationBackoff();
		this.#setUp = new SetUp(state, pods, volumes, managers, tracker, slots, this);
	}

	/** SetUp of the volumes, for what arrives for them. */
	get setUp(): SetUp {
		return this.#setUp;
	}

	/** A new kubelet process: back-offs are forgotten; what is on disk is found again as Uncertain, or not at all (K16). */
	restart(managers: Managers): void {
		this.#managers = managers;
		this.#setUp.restart(managers);
		this.#backoff = new OperationBackoff();
		const { mount, flagged, visitAt, generation, awaiting } = this.#volumes;
		for (let volume = 0; volume < mount.length; volume++) {
			if (mount[volume] !== MOUNT.none) mount[volume] = this.#state.input.profile.restartKnowsVolumes ? MOUNT.uncertain : MOUNT.none;
			flagged[volume] = 0;
			visitAt[volume] = -1;
			awaiting[volume] = 0;
			generation[volume] = (generation[volume] as number) + 1;
		}
	}

	/** The pod reached the pod manager: the populator looks at it in its next pass (K14.1). */
	addPod(pod: number, now: Micros): void {
		this.#pods.desired[pod] = 1;
		this.#markUnprocessed(pod, now);
	}

	/** `ReprocessPod` (K3.2 step 2). */
	reprocess(pod: number, now: Micros): void {
		const { trace, input } = this.#state;
		if (trace !== undefined) trace({ at: now, node: input.name, kind: 'reprocess', pod: this.#pods.input(pod).key });
		this.#markUnprocessed(pod, now);
	}

	/** True when every volume that some container mounts is mounted (K3.2 step 3; the flag does not matter). */
	allMounted(pod: number): boolean {
		const last = this.#pods.firstVolume[pod + 1] as number;
		for (let volume = this.#pods.firstVolume[pod] as number; volume < last; volume++) {
			if (this.#volumes.mount[volume] !== MOUNT.mounted) return false;
		}
		return true;
	}

	/** Names of the pod's volumes that are not mounted, sorted, for the text of the mount wait's error. */
	unmountedNames(pod: number): string[] {
		const names: string[] = [];
		const last = this.#pods.firstVolume[pod + 1] as number;
		for (let volume = this.#pods.firstVolume[pod] as number; volume < last; volume++) {
			if (this.#volumes.mount[volume] !== MOUNT.mounted) names.push(this.#volumes.model(volume).name);
		}
		return names.sort();
	}

	/** A pass of the populator meets the pod (K3.3). */
	onPopulate(pod: number, now: Micros): void {
		if (this.#pods.processed[pod] === 1 || this.#pods.desired[pod] === 0) return;
		this.#pods.processed[pod] = 1;
		const first = this.#pods.firstVolume[pod] as number;
		const last = this.#pods.firstVolume[pod + 1] as number;
		for (let volume = first; volume < last; volume++) {
			// MarkRemountRequired concerns volumes that the pod has in the actual state; the others are simply not mounted yet.
			if ((this.#volumes.mount[volume] as number) >= MOUNT.uncertain) {
				this.#volumes.flagged[volume] = 1;
				this.#volumes.flaggedAt[volume] = now;
			}
			this.#visit(volume, this.#passAfter(volume, now));
		}
		const { trace, input } = this.#state;
		if (trace !== undefined && last > first) {
			const volumes = this.#volumes.models.slice(first, last).map((model) => model.name);
			trace({ at: now, node: input.name, kind: 'remountRequired', pod: this.#pods.input(pod).key, volumes });
		}
	}

	/** A pass of the reconciler meets the volume (K3.5). */
	onReconcile(volume: number, now: Micros): void {
		const { mount, flagged, visitAt, pod } = this.#volumes;
		if (visitAt[volume] === now) visitAt[volume] = -1;
		if (this.#pods.desired[pod[volume] as number] === 0) return;
		if (mount[volume] === MOUNT.none) {
			// The first mount passes through one "verify attached" operation, which puts the volume into the actual state (K3.5).
			mount[volume] = MOUNT.attached;
			this.#visit(volume, this.#passAfter(volume, now));
			return;
		}
		if (mount[volume] === MOUNT.mounted && flagged[volume] === 0) return;
		const started = this.#backoff.start(volume, MOUNT_OPERATION, now);
		if (started === 'started') this.#setUp.begin(volume, now);
		else if (started === 'inBackoff') {
			const until = this.#backoff.retryAt(volume);
			this.#visit(volume, this.#passAfter(volume, Math.max(now, until)));
			this.#state.trace?.({ ...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now), kind: 'refreshHeldByBackoff', until });
		}
	}

	/** The containers of a pod are known stopped: its volumes leave the desired state and are unmounted (K11.9). */
	removePod(pod: number, now: Micros): void {
		this.#pods.desired[pod] = 0;
		const unmounted = this.#state.reconcilerAfter(this.#state.populatorAfter(now));
		this.#state.schedule(unmounted, EVENT.podStep, pod, 2);
	}

	/** The reconciler has unmounted the pod's volumes. */
	onUnmounted(pod: number, now: Micros): void {
		this.forget(pod, now);
		this.listener?.onVolumesGone(pod, now);
	}

	/** The pod's volumes are no more: what they still owe is `podGone`. */
	forget(pod: number, now: Micros): void {
		const table = this.#volumes;
		const last = this.#pods.firstVolume[pod + 1] as number;
		for (let volume = this.#pods.firstVolume[pod] as number; volume < last; volume++) {
			table.generation[volume] = (table.generation[volume] as number) + 1;
			table.mount[volume] = MOUNT.none;
			table.flagged[volume] = 0;
			table.disk[volume] = null;
			for (const slot of this.#slots[volume] as VolumeSlots) if (slot >= 0) this.#tracker.close(slot, 'podGone', now);
		}
	}

	/** The containers were created anew and hold the directory that is on the host now (K7.3). */
	reattach(volume: number, now: Micros): void {
		if (this.#volumes.detached[volume] === 0) return;
		this.#volumes.detached[volume] = 0;
		this.#setUp.settle(volume, true, now);
	}

	/** True when a volume is mounted and up to date as far as the kubelet knows: no visit, operation or back-off is under way. */
	isResting(volume: number): boolean {
		const { mount, flagged, visitAt, awaiting, detached } = this.#volumes;
		return (
			mount[volume] === MOUNT.mounted &&
			flagged[volume] === 0 &&
			visitAt[volume] === -1 &&
			awaiting[volume] === 0 &&
			detached[volume] === 0 &&
			!this.#backoff.isRunning(volume) &&
			this.#backoff.backoffOf(volume) === 0
		);
	}

	/** Back-off of a volume after a failure: until when, and how long; 0 when none is in force. */
	backoffOf(volume: number): { readonly retryAt: Micros; readonly backoff: Micros } {
		return { retryAt: this.#backoff.retryAt(volume), backoff: this.#backoff.backoffOf(volume) };
	}

	/** The event of an attempt that failed. */
	failureMessage(volume: number, cause: string): string {
		return `MountVolume.SetUp failed for volume "${this.#volumes.model(volume).name}" : ${cause}`;
	}

	/** True while an operation of the volume is under way. */
	isAtWork(volume: number): boolean {
		return this.#backoff.isRunning(volume);
	}

	/** Takes over a volume that has been mounted for long (steady state); false when it could not have been mounted. */
	adopt(volume: number, results: readonly ReadResult<TimelineVersion>[], tokenIssuedAt: Micros): boolean {
		if (!this.#setUp.adopt(volume, results, tokenIssuedAt)) return false;
		this.#pods.desired[this.#volumes.pod[volume] as number] = 1;
		return true;
	}

	/** End of the run: what is owed gets the outcome that explains it. */
	finish(end: Micros): void {
		for (let volume = 0; volume < this.#volumes.models.length; volume++) {
			const { reads } = this.#volumes.model(volume);
			const slots = this.#slots[volume] as VolumeSlots;
			for (let index = 0; index < slots.length; index++) {
				const slot = slots[index] as number;
				if (slot < 0) continue;
				const read = reads[index];
				const local = read === undefined ? undefined : this.#state.input.localObjects.get(read.object);
				const frozen = read !== undefined && local !== undefined && this.#managers.manager(read.kind).isFrozen(local);
				if (this.#volumes.detached[volume] === 1) this.#tracker.close(slot, 'detached', end);
				else if (frozen) this.#tracker.close(slot, 'frozen', end);
				else this.#tracker.close(slot, this.#backoff.backoffOf(volume) > 0 ? 'blocked' : 'pending', end);
			}
		}
	}

	#markUnprocessed(pod: number, now: Micros): void {
		this.#pods.processed[pod] = 0;
		const { replay } = this.#state.input;
		const pass = replay === undefined ? this.#state.populatorAfter(now) : replay.populatorAfter(this.#pods.input(pod).key, now);
		this.#state.schedule(pass, EVENT.populate, pod, 0);
	}

	/** The first pass of the reconciler after an instant, or what the recording says of this volume. */
	#passAfter(volume: number, at: Micros): Micros {
		const { replay } = this.#state.input;
		if (replay === undefined) return this.#state.reconcilerAfter(at);
		// Not yet attached: the pass that verifies it lies before the recorded start of SetUp.
		if (this.#volumes.mount[volume] === MOUNT.none) return at + 1;
		return replay.reconcilerAfter(this.#pods.input(this.#volumes.pod[volume] as number).key, this.#volumes.model(volume).name, at);
	}

	#visit(volume: number, at: Micros): void {
		const scheduled = this.#volumes.visitAt[volume] as number;
		if (scheduled >= 0 && scheduled <= at) return;
		this.#volumes.visitAt[volume] = at;
		// GetVolumesToMount gives the volumes in the order of a Go map.
		const { laneA, laneB } = this.#volumes;
		const chance = drawLanes(laneA[volume] as number, laneB[volume] as number, passOrdinal(at));
		this.#state.scheduleByChance(at, EVENT.reconcile, volume, chance);
	}

	/** Success clears the flag even if it was set while the operation ran: that refresh is lost (K3.4). */
	onSetUpSucceeded(volume: number, now: Micros): void {
		const table = this.#volumes;
		this.#backoff.finish(volume, false, now);
		const wasMounted = table.mount[volume] === MOUNT.mounted;
		table.mount[volume] = MOUNT.mounted;
		const flaggedAt = table.flaggedAt[volume] as number;
		if (this.#state.trace !== undefined && table.flagged[volume] === 1 && flaggedAt > (table.operationStart[volume] as number)) {
			this.#state.trace?.({
				...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now),
				kind: 'refreshLost',
				flagSetAt: flaggedAt,
			});
		}
		table.flagged[volume] = 0;
		if (!wasMounted) this.listener?.onVolumeMounted(table.pod[volume] as number, now);
	}

	/** Failure leaves the flag and begins a back-off of the volume's own (K4.1), with one event per attempt (K4.2). */
	onSetUpFailed(volume: number, cause: string, now: Micros): void {
		this.#backoff.finish(volume, true, now);
		const retryAt = this.#backoff.retryAt(volume);
		const message = this.failureMessage(volume, cause);
		const pod = this.#pods.input(this.#volumes.pod[volume] as number).key;
		this.#state.trace?.({
			...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now),
			kind: 'setUpFailed',
			message,
			retryAfter: retryAt - now,
		});
		this.#state.emit(now, pod, 'Warning', 'FailedMount', message);
		this.#visit(volume, this.#passAfter(volume, retryAt));
	}
}
