// The facts of a run (names of its nodes, its writes) follow from the plan and are the same in every part of it.
// They are the largest thing in a partial result of a short run, so only the part that begins with the first node carries
// them: merging keeps the facts of the first of several neighbours.

import type { Partial, PlaneFacts } from '../measure/partial.js';

const NO_FACTS: PlaneFacts = {
	nodes: [],
	writes: [],
	refusals: [],
	counts: { nodes: 0, pods: 0, volumes: 0, injectedVolumes: 0, subPath: 0, env: 0, notMounted: 0 },
};

/** The same partial with the facts of each run only where it holds the run's first node. It cannot be summarised alone. */
export function withoutSharedFacts(partial: Partial): Partial {
	const segments = partial.segments.map((segment) => (segment.firstNode === 0 ? segment : { ...segment, plane: NO_FACTS }));
	return { ...partial, segments };
}
