// A worker thread that ends in the middle of its work, as one does that the system has killed.

import type { UnitTask } from '../../src/cli/simulate-worker.js';

/** Ends the thread in the second replication; otherwise gives an empty partial result, or throws as the model would. */
export function simulateUnit({ unit }: UnitTask): unknown {
	if (unit.variant === 'exit' && unit.replication === 1) process.exit(3);
	if (unit.variant === 'memory') {
		const hoard: number[][] = [];
		for (;;) hoard.push(new Array<number>(1_000_000).fill(hoard.length));
	}
	if (unit.variant === 'throw') throw new RangeError('thrown in the worker');
	return { unit };
}
