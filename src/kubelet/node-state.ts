// What the parts of one simulated kubelet share: the event queue with the total order of simultaneous happenings, the
// phases of the kubelet's loops, counters, and the optional trace. The loops (sync ticker, populator, reconciler, PLEG
// relist) are grids that are computed, never stepped (K3.1, K1.1).

import { EventQueue } from '../core/event-queue.js';
import { drawIntegerLanes } from '../core/random.js';
import { firstOnGridAfter, type Micros, type MicrosRange } from '../core/time.js';
import type { TraceEvent, TraceSink } from '../measure/trace.js';
import { type LoopPhases, loopPhases, SYNC_TICK } from './loop-phases.js';
import type { NodeInput } from './node-input.js';

/**
 * Kinds of node events. The number is also the rank among events of one instant: what has been answered comes before what
 * completes, completions before syncs, syncs before the loops that look at what they left behind.
 */
export const EVENT: {
	readonly clientTimer: 0;
	readonly managerTimer: 1;
	readonly operationDone: 2;
	readonly stateChange: 3;
	readonly tick: 4;
	readonly statusReady: 5;
	readonly reprocess: 6;
	readonly mountPoll: 7;
	readonly containerStep: 8;
	readonly syncEnd: 9;
	readonly podStep: 10;
	readonly populate: 11;
	readonly reconcile: 12;
	readonly statusRequest: 13;
} = {
	clientTimer: 0,
	managerTimer: 1,
	operationDone: 2,
	stateChange: 3,
	tick: 4,
	statusReady: 5,
	reprocess: 6,
	mountPoll: 7,
	containerStep: 8,
	syncEnd: 9,
	podStep: 10,
	populate: 11,
	reconcile: 12,
	statusRequest: 13,
};

const RANK = 0x1_0000_0000;
/** Largest number of pods or volumes of a node whose order is up to chance, and how finely chance is cut. */
const MAX_INDEX = 0x10_0000;
const CHANCES = RANK / MAX_INDEX;

/** One kind of Kubernetes event that the kubelet emitted, and how often. */
export interface EventCount {
	readonly type: 'Normal' | 'Warning';
	readonly reason: string;
	readonly message: string;
	count: number;
}

/** Counts of one node in the measured window. */
export interface NodeCounters {
	syncs: number;
	refreshes: number;
	swaps: number;
}

/** State shared by the parts of one node. */
export class NodeState {
	readonly input: NodeInput;
	readonly trace: TraceSink | undefined;
	readonly counters: NodeCounters = { syncs: 0, refreshes: 0, swaps: 0 };
	readonly events: Map<string, EventCount> = new Map();
	readonly queue: EventQueue = new EventQueue();
	/** Number of kubelet starts; part of the key of the phases. */
	incarnation = 0;
	/** Takes the instants at which this process of the kubelet asks its client for tokens, when somebody wants to know. */
	tokensAsked: Micros[] | undefined;
	/** False while the kubelet is down. */
	running = true;
	loops: LoopPhases;

	constructor(input: NodeInput, trace: TraceSink | undefined) {
		this.input = input;
		this.trace = trace;
		this.loops = loopPhases(input, 0, Math.min(0, input.kubeletStartedAt), 'running');
	}

	/** Draws new phases of all loops for a kubelet that has just started and syncs its first pods at `from`. */
	drawPhases(from: Micros): void {
		this.loops = loopPhases(this.input, this.incarnation, from, 'starting');
	}

	/** Adds an event; `index` (a pod or a volume of this node) orders it among its kind. */
	schedule(at: Micros, kind: number, index: number, generation: number): void {
		this.queue.push(at, kind * RANK + index, kind, index, generation);
	}

	/** Adds an event whose place among its kind at one instant is up to chance, as the order of a Go map is. */
	scheduleByChance(at: Micros, kind: number, index: number, chance: number): void {
		this.queue.push(at, kind * RANK + placeByChance(chance, index), kind, index, 0);
	}

	/** Everything that waits is forgotten: the process is gone. */
	clearQueue(): void {
		this.queue.clear();
	}

	/** Run time of one PLEG relist. */
	get relistRun(): Micros {
		return this.loops.relistRun;
	}

	/** The next pass of the populator strictly after `at`. */
	populatorAfter(at: Micros): Micros {
		return firstOnGridAfter(at, this.loops.populatorPhase, this.loops.populatorPeriod);
	}

	/** The next pass of the reconciler strictly after `at`. */
	reconcilerAfter(at: Micros): Micros {
		return firstOnGridAfter(at, this.loops.reconcilerPhase, this.loops.reconcilerPeriod);
	}

	/** The next sync tick strictly after `at`: due must lie strictly before the tick (K2.2). */
	tickAfter(at: Micros): Micros {
		return firstOnGridAfter(at, this.loops.tickPhase, SYNC_TICK);
	}

	/** When the first PLEG relist that starts strictly after `at` has ended. */
	relistEndAfter(at: Micros): Micros {
		const { relistPhase, relistPeriod, relistRun } = this.loops;
		return firstOnGridAfter(at, relistPhase, relistPeriod) + relistRun;
	}

	/** True when `at` lies in the measured window. */
	measured(at: Micros): boolean {
		return at >= this.input.measureFrom && at < this.input.measureTo;
	}

	/** Counts a Kubernetes event and tells the trace. */
	emit(at: Micros, pod: string, type: 'Normal' | 'Warning', reason: string, message: string): void {
		this.trace?.({ at, node: this.input.name, kind: 'event', pod, type, reason, message });
		if (this.measured(at)) this.count(type, reason, message, 1);
	}

	/** Counts Kubernetes events in the measured window. */
	count(type: 'Normal' | 'Warning', reason: string, message: string, count: number): void {
		if (count === 0) return;
		const key = `${type} ${reason} ${message}`;
		const known = this.events.get(key);
		if (known === undefined) this.events.set(key, { type, reason, message, count });
		else known.count += count;
	}

	/** Sends a trace event; callers guard with `state.trace !== undefined` where making it costs something. */
	tell(event: TraceEvent): void {
		this.trace?.(event);
	}
}

/**
 * Place among happenings of one kind and instant whose order is up to chance; the index decides where chance does not.
 *
 * @param chance a draw in [0, 1). @param index of a pod or a volume of the node.
 */
export function placeByChance(chance: number, index: number): number {
	return Math.floor(chance * CHANCES) * MAX_INDEX + index;
}

/** A duration of a range for a draw of a stream; no draw when the range is a single value. */
export function duration(range: MicrosRange, laneA: number, laneB: number, ordinal: number): Micros {
	if (range.min === range.max) return range.min;
	return drawIntegerLanes(laneA, laneB, ordinal, range.min, range.max);
}
