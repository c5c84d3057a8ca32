// One node, simulated alone: `nextTime()`, `advanceTo(t)`, `deliver(response)` are its whole surface. It never calls the API
// server: requests leave through the port, responses are delivered at a later virtual time. This is the reference path,
// which steps through every event.

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import type { Delivery } from '../apiserver/protocol.js';
import type { Micros } from '../core/time.js';
import type { SampleBuffer } from '../measure/samples.js';
import type { TraceSink } from '../measure/trace.js';
import { WriteTracker } from '../measure/write-tracker.js';
import type { ReadResult } from './manager/manager.js';
import { Managers, type NodePort } from './managers.js';
import type { Happening, NodeInput, PodInput } from './node-input.js';
import { EVENT, type EventCount, type NodeCounters, NodeState } from './node-state.js';
import { followsWrites, type ReadModel, type VolumeModel } from './pod-model.js';
import { PodTable } from './pod-table.js';
import { PodWorkers } from './pod-worker.js';
import type { VolumeSlots } from './set-up.js';
import { POD_ARRIVAL } from './start-up.js';
import { warmStart } from './steady-state.js';
import { SYNC_CAUSES } from './sync-causes.js';
import { VolumeManager } from './volume-manager.js';
import { VolumeTable } from './volume-table.js';

/** The slots of a volume into which no writes are followed. */
const FOLLOWS_NOTHING: VolumeSlots = [];

/** What a node is made of. @internal */
export interface NodeParts {
	readonly state: NodeState;
	readonly pods: PodTable;
	readonly table: VolumeTable;
	readonly volumes: VolumeManager;
	readonly workers: PodWorkers;
	readonly managers: Managers;
	readonly tracker: WriteTracker;
	/** Slots of the write tracker by volume and read. */
	readonly slots: readonly VolumeSlots[];
}

/** Puts a node that has just been made into the state in which it begins. @internal */
export type NodeStart = (parts: NodeParts) => void;

/** One simulated node. */
export class Node {
	readonly #state: NodeState;
	readonly #port: NodePort;
	readonly #pods: PodTable;
	readonly #table: VolumeTable;
	readonly #volumes: VolumeManager;
	readonly #workers: PodWorkers;
	readonly #tracker: WriteTracker;
	readonly #slots: readonly VolumeSlots[];
	#managers: Managers;
	#parts: NodeParts;
	#throttledBefore: Micros = 0;
	#nextHappening = 0;
	/** What happened to pods while the kubelet was down: it learns of it when it is back. */
	readonly #addedWhileDown: number[] = [];
	readonly #deletedWhileDown: number[] = [];

