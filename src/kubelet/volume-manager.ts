// The volume manager: ReprocessPod makes the populator look at a pod again, the populator flags its volumes
// (`remountRequired`), the reconciler starts one SetUp per volume, and SetUp reads the objects, builds the payload, compares
// and swaps. A success clears the flag even if it was set meanwhile; a failure leaves it and backs off on its own.
// Follows pkg/kubelet/volumemanager (populator, reconciler, actual state of the world) and
// pkg/volume/util/operationexecutor (K3, K4, K7).

import { type TimelineVersion, versionIndexAt } from '../apiserver/object-timeline.js';
import { drawLanes } from '../core/random.js';
import { type Micros, SECOND } from '../core/time.js';
import type { WriteTracker } from '../measure/write-tracker.js';
import { swapSteps } from '../projection/swap-steps.js';
import type { ReadResult } from './manager/manager.js';
import type { Managers } from './managers.js';
import { duration, EVENT, type NodeState } from './node-state.js';
import { OperationBackoff } from './operation-backoff.js';
import { comparePayloads, type VolumePayload } from './payload-catalog.js';
import type { VolumeModel } from './pod-model.js';
import type { PodTable } from './pod-table.js';
import { type DiskContent, MOUNT, type VolumeTable } from './volume-table.js';

/** Largest number of seconds by which a token is refreshed early (K7.6: a whole number 0..9). */
const TOKEN_EARLY_SECONDS = 10;
/** A token older than a day is refreshed whatever its lifetime (K7.6). */
const TOKEN_DAY_SECONDS = 24 * 3600;
/** Draw ordinals of a volume: even ones for the duration of SetUp, odd ones for the token check. */
const DRAWS_PER_OPERATION = 2;

/** The kind of operation that SetUp is, for the back-off; unmounting is another one. */
const MOUNT_OPERATION = 0;

/** What the volume manager tells the pod workers. */
export interface VolumeListener {
	onVolumeMounted(pod: number, now: Micros): void;
	onVolumesGone(pod: number, now: Micros): void;
}

/** Which slots of the write tracker belong to a volume: the object of each read, -1 where an earlier read has it. */
export type VolumeSlots = readonly number[];

