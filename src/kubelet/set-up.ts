// SetUp of one volume: reads the objects, builds the payload, compares with what is on disk, and swaps if anything differs.
// It is told of reads and tokens that had to wait, and tells the volume manager how it ended. Follows SetUpAt of
// pkg/volume/{secret,configmap,projected} and the token manager (K7).

import { type TimelineVersion, versionIndexAt } from '../apiserver/object-timeline.js';
import { drawLanes } from '../core/random.js';
import type { Micros } from '../core/time.js';
import type { WriteTracker } from '../measure/write-tracker.js';
import { swapSteps } from '../projection/swap-steps.js';
import { DRAWS_PER_OPERATION } from './draw-ordinals.js';
import type { ReadResult } from './manager/manager.js';
import type { Managers } from './managers.js';
import { duration, EVENT, type NodeState } from './node-state.js';
import { comparePayloads, type VolumePayload } from './payload-catalog.js';
import type { VolumeModel } from './pod-model.js';
import type { PodTable } from './pod-table.js';
import { tokenLife } from './token-life.js';
import { type DiskContent, MOUNT, type VolumeTable } from './volume-table.js';

/** Which slots of the write tracker belong to a volume: the object of each read, -1 where an earlier read has it; empty where there is none. */
export type VolumeSlots = readonly number[];

/** Who is told how a SetUp ended. */
export interface SetUpHost {
	onSetUpSucceeded(volume: number, now: Micros): void;
	onSetUpFailed(volume: number, cause: string, now: Micros): void;
}

/** SetUp of all volumes of one node. */
export class SetUp {
	readonly #state: NodeState;
	readonly #pods: PodTable;
	readonly #volumes: VolumeTable;
	readonly #tracker: WriteTracker;
	readonly #slots: readonly VolumeSlots[];
	readonly #host: SetUpHost;
	/** What the last refresh of a torn-down volume has read, while the next one is under way. */
	readonly #shown = new Map<number, readonly ReadResult<TimelineVersion>[]>();
	#managers: Managers;

	constructor(
		state: NodeState,
		pods: PodTable,
		volumes: VolumeTable,
		managers: Managers,
		tracker: WriteTracker,
		slots: readonly VolumeSlots[],
		host: SetUpHost,
	) {
		this.#state = state;
		this.#pods = pods;
		this.#volumes = volumes;
		this.#managers = managers;
		this.#tracker = tracker;
		this.#slots = slots;
		this.#host = host;
	}

