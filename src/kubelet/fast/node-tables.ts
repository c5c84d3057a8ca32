// The pods, volumes and reads of one node as flat tables, in the state in which the run begins. One set of tables serves one
// node after another, so that a fleet makes no garbage: `load` fills them from a node's input.

import { liveVersion, type ObjectTimeline, type TimelineVersion, versionIndexAt } from '../../apiserver/object-timeline.js';
import { StreamName } from '../../core/random.js';
import { firstOnGridAfter, type Micros, NEVER } from '../../core/time.js';
import { type LoopPhases, loopPhases, SYNC_TICK } from '../loop-phases.js';
import type { ReadResult } from '../manager/manager.js';
import type { NodeInput, PodInput } from '../node-input.js';
import type { VolumePayload } from '../payload-catalog.js';
import type { VolumeModel } from '../pod-model.js';
import { FirstSyncs, tokenIssuedBefore } from '../steady-state.js';
import { shortestTokenLife } from '../token-life.js';
import type { DiskContent } from '../volume-table.js';
import { Deliveries } from './deliveries.js';
import { ABSENT, resultOf } from './read-results.js';
import { SharedPayloads } from './shared-payloads.js';
import { VolumeLanes } from './volume-lanes.js';

export { ABSENT } from './read-results.js';

const NO_VOLUMES: ReadonlySet<number> = new Set();

/** What is counted of a volume. */
export interface VolumeCounts {
	readonly tokens: number;
	readonly tokenIssuedAt: Micros;
	readonly operationsAhead: number;
}

/** Flat tables of one node. Rows beyond the counts of the present node hold what an earlier node has left there. */
export class NodeTables {
	input!: NodeInput;
	loops!: LoopPhases;
	/** Instant of tick number 0, the first one of the run. */
	tickZero: Micros = 0;
	pods = 0;
	volumes = 0;
	reads = 0;
	/** First volume of each pod; one more entry than pods. */
	firstVolume: Int32Array = new Int32Array(1);
	/** Number of the tick of each pod's first sync, and the number of that sync. */
	firstTick: Int32Array = new Int32Array(0);
	firstSync: Int32Array = new Int32Array(0);
	/** Number of each pod's last sync when all is over, and of the last one that the reconciler answered. */
	lastSync: Int32Array = new Int32Array(0);
	lastVisit: Int32Array = new Int32Array(0);
	/** 1 when the pod waits for a volume in vain; then how many of its syncs have timed out, measured. */
	podBlocked: Uint8Array = new Uint8Array(0);
	timeouts: Int32Array = new Int32Array(0);
	podLaneA: Int32Array = new Int32Array(0);
	podLaneB: Int32Array = new Int32Array(0);
	/** 1 when the order in which a pass meets the pod's volumes matters even if the pod is alone: they share objects or tokens. */
	podOrdered: Uint8Array = new Uint8Array(0);
	models: VolumeModel[] = [];
	podOf: Int32Array = new Int32Array(0);
	/** First read of each volume; one more entry than volumes. */
	firstRead: Int32Array = new Int32Array(1);
	tokenIssuedAt: Float64Array = new Float64Array(0);
	/** Until when no check replaces the volume's token; {@link NEVER} for a volume without one. */
	tokenKeptUntil: Float64Array = new Float64Array(0);
	tokens: Int32Array = new Int32Array(0);
	/** 1 when the volume cannot be mounted. */
	blocked: Uint8Array = new Uint8Array(0);
	/** True when some volume cannot be mounted. */
	anyBlocked = false;
	/** How many more operations the volume has had than its pod syncs. */
	operationsAhead: Int32Array = new Int32Array(0);
	/** Number of the last token that a swap has written. */
	writtenToken: Int32Array = new Int32Array(0);
	/** Bytes that the volume's tmpfs holds, as far as somebody has asked for it. */
	capacity: Float64Array = new Float64Array(0);
	/** Under Watch: visits before this instant find nothing new in the volume. */
	due: Float64Array = new Float64Array(0);
	/** Node-local object of each read. */
	readObject: Int32Array = new Int32Array(0);
	/** Index of the version that the last completed refresh has read, {@link ABSENT} when there was none. */
	seen: Int32Array = new Int32Array(0);
	/** Under Watch: index of the version that a refresh under way has read. */
	found: Int32Array = new Int32Array(0);
	/** Slot of the write tracker that follows the read; whoever follows writes fills it in. */
	slots: Int32Array = new Int32Array(0);
	/** By object: index of the version at time 0, {@link ABSENT} when the object did not exist. */
	firstVersion: Int32Array = new Int32Array(0);
	/** By object: how many reads of volumes and of pull secrets ask for it. */
	readers: Int32Array = new Int32Array(0);
	/** By object: 1 when it is deleted at some time of the run. */
	deleted: Uint8Array = new Uint8Array(0);
	/** True when something has arrived just after the end. */
	meetsEnd = false;
	/** True when some object is deleted at some time of the run. */
	anyDeleted = false;
	/** By object: 1 when it is written at some time of the run. */
	written: Uint8Array = new Uint8Array(0);
	/** Under Watch: what the stores hold. */
	readonly deliveries: Deliveries = new Deliveries();
	#allPods: readonly number[] = [];
	readonly #disk: (DiskContent | undefined)[] = [];
	#ticks = new Int32Array(0);
	readonly #lanes = new VolumeLanes();
	#firstSyncs: FirstSyncs | null = null;
	readonly #worker = new StreamName('worker');
	readonly #shared = new SharedPayloads();
	/** What the reads of one volume after the other find; entries beyond those of the present volume are an earlier one's. */
	readonly #starting: (TimelineVersion | null)[] = [];

