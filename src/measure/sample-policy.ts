// Whether a study keeps its samples one by one or as histograms. Decided from the plan before anything is simulated, never
// from what a part of the run happens to hold: all parts must come to the same decision to be merged.

import { ROW_OCTAVES } from '../core/histogram-table.js';

/** Samples up to which a study keeps them all, over its variants and replications together. */
export const DEFAULT_EXACT_SAMPLES: number = 250_000;
/** Units of intervals of which histograms are kept: enough for an interval of p99 (368 units), not of p99.9 (3,688). */
const MOST_UNITS = 512;
/** Cells of the histograms by object or by workload, a byte each while they count little. */
const GROUP_CELLS = 2 ** 24;
/** Buckets per power of two of the histograms of a variant, as a power of two: values are off by at most 0.05 %. */
export const VARIANT_SUB_BITS: number = 10;

/** How a study keeps its samples. */
export interface SamplePolicy {
	/** At most so many samples: over variants and replications, every write in every volume that its object is mounted by. */
	readonly bound: number;
	/** Up to so many are kept one by one. */
	readonly limit: number;
	/** They are. */
	readonly exact: boolean;
}

/** What the histograms of a variant look like. */
export interface TallyLayout {
	/** Into how many blocks the nodes of a replication are put, which are units of intervals. */
	readonly blocks: number;
	/** Buckets per power of two of each object's and of each workload's histogram, as a power of two. */
	readonly objectSubBits: number;
	readonly workloadSubBits: number;
}

/**
 * The layout for a variant.
 *
 * @param nodes that it ever has; 1 when nodes are no units of intervals.
 * @param objects how many are written at most. @param workloads how many there are at most.
 */
export function tallyLayout(nodes: number, replications: number, objects: number, workloads: number): TallyLayout {
	return {
		blocks: Math.max(1, Math.min(nodes, Math.floor(MOST_UNITS / replications))),
		objectSubBits: groupSubBits(objects),
		workloadSubBits: groupSubBits(workloads),
	};
}

/** So many buckets that all groups together fit into {@link GROUP_CELLS}. */
function groupSubBits(groups: number): number {
	const perOctave = GROUP_CELLS / (ROW_OCTAVES * Math.max(1, groups));
	return Math.min(VARIANT_SUB_BITS, Math.max(0, Math.floor(Math.log2(perOctave))));
}