/** One kubelet's volume manager. */
export class VolumeManager {
	readonly #state: NodeState;
	readonly #pods: PodTable;
	readonly #volumes: VolumeTable;
	readonly #tracker: WriteTracker;
	readonly #slots: readonly VolumeSlots[];
	#managers: Managers;
	#backoff: OperationBackoff;
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
	}

	/** A new kubelet process: back-offs are forgotten; what is on disk is found again as Uncertain, or not at all (K16). */
	restart(managers: Managers): void {
		this.#managers = managers;
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
		const visit = this.#state.reconcilerAfter(now);
		for (let volume = first; volume < last; volume++) {
			// MarkRemountRequired concerns volumes that the pod has in the actual state; the others are simply not mounted yet.
			if ((this.#volumes.mount[volume] as number) >= MOUNT.uncertain) {
				this.#volumes.flagged[volume] = 1;
				this.#volumes.flaggedAt[volume] = now;
			}
			this.#visit(volume, visit);
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
			this.#visit(volume, this.#state.reconcilerAfter(now));
			return;
		}
		if (mount[volume] === MOUNT.mounted && flagged[volume] === 0) return;
		const started = this.#backoff.start(volume, MOUNT_OPERATION, now);
		if (started === 'started') this.#beginSetUp(volume, now);
		else if (started === 'inBackoff') {
			const until = this.#backoff.retryAt(volume);
			this.#visit(volume, this.#state.reconcilerAfter(Math.max(now, until)));
			if (this.#tracing) this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'refreshHeldByBackoff', until }));
		}
	}

	/** A read of the volume's SetUp that had to wait has its result. */
	onRead(volume: number, result: ReadResult<TimelineVersion>, now: Micros): void {
		if (this.#volumes.awaiting[volume] === 0) return;
		this.#volumes.awaiting[volume] = 0;
		this.#took(volume, result, now);
		this.#read(volume, now);
	}

	/** The token for the volume was issued. */
	onTokenIssued(volume: number, now: Micros): void {
		if (this.#volumes.awaiting[volume] === 0) return;
		this.#volumes.awaiting[volume] = 0;
		this.#volumes.tokenIssuedAt[volume] = now;
		this.#volumes.tokens[volume] = (this.#volumes.tokens[volume] as number) + 1;
		this.#read(volume, now);
	}

	/** SetUp of the volume has compared, and swapped if it had to. */
	onOperationDone(volume: number, generation: number, now: Micros): void {
		const table = this.#volumes;
		if (table.generation[volume] !== generation) return;
		const next = table.payload[volume] as DiskContent;
		const model = table.model(volume);
		const disk = table.disk[volume] ?? null;
		const ownPart = this.#ownPart(volume, model);
		const swapped = disk === null || disk.id !== next.id || ownPart !== table.ownPart[volume];
		// Old and new copies coexist in the tmpfs during the update (K7.3).
		if (swapped && model.tmpfsBytes !== null && next.bytes + (disk?.bytes ?? 0) > model.tmpfsBytes) {
			this.#tearDown(volume, now);
			return;
		}
		if (swapped) this.#swap(volume, disk, next, ownPart, now);
		else if (this.#tracing)
			this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'compared', changed: false, changedPaths: [], removedPaths: [] }));
		this.#succeed(volume, swapped, now);
	}

	/** Takes over a volume that has been mounted for long (steady state); false when it could not have been mounted. */
	adopt(volume: number, results: readonly ReadResult<TimelineVersion>[], tokenIssuedAt: Micros): boolean {
		const table = this.#volumes;
		const model = table.model(volume);
		const payload = model.payloads.payload(results);
		if (payload.kind === 'error') return false;
		this.#pods.desired[table.pod[volume] as number] = 1;
		table.tokenIssuedAt[volume] = tokenIssuedAt;
		if (model.tokenSeconds !== null) table.tokens[volume] = 1;
		table.mount[volume] = MOUNT.mounted;
		table.disk[volume] = payload;
		table.ownPart[volume] = this.#ownPart(volume, model);
		return true;
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
		this.#settle(volume, true, now);
	}

	/** End of the run: what is owed gets the outcome that explains it. */
	finish(end: Micros): void {
		for (let volume = 0; volume < this.#volumes.models.length; volume++) {
			const reads = this.#volumes.model(volume).reads;
			for (const [index, slot] of (this.#slots[volume] as VolumeSlots).entries()) {
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

	/** Guards every trace call, so that nothing is made when nobody listens. */
	get #tracing(): boolean {
		return this.#state.trace !== undefined;
	}

	#markUnprocessed(pod: number, now: Micros): void {
		this.#pods.processed[pod] = 0;
		this.#state.schedule(this.#state.populatorAfter(now), EVENT.populate, pod, 0);
	}

	#visit(volume: number, at: Micros): void {
		const scheduled = this.#volumes.visitAt[volume] as number;
		if (scheduled >= 0 && scheduled <= at) return;
		this.#volumes.visitAt[volume] = at;
		this.#state.schedule(at, EVENT.reconcile, volume, 0);
	}

	#beginSetUp(volume: number, now: Micros): void {
		const table = this.#volumes;
		const model = table.model(volume);
		table.operationStart[volume] = now;
		table.operations[volume] = (table.operations[volume] as number) + 1;
		(table.results[volume] as ReadResult<TimelineVersion>[]).length = 0;
		if (this.#state.measured(now)) this.#state.counters.refreshes += 1;
		if (this.#tracing) this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'setUpStart' }));
		if (model.tokenSeconds !== null && this.#tokenDue(volume, model.tokenSeconds, now)) {
			table.awaiting[volume] = 1;
			this.#managers.requestToken(volume, table.pod[volume] as number, now);
			return;
		}
		this.#read(volume, now);
	}

	/** K7.6: evaluated only when SetUp runs. */
	#tokenDue(volume: number, lifetime: number, now: Micros): boolean {
		const table = this.#volumes;
		if (table.tokens[volume] === 0) return true;
		const ordinal = (table.operations[volume] as number) * DRAWS_PER_OPERATION + 1;
		const early = Math.floor(drawLanes(table.laneA[volume] as number, table.laneB[volume] as number, ordinal) * TOKEN_EARLY_SECONDS);
		const life = Math.min(lifetime - Math.floor(lifetime / 5), TOKEN_DAY_SECONDS) - early;
		return now > (table.tokenIssuedAt[volume] as number) + life * SECOND;
	}

	#read(volume: number, now: Micros): void {
		const results = this.#volumes.results[volume] as ReadResult<TimelineVersion>[];
		const { reads } = this.#volumes.model(volume);
		while (results.length < reads.length) {
			const read = reads[results.length] as VolumeModel['reads'][number];
			const local = this.#state.input.localObjects.get(read.object) as number;
			const result = this.#managers.manager(read.kind).read(local, volume, now);
			if (result === null) {
				this.#volumes.awaiting[volume] = results.length + 1;
				return;
			}
			this.#took(volume, result, now);
		}
		this.#write(volume, this.#volumes.model(volume).payloads.payload(results), now);
	}

	#took(volume: number, result: ReadResult<TimelineVersion>, now: Micros): void {
		const results = this.#volumes.results[volume] as ReadResult<TimelineVersion>[];
		if (this.#state.trace !== undefined) {
			const read = this.#volumes.model(volume).reads[results.length] as VolumeModel['reads'][number];
			const object = this.#state.input.objects[this.#state.input.localObjects.get(read.object) as number]?.label ?? read.name;
			const resourceVersion = result.kind === 'found' ? result.object.resourceVersion : null;
			const text = result.kind === 'found' ? null : result.text;
			if (this.#tracing)
				this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'read', object, result: result.kind, resourceVersion, text }));
		}
		results.push(result);
	}

	#write(volume: number, payload: VolumePayload, now: Micros): void {
		if (payload.kind === 'error') {
			this.#fail(volume, payload.text, now);
			return;
		}
		const table = this.#volumes;
		table.payload[volume] = payload;
		const ordinal = (table.operations[volume] as number) * DRAWS_PER_OPERATION;
		const took = duration(this.#state.input.timing.setUp, table.laneA[volume] as number, table.laneB[volume] as number, ordinal);
		this.#state.schedule(now + took, EVENT.operationDone, volume, table.generation[volume] as number);
	}

	/** The part of the content that no object determines: the token's number and the pod's metadata. */
	#ownPart(volume: number, model: VolumeModel): number {
		const metadata = model.podSpecific ? (this.#pods.metadata[this.#volumes.pod[volume] as number] as number) : 0;
		return (this.#volumes.tokens[volume] as number) * 0x10_0000 + metadata;
	}

	#swap(volume: number, disk: DiskContent | null, next: DiskContent, ownPart: number, now: Micros): void {
		const table = this.#volumes;
		if (this.#state.trace !== undefined) {
			const { changed, removed } = comparePayloads(disk?.files ?? null, next.files);
			if (this.#tracing)
				this.#tellVolume(volume, now, (base) => ({
					...base,
					kind: 'compared',
					changed: true,
					changedPaths: changed,
					removedPaths: removed,
				}));
			for (const step of swapSteps(disk?.files ?? null, next.files))
				this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'swapStep', step }));
			if (this.#tracing) this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'swap' }));
		}
		const poisoned = table.poisoned[volume];
		if (poisoned !== null && poisoned !== undefined && disk !== null) {
			// Removing a published key removes an empty directory of that name as well (K8.1 step 11, K9.2).
			const kept = new Set(next.files.map((file) => file.path.split('/')[0] as string));
			for (const file of disk.files) {
				const name = file.path.split('/')[0] as string;
				if (!kept.has(name)) poisoned.delete(name);
			}
		}
		table.disk[volume] = next;
		table.ownPart[volume] = ownPart;
		if (this.#state.measured(now)) this.#state.counters.swaps += 1;
	}

	#succeed(volume: number, swapped: boolean, now: Micros): void {
		const table = this.#volumes;
		this.#backoff.finish(volume, false, now);
		const wasMounted = table.mount[volume] === MOUNT.mounted;
		table.mount[volume] = MOUNT.mounted;
		const flaggedAt = table.flaggedAt[volume] as number;
		if (table.flagged[volume] === 1 && flaggedAt > (table.operationStart[volume] as number)) {
			if (this.#tracing) this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'refreshLost', flagSetAt: flaggedAt }));
		}
		table.flagged[volume] = 0;
		if (table.detached[volume] === 0) this.#settle(volume, swapped, now);
		if (!wasMounted) this.listener?.onVolumeMounted(table.pod[volume] as number, now);
	}

	#settle(volume: number, swapped: boolean, now: Micros): void {
		const slots = this.#slots[volume] as VolumeSlots;
		const results = this.#volumes.results[volume] as ReadResult<TimelineVersion>[];
		for (let index = 0; index < slots.length; index++) {
			const slot = slots[index] as number;
			if (slot < 0) continue;
			const result = results[index] as ReadResult<TimelineVersion>;
			this.#tracker.settle(slot, result.kind === 'found' ? result.object.index : this.#absentIndex(slot, volume), swapped, now);
		}
	}

	/** The deletion that a NotFound shows: the last one committed before the operation began; -1 when there was none. */
	#absentIndex(slot: number, volume: number): number {
		const { versions } = this.#tracker.timeline(slot);
		let index = versionIndexAt(versions, this.#volumes.operationStart[volume] as number);
		while (index >= 0 && versions[index]?.type !== 'DELETED') index -= 1;
		return index;
	}

	#fail(volume: number, cause: string, now: Micros): void {
		this.#backoff.finish(volume, true, now);
		const retryAt = this.#backoff.retryAt(volume);
		const message = `MountVolume.SetUp failed for volume "${this.#volumes.model(volume).name}" : ${cause}`;
		const pod = this.#pods.input(this.#volumes.pod[volume] as number).key;
		if (this.#tracing) this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'setUpFailed', message, retryAfter: retryAt - now }));
		this.#state.emit(now, pod, 'Warning', 'FailedMount', message);
		this.#visit(volume, this.#state.reconcilerAfter(retryAt));
	}

	/** The write failed: the plugin removes the volume under the running containers (K7.3). */
	#tearDown(volume: number, now: Micros): void {
		const table = this.#volumes;
		const file = (table.payload[volume] as DiskContent).files[0]?.path ?? '';
		table.disk[volume] = null;
		table.detached[volume] = 1;
		table.tokens[volume] = 0;
		if (this.#tracing) this.#tellVolume(volume, now, (base) => ({ ...base, kind: 'tornDown' }));
		this.#fail(volume, `write ${file}: no space left on device`, now);
	}

	#tellVolume(
		volume: number,
		at: Micros,
		make: (base: { at: Micros; node: string; pod: string; volume: string }) => import('../measure/trace.js').TraceEvent,
	): void {
		const { trace, input } = this.#state;
		if (trace === undefined) return;
		trace(
			make({
				at,
				node: input.name,
				pod: this.#pods.input(this.#volumes.pod[volume] as number).key,
				volume: this.#volumes.model(volume).name,
			}),
		);
	}
}
