// The figures of a variant's delays as a result tells them, wherever they come from: all samples, or histograms.

import type { UnitStatistic } from '../core/bootstrap.js';
import type { GroupResult, Outcomes, Summary } from './result.js';

/** Units of which variants are compared pair by pair. */
export interface DelayUnits {
	readonly count: number;
	/** Quantiles of the delays of all drawn units. */
	quantiles(qs: readonly number[]): UnitStatistic[];
}

/** The figures of one variant. */
export interface DelayFigures {
	readonly delay: Summary;
	readonly shown: Summary;
	readonly outcomes: Outcomes;
	readonly lastReplica: Summary;
	readonly byObject: readonly GroupResult[];
	readonly byWorkload: readonly GroupResult[];
	/** @param asNodes nodes (or blocks of them) are the units, else replications. */
	units(asNodes: boolean): DelayUnits;
}
