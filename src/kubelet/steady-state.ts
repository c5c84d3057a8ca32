// Puts a node into the state that it has after running for long: volumes mounted and up to date, stores warm, each pod's
// next sync at a draw of the equilibrium residual life, watches somewhere in their life. A run that began with all pods
// freshly synced would measure the echo of that beginning for some twenty minutes.

import { liveVersion, type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../apiserver/object-timeline.js';
import { draw, drawLanes, type KeyPrefix, keyPrefix, type StreamKey, StreamName, streamKey } from '../core/random.js';
import { MINUTE, type Micros, SECOND } from '../core/time.js';
import type { ReadResult, WarmState } from './manager/manager.js';
import type { Managers } from './managers.js';
import type { NodeParts } from './node.js';
import type { NodeInput } from './node-input.js';
import type { NodeState } from './node-state.js';
import type { VolumeModel } from './pod-model.js';
import { meanGap, ResidualLaw } from './resync-law.js';
import type { VolumeManager } from './volume-manager.js';
import type { VolumeTable } from './volume-table.js';

/** Purpose of the draws that say in which state an object is at time 0. */
const WARM = 'warm';

/** Adopts every warm pod of a node and the objects that they reference. */
export function warmStart({ state, pods, table, volumes, workers, managers }: NodeParts): void {
	const warm = state.input.pods.flatMap((pod, index) => (pod.warm ? [index] : []));
	if (warm.length === 0) return;
	for (const pod of warm) managers.adoptPod(pod);
	warmObjects(state, warm, managers);
	const firstTick = state.tickAfter(-1);
	const firstSyncs = new FirstSyncs(state.input);
	for (const pod of warm) {
		let mounted = true;
		for (let volume = pods.firstVolume[pod] as number; volume < (pods.firstVolume[pod + 1] as number); volume++) {
			mounted = adoptVolume(state, table, volumes, volume) && mounted;
		}
		if (!mounted) {
			// A pod that waits for a Secret has no steady state: its back-off has a beginning. It starts with the run.
			workers.add(pod, 'podAdded', 0);
			continue;
		}
		workers.adopt(pod, firstTick + firstSyncs.ticks(pods.input(pod).draws) * SECOND);
	}
}

/** How many ticks after the first one of the run the warm pods of a node are synced first. */
export class FirstSyncs {
	readonly #law: ResidualLaw;
	readonly #syncFrequency: Micros;
	readonly #syncDuration: Micros;
	readonly #phase = new StreamName('phase');

	constructor(input: NodeInput) {
		this.#syncFrequency = input.settings.syncFrequency;
		this.#syncDuration = meanSyncDuration(input);
		this.#law = new ResidualLaw(this.#syncFrequency, this.#syncDuration);
	}

	/** True when they are those of another node as well: most nodes of a fleet have one configuration. */
	fits(input: NodeInput): boolean {
		return input.settings.syncFrequency === this.#syncFrequency && meanSyncDuration(input) === this.#syncDuration;
	}

	/** Ticks to the first sync of a pod. @param draws of the pod. */
	ticks(draws: StreamKey): number {
		this.#phase.under(draws);
		return this.#law.ticks(drawLanes(this.#phase.a, this.#phase.b, 0));
	}
}

function meanSyncDuration({ timing }: NodeInput): Micros {
	return Math.floor((timing.syncDuration.min + timing.syncDuration.max) / 2);
}

/** The results that a read of each object gave at time 0. */
function resultAtStart(timeline: ObjectTimeline): ReadResult<TimelineVersion> {
	const version = liveVersion(timeline, versionIndexAt(timeline.versions, 0));
	if (version !== null) return { kind: 'found', object: version };
	return { kind: 'notFound', text: `${timeline.kind.toLowerCase()} "${timeline.name}" not found` };
}

function adoptVolume(state: NodeState, table: VolumeTable, volumes: VolumeManager, volume: number): boolean {
	const model = table.model(volume);
	const results = model.reads.map((read) =>
		resultAtStart(state.input.objects[state.input.localObjects.get(read.object) as number] as ObjectTimeline),
	);
	return volumes.adopt(volume, results, tokenIssuedBefore(state.input, volume, model));
}

/** When the token that a warm volume holds at time 0 was issued. @param volume number of the volume on its node. */
export function tokenIssuedBefore(input: NodeInput, volume: number, model: VolumeModel): Micros {
	if (model.tokenSeconds === null) return 0;
	const life = model.tokenSeconds - Math.floor(model.tokenSeconds / 5);
	return -Math.floor(draw(streamKey(input.draws, 'token', volume), 0) * life * SECOND);
}

/** How the warm pods of a node use an object. */
interface ObjectUse {
	/** Read at every sync: by a volume that a container mounts, or as a pull secret. */
	readOften: boolean;
	readers: number;
}

/** What the warm pods reference, by node-local object, ascending. */
function objectUses(input: NodeInput, warm: readonly number[]): [number, ObjectUse][] {
	const uses = new Map<number, ObjectUse>();
	const use = (object: number, often: boolean): void => {
		const local = input.localObjects.get(object) as number;
		const known = uses.get(local) ?? { readOften: false, readers: 0 };
		known.readOften ||= often;
		if (often) known.readers += 1;
		uses.set(local, known);
	};
	for (const pod of warm) {
		const model = input.pods[pod]?.model;
		if (model === undefined) continue;
		for (const object of model.secrets) use(object, false);
		for (const object of model.configMaps) use(object, false);
		for (const volume of model.volumes) for (const read of volume.reads) use(read.object, true);
		for (const secret of model.pullSecrets) use(secret.object, true);
	}
	return [...uses].sort(([a], [b]) => a - b);
}

function warmObjects(state: NodeState, warm: readonly number[], managers: Managers): void {
	if (state.input.settings.configMapAndSecretChangeDetectionStrategy === 'Get') return;
	for (const [local, use] of objectUses(state.input, warm)) {
		const timeline = state.input.objects[local] as ObjectTimeline;
		managers.manager(timeline.kind).warm(local, warmState(state.input, local, use), 0);
	}
}

/** The state in which an object of a node is at time 0. */
function warmState(input: NodeInput, local: number, { readOften, readers }: ObjectUse): WarmState<TimelineVersion> {
	const timeline = input.objects[local] as ObjectTimeline;
	const version = liveVersion(timeline, versionIndexAt(timeline.versions, 0));
	const key = streamKey(input.draws, WARM, timeline.label);
	const gap = meanGap(input.settings.syncFrequency, input.timing.syncDuration.max);
	const watch = warmWatch(input.profile.watchTimeoutMinSeconds, key.a, key.b);
	const idle = Math.max(5 * input.settings.syncFrequency, MINUTE);
	return {
		object: version,
		// What no sync reads was read when its container started, long ago, and its watch has been closed as idle since.
		lastRead: readOften ? -Math.floor((draw(key, 2) * gap) / Math.max(1, readers)) : -2 * idle,
		storedAt: warmStoredAt(input.ttlAt(0), key.a, key.b),
		watchOpenedAt: watch.openedAt,
		watchTimeoutSeconds: watch.timeoutSeconds,
		watchOpen: readOften && version?.immutable !== true,
	};
}

/** The draws that say in which state the objects of a node are at time 0; the object's label follows. */
export function warmPrefix({ draws }: NodeInput): KeyPrefix {
	return keyPrefix(draws, WARM);
}

/** When the copy was stored that a cache has of an object at time 0. @param a lane of the object's draws. */
export function warmStoredAt(ttl: Micros, a: number, b: number): Micros {
	return -Math.floor(drawLanes(a, b, 3) * ttl);
}

/** Where in its life a watch is met at time 0. @param minimum seconds that a watch lasts at least. @param a lane of the object's draws. */
export function warmWatch(minimum: number, a: number, b: number): { readonly openedAt: Micros; readonly timeoutSeconds: number } {
	const residual = residualWatchLife(minimum, drawLanes(a, b, 0));
	const timeoutSeconds = Math.max(Math.ceil(residual), minimum + Math.floor(drawLanes(a, b, 1) * minimum));
	return { openedAt: Math.floor((residual - timeoutSeconds) * SECOND), timeoutSeconds };
}

/** How long a watch met at a random instant still lives: residual life of a uniform [m, 2m), in seconds. */
function residualWatchLife(minimum: number, u: number): number {
	const mean = 1.5 * minimum;
	const flat = minimum / mean;
	if (u < flat) return u * mean;
	return 2 * minimum - Math.sqrt(2 * minimum * (1 - u) * mean);
}
