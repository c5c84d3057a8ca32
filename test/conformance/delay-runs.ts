// Conformance end to end, in law: a recorded delay run is simulated from its header and its write times with many seeds, and
// what was recorded of each node is compared with what the model gives: delays, gaps between syncs, requests, times between
// two GETs. A kubelet's phases and jitter are new in every run, so single events cannot agree, but their laws must.
//
// Each node's figures are separate hypotheses. A run disagrees when one of them has a chance below RUN_LEVEL divided by their
// number (Bonferroni), so a right model fails one recorded run in ten thousand, and a set of ten runs less than once in a thousand.

import { type KolmogorovSmirnov, twoSampleTest } from '../../src/core/kolmogorov-smirnov.js';
import { type Agreement, AgreementTally } from './agreement.js';
import { delayPlan } from './delay-plan.js';
import type { DelayRecording, DelayRunFiles, RecordedNode } from './delay-recording.js';
import { type SimulatedNode, type SimulatedObject, simulateNode } from './delay-simulation.js';
import { CellCounts, cellDistance, cellQuantile, resampledTest } from './resampling.js';

/** Chance that a right model disagrees with one recorded run. */
export const RUN_LEVEL = 0.0001;
/** Seed of the simulated runs. */
const SEED = 20_261_121;
/** Simulated runs: enough for the simulated law to be much sharper than the recorded one. */
const REPLICATIONS = 8;
/** Width of the cells of delays whose units are objects, seconds: below what a quantile of the recordings can tell. */
const DELAY_CELL = 0.05;
/** Quantiles that are compared where pods share objects. */
const QUANTILES: readonly number[] = [0.1, 0.5, 0.9, 0.99];
/** A gap counts as whole when it is this near to whole seconds: dispatch on a busy machine takes some milliseconds. */
const WHOLE_SECOND = 0.02;
/** Least share of whole gaps. Recorded of whole nodes: 99.4 to 100 % (K2.4), on a machine that other runs kept busy. */
const WHOLE_SHARE = 0.98;

/** The files of a run; each has figures of its own. */
export type DelayFile = keyof DelayRunFiles;

/** One figure of one node, recorded and simulated. */
export interface Comparison {
	/** The recorded file that the figure is of. */
	readonly file: DelayFile;
	readonly figure: string;
	readonly recorded: number;
	readonly simulated: number;
	/** Chance under the model of a figure at least as far off; null for a rule, which holds or does not. */
	readonly chance: number | null;
	readonly holds: boolean;
}

/** A node's comparisons and the samples that they are made of. */
export interface NodeComparison {
	readonly node: RecordedNode;
	readonly recordedDelays: Float64Array;
	readonly simulatedDelays: Float64Array;
	readonly recordedGaps: readonly number[];
	readonly simulatedGaps: readonly number[];
	readonly comparisons: readonly Comparison[];
}

/** A run's comparisons. */
export interface DelayComparison {
	readonly recording: DelayRecording;
	/** Level of each single comparison. */
	readonly level: number;
	readonly nodes: readonly NodeComparison[];
}

/** What the comparison of a run says of one of its files, or of all. */
export function delayRunAgreement({ nodes, level }: DelayComparison, file?: DelayFile): Agreement {
	const tally = new AgreementTally();
	for (const { node, comparisons } of nodes) {
		const { name, strategy, ttlSeconds, objects, podsPerObject } = node;
		for (const comparison of comparisons.filter((one) => file === undefined || one.file === file)) {
			const { figure, recorded, simulated, chance, holds } = comparison;
			const input = { node: name, strategy, ttlSeconds, objects, podsPerObject, level };
			tally.count(holds ? null : { id: `${name}: ${figure}`, input, recorded, ours: { simulated, chance } });
		}
	}
	return tally.agreement;
}

/**
 * Compares a run in all figures.
 *
 * @param planOf makes the plan; a test puts mistakes into it.
 */
export function compareDelayRun(recording: DelayRecording, planOf: typeof delayPlan = delayPlan): DelayComparison {
	const figures = recording.nodes.reduce((sum, node) => sum + figuresOf(node), 0);
	const level = RUN_LEVEL / figures;
	const nodes = recording.nodes.map((node) => {
		return compareNode(recording, node, simulateNode(planOf(recording, SEED, replicationsFor(node, level)), recording, node), level);
	});
	return { recording, level, nodes };
}

/** Where few objects are the units there must be enough of each for as many different data sets as the level asks for. */
function replicationsFor(node: RecordedNode, level: number): number {
	if (node.podsPerObject === 1) return REPLICATIONS;
	return Math.max(REPLICATIONS, Math.ceil((1.2 / level) ** (1 / node.objects)));
}