	/** Fills the tables; false when some volume could not have been mounted at time 0, since such a pod has no steady state. */
	load(input: NodeInput): boolean {
		this.layOut(input);
		this.startAfter(-1, input, loopPhases(input, 0, Math.min(0, input.kubeletStartedAt)));
		if (this.#firstSyncs?.fits(input) !== true) this.#firstSyncs = new FirstSyncs(input);
		for (let pod = 0; pod < this.pods; pod++) {
			this.firstTick[pod] = this.#firstSyncs.ticks((input.pods[pod] as PodInput).draws);
			this.firstSync[pod] = 1;
		}
		for (let volume = 0; volume < this.volumes; volume++) if (!this.#loadVolume(volume)) return false;
		return true;
	}

	/** What follows happens after an instant. @param input with the end of what is looked at. @param loops of the kubelet's process. */
	startAfter(at: Micros, input: NodeInput, loops: LoopPhases): void {
		this.input = input;
		this.loops = loops;
		this.tickZero = firstOnGridAfter(at, loops.tickPhase, SYNC_TICK);
		this.meetsEnd = false;
	}

	/**
	 * Fills in what does not change: pods, their volumes and what these read.
	 *
	 * @param blocked volumes that cannot be mounted and whose reads are somebody else's. Default: none.
	 */
	layOut(input: NodeInput, blocked: ReadonlySet<number> = NO_VOLUMES): void {
		this.input = input;
		this.#makeRoom();
		this.anyDeleted = false;
		this.anyBlocked = blocked.size > 0;
		for (let object = 0; object < input.objects.length; object++) this.#loadObject(object);
		let volume = 0;
		let read = 0;
		for (let pod = 0; pod < this.pods; pod++) {
			const { model } = input.pods[pod] as PodInput;
			this.firstVolume[pod] = volume;
			this.podBlocked[pod] = 0;
			this.timeouts[pod] = 0;
			for (const one of model.volumes) {
				this.models[volume] = one;
				this.podOf[volume] = pod;
				this.firstRead[volume] = read;
				this.blocked[volume] = blocked.has(volume) ? 1 : 0;
				for (const { object } of this.blocked[volume] === 1 ? [] : one.reads) {
					const local = input.localObjects.get(object) as number;
					this.readObject[read] = local;
					this.readers[local] = (this.readers[local] as number) + 1;
					this.seen[read] = this.firstVersion[local] as number;
					read += 1;
				}
				volume += 1;
			}
			for (const { object } of model.pullSecrets) {
				const local = input.localObjects.get(object) as number;
				this.readers[local] = (this.readers[local] as number) + 1;
			}
			this.#loadPod(pod, volume, read);
		}
		this.firstVolume[this.pods] = volume;
		this.firstRead[volume] = read;
	}

	/** Notes an arrival: what comes just when the kubelet stops is still taken in, so that its order matters. */
	arrives(at: Micros): void {
		if (at === this.input.end + 1) this.meetsEnd = true;
	}

	/** The history of a node-local object. */
	timeline(object: number): ObjectTimeline {
		return this.input.objects[object] as ObjectTimeline;
	}

	/** A version of a node-local object. @param index of one that there is. */
	version(object: number, index: number): TimelineVersion {
		const timeline = this.timeline(object);
		return timeline.only ?? (timeline.versions[index] as TimelineVersion);
	}

	/** How many volumes of a pod a sync refreshes. */
	refreshesOf(pod: number): number {
		let count = 0;
		const last = this.firstVolume[pod + 1] as number;
		for (let volume = this.firstVolume[pod] as number; volume < last; volume++) if (this.blocked[volume] === 0) count += 1;
		return count;
	}

	/** Numbers of all pods. */
	allPods(): readonly number[] {
		if (this.#allPods.length !== this.pods) this.#allPods = Array.from({ length: this.pods }, (_, pod) => pod);
		return this.#allPods;
	}

	/** True when a volume of the pod reads the object. */
	podReads(pod: number, object: number): boolean {
		const end = this.firstRead[this.firstVolume[pod + 1] as number] as number;
		for (let read = this.firstRead[this.firstVolume[pod] as number] as number; read < end; read++) {
			if (this.readObject[read] === object) return true;
		}
		return false;
	}

	/** Until when no check replaces a token of the pod. */
	tokensKeptUntil(pod: number): Micros {
		let until: Micros = NEVER;
		for (let volume = this.firstVolume[pod] as number; volume < (this.firstVolume[pod + 1] as number); volume++) {
			const kept = this.tokenKeptUntil[volume] as number;
			if (kept < until) until = kept;
		}
		return until;
	}

	/** The next edge of the measured window after `now`, or the end of the run. */
	edgeAfter(now: Micros): Micros {
		const { measureFrom, measureTo, end } = this.input;
		return now < measureFrom ? Math.min(measureFrom, end) : now < measureTo ? Math.min(measureTo, end) : end;
	}

	/** Room for ticks of syncs, the same for one node after the other; what is in it is of no meaning. */
	tickRoom(length: number): Int32Array {
		if (this.#ticks.length < length) this.#ticks = new Int32Array(2 * length);
		return this.#ticks;
	}

	/** First lane of a volume's stream. */
	laneA(volume: number): number {
		if (this.#lanes.known[volume] === 0) this.#deriveLanes(volume);
		return this.#lanes.a[volume] as number;
	}

	/** Second lane of a volume's stream. */
	laneB(volume: number): number {
		if (this.#lanes.known[volume] === 0) this.#deriveLanes(volume);
		return this.#lanes.b[volume] as number;
	}

	/** What the volume's directory holds. */
	disk(volume: number): DiskContent {
		let content = this.#disk[volume];
		if (content === undefined) {
			content = this.payload(volume, this.seen) as DiskContent;
			this.#disk[volume] = content;
		}
		return content;
	}

	/** A swap: the volume's directory holds something else from now on. */
	setDisk(volume: number, content: DiskContent): void {
		this.#disk[volume] = content;
	}

	/** A volume that is mounted and up to date, as somebody else has left it; its rows of {@link seen} are filled in already. */
	resume(volume: number, { tokens, tokenIssuedAt, operationsAhead }: VolumeCounts): void {
		const { tokenSeconds } = this.models[volume] as VolumeModel;
		this.tokens[volume] = tokens;
		this.writtenToken[volume] = tokens;
		this.tokenIssuedAt[volume] = tokenIssuedAt;
		this.tokenKeptUntil[volume] = tokenSeconds === null ? NEVER : tokenIssuedAt + shortestTokenLife(tokenSeconds);
		this.operationsAhead[volume] = operationsAhead;
		this.#disk[volume] = undefined;
	}

	/** What the volume's files are for versions of its reads. @param got versions in the volume's rows of the read table. */
	payload(volume: number, got: Int32Array): VolumePayload {
		const model = this.models[volume] as VolumeModel;
		const first = this.firstRead[volume] as number;
		const last = this.firstRead[volume + 1] as number;
		if (last === first + 1) return this.#shared.payload(model, this.timeline(this.readObject[first] as number), got[first] as number);
		const results: ReadResult<TimelineVersion>[] = [];
		for (let read = first; read < last; read++) {
			results.push(resultOf(this.timeline(this.readObject[read] as number), got[read] as number));
		}
		return model.payloads.payload(results);
	}

	#loadObject(object: number): void {
		const timeline = this.input.objects[object] as ObjectTimeline;
		this.readers[object] = 0;
		this.firstVersion[object] = 0;
		this.deleted[object] = 0;
		this.written[object] = 0;
		if (timeline.only !== null) return;
		const { versions } = timeline;
		const start = versionIndexAt(versions, 0);
		this.firstVersion[object] = liveVersion(timeline, start) === null ? ABSENT : start;
		for (const { type, write } of versions) {
			if (type === 'DELETED') this.deleted[object] = 1;
			if (write >= 0) this.written[object] = 1;
		}
		this.anyDeleted ||= this.deleted[object] === 1;
	}

	#loadPod(pod: number, lastVolume: number, lastRead: number): void {
		const { draws } = this.input.pods[pod] as PodInput;
		this.#worker.under(draws);
		this.podLaneA[pod] = this.#worker.a;
		this.podLaneB[pod] = this.#worker.b;
		const first = this.firstVolume[pod] as number;
		let withToken = 0;
		for (let volume = first; volume < lastVolume; volume++) if (this.models[volume]?.tokenSeconds !== null) withToken += 1;
		let ordered = withToken > 1;
		const objects = this.readObject;
		for (let read = this.firstRead[first] as number; read < lastRead && first < lastVolume; read++) {
			for (let other = read + 1; other < lastRead; other++) ordered ||= objects[read] === objects[other];
		}
		this.podOrdered[pod] = ordered ? 1 : 0;
	}

	/** A volume as it was left by the last refresh before the run; false when it was not mounted. */
	#loadVolume(volume: number): boolean {
		const model = this.models[volume] as VolumeModel;
		const first = this.firstRead[volume] as number;
		const last = this.firstRead[volume + 1] as number;
		this.operationsAhead[volume] = 0;
		this.#disk[volume] = undefined;
		this.tokens[volume] = 0;
		this.writtenToken[volume] = 0;
		this.tokenKeptUntil[volume] = NEVER;
		if (model.tokenSeconds !== null) {
			const issued = tokenIssuedBefore(this.input, volume, model);
			this.tokenIssuedAt[volume] = issued;
			this.tokenKeptUntil[volume] = issued + shortestTokenLife(model.tokenSeconds);
			this.tokens[volume] = 1;
			this.writtenToken[volume] = 1;
		}
		for (let read = first; read < last; read++) {
			const object = this.readObject[read] as number;
			const index = this.firstVersion[object] as number;
			this.#starting[read - first] = index === ABSENT ? null : this.version(object, index);
		}
		if (model.surelyBuilds(this.#starting)) return true;
		const payload = this.payload(volume, this.seen);
		if (payload.kind === 'error') return false;
		this.#disk[volume] = payload;
		return true;
	}

	#deriveLanes(volume: number): void {
		this.#lanes.derive(volume, this.models[volume] as VolumeModel, this.input.pods[this.podOf[volume] as number] as PodInput);
	}

	#makeRoom(): void {
		const { pods, objects } = this.input;
		this.pods = pods.length;
		this.volumes = 0;
		this.reads = 0;
		for (const { model } of pods) {
			this.volumes += model.volumes.length;
			for (const { reads } of model.volumes) this.reads += reads.length;
		}
		this.#lanes.begin(this.volumes);
		if (this.firstTick.length < this.pods) this.#makePodRoom(2 * this.pods);
		if (this.podOf.length < this.volumes) this.#makeVolumeRoom(2 * this.volumes);
		if (this.readObject.length < this.reads) {
			this.readObject = new Int32Array(2 * this.reads);
			this.seen = new Int32Array(2 * this.reads);
			this.found = new Int32Array(2 * this.reads);
			this.slots = new Int32Array(2 * this.reads);
		}
		if (this.readers.length >= objects.length) return;
		this.firstVersion = new Int32Array(2 * objects.length);
		this.readers = new Int32Array(2 * objects.length);
		this.deleted = new Uint8Array(2 * objects.length);
		this.written = new Uint8Array(2 * objects.length);
	}

	#makePodRoom(pods: number): void {
		this.firstVolume = new Int32Array(pods + 1);
		this.firstTick = new Int32Array(pods);
		this.firstSync = new Int32Array(pods);
		this.lastSync = new Int32Array(pods);
		this.lastVisit = new Int32Array(pods);
		this.podBlocked = new Uint8Array(pods);
		this.timeouts = new Int32Array(pods);
		this.podLaneA = new Int32Array(pods);
		this.podLaneB = new Int32Array(pods);
		this.podOrdered = new Uint8Array(pods);
	}

	#makeVolumeRoom(volumes: number): void {
		this.podOf = new Int32Array(volumes);
		this.firstRead = new Int32Array(volumes + 1);
		this.tokenIssuedAt = new Float64Array(volumes);
		this.tokenKeptUntil = new Float64Array(volumes);
		this.tokens = new Int32Array(volumes);
		this.blocked = new Uint8Array(volumes);
		this.operationsAhead = new Int32Array(volumes);
		this.writtenToken = new Int32Array(volumes);
		this.capacity = new Float64Array(volumes);
		this.due = new Float64Array(volumes);
	}
}
