// The last step of `SyncPod`: kill what a probe condemned, keep crash-looping containers back, and create the others one
// after the other: image, environment, mounts, container (K1.4 step 11, K10, K15). It runs as a chain of steps inside the
// sync, so that a slow pull, stop or read keeps the pod's worker busy as it does in the kubelet.

import type { TimelineVersion } from '../apiserver/object-timeline.js';
import { formatDuration } from '../core/duration.js';
import { drawLanes } from '../core/random.js';
import type { Micros } from '../core/time.js';
import { goQuote } from '../kubernetes/go-quote.js';
import type { ObjectKind } from '../kubernetes/objects.js';
import { eventText } from '../kubernetes/version-profile.js';
import { bindSubPaths, type ContainerState, crashLoopBackoff, crashLoopLimits, describeView, newContainer } from './containers.js';
import type { ReadResult } from './manager/manager.js';
import { EVENT, type NodeState } from './node-state.js';
import type { EnvironmentRead } from './pod-model.js';
import { type PodTable, STATUS_CHANGED } from './pod-table.js';
import type { ContainerStep } from './replay.js';
import type { VolumeManager } from './volume-manager.js';
import type { VolumeTable } from './volume-table.js';

/** Why a sync failed. `backoffExpiry` is set when a container is held back by its crash-loop back-off. */
export interface SyncError {
	readonly text: string;
	readonly backoffExpiry: Micros | null;
}

/** What the starter needs of the pod worker. */
export interface StarterHost {
	read(pod: number, kind: ObjectKind, localObject: number, now: Micros): ReadResult<TimelineVersion> | null;
	/** The pod has a sandbox now, and no container yet. */
	onSandboxReady(pod: number, now: Micros): void;
	onContainersDone(pod: number, error: SyncError | null, now: Micros): void;
}

const STAGES: readonly ['consider', 'killed', 'pulled', 'environment', 'create'] = [
	'consider',
	'killed',
	'pulled',
	'environment',
	'create',
];
type Stage = (typeof STAGES)[number];

/** Which duration of the plan each step has. */
const DURATIONS: Readonly<Record<ContainerStep, 'containerStop' | 'imagePull' | 'containerCreate'>> = {
	stop: 'containerStop',
	pull: 'imagePull',
	create: 'containerCreate',
};

/** Ordinals of the pod's draws that belong to its containers: above those of any number of syncs. */
const FIRST_ORDINAL = 0x4000_0000;
/** Containers of one pod that have draws of their own; more share them, which does no harm. */
const MAX_CONTAINERS = 32;

interface Progress {
	container: number;
	stage: Stage;
	/** Containers that were dead before the sync began: only they are subject to the back-off (K20.31). */
	readonly deadBefore: readonly boolean[];
	/** Number of references of the environment that are dealt with, and what was found of each object. */
	mentions: number;
	readonly reads: Map<string, TimelineVersion | null>;
	errors: string[];
	backoffExpiry: Micros | null;
}

/** Containers of all pods of a node. */
export class ContainerStarter {
	readonly #state: NodeState;
	readonly #pods: PodTable;
	readonly #table: VolumeTable;
	readonly #volumes: VolumeManager;
	readonly #host: StarterHost;
	readonly #containers: ContainerState[][];
	readonly #progress: (Progress | null)[];

	constructor(state: NodeState, pods: PodTable, table: VolumeTable, volumes: VolumeManager, host: StarterHost) {
		this.#state = state;
		this.#pods = pods;
		this.#table = table;
		this.#volumes = volumes;
		this.#host = host;
		this.#containers = pods.inputs.map((pod) => pod.model.containers.map(newContainer));
		this.#progress = pods.inputs.map(() => null);
	}

