// The samples of one node in the order in which results tell them: by write, pod and volume. Which of them was settled first,
// and which node was simulated first, plays no role; so the rows of a run are the same however it was cut.

import type { NodeInput, PodInput } from '../kubelet/node-input.js';
import type { PodRow, Segment } from '../measure/partial.js';
import type { SampleBuffer } from '../measure/samples.js';

/** Samples and the pods that they are of, in the order of their numbers in the run. */
export type NodeSamples = Pick<Segment, 'pods' | 'samples'>;

/** What one node's simulation left in a buffer. @param node number of the node. */
export function nodeSamples(input: NodeInput, node: number, buffer: SampleBuffer): NodeSamples {
	const samples = buffer.sorted();
	const places = new Map<number, number>();
	for (const pod of samples.pod) places.set(pod, 0);
	const pods: PodRow[] = [];
	for (const pod of input.pods) {
		if (!places.has(pod.index)) continue;
		places.set(pod.index, pods.length);
		pods.push(podRow(pod, node));
	}
	for (let i = 0; i < samples.pod.length; i++) samples.pod[i] = places.get(samples.pod[i] as number) as number;
	return { pods, samples };
}

function podRow({ index, key, model }: PodInput, node: number): PodRow {
	return { index, key, node, workload: model.workload, volumes: model.volumes.map(({ name }) => name) };
}