	/** A new kubelet process has new managers. */
	restart(managers: Managers): void {
		this.#managers = managers;
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
	onDone(volume: number, generation: number, now: Micros): void {
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
		this.#shown.delete(volume);
		if (swapped) this.#swap(volume, disk, next, ownPart, now);
		else
			this.#state.trace?.({
				...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now),
				kind: 'compared',
				changed: false,
				changedPaths: [],
				removedPaths: [],
			});
		if (table.detached[volume] === 0) this.settle(volume, swapped, now);
		this.#host.onSetUpSucceeded(volume, now);
	}

	/** Takes over a volume that has been mounted for long (steady state); false when it could not have been mounted. */
	adopt(volume: number, results: readonly ReadResult<TimelineVersion>[], tokenIssuedAt: Micros): boolean {
		const table = this.#volumes;
		const model = table.model(volume);
		const payload = model.payloads.payload(results);
		if (payload.kind === 'error') return false;
		table.tokenIssuedAt[volume] = tokenIssuedAt;
		if (model.tokenSeconds !== null) table.tokens[volume] = 1;
		table.mount[volume] = MOUNT.mounted;
		table.results[volume] = [...results];
		table.disk[volume] = payload;
		table.ownPart[volume] = this.#ownPart(volume, model);
		return true;
	}

	/** The reconciler starts SetUp of a volume. */
	begin(volume: number, now: Micros): void {
		const table = this.#volumes;
		const model = table.model(volume);
		table.operationStart[volume] = now;
		table.operations[volume] = (table.operations[volume] as number) + 1;
		// Containers that hold another directory may be created anew before this operation ends: they see what the last one wrote.
		if (table.detached[volume] === 1 && !this.#shown.has(volume)) this.#shown.set(volume, [...(table.results[volume] ?? [])]);
		table.taken[volume] = 0;
		if (this.#state.measured(now)) this.#state.counters.refreshes += 1;
		this.#state.trace?.({ ...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now), kind: 'setUpStart' });
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
		const life = tokenLife(lifetime, drawLanes(table.laneA[volume] as number, table.laneB[volume] as number, ordinal));
		return now > (table.tokenIssuedAt[volume] as number) + life;
	}

	#read(volume: number, now: Micros): void {
		const { taken, awaiting } = this.#volumes;
		const { reads, payloads } = this.#volumes.model(volume);
		while ((taken[volume] as number) < reads.length) {
			const read = reads[taken[volume] as number] as VolumeModel['reads'][number];
			const local = this.#state.input.localObjects.get(read.object) as number;
			const result = this.#managers.manager(read.kind).read(local, volume, now);
			if (result === null) {
				awaiting[volume] = (taken[volume] as number) + 1;
				return;
			}
			this.#took(volume, result, now);
		}
		this.#write(volume, payloads.payload(this.#volumes.results[volume] as ReadResult<TimelineVersion>[]), now);
	}

	#took(volume: number, result: ReadResult<TimelineVersion>, now: Micros): void {
		const { taken } = this.#volumes;
		const place = taken[volume] as number;
		if (this.#state.trace !== undefined) {
			const read = this.#volumes.model(volume).reads[place] as VolumeModel['reads'][number];
			const object = this.#state.input.objects[this.#state.input.localObjects.get(read.object) as number]?.label ?? read.name;
			const resourceVersion = result.kind === 'found' ? result.object.resourceVersion : null;
			const text = result.kind === 'found' ? null : result.text;
			this.#state.trace?.({
				...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now),
				kind: 'read',
				object,
				result: result.kind,
				resourceVersion,
				text,
			});
		}
		(this.#volumes.results[volume] as ReadResult<TimelineVersion>[])[place] = result;
		taken[volume] = place + 1;
	}

	#write(volume: number, payload: VolumePayload, now: Micros): void {
		if (payload.kind === 'error') {
			this.#host.onSetUpFailed(volume, payload.text, now);
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
			this.#state.trace?.({
				...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now),
				kind: 'compared',
				changed: true,
				changedPaths: changed,
				removedPaths: removed,
			});
			for (const step of this.#state.trace.withoutSwapSteps ? [] : swapSteps(disk?.files ?? null, next.files))
				this.#state.trace?.({ ...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now), kind: 'swapStep', step });
			this.#state.trace?.({ ...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now), kind: 'swap' });
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

	/** Tells the write tracker what a completed refresh has seen. */
	settle(volume: number, swapped: boolean, now: Micros): void {
		const slots = this.#slots[volume] as VolumeSlots;
		const results = this.#shown.get(volume) ?? (this.#volumes.results[volume] as ReadResult<TimelineVersion>[]);
		this.#shown.delete(volume);
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

	/** The write failed: the plugin removes the volume under the running containers (K7.3). */
	#tearDown(volume: number, now: Micros): void {
		const table = this.#volumes;
		const file = (table.payload[volume] as DiskContent).files[0]?.path ?? '';
		table.disk[volume] = null;
		table.detached[volume] = 1;
		table.tokens[volume] = 0;
		this.#state.trace?.({ ...aboutVolume(this.#state, this.#pods, this.#volumes, volume, now), kind: 'tornDown' });
		this.#host.onSetUpFailed(volume, `write ${file}: no space left on device`, now);
	}
}

/** What every trace event about a volume says. */
export function aboutVolume(
	state: NodeState,
	pods: PodTable,
	volumes: VolumeTable,
	volume: number,
	at: Micros,
): { readonly at: Micros; readonly node: string; readonly pod: string; readonly volume: string } {
	return { at, node: state.input.name, pod: pods.input(volumes.pod[volume] as number).key, volume: volumes.model(volume).name };
}
