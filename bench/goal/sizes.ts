// How large each measurement of the goals is: in full, and in the form in which continuous integration proves that all of it works.

import type { Strategy } from '../../src/index.js';
import type { Scale } from '../benchmark.js';
import { PODS_PER_NODE } from '../fleet/workload.js';

/** Nodes and hours of virtual time. */
export interface Size {
	readonly nodes: number;
	readonly hours: number;
}

/** Sizes of all measurements. */
export interface GoalSizes {
	/** The fleet whose speed and memory are stated. */
	readonly day: Size;
	/** Pod syncs of the bare loop between the nodes of a fleet, in {@link BARE_PIECES} pieces. */
	readonly bareSyncs: number;
	/** Strategies whose exponents are fitted. */
	readonly seriesOf: readonly Strategy[];
	/** Fleets of growing size for one duration. */
	readonly fleets: readonly Size[];
	/** One fleet for growing durations. */
	readonly durations: readonly Size[];
	/** The fleet that one and two workers share. */
	readonly workers: Size;
	/** Nodes of the main job. */
	readonly mainJobNodes: number;
}

const TEN_MINUTES = 1 / 6;
const DAY = 24;
/** Pieces of the bare loop between the nodes of a fleet. */
export const BARE_PIECES = 50;

/** Sizes by scale. */
export const GOAL_SIZES: Readonly<Record<Scale, GoalSizes>> = {
	full: {
		day: { nodes: 5_000, hours: DAY },
		bareSyncs: 50_000_000,
		seriesOf: ['Watch', 'Cache', 'Get'],
		fleets: [100, 400, 1_500, 5_000, 15_000].map((nodes) => ({ nodes, hours: 1 })),
		durations: [TEN_MINUTES, 1, 6, DAY, 7 * DAY].map((hours) => ({ nodes: 100, hours })),
		workers: { nodes: 5_000, hours: DAY },
		mainJobNodes: 200,
	},
	smoke: {
		day: { nodes: 4, hours: 1 },
		bareSyncs: 100_000,
		seriesOf: ['Cache'],
		fleets: [1, 2].map((nodes) => ({ nodes, hours: 1 })),
		durations: [1, 2].map((hours) => ({ nodes: 1, hours })),
		workers: { nodes: 4, hours: 1 },
		mainJobNodes: 1,
	},
};

/** Hours in words. */
export function hoursText(hours: number): string {
	if (hours < 1) return `${Math.round(hours * 60)} min`;
	return hours % DAY === 0 ? `${hours / DAY} d` : `${hours} h`;
}

/** A fleet in words. */
export function fleetName(strategy: Strategy, rough: boolean): string {
	return `${strategy}${rough ? ', rough twin' : ''}`;
}

/** A size in words. */
export function sizeOf({ nodes, hours }: Size): string {
	return `${nodes} nodes x ${PODS_PER_NODE} pods, ${hoursText(hours)}`;
}
