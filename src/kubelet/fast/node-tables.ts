// The pods, volumes and reads of one node as flat tables, in the state in which the run begins. Receives the node's input;
// gives nothing when some volume could not have been mounted, since such a pod has no steady state.

import { type TimelineVersion, versionIndexAt } from '../../apiserver/object-timeline.js';
import { streamKey } from '../../core/random.js';
import { firstOnGridAfter, type Micros } from '../../core/time.js';
import { type LoopPhases, loopPhases, SYNC_TICK } from '../loop-phases.js';
import type { ReadResult } from '../manager/manager.js';
import type { NodeInput } from '../node-input.js';
import type { VolumeModel } from '../pod-model.js';
import { resultAtStart, ticksToFirstSync, tokenIssuedBefore } from '../steady-state.js';
import type { DiskContent } from '../volume-table.js';

/** Version number of a read that finds no object. */
export const ABSENT = -1;

/** Flat tables of one node. */
export interface NodeTables {
	readonly input: NodeInput;
	readonly loops: LoopPhases;
	/** Instant of tick number 0, the first one of the run. */
	readonly tickZero: Micros;
	/** First volume of each pod; one more entry than pods. */
	readonly firstVolume: Int32Array;
	/** Number of the tick of each pod's first sync. */
	readonly firstTick: Int32Array;
	readonly podLaneA: Int32Array;
	readonly podLaneB: Int32Array;
	readonly models: readonly VolumeModel[];
	readonly podOf: Int32Array;
	readonly volumeLaneA: Int32Array;
	readonly volumeLaneB: Int32Array;
	/** First read of each volume; one more entry than volumes. */
	readonly firstRead: Int32Array;
	/** Node-local object of each read. */
	readonly readObject: Int32Array;
	/** Index of the version that the last completed refresh has read, {@link ABSENT} when there was none. */
	readonly seen: Int32Array;
	readonly disk: DiskContent[];
	readonly tokenIssuedAt: Float64Array;
	readonly tokens: Int32Array;
}

/** The tables of a node, null when one of its volumes is not mounted at time 0. */
export function nodeTables(input: NodeInput): NodeTables | null {
	const { pods } = input;
	const models = pods.flatMap((pod) => pod.model.volumes);
	const loops = loopPhases(input, 0, Math.min(0, input.kubeletStartedAt));
	const tables: NodeTables = {
		input,
		loops,
		tickZero: firstOnGridAfter(-1, loops.tickPhase, SYNC_TICK),
		firstVolume: new Int32Array(pods.length + 1),
		firstTick: new Int32Array(pods.length),
		podLaneA: new Int32Array(pods.length),
		podLaneB: new Int32Array(pods.length),
		models,
		podOf: new Int32Array(models.length),
		volumeLaneA: new Int32Array(models.length),
		volumeLaneB: new Int32Array(models.length),
		firstRead: new Int32Array(models.length + 1),
		readObject: Int32Array.from(models.flatMap(({ reads }) => reads.map((read) => input.localObjects.get(read.object) as number))),
		seen: new Int32Array(models.reduce((sum, { reads }) => sum + reads.length, 0)),
		disk: [],
		tokenIssuedAt: new Float64Array(models.length),
		tokens: new Int32Array(models.length),
	};
	for (let pod = 0; pod < pods.length; pod++) fillPod(tables, pod);
	for (let volume = 0; volume < models.length; volume++) {
		tables.firstRead[volume + 1] = (tables.firstRead[volume] as number) + (models[volume] as VolumeModel).reads.length;
		if (!fillVolume(tables, volume)) return null;
	}
	return tables;
}

function fillPod(tables: NodeTables, pod: number): void {
	const { input, firstVolume, podLaneA, podLaneB, podOf, volumeLaneA, volumeLaneB } = tables;
	const { draws, model } = input.pods[pod] as NodeInput['pods'][number];
	const first = firstVolume[pod] as number;
	firstVolume[pod + 1] = first + model.volumes.length;
	const key = streamKey(draws, 'worker');
	podLaneA[pod] = key.a;
	podLaneB[pod] = key.b;
	tables.firstTick[pod] = ticksToFirstSync(input, draws);
	for (const [place, volume] of model.volumes.entries()) {
		const { a, b } = streamKey(draws, 'volume', volume.name);
		podOf[first + place] = pod;
		volumeLaneA[first + place] = a;
		volumeLaneB[first + place] = b;
	}
}

/** A volume as it was left by the last refresh before the run; false when it was not mounted. */
function fillVolume(tables: NodeTables, volume: number): boolean {
	const { input, firstRead, readObject, seen } = tables;
	const model = tables.models[volume] as VolumeModel;
	const results: ReadResult<TimelineVersion>[] = [];
	for (let read = firstRead[volume] as number; read < (firstRead[volume + 1] as number); read++) {
		const timeline = input.objects[readObject[read] as number] as NodeInput['objects'][number];
		const result = resultAtStart(timeline);
		results.push(result);
		seen[read] = result.kind === 'found' ? versionIndexAt(timeline.versions, 0) : ABSENT;
	}
	const payload = model.payloads.payload(results);
	if (payload.kind === 'error') return false;
	tables.disk[volume] = payload;
	tables.tokenIssuedAt[volume] = tokenIssuedBefore(input, volume, model);
	if (model.tokenSeconds !== null) tables.tokens[volume] = 1;
	return true;
}