/** Number of a node's figures that are tested at a level: delays, gaps, requests of each kind, times between GETs. */
function figuresOf(node: RecordedNode): number {
	return (node.podsPerObject > 1 ? 1 + QUANTILES.length : 1) + 1 + Math.max(1, node.requests.size) + (node.fetchGaps.length > 0 ? 1 : 0);
}

/** Compares one node. Also used on simulated recordings, to check that the tests keep their level. */
export function compareNode(recording: DelayRecording, node: RecordedNode, simulated: SimulatedNode, level: number): NodeComparison {
	const resamples = Math.ceil(4 / level);
	const comparisons = [
		...compareDelays(node, simulated, level, resamples),
		...compareGaps(node, simulated, level),
		...compareRequests(node, simulated, level, resamples),
		...compareFetchGaps(recording, node, simulated, level, resamples),
	];
	return {
		node,
		recordedDelays: Float64Array.from(node.samples, (sample) => sample.delay).sort(),
		simulatedDelays: Float64Array.from(simulated.replications.flat().flatMap((object) => object.delays)).sort(),
		recordedGaps: node.gaps,
		simulatedGaps: simulated.gaps,
		comparisons,
	};
}

function tested(file: DelayFile, figure: string, recorded: number, simulated: number, chance: number, level: number): Comparison {
	return { file, figure, recorded, simulated, chance, holds: chance >= level };
}

function compareDelays(node: RecordedNode, simulated: SimulatedNode, level: number, resamples: number): Comparison[] {
	// In the model each write of the recorded spacing is shown before the next one; the recorder lost none either.
	const rule: Comparison = {
		file: 'samples',
		figure: 'writes that were not shown',
		recorded: missingSamples(node),
		simulated: simulated.notShown,
		chance: null,
		holds: missingSamples(node) === 0 && simulated.notShown === 0,
	};
	return [
		rule,
		...(node.podsPerObject > 1 ? compareSharedDelays(node, simulated, level, resamples) : [compareOwnDelays(node, simulated, level)]),
	];
}

/** Versions of each object that a recorded pod never showed. */
function missingSamples(node: RecordedNode): number {
	const pods = new Map<number, Set<string>>();
	const last = new Map<number, number>();
	for (const { object, pod, version } of node.samples) {
		pods.set(object, (pods.get(object) ?? new Set()).add(pod));
		last.set(object, Math.max(last.get(object) ?? 0, version));
	}
	let expected = 0;
	for (const [object, version] of last) expected += version * (pods.get(object) as Set<string>).size;
	return expected - node.samples.length;
}

/** One pod per object, writes at random and far apart: the samples are independent. */
function compareOwnDelays(node: RecordedNode, simulated: SimulatedNode, level: number): Comparison {
	const recorded = Float64Array.from(node.samples, (sample) => sample.delay).sort();
	const ours = Float64Array.from(simulated.replications.flat().flatMap((object) => object.delays)).sort();
	const { distance, pValue } = testOf(recorded, ours);
	return tested('samples', 'delays (Kolmogorov-Smirnov distance)', distance, 0, pValue, level);
}

/** Some pods share an object: the objects are the units. */
function compareSharedDelays(node: RecordedNode, simulated: SimulatedNode, level: number, resamples: number): Comparison[] {
	const all = simulated.replications.flat().flatMap((object) => object.delays);
	const recordedDelays = node.samples.map((sample) => sample.delay);
	const cells = Math.ceil(largest(recordedDelays, all) / DELAY_CELL) + 1;
	const counts = (values: readonly number[]): Float64Array => new CellCounts(cells, DELAY_CELL, values).counts;
	const law = counts(all);
	const written = [...new Set(node.samples.map((sample) => sample.object))];
	const strata = written.map((object) => simulated.replications.map((objects) => counts((objects[object] as SimulatedObject).delays)));
	const figures = (sum: Float64Array): number[] => [cellDistance(sum, law), ...QUANTILES.map((q) => cellQuantile(sum, q))];
	const recorded = figures(counts(recordedDelays));
	const { upper, lower } = resampledTest(strata, figures, recorded, resamples, `delays ${node.name}`, isDistance);
	return [
		tested('samples', 'delays (Kolmogorov-Smirnov distance, objects as units)', recorded[0] as number, 0, upper[0] as number, level),
		...QUANTILES.map((q, place) => {
			const chance = Math.min(1, 2 * Math.min(upper[place + 1] as number, lower[place + 1] as number));
			const seconds = (recorded[place + 1] as number) * DELAY_CELL;
			return tested('samples', `delays, quantile ${q} (objects as units), s`, seconds, cellQuantile(law, q) * DELAY_CELL, chance, level);
		}),
	];
}

