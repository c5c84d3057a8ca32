// Simulates a recorded delay run many times and collects, per object, what the recording tells of it: delays of the pods
// that were recorded, gaps between syncs, requests by kind, and times between two GETs.

import type { Plan } from '../../src/cluster/plan.js';
import { simulate } from '../../src/cluster/simulate.js';
import { type Micros, SECOND } from '../../src/core/time.js';
import { objectLabel, type TraceEvent, type TraceSink } from '../../src/measure/trace.js';
import { objectName, windowOf } from './delay-plan.js';
import type { DelayRecording, RecordedNode } from './delay-recording.js';

/** One object over one replication. */
export interface SimulatedObject {
	/** Delays of its writes in the recorded pods, seconds. */
	readonly delays: number[];
	/** Requests of the kubelet in the window, by kind as the recorder names it. */
	readonly requests: Map<string, number>;
	/** Seconds between two GETs. */
	readonly fetchGaps: number[];
}

/** One node over all replications. */
export interface SimulatedNode {
	/** By replication, then by object number. */
	readonly replications: readonly (readonly SimulatedObject[])[];
	/** Gaps between two syncs of one pod in the window, seconds, all pods and replications. */
	readonly gaps: readonly number[];
	/** Writes that were never shown in a recorded pod, all replications. */
	readonly notShown: number;
}

/** The verb of a request with the options that matter, as the recorder writes it, for example `GET rv=0`. */
export function requestKind(event: Extract<TraceEvent, { kind: 'request' }>): string {
	const version = event.resourceVersion === 'set' ? 'last' : event.resourceVersion;
	const initial = event.sendInitialEvents ? ' sendInitialEvents' : '';
	const match = event.resourceVersionMatch === undefined ? '' : ` match=${event.resourceVersionMatch}`;
	return `${event.verb} rv=${version}${initial}${match}${(event.limit ?? 0) > 0 ? ` limit=${event.limit}` : ''}`;
}

/** Simulates one node of a run. */
export function simulateNode(plan: Plan, recording: DelayRecording, node: RecordedNode): SimulatedNode {
	const gaps: number[] = [];
	let notShown = 0;
	const replications = Array.from({ length: plan.replications }, (_, replication) => {
		const collector = new Collector(recording, node);
		const trace: TraceSink = Object.assign((event: TraceEvent) => collector.take(event), { withoutSwapSteps: true });
		simulate(plan, { variants: [node.name], replications: [replication], trace });
		for (const gap of collector.gaps) gaps.push(gap);
		notShown += collector.notShown;
		return collector.objects;
	});
	return { replications, gaps, notShown };
}

class Collector {
	readonly objects: readonly SimulatedObject[];
	readonly gaps: number[] = [];
	notShown = 0;
	readonly #from: Micros;
	readonly #to: Micros;
	readonly #byLabel = new Map<string, SimulatedObject>();
	readonly #recordedPods: ReadonlySet<string>;
	readonly #lastSync = new Map<string, Micros>();
	readonly #lastFetch = new Map<string, Micros>();

	constructor(recording: DelayRecording, node: RecordedNode) {
		({ from: this.#from, to: this.#to } = windowOf(recording));
		this.#recordedPods = new Set(node.samples.map((sample) => `run/${sample.pod}`));
		this.objects = Array.from({ length: node.objects }, (_, object) => {
			const simulated: SimulatedObject = { delays: [], requests: new Map(), fetchGaps: [] };
			this.#byLabel.set(objectLabel(recording.kind, 'run', objectName(node, object)), simulated);
			return simulated;
		});
	}

	take(event: TraceEvent): void {
		if (event.kind === 'settled') {
			if (!this.#recordedPods.has(event.pod)) return;
			if (event.outcome === 'shown') this.#of(event.object).delays.push(event.delay / SECOND);
			else this.notShown += 1;
		} else if (event.kind === 'syncStart') this.#sync(event.pod, event.at);
		else if (event.kind === 'request' && event.at >= this.#from && event.at <= this.#to) {
			const { requests } = this.#of(event.object);
			const kind = requestKind(event);
			requests.set(kind, (requests.get(kind) ?? 0) + 1);
			if (event.verb === 'GET') this.#fetch(event.object, event.at);
		}
	}

	#of(label: string): SimulatedObject {
		const object = this.#byLabel.get(label);
		if (object === undefined) throw new Error(`the simulated node asked for ${label}, which the recording does not have`);
		return object;
	}

	/** Both syncs of a gap lie in the window, as in the recording. */
	#sync(pod: string, at: Micros): void {
		const last = this.#lastSync.get(pod);
		if (last !== undefined && last >= this.#from && at <= this.#to) this.gaps.push((at - last) / SECOND);
		this.#lastSync.set(pod, at);
	}

	#fetch(label: string, at: Micros): void {
		const last = this.#lastFetch.get(label);
		if (last !== undefined) this.#of(label).fetchGaps.push((at - last) / SECOND);
		this.#lastFetch.set(label, at);
	}
}
