// The pod workers: when `SyncPod` runs for each pod of a node and what each run does in which order. A sync registers the
// pod with the object managers, asks for a refresh of its volumes without waiting for it, reads the image pull secrets, and
// starts containers that have to be started; its end queues the next one S to 1.5 S later, looked up on the one-second tick.
// Follows pkg/kubelet/{kubelet,pod_workers}.go and util/queue/work_queue.go (K1, K2).

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { drawLanes } from '../core/random.js';
import { firstOnGridAtOrAfter, MILLISECOND, type Micros, SECOND } from '../core/time.js';
import type { SyncCause } from '../measure/trace.js';
import { ContainerStarter, type SyncError } from './container-starter.js';
import { DRAW_DURATION, DRAW_JITTER, DRAW_REPROCESS } from './draw-ordinals.js';
import type { ReadResult } from './manager/manager.js';
import type { Managers } from './managers.js';
import { ERROR_RETRY, MOUNT_POLL, MOUNT_TIMEOUT, mountTimeoutMessage, mountTimeoutText } from './mount-wait.js';
import { duration, EVENT, type NodeState } from './node-state.js';
import { type PodTable, STATUS_CHANGED, STATUS_KNOWN, WORKER } from './pod-table.js';
import { PullSecrets } from './pull-secrets.js';
import type { StatusManager } from './status-manager.js';
import { SYNC_CAUSES } from './sync-causes.js';
import { statusManagerOf, tellStatus } from './told-statuses.js';
import type { VolumeManager } from './volume-manager.js';
import type { VolumeTable } from './volume-table.js';

/** Poll of the directories of a terminated pod (K1.5). */
const DIRECTORY_POLL: Micros = 100 * MILLISECOND;
/** A sync that follows the previous one by more than this never waits for the pod status (K2.3: a relist is 1 s away). */
const STATUS_ALWAYS_FRESH: Micros = 10 * SECOND;
/** Generation of the ticks that come from a recording. */
const REPLAYED = -1;

/** Steps of a pod's life beside those of its end. */
const ARRIVES_NEW = 4;
const ARRIVES_RUNNING = 5;

/** All pod workers of one kubelet. */
export class PodWorkers {
	readonly #state: NodeState;
	readonly #pods: PodTable;
	readonly #volumes: VolumeManager;
	readonly #starter: ContainerStarter;
	#status: StatusManager;
	#managers: Managers;
	readonly #retryBackoffExpiry: Float64Array;
	/** Earliest end of the running sync. */
	readonly #syncEndAt: Float64Array;
	/** By pod: how its last sync has failed, null when it ended well. Another text is a change of its status. */
	readonly syncErrors: (SyncError | null)[];
	readonly #pullSecrets: PullSecrets;
	/** Read tokens of pods come after those of volumes. */
	readonly #firstToken: number;