	/** Containers of a pod that has been running for long. */
	adopt(pod: number): void {
		for (const container of this.#of(pod)) {
			container.running = !container.model.init;
			container.completed = container.model.init;
			container.created = 1;
			bindSubPaths(container, this.#table, this.#pods.firstVolume[pod] as number);
		}
	}

	/** The containers of a pod, for tests and reports. */
	containers(pod: number): readonly ContainerState[] {
		return this.#of(pod);
	}

	/** True when a sync has a container to kill, start or restart. */
	anythingToDo(pod: number): boolean {
		return this.#of(pod).some((container) => !container.completed && (!container.running || container.exited || container.killRequested));
	}

	/** A container's process ended, which the kubelet does not know yet. False when it does not run. */
	die(pod: number, index: number, now: Micros): boolean {
		const container = this.#of(pod)[index];
		if (container === undefined || !container.running || container.exited) return false;
		container.exited = true;
		this.#ended(pod, container, now);
		return true;
	}

	/** A relist has shown which containers of the pod have ended: a sync that began before took them for running (K20.31). */
	noticeDeaths(pod: number): void {
		for (const container of this.#of(pod)) {
			if (container.exited) container.running = false;
			container.exited = false;
		}
	}

	/** A probe condemned a container. False when it does not run. */
	requestKill(pod: number, index: number): boolean {
		const container = this.#of(pod)[index];
		if (container === undefined || !container.running) return false;
		container.killRequested = true;
		return true;
	}

	/** The pod is being terminated: each running container is told to stop, with an event (K1.5). */
	announceStop(pod: number, now: Micros): void {
		for (const { running, exited, model } of this.#of(pod)) {
			if (running && !exited) this.#state.emit(now, this.#pods.input(pod).key, 'Normal', 'Killing', `Stopping container ${model.name}`);
		}
	}

	/** All containers of a pod end for good. */
	stopAll(pod: number, now: Micros): void {
		this.#progress[pod] = null;
		for (const container of this.#of(pod)) if (container.running) this.#stopped(pod, container, now);
	}

	/** Crash-loop entries live in the kubelet's memory and die with it (K16). */
	forgetBackoff(): void {
		for (const [pod, containers] of this.#containers.entries()) {
			this.#progress[pod] = null;
			this.noticeDeaths(pod);
			for (const container of containers) container.backoff = 0;
		}
	}

	/** Begins the container part of a sync; ends with `onContainersDone`. */
	begin(pod: number, now: Micros): void {
		const deadBefore = this.#of(pod).map((container) => !container.running && container.created > 0);
		this.#progress[pod] = { container: 0, stage: 'consider', deadBefore, mentions: 0, reads: new Map(), errors: [], backoffExpiry: null };
		if (this.#of(pod).every((container) => container.created === 0)) this.#host.onSandboxReady(pod, now);
		this.step(pod, now);
	}

	/** Goes on where the chain of steps waits. */
	step(pod: number, now: Micros): void {
		for (;;) {
			const progress = this.#progress[pod];
			if (progress === null || progress === undefined) return;
			const container = this.#of(pod)[progress.container];
			if (container === undefined) {
				this.#done(pod, progress, now);
				return;
			}
			if (!this.#advance(pod, progress, container, now)) return;
		}
	}

	/** A read of the environment has its result. */
	onRead(pod: number, result: ReadResult<TimelineVersion>, now: Micros): void {
		const progress = this.#progress[pod];
		if (progress === null || progress === undefined) return;
		const container = this.#of(pod)[progress.container] as ContainerState;
		this.#tookRead(pod, progress, container, result, now);
		this.step(pod, now);
	}

	#of(pod: number): ContainerState[] {
		return this.#containers[pod] as ContainerState[];
	}

	/** One stage of one container; false when it has to wait. */
	#advance(pod: number, progress: Progress, container: ContainerState, now: Micros): boolean {
		switch (progress.stage) {
			case 'consider':
				return this.#consider(pod, progress, container, now);
			case 'killed':
				this.#stopped(pod, container, now);
				container.killRequested = false;
				return this.#pull(pod, progress, container, now);
			case 'pulled':
				progress.stage = 'environment';
				progress.mentions = 0;
				progress.reads.clear();
				return true;
			case 'environment':
				return this.#environment(pod, progress, container, now);
			case 'create':
				this.#create(pod, progress, container, now);
				return true;
		}
	}

	#consider(pod: number, progress: Progress, container: ContainerState, now: Micros): boolean {
		if (container.completed || (container.running && !container.killRequested)) {
			this.#next(progress);
			return true;
		}
		const { key } = this.#pods.input(pod);
		if (container.running) {
			const message = `Container ${container.model.name} failed liveness probe, will be restarted`;
			this.#state.emit(now, key, 'Normal', 'Killing', message);
			this.#pods.didSomething[pod] = 1;
			progress.stage = 'killed';
			return this.#wait(pod, 'stop', now);
		}
		if (progress.deadBefore[progress.container] === true) {
			const { initial, longest } = crashLoopLimits(this.#state.input.profile, this.#state.input.settings.maxContainerRestartPeriod);
			const until = crashLoopBackoff(container, initial, longest, now);
			if (until !== null) {
				const { uid } = this.#pods.input(pod);
				const place = `${key.replace(/^([^/]*)\/(.*)$/, '$2_$1')}(${uid})`;
				this.#state.emit(now, key, 'Warning', 'BackOff', `Back-off restarting failed container ${container.model.name} in pod ${place}`);
				const text = `back-off ${formatDuration(container.backoff)} restarting failed container=${container.model.name} pod=${place}`;
				progress.errors.push(`failed to "StartContainer" for "${container.model.name}" with CrashLoopBackOff: ${goQuote(text)}`);
				progress.backoffExpiry = Math.min(progress.backoffExpiry ?? until, until);
				this.#next(progress);
				return true;
			}
		}
		return this.#pull(pod, progress, container, now);
	}

	/**
	 * `imagePullPolicy: Always` asks the registry every time; other images are taken as present on the node. The event comes
	 * before the container is configured, so an attempt that fails there has it as well (K20.32).
	 */
	#pull(pod: number, progress: Progress, container: ContainerState, now: Micros): boolean {
		progress.stage = 'pulled';
		const { key } = this.#pods.input(pod);
		const { name, image, pullsAlways } = container.model;
		if (pullsAlways) {
			this.#state.emit(now, key, 'Normal', 'Pulling', `Pulling image "${image}"`);
			return this.#wait(pod, 'pull', now);
		}
		this.#state.emit(now, key, 'Normal', 'Pulled', eventText(this.#state.input.profile.eventTextImagePresent, name, image));
		return true;
	}

	#environment(pod: number, progress: Progress, container: ContainerState, now: Micros): boolean {
		const read = container.model.environment[progress.mentions];
		if (read === undefined) {
			progress.stage = 'create';
			return this.#wait(pod, 'create', now);
		}
		const known = progress.reads.get(this.#label(pod, read)) ?? null;
		if (known !== null) {
			this.#tookRead(pod, progress, container, { kind: 'found', object: known }, now);
			return true;
		}
		const local = this.#state.input.localObjects.get(read.object) as number;
		const result = this.#host.read(pod, read.kind, local, now);
		if (result === null) return false;
		this.#tookRead(pod, progress, container, result, now);
		return true;
	}

	#label(pod: number, { kind, name }: EnvironmentRead): string {
		return `${kind}/${this.#pods.input(pod).model.namespace}/${name}`;
	}