/** Gaps are drawn independently; the model's are whole seconds, the recorded ones up to the dispatch. */
function compareGaps(node: RecordedNode, simulated: SimulatedNode, level: number): Comparison[] {
	const whole = (gaps: readonly number[]): number =>
		gaps.filter((gap) => Math.abs(gap - Math.round(gap)) < WHOLE_SECOND).length / gaps.length;
	const { distance, pValue } = testOf(
		Float64Array.from(node.gaps, Math.round).sort(),
		Float64Array.from(simulated.gaps, Math.round).sort(),
	);
	const shares = { recorded: whole(node.gaps), simulated: whole(simulated.gaps) };
	return [
		tested('gaps', 'gaps between syncs in whole seconds (Kolmogorov-Smirnov distance)', distance, 0, pValue, level),
		{
			file: 'gaps',
			figure: 'share of gaps that are whole seconds',
			...shares,
			chance: null,
			holds: Math.min(shares.recorded, shares.simulated) >= WHOLE_SHARE,
		},
	];
}

/** Requests of each kind, as many objects as were counted. */
function compareRequests(node: RecordedNode, simulated: SimulatedNode, level: number, resamples: number): Comparison[] {
	const objects = simulated.replications.flat();
	const ours = new Set(objects.flatMap((object) => [...object.requests.keys()]));
	const kinds = [...new Set([...node.requests.keys(), ...ours])].sort();
	if (kinds.length === 0) return [{ file: 'load', figure: 'requests', recorded: 0, simulated: 0, chance: null, holds: true }];
	return kinds.map((kind) => {
		const pool = objects.map((object) => Float64Array.of(object.requests.get(kind) ?? 0));
		const recorded = node.requests.get(kind) ?? 0;
		const strata = Array.from({ length: node.countedObjects }, () => pool);
		const { upper, lower } = resampledTest(strata, (sum) => [sum[0] as number], [recorded], resamples, `requests ${node.name} ${kind}`);
		const mean = (pool.reduce((sum, one) => sum + (one[0] as number), 0) / pool.length) * node.countedObjects;
		const chance = Math.min(1, 2 * Math.min(upper[0] as number, lower[0] as number));
		return tested('load', `requests ${kind}`, recorded, mean, chance, level);
	});
}

/**
 * Times between two GETs of an object, in whole seconds: the rest is the phase of the kubelet's loops, which is new in every
 * run. Where the TTL decides, a fetch waits until it has run out, so full seconds are counted; where the sync decides, the
 * loops move the GET to either side of the gap's whole second.
 */
function compareFetchGaps(
	recording: DelayRecording,
	node: RecordedNode,
	simulated: SimulatedNode,
	level: number,
	resamples: number,
): Comparison[] {
	if (node.fetchGaps.length === 0) return [];
	const ttl = node.ttlSeconds ?? 60;
	const byTtl = node.strategy === 'Cache' && (node.podsPerObject > 1 || ttl > recording.syncFrequencySeconds);
	const whole = byTtl ? Math.floor : Math.round;
	const objects = simulated.replications.flat();
	const ours = objects.flatMap((object) => object.fetchGaps);
	const longest = Math.ceil(largest(node.fetchGaps, ours)) + 1;
	const counts = (gaps: readonly number[]): Float64Array => new CellCounts(longest + 1, 1, gaps.map(whole)).counts;
	const pool = objects.map((object) => counts(object.fetchGaps));
	const law = counts(ours);
	const recorded = cellDistance(counts(node.fetchGaps), law);
	const strata = Array.from({ length: node.countedObjects }, () => pool);
	const { upper } = resampledTest(strata, (sum) => [cellDistance(sum, law)], [recorded], resamples, `fetch gaps ${node.name}`, isDistance);
	return [tested('load', 'times between GETs in whole seconds (Kolmogorov-Smirnov distance)', recorded, 0, upper[0] as number, level)];
}

/** Figures that are distances come first. */
function isDistance(figure: number): boolean {
	return figure === 0;
}

function largest(...samples: readonly (readonly number[])[]): number {
	return samples.flat().reduce((most, value) => Math.max(most, value), 0);
}

function testOf(recorded: Float64Array, simulated: Float64Array): KolmogorovSmirnov {
	if (recorded.length === 0 || simulated.length === 0) return { distance: 1, pValue: recorded.length === simulated.length ? 1 : 0 };
	return twoSampleTest(recorded, simulated);
}
