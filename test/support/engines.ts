// One plan on both engines, for tests that compare them.

import { type Plan, type Segment, simulate } from '../../src/index.js';
import { PiecewiseNode } from '../../src/kubelet/fast/pieces/piecewise-node.js';

/** Both engines' figures of the first run of a plan, and how many nodes the fast one has tried to serve in pieces. */
export function both(study: Plan): { readonly fast: Segment; readonly reference: Segment; readonly pieces: number } {
	const run = PiecewiseNode.prototype.run;
	let pieces = 0;
	PiecewiseNode.prototype.run = function () {
		pieces += 1;
		return run.call(this);
	};
	try {
		const [fast, reference] = (['fast', 'reference'] as const).map((engine) => simulate(study, { engine }).segments[0] as Segment);
		return { fast: fast as Segment, reference: reference as Segment, pieces };
	} finally {
		PiecewiseNode.prototype.run = run;
	}
}