	#tookRead(pod: number, progress: Progress, container: ContainerState, result: ReadResult<TimelineVersion>, now: Micros): void {
		const read = container.model.environment[progress.mentions] as EnvironmentRead;
		const error = this.#environmentError(pod, read, result);
		if (error !== null) {
			this.#configError(pod, progress, container, error, now);
			return;
		}
		progress.mentions += 1;
		progress.reads.set(this.#label(pod, read), result.kind === 'found' ? result.object : null);
	}

	#environmentError(pod: number, { kind, name, key, optional }: EnvironmentRead, result: ReadResult<TimelineVersion>): string | null {
		if (result.kind !== 'found') return result.kind === 'notFound' && optional ? null : result.text;
		if (key === null || optional || result.object.state.data[key] !== undefined) return null;
		return `couldn't find key ${key} in ${kind} ${this.#pods.input(pod).model.namespace}/${name}`;
	}

	/** The container cannot be created: event `Failed`, and the sync fails (K10). */
	#configError(pod: number, progress: Progress, container: ContainerState, text: string, now: Micros): void {
		this.#state.emit(now, this.#pods.input(pod).key, 'Warning', 'Failed', `Error: ${text}`);
		progress.errors.push(`failed to "StartContainer" for "${container.model.name}" with CreateContainerConfigError: ${goQuote(text)}`);
		this.#next(progress);
		// What comes after an init container waits for it.
		if (container.model.init) progress.container = this.#of(pod).length;
	}

	#create(pod: number, progress: Progress, container: ContainerState, now: Micros): void {
		const first = this.#pods.firstVolume[pod] as number;
		const error = bindSubPaths(container, this.#table, first);
		if (error !== null) {
			this.#configError(pod, progress, container, error, now);
			return;
		}
		const { profile, name } = this.#state.input;
		const { key } = this.#pods.input(pod);
		const { model } = container;
		container.environment = [...progress.reads].map(([object, found]) => ({ object, resourceVersion: found?.resourceVersion ?? null }));
		container.running = !model.init;
		container.completed = model.init;
		container.created += 1;
		this.#pods.didSomething[pod] = 1;
		this.#pods.statusChanged[pod] = STATUS_CHANGED;
		this.#state.emit(now, key, 'Normal', 'Created', eventText(profile.eventTextCreated, model.name, model.image));
		this.#state.emit(now, key, 'Normal', 'Started', eventText(profile.eventTextStarted, model.name, model.image));
		for (const volume of model.directories) this.#volumes.reattach(first + volume, now);
		if (this.#state.trace !== undefined) {
			const sees = describeView(container, this.#table, first);
			this.#state.tell({ at: now, node: name, kind: 'containerStarted', pod: key, container: model.name, sees });
		}
		this.#next(progress);
	}

	#next(progress: Progress): void {
		progress.container += 1;
		progress.stage = 'consider';
	}

	#stopped(pod: number, container: ContainerState, now: Micros): void {
		container.running = false;
		if (!container.exited) this.#ended(pod, container, now);
		container.exited = false;
	}

	#ended(pod: number, container: ContainerState, now: Micros): void {
		container.finishedAt = now;
		this.#pods.statusChanged[pod] = STATUS_CHANGED;
		this.#state.tell({
			at: now,
			node: this.#state.input.name,
			kind: 'containerDied',
			pod: this.#pods.input(pod).key,
			container: container.model.name,
		});
	}

	#wait(pod: number, step: ContainerStep, now: Micros): false {
		const progress = this.#progress[pod] as Progress;
		const { timing, replay } = this.#state.input;
		const range = timing[DURATIONS[step]];
		const ordinal =
			FIRST_ORDINAL +
			((this.#pods.syncs[pod] as number) * MAX_CONTAINERS + progress.container) * STAGES.length +
			STAGES.indexOf(progress.stage);
		const u = drawLanes(this.#pods.laneA[pod] as number, this.#pods.laneB[pod] as number, ordinal);
		const { name } = (this.#of(pod)[progress.container] as ContainerState).model;
		const recorded = replay?.containerStepAfter?.(this.#pods.input(pod).key, name, step, now);
		const end = recorded ?? now + range.min + Math.floor(u * (range.max - range.min + 1));
		this.#state.schedule(end, EVENT.containerStep, pod, this.#pods.generation[pod] as number);
		return false;
	}

	#done(pod: number, progress: Progress, now: Micros): void {
		this.#progress[pod] = null;
		const error = progress.errors.length === 0 ? null : { text: progress.errors.join(', '), backoffExpiry: progress.backoffExpiry };
		this.#host.onContainersDone(pod, error, now);
	}
}
