// What becomes of the samples of each node: they are kept one by one, counted in histograms, or both. The plan says which; all
// parts of a run do the same.

import type { NodeInput } from '../kubelet/node-input.js';
import { joinSamples, type Segment } from '../measure/partial.js';
import type { SampleBuffer } from '../measure/samples.js';
import type { Tally } from '../measure/tally.js';
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
		this.#tally?.node(node, input.pods, buffer.view());
		if (this.#keeps) this.#nodes.set(node, nodeSamples(input, node, buffer));
	}

	/** What is left of them for a segment, nodes in their order. */
	kept(): Pick<Segment, 'pods' | 'samples' | 'tally'> {
		const nodes = [...this.#nodes].sort(([a], [b]) => a - b).map(([, samples]) => samples);
		return { ...joinSamples(nodes), tally: this.#tally?.data() ?? null };
	}
}