	/**
	 * @param input everything the plan says of this node.
	 * @param port how requests leave.
	 * @param samples where the outcomes of writes go.
	 * @param trace told of everything that happens; left out: nothing is made.
	 * @param tellsTokens true: {@link NodeParts.state} tells when client tokens were asked for. Default: it does not.
	 * @param start in which state the node begins. Default: the steady state.
	 */
	constructor(
		input: NodeInput,
		port: NodePort,
		samples: SampleBuffer,
		trace?: TraceSink,
		tellsTokens = false,
		start: NodeStart = warmStart,
	) {
		this.#state = new NodeState(input, trace);
		if (tellsTokens) this.#state.tokensAsked = [];
		this.#port = port;
		this.#pods = new PodTable(input.pods);
		this.#table = new VolumeTable(this.#pods);
		this.#tracker = new WriteTracker(samples, input.measureFrom, input.measureTo);
		this.#managers = this.#newManagers(input.kubeletStartedAt);
		this.#slots = this.#trackVolumes();
		this.#volumes = new VolumeManager(this.#state, this.#pods, this.#table, this.#managers, this.#tracker, this.#slots);
		this.#workers = new PodWorkers(this.#state, this.#pods, this.#table, this.#volumes, this.#managers);
		this.#parts = this.#presentParts();
		start(this.#parts);
	}

	/** Instant of the node's next own event, `Infinity` when there is none. */
	nextTime(): Micros {
		const happening = this.#state.input.happenings[this.#nextHappening];
		return Math.min(this.#state.queue.nextTime, happening === undefined ? Number.POSITIVE_INFINITY : happening.at);
	}

	/**
	 * Steps through all events up to and including `at`.
	 *
	 * @param at at most the instant of the next delivery: what arrives there must be delivered first.
	 */
	advanceTo(at: Micros): void {
		const { happenings } = this.#state.input;
		while (this.nextTime() <= at) {
			// What comes from outside comes before what the node does at the same instant.
			const happening = happenings[this.#nextHappening];
			if (happening !== undefined && happening.at <= this.#state.queue.nextTime) {
				this.#nextHappening += 1;
				this.#happen(happening);
			} else this.#step();
		}
	}

	/** A response arrives; the caller has advanced the node to that instant before. */
	deliver(delivery: Delivery<TimelineVersion>): void {
		this.#managers.onResponse(delivery.request, delivery.response, delivery.at);
	}

	/** Closes the books at the end of the run. */
	finish(end: Micros): void {
		this.#volumes.finish(end);
	}

	/** What the node is made of at present, for who takes pods over for a time. @internal */
	get parts(): NodeParts {
		return this.#parts;
	}

	/** Syncs, refreshes and swaps in the measured window. */
	get counters(): NodeCounters {
		return this.#state.counters;
	}

	/** Kubernetes events in the measured window. */
	get events(): Iterable<EventCount> {
		return this.#state.events.values();
	}

	/** Time that requests have waited for client tokens, microseconds, whole run. */
	get throttled(): Micros {
		return this.#throttledBefore + this.#managers.throttled;
	}

	#presentParts(): NodeParts {
		return {
			state: this.#state,
			pods: this.#pods,
			table: this.#table,
			volumes: this.#volumes,
			workers: this.#workers,
			managers: this.#managers,
			tracker: this.#tracker,
			slots: this.#slots,
		};
	}

	#newManagers(startedAt: Micros): Managers {
		const listener = {
			onRead: (token: number, result: ReadResult<TimelineVersion>, now: Micros): void => {
				if (token < this.#table.models.length) this.#volumes.setUp.onRead(token, result, now);
				else this.#workers.onRead(token, result, now);
			},
			onTokenIssued: (volume: number, now: Micros): void => this.#volumes.setUp.onTokenIssued(volume, now),
		};
		return new Managers(this.#state, this.#port, listener, this.#state.input.replay?.processStart(startedAt) ?? startedAt);
	}

	/** A slot of the write tracker for each object of each volume into which its writes are followed. */
	#trackVolumes(): VolumeSlots[] {
		const { pods } = this.#state.input;
		const slots: VolumeSlots[] = [];
		for (let pod = 0; pod < pods.length; pod++) {
			const podInput = pods[pod] as PodInput;
			const { volumes } = podInput.model;
			for (let place = 0; place < volumes.length; place++) {
				const model = volumes[place] as VolumeModel;
				const mine = this.#trackVolume(podInput, place, model);
				slots.push(mine);
				if (this.#state.trace !== undefined) this.#tellSettled(pod, model.name, mine);
			}
		}
		return slots;
	}

	#trackVolume({ key, index, boundAt }: PodInput, place: number, model: VolumeModel): VolumeSlots {
		const { input } = this.#state;
		const { reads } = model;
		let slots: number[] | null = null;
		for (let read = 0; read < reads.length; read++) {
			const { object, name } = reads[read] as ReadModel;
			const timeline = input.objects[input.localObjects.get(object) as number];
			if (timeline === undefined) throw new Error(`object ${name} of pod ${key} is unknown to node ${input.name}`);
			// What is never written has nothing that could be followed.
			if (timeline.only !== null || !followsWrites(model, timeline) || !isFirst(reads, read)) continue;
			slots ??= reads.map(() => -1);
			slots[read] = this.#tracker.track(timeline, index, place, boundAt);
		}
		return slots ?? FOLLOWS_NOTHING;
	}

	#tellSettled(pod: number, volume: string, slots: VolumeSlots): void {
		const previous = this.#tracker.onSettled;
		const mine = new Set(slots);
		this.#tracker.onSettled = (slot, version, outcome, at) => {
			if (!mine.has(slot)) {
				previous?.(slot, version, outcome, at);
				return;
			}
			const object = this.#tracker.timeline(slot).label;
			const delay = at - version.commit;
			this.#state.tell({
				at,
				node: this.#state.input.name,
				kind: 'settled',
				pod: this.#pods.input(pod).key,
				volume,
				object,
				write: version.write,
				outcome,
				delay,
			});
		};
	}

	#step(): void {
		const { queue } = this.#state;
		queue.pop();
		const { time: now, kind, a, b } = queue;
		switch (kind) {
			case EVENT.clientTimer:
				this.#managers.onClientTimer(b, now);
				break;
			case EVENT.managerTimer:
				this.#managers.onManagerTimer(a, b, now);
				break;
			case EVENT.operationDone:
				this.#volumes.setUp.onDone(a, b, now);
				break;
			case EVENT.stateChange:
				this.#workers.onStateChange(a, SYNC_CAUSES[b] ?? 'pending', now);
				break;
			case EVENT.tick:
				this.#workers.onTick(a, b, now);
				break;
			case EVENT.statusReady:
				this.#workers.onStatusReady(a, b, now);
				break;
			case EVENT.reprocess:
				this.#workers.onReprocess(a, b, now);
				break;
			case EVENT.mountPoll:
				this.#workers.onMountPoll(a, b, now);
				break;
			case EVENT.containerStep:
				this.#workers.onContainerStep(a, b, now);
				break;
			case EVENT.syncEnd:
				this.#workers.onSyncEnd(a, b, now);
				break;
			case EVENT.podStep:
				this.#workers.onPodStep(a, b, now);
				break;
			case EVENT.statusRequest:
				this.#workers.onStatusRequest(b, now);
				break;
			case EVENT.populate:
				this.#volumes.onPopulate(a, now);
				break;
			case EVENT.reconcile:
				this.#volumes.onReconcile(a, now);
				break;
			default:
				throw new Error(`unknown kind of node event: ${kind}`);
		}
	}

	#happen(happening: Happening): void {
		const { at, kind, pod } = happening;
		switch (kind) {
			case 'podAdded':
				this.#addPod(pod, at);
				break;
			case 'podDeleted':
				this.#podDeleted(pod, at);
				break;
			case 'podChanged':
				this.#pods.metadata[pod] = (this.#pods.metadata[pod] as number) + 1;
				this.#workers.trigger(pod, 'podChanged', at);
				break;
			case 'containerDied':
				this.#workers.containerDied(pod, happening.container, at);
				break;
			case 'livenessFailed':
				this.#workers.livenessFailed(pod, happening.container, at);
				break;
			case 'readinessChanged':
				this.#workers.trigger(pod, 'readinessChanged', at);
				break;
			case 'kubeletStopped':
				this.#stopKubelet(at);
				break;
			case 'kubeletStarted':
				this.#startKubelet(at);
				break;
			case 'nodeRemoved':
				this.#removeNode(at);
				break;
		}
	}

	#addPod(pod: number, at: Micros): void {
		if (this.#state.running) this.#workers.add(pod, 'podAdded', at);
		else this.#addedWhileDown.push(pod);
	}

	#podDeleted(pod: number, at: Micros): void {
		if (this.#state.running) this.#workers.terminate(pod, at);
		else this.#deletedWhileDown.push(pod);
	}

	#stopKubelet(at: Micros): void {
		this.#state.tell({ at, node: this.#state.input.name, kind: 'kubelet', what: 'stopped' });
		this.#state.running = false;
		this.#managers.closeAll(at);
		this.#state.clearQueue();
	}

	/** A new process: new phases, managers and queues; what was on disk and what runs in containers is still there (K16). */
	#startKubelet(at: Micros): void {
		this.#state.tell({ at, node: this.#state.input.name, kind: 'kubelet', what: 'started' });
		this.#state.incarnation += 1;
		this.#state.running = true;
		this.#state.drawPhases(at);
		if (this.#state.tokensAsked !== undefined) this.#state.tokensAsked = [];
		this.#throttledBefore += this.#managers.throttled;
		this.#managers = this.#newManagers(at);
		this.#parts = this.#presentParts();
		this.#volumes.restart(this.#managers);
		this.#managers.startUp(at);
		let arrival = at;
		const next = (): Micros => {
			const now = arrival;
			if (this.#state.input.replay === undefined) arrival += POD_ARRIVAL;
			return now;
		};
		for (const pod of this.#workers.restart(this.#managers)) this.#workers.arrive(pod, 'kubeletStarted', next());
		for (const pod of this.#addedWhileDown.splice(0)) this.#workers.arrive(pod, 'podAdded', next());
		for (const pod of this.#deletedWhileDown.splice(0)) this.#workers.terminate(pod, at);
	}

	#removeNode(at: Micros): void {
		this.#state.running = false;
		this.#managers.closeAll(at);
		this.#state.clearQueue();
		for (let pod = 0; pod < this.#pods.inputs.length; pod++) this.#volumes.forget(pod, at);
	}
}

/** True when no earlier read of a volume asks for the same object. */
function isFirst(reads: readonly ReadModel[], read: number): boolean {
	const { object } = reads[read] as ReadModel;
	for (let earlier = 0; earlier < read; earlier++) if (reads[earlier]?.object === object) return false;
	return true;
}
