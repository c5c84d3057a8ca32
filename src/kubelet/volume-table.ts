// The refreshed volumes of one node as parallel typed arrays: what the volume manager knows of each (desired and actual
// state of the world) and what is on its disk.

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { Columns } from '../core/columns.js';
import { StreamName } from '../core/random.js';
import type { ReadResult } from './manager/manager.js';
import type { VolumePayload } from './payload-catalog.js';
import type { VolumeModel } from './pod-model.js';
import type { PodTable } from './pod-table.js';

/** State of a volume in the actual state of the world (K3.4). */
export const MOUNT: { readonly none: 0; readonly attached: 1; readonly uncertain: 2; readonly mounted: 3 } = {
	none: 0,
	attached: 1,
	uncertain: 2,
	mounted: 3,
};

/** What a volume's directory holds. */
export type DiskContent = Extract<VolumePayload, { kind: 'payload' }>;

/** Per-volume state of the volume manager. */
export class VolumeTable {
	readonly models: readonly VolumeModel[];
	/** Pod of each volume. */
	readonly pod: Int32Array;
	/** A value of {@link MOUNT}. */
	readonly mount: Uint8Array;
	/** `remountRequired` (K3.4). */
	readonly flagged: Uint8Array;
	readonly flaggedAt: Float64Array;
	/** Instant of the scheduled visit of the reconciler, -1: none. */
	readonly visitAt: Float64Array;
	/** Number of operations begun: ordinal of their draws. */
	readonly operations: Int32Array;
	readonly operationStart: Float64Array;
	/** 1 + number of the read that is awaited; 0: none. */
	readonly awaiting: Uint8Array;
	/** Grows when the pod goes or the kubelet restarts: events of older operations are ignored. */
	readonly generation: Int32Array;
	/** The running containers hold another directory than the one on the host (K7.3). */
	readonly detached: Uint8Array;
	/** Token: instant of issue, number of tokens so far. */
	readonly tokenIssuedAt: Float64Array;
	readonly tokens: Int32Array;
	/** Part of the content that is the pod's own: token and metadata generation. */
	readonly ownPart: Float64Array;
	readonly disk: (DiskContent | null)[];
	/** Names in the volume's root that are directories made for a subPath (K9.2). */
	readonly poisoned: (Set<string> | null)[];
	/** Results of the reads of the operation in flight, and how many it has taken: those behind them are an earlier one's. */
	readonly results: ReadResult<TimelineVersion>[][];
	readonly taken: Int32Array;
	/** Payload that the operation in flight is about to write. */
	readonly payload: (DiskContent | null)[];
	readonly laneA: Uint32Array;
	readonly laneB: Uint32Array;

	constructor(pods: PodTable) {
		const models: VolumeModel[] = [];
		for (const pod of pods.inputs) models.push(...pod.model.volumes);
		const count = models.length;
		const columns = new Columns(count, { float64: 5, int32: 7, uint8: 4 });
		this.models = models;
		this.pod = columns.int32();
		this.mount = columns.uint8();
		this.flagged = columns.uint8();
		this.flaggedAt = columns.float64();
		this.visitAt = columns.float64().fill(-1);
		this.operations = columns.int32();
		this.operationStart = columns.float64();
		this.awaiting = columns.uint8();
		this.generation = columns.int32();
		this.detached = columns.uint8();
		this.tokenIssuedAt = columns.float64();
		this.tokens = columns.int32();
		this.ownPart = columns.float64().fill(-1);
		this.disk = new Array<DiskContent | null>(count).fill(null);
		this.poisoned = new Array<Set<string> | null>(count).fill(null);
		this.results = models.map(() => []);
		this.taken = columns.int32();
		this.payload = new Array<DiskContent | null>(count).fill(null);
		this.laneA = columns.uint32();
		this.laneB = columns.uint32();
		const purpose = new StreamName('volume');
		const name = new StreamName();
		for (let pod = 0; pod < pods.inputs.length; pod++) {
			purpose.beginUnder(pods.input(pod).draws);
			const first = pods.firstVolume[pod] as number;
			const last = pods.firstVolume[pod + 1] as number;
			for (let volume = first; volume < last; volume++) {
				name.read((models[volume] as VolumeModel).name);
				name.under(purpose);
				this.pod[volume] = pod;
				this.laneA[volume] = name.a;
				this.laneB[volume] = name.b;
			}
		}
	}

	/** The model of a volume. */
	model(volume: number): VolumeModel {
		return this.models[volume] as VolumeModel;
	}
}
