// The facts of a run (names of its nodes, its writes) follow from the plan and are the same in every part of it.
// They are the largest thing in a partial result of a short run, so only the part that begins with the first node carries
// them: merging keeps the facts of the first of several neighbours.

import { NO_FACTS } from '../cluster/plane-facts.js';
import type { Partial } from '../measure/partial.js';

/** The same partial with the facts of each run only where it holds the run's first node. It cannot be summarised alone. */
export function withoutSharedFacts(partial: Partial): Partial {
	const segments = partial.segments.map((segment) => (segment.firstNode === 0 ? segment : { ...segment, plane: NO_FACTS }));
	return { ...partial, segments };
}