	constructor(state: NodeState, pods: PodTable, table: VolumeTable, volumes: VolumeManager, managers: Managers) {
		this.#state = state;
		this.#pods = pods;
		this.#volumes = volumes;
		this.#managers = managers;
		this.#firstToken = table.models.length;
		const count = pods.inputs.length;
		this.#retryBackoffExpiry = new Float64Array(count);
		this.#syncEndAt = new Float64Array(count);
		this.syncErrors = new Array<SyncError | null>(count).fill(null);
		this.#pullSecrets = new PullSecrets(state, pods, (pod, object, now) =>
			this.#managers.manager('Secret').read(object, this.#firstToken + pod, now),
		);
		this.#status = statusManagerOf(state, pods, (now) => this.#managers.reserveToken(now));
		this.#starter = new ContainerStarter(state, pods, table, volumes, {
			read: (pod, kind, object, now) => this.#managers.manager(kind).read(object, this.#firstToken + pod, now),
			onSandboxReady: (pod, now) => {
				if (state.input.profile.statusToldWithSandbox) this.#status.set(pod, true, now);
			},
			onContainersDone: (pod, error, now) => this.#containersDone(pod, error, now),
		});
		volumes.listener = {
			onVolumeMounted: (pod, now) => this.#onVolumeMounted(pod, now),
			onVolumesGone: (pod, now) => this.#onVolumesGone(pod, now),
		};
	}

	/** The containers of the node. */
	get starter(): ContainerStarter {
		return this.#starter;
	}

	/** True when no status is being told. */
	get statusIsTold(): boolean {
		return this.#status.idle;
	}

	/** A pod that has been running for long: idle, with its next sync at the tick `at`. */
	adopt(pod: number, at: Micros): void {
		this.#pods.worker[pod] = WORKER.idle;
		this.#starter.adopt(pod);
		this.scheduleTick(pod, at);
	}

	/** The pod reached the kubelet (config ADD). */
	add(pod: number, cause: SyncCause, now: Micros): void {
		this.#pods.worker[pod] = WORKER.idle;
		this.#volumes.addPod(pod, now);
		this.#pods.containersToDo[pod] = this.#starter.anythingToDo(pod) ? 1 : 0;
		const status = cause === 'kubeletStarted' ? STATUS_KNOWN : STATUS_CHANGED;
		this.#pods.statusChanged[pod] = Math.max(status, this.#pods.statusChanged[pod] as number);
		this.trigger(pod, cause, now);
		const recorded = this.#state.input.replay?.syncStarts.get(this.#pods.input(pod).key) ?? [];
		for (const at of recorded) if (at >= now) this.#state.schedule(at, EVENT.tick, pod, REPLAYED);
	}

	/** The pod reaches a kubelet that is starting, at its turn. */
	arrive(pod: number, cause: 'kubeletStarted' | 'podAdded', at: Micros): void {
		this.#state.schedule(at, EVENT.podStep, pod, cause === 'podAdded' ? ARRIVES_NEW : ARRIVES_RUNNING);
	}

	/** Something asks for a `SyncPod` of the pod (K1.3). */
	trigger(pod: number, cause: SyncCause, now: Micros): void {
		if (this.#state.input.replay === undefined) this.#wake(pod, cause, now);
	}

	#wake(pod: number, cause: SyncCause, now: Micros): void {
		const worker = this.#pods.worker[pod] as number;
		if (!this.#pods.isServed(pod) || !this.#state.running) return;
		const { trace, input } = this.#state;
		const busy = worker !== WORKER.idle;
		if (trace !== undefined) trace({ at: now, node: input.name, kind: 'trigger', pod: this.#pods.input(pod).key, cause, busy });
		if (busy) this.#pods.pending[pod] = 1 + SYNC_CAUSES.indexOf(cause);
		else this.#begin(pod, SYNC_CAUSES.indexOf(cause), now, now);
	}

	/** The sync ticker finds the pod due (K2.2). */
	onTick(pod: number, generation: number, now: Micros): void {
		if (generation !== REPLAYED && this.#pods.dueGeneration[pod] !== generation) return;
		this.#wake(pod, this.syncErrors[pod] === null ? 'periodic' : 'retry', now);
	}

	/** The pod's status is newer than its previous sync (K2.3). */
	onStatusReady(pod: number, generation: number, now: Micros): void {
		if (this.#pods.generation[pod] === generation) this.#start(pod, now, this.#pods.startedAt[pod] as number);
	}

	/** The running sync has come to `WaitForAttachAndMount` (K3.2). */
	onReprocess(pod: number, generation: number, now: Micros): void {
		if (this.#pods.generation[pod] !== generation) return;
		if (this.#pods.firstVolume[pod] === this.#pods.firstVolume[pod + 1]) {
			this.#readPullSecrets(pod, now);
			return;
		}
		this.#volumes.reprocess(pod, now);
		if (this.#volumes.allMounted(pod)) {
			this.#readPullSecrets(pod, now);
			return;
		}
		this.#pods.worker[pod] = WORKER.waitingForMounts;
		this.#pods.startedAt[pod] = now;
		this.#state.schedule(now + MOUNT_TIMEOUT, EVENT.mountPoll, pod, generation);
	}

	/** The mount wait looks again, or gives up. */
	onMountPoll(pod: number, generation: number, now: Micros): void {
		if (this.#pods.generation[pod] !== generation || this.#pods.worker[pod] !== WORKER.waitingForMounts) return;
		if (this.#volumes.allMounted(pod)) {
			this.#readPullSecrets(pod, now);
			return;
		}
		if (now - (this.#pods.startedAt[pod] as number) < MOUNT_TIMEOUT) return;
		const { profile } = this.#state.input;
		const text = mountTimeoutText(this.#volumes.unmountedNames(pod), profile);
		if (profile.mountTimeoutEvent) {
			this.#state.emit(now, this.#pods.input(pod).key, 'Warning', 'FailedMount', mountTimeoutMessage(text));
		}
		this.#finish(pod, { text, backoffExpiry: null }, now);
	}

	/** A read of a pull secret or of an environment has its result. */
	onRead(token: number, result: ReadResult<TimelineVersion>, now: Micros): void {
		const pod = token - this.#firstToken;
		if (this.#pods.worker[pod] === WORKER.readingPullSecrets) {
			this.#pullSecrets.took(pod, result);
			this.#readPullSecrets(pod, now);
		} else if (this.#pods.worker[pod] === WORKER.startingContainers) this.#starter.onRead(pod, result, now);
	}

	/** The next step of starting containers is due. */
	onContainerStep(pod: number, generation: number, now: Micros): void {
		if (this.#pods.generation[pod] === generation) this.#starter.step(pod, now);
	}

	/** The status manager's next step is due. */
	onStatusRequest(process: number, now: Micros): void {
		this.#status.onStep(process, now);
	}

	/** The running sync returns. */
	onSyncEnd(pod: number, generation: number, now: Micros): void {
		if (this.#pods.generation[pod] === generation) this.#end(pod, now);
	}

	/** A container's process ended by itself. */
	containerDied(pod: number, container: number, now: Micros): void {
		if ((this.#pods.worker[pod] as number) >= WORKER.terminating || !this.#starter.die(pod, container, now)) return;
		this.#pods.containersToDo[pod] = 1;
		const noticed = this.#state.input.replay?.deathNoticedAfter?.(this.#pods.input(pod).key, now) ?? this.#state.relistEndAfter(now);
		this.#state.schedule(noticed, EVENT.stateChange, pod, SYNC_CAUSES.indexOf('containerDied'));
	}

	/** A relist has found something (K1.3). The sync that runs meanwhile goes by the status that it began with. */
	onStateChange(pod: number, cause: SyncCause, now: Micros): void {
		if (cause === 'containerDied') {
			this.#pods.deathsNoticed[pod] = 1;
			this.#pods.containersToDo[pod] = 1;
		}
		this.trigger(pod, cause, now);
	}

	/** A liveness probe failed: the result reaches the sync loop at once (K1.3). */
	livenessFailed(pod: number, container: number, now: Micros): void {
		if (!this.#starter.requestKill(pod, container)) return;
		this.#pods.containersToDo[pod] = 1;
		this.trigger(pod, 'livenessFailed', now);
	}

	/** The pod's deletion reached the kubelet (K1.5): a running sync is cancelled, the containers are stopped. */
	terminate(pod: number, now: Micros): void {
		if (!this.#pods.isServed(pod)) return;
		if (this.#pods.worker[pod] === WORKER.waitingForMounts && !this.#state.input.profile.mountWaitEndsOnDeletion) {
			// Until 1.27 nothing cuts the mount wait short: the deletion is found when it returns.
			this.#pods.deletedInMountWait[pod] = 1;
			return;
		}
		this.#pods.generation[pod] = (this.#pods.generation[pod] as number) + 1;
		this.#pods.dueGeneration[pod] = (this.#pods.dueGeneration[pod] as number) + 1;
		this.#pods.worker[pod] = WORKER.terminating;
		this.#status.set(pod, true, now);
		this.#starter.announceStop(pod, now);
		const stop = duration(this.#state.input.timing.containerStop, this.#pods.laneA[pod] as number, this.#pods.laneB[pod] as number, -1);
		const grace = this.#pods.input(pod).model.terminationGracePeriod;
		this.#state.schedule(now + Math.min(stop, grace), EVENT.podStep, pod, 1);
	}

	/** A step of the pod's life: its arrival; of its end: 1 containers stopped, 2 volumes unmounted, 3 unregister. */
	onPodStep(pod: number, step: number, now: Micros): void {
		if (step === ARRIVES_NEW || step === ARRIVES_RUNNING) this.add(pod, step === ARRIVES_NEW ? 'podAdded' : 'kubeletStarted', now);
		else if (step === 1) {
			this.#starter.stopAll(pod, now);
			this.#status.set(pod, true, now);
			this.#volumes.removePod(pod, now);
			this.#pods.lastSyncEnd[pod] = now;
			const { profile } = this.#state.input;
			if (!profile.terminatedPodWaitsForVolumeDirs) this.#state.schedule(this.#state.relistEndAfter(now), EVENT.podStep, pod, 3);
		} else if (step === 2) this.#volumes.onUnmounted(pod, now);
		else {
			this.#managers.unregisterPod(pod, now);
			this.#status.set(pod, true, now);
			this.#pods.worker[pod] = WORKER.gone;
		}
	}

	/**
	 * A new kubelet process: workers, queue and crash-loop entries are new; containers go on (K16).
	 *
	 * @returns the pods that the new process will be told of.
	 */
	restart(managers: Managers): number[] {
		this.#managers = managers;
		this.#status = statusManagerOf(this.#state, this.#pods, (now) => this.#managers.reserveToken(now));
		const known = this.#pods.newProcess();
		this.syncErrors.fill(null);
		this.#starter.forgetBackoff();
		return known;
	}

	/** The pod is synced next at a tick, and at no earlier one. */
	scheduleTick(pod: number, tick: Micros): void {
		const generation = (this.#pods.dueGeneration[pod] as number) + 1;
		this.#pods.dueGeneration[pod] = generation;
		this.#pods.tickAt[pod] = tick;
		this.#state.schedule(tick, EVENT.tick, pod, generation);
	}

	/** Before a sync the worker waits until the pod's status is newer than its previous sync (K2.3). */
	#begin(pod: number, cause: number, now: Micros, since: Micros): void {
		this.#pods.cause[pod] = 1 + cause;
		this.#pods.startedAt[pod] = since;
		const previous = this.#pods.lastSyncEnd[pod] as number;
		if (now - previous < STATUS_ALWAYS_FRESH && this.#state.input.replay === undefined) {
			const relisted = this.#state.input.profile.plegRelistAfterSync && this.#pods.didSomething[pod] === 1;
			const ready = relisted ? previous + this.#state.relistRun : this.#state.relistEndAfter(previous);
			if (ready > now) {
				this.#pods.worker[pod] = WORKER.waitingForStatus;
				this.#state.schedule(ready, EVENT.statusReady, pod, this.#pods.generation[pod] as number);
				return;
			}
		}
		this.#start(pod, now, null);
	}

	#start(pod: number, now: Micros, waitedSince: Micros | null): void {
		const pods = this.#pods;
		const sync = (pods.syncs[pod] as number) + 1;
		pods.syncs[pod] = sync;
		pods.worker[pod] = WORKER.syncing;
		pods.startedAt[pod] = now;
		pods.didSomething[pod] = 0;
		if (pods.deathsNoticed[pod] === 1) this.#starter.noticeDeaths(pod);
		pods.deathsNoticed[pod] = 0;
		if (this.#state.measured(now)) this.#state.counters.syncs += 1;
		const { trace, input } = this.#state;
		if (trace !== undefined) {
			const cause = SYNC_CAUSES[(pods.cause[pod] as number) - 1] as SyncCause;
			trace({ at: now, node: input.name, kind: 'syncStart', pod: pods.input(pod).key, cause, sync, waitedForStatusSince: waitedSince });
		}
		tellStatus(this.#status, pods, pod, now);
		this.#managers.registerPod(pod, now);
		this.#syncEndAt[pod] = now + this.#draw(pod, input.timing.syncDuration, DRAW_DURATION);
		const recorded = input.replay?.syncToReprocess(pods.input(pod).key, now);
		const reprocess = recorded ?? this.#draw(pod, input.timing.syncToReprocess, DRAW_REPROCESS);
		this.#state.schedule(now + reprocess, EVENT.reprocess, pod, pods.generation[pod] as number);
	}

	#draw(pod: number, range: { readonly min: Micros; readonly max: Micros }, which: number): Micros {
		return duration(range, this.#pods.laneA[pod] as number, this.#pods.laneB[pod] as number, this.#pods.ordinal(pod, which));
	}

	#onVolumeMounted(pod: number, now: Micros): void {
		if (this.#pods.worker[pod] !== WORKER.waitingForMounts || !this.#volumes.allMounted(pod)) return;
		const from = this.#pods.startedAt[pod] as number;
		this.#state.schedule(firstOnGridAtOrAfter(now, from, MOUNT_POLL), EVENT.mountPoll, pod, this.#pods.generation[pod] as number);
	}

	#readPullSecrets(pod: number, now: Micros): void {
		if (this.#pods.worker[pod] !== WORKER.readingPullSecrets) {
			this.#pods.worker[pod] = WORKER.readingPullSecrets;
			this.#pullSecrets.begin(pod);
		}
		if (this.#pullSecrets.advance(pod, now)) this.#startContainers(pod, now);
	}

	#startContainers(pod: number, now: Micros): void {
		if (this.#pods.containersToDo[pod] === 0) {
			this.#finish(pod, null, now);
			return;
		}
		this.#pods.worker[pod] = WORKER.startingContainers;
		this.#starter.begin(pod, now);
	}

	#containersDone(pod: number, error: SyncError | null, now: Micros): void {
		this.#pods.containersToDo[pod] = this.#starter.anythingToDo(pod) ? 1 : 0;
		this.#finish(pod, error, now);
	}

	#finish(pod: number, error: SyncError | null, now: Micros): void {
		this.#pods.worker[pod] = WORKER.syncing;
		if (this.syncErrors[pod]?.text !== error?.text) this.#pods.statusChanged[pod] = STATUS_CHANGED;
		this.syncErrors[pod] = error;
		this.#pods.failed[pod] = error === null ? 0 : 1;
		this.#retryBackoffExpiry[pod] = error?.backoffExpiry ?? Number.NaN;
		this.#state.schedule(Math.max(now, this.#syncEndAt[pod] as number), EVENT.syncEnd, pod, this.#pods.generation[pod] as number);
	}

	/** `completeWork` (K2.1), then the update that arrived meanwhile, if any (K2.3). */
	#end(pod: number, now: Micros): void {
		const pods = this.#pods;
		const sync = pods.syncs[pod] as number;
		pods.generation[pod] = (pods.generation[pod] as number) + 1;
		pods.lastSyncEnd[pod] = now;
		pods.worker[pod] = WORKER.idle;
		const due = now + this.#delay(pod, now);
		const tick = this.#state.tickAfter(due);
		if (this.#state.input.replay === undefined) this.scheduleTick(pod, tick);
		const { trace, input } = this.#state;
		if (trace !== undefined) {
			const error = this.syncErrors[pod]?.text ?? null;
			trace({ at: now, node: input.name, kind: 'syncEnd', pod: pods.input(pod).key, sync, error, nextDue: due, nextTick: tick });
		}
		if (pods.didSomething[pod] === 1) {
			const relistEnd = input.profile.plegRelistAfterSync ? now + this.#state.relistRun : this.#state.relistEndAfter(now);
			this.#state.schedule(relistEnd, EVENT.stateChange, pod, SYNC_CAUSES.indexOf('containerStarted'));
		}
		const pending = pods.pending[pod] as number;
		pods.pending[pod] = 0;
		if (this.#pods.deletedInMountWait[pod] === 1) this.terminate(pod, now);
		else if (pending > 0) this.#begin(pod, pending - 1, now, now);
	}

	#delay(pod: number, now: Micros): Micros {
		const { settings, profile } = this.#state.input;
		const u = drawLanes(this.#pods.laneA[pod] as number, this.#pods.laneB[pod] as number, this.#pods.ordinal(pod, DRAW_JITTER));
		let base = settings.syncFrequency;
		if (this.syncErrors[pod] !== null) {
			const expiry = this.#retryBackoffExpiry[pod] as number;
			const followsBackoff = profile.retryFollowsBackoffExpiry && !Number.isNaN(expiry);
			base = followsBackoff ? Math.min(Math.max(expiry - now, 0), settings.syncFrequency) : ERROR_RETRY;
		}
		return base + Math.floor((u * base) / 2);
	}

	/** SyncTerminatedPod starts after a relist, waits for the volume directories and unregisters the pod (K1.5, K20.17). */
	#onVolumesGone(pod: number, now: Micros): void {
		if (!this.#state.input.profile.terminatedPodWaitsForVolumeDirs) return;
		const terminated = this.#state.relistEndAfter(this.#pods.lastSyncEnd[pod] as number);
		const recorded = this.#state.input.replay?.terminatedAfter?.(this.#pods.input(pod).key, now);
		this.#state.schedule(recorded ?? firstOnGridAtOrAfter(now, terminated, DIRECTORY_POLL), EVENT.podStep, pod, 3);
	}
}
