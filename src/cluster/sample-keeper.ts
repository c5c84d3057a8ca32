// What becomes of the samples of each node: they are kept one by one, counted in histograms, or both. The plan says which; all
// parts of a run do the same.

import type { NodeInput, PodInput } from '../kubelet/node-input.js';
import { joinSamples, type Segment } from '../measure/partial.js';
import type { SampleBuffer } from '../measure/samples.js';
import type { CountedPod, Tally } from '../measure/tally.js';
import { type NodeSamples, nodeSamples } from './node-samples.js';

/** Takes the samples of one node after the other. */
export class SampleKeeper {
	readonly #tally: Tally | null;
	readonly #keeps: boolean;
	readonly #nodes = new Map<number, NodeSamples>();

	/** @param tally null: samples are not counted. @param keeps they are kept. */
	constructor(tally: Tally | null, keeps: boolean) {
		this.#tally = tally;
		this.#keeps = keeps;
	}

	/** The samples of a node. @param node its number. */
	take(node: number, input: NodeInput, buffer: SampleBuffer): void {
		if (buffer.length === 0) return;
		if (this.#tally !== null) {
			const pods = input.pods.map((pod) => new CountedInput(pod));
			this.#tally.node(node, pods, buffer.view());
		}
		if (this.#keeps) this.#nodes.set(node, nodeSamples(input, node, buffer));
	}

	/** What is left of them for a segment, nodes in their order. */
	kept(): Pick<Segment, 'pods' | 'samples' | 'tally'> {
		const nodes = [...this.#nodes].sort(([a], [b]) => a - b).map(([, samples]) => samples);
		return { ...joinSamples(nodes), tally: this.#tally?.data() ?? null };
	}
}

/** A pod as it is counted. Few of a node's pods have samples, and only these are asked for the name of their workload. */
class CountedInput implements CountedPod {
	readonly index: number;
	readonly #input: PodInput;

	constructor(input: PodInput) {
		this.index = input.index;
		this.#input = input;
	}

	get workload(): string {
		return this.#input.model.workload;
	}
}
