// The fetches of one object that several pods of a node share under the Cache strategy (K5.2, A7.2): a fetch is the first
// read by any of them at or after the expiry of the last one, and a pod shows a new value at its first own read whose
// governing fetch is younger than the write. Computed, not simulated: a fixed point over "what the pods' waits look like at
// a fetch", from one fetch to the next.
//
// Pods are seen in three groups: the one that fetched last (its wait is a fresh gap), the one that fetched before it, and
// the rest. Within the state kept from fetch to fetch (how late after the expiry the last fetch came, and where inside the
// tick) their waits are taken as independent. For one, two and three pods nothing is lost by that; beyond, the mean fetch
// interval comes out up to 0.7 % short (4 or 5 pods with a TTL far below the sync period, much less otherwise), quantiles of
// the delay stay within 0.3 s (measured against a simulation in test/analytic/shared-cache.test.ts).

import { SECOND } from '../core/time.js';
import { type ReadProcess, readProcess } from './first-read.js';
import type { GapLaw } from './gap.js';
import { type Law, piecewiseLinearLaw } from './law.js';

/** The fetches of one object on one node, and what follows for a pod that reads it. */
export interface SharedCache {
	/** Mean time between two fetches: I(m, TTL) of A7.2, in microseconds. */
	readonly meanFetchInterval: number;
	/** From a write to the first read of one of the pods that shows it (latencies 0). */
	readonly delay: Law;
}

/** Cells of the tick that tell where inside it a read comes: two reads exactly one TTL apart are compared by them. */
const CELLS = 4;
/** The state keeps the lateness of the last fetch in this many classes; more of them change no interval by 0.1 %. */
const LATENESS_CLASSES = 16;
/** The fixed point is reached when the mean fetch interval moves by less than this many ticks. */
const TOLERANCE = 1e-6;
const MAX_ROUNDS = 1000;
/** States rarer than this are skipped. */
const NEGLIGIBLE = 1e-12;

/** How the waits of the pods look at a fetch that came `lateness` ticks after the expiry. */
interface State {
	/** Chance that a fetch comes that late, by the cell of the tick it falls into. */
	readonly weight: Float64Array;
	/** Wait of the pod that fetched before the last one. */
	readonly previous: Float64Array;
	/** Wait of each of the other pods. */
	readonly rest: Float64Array;
}

/** Sums over all ways from one fetch to the next. `[u]`: the next one comes u ticks after the expiry. */
interface Sums {
	readonly weight: Float64Array[];
	readonly previous: Float64Array[];
	readonly rest: Float64Array[];
	/** `[u][b]`: chance of that, times the share of pods whose next read with the new object is b ticks after the fetch. */
	readonly shown: Float64Array[];
}

/**
 * The Cache strategy with a TTL that outlives a read.
 *
 * @param gap law of the gap between two syncs of a pod.
 * @param ttlSeconds the node's TTL, a whole number of seconds >= 1 (annotations are whole seconds, K5.1).
 * @param pods how many pods of the node read the object, >= 1.
 */
export function sharedCache(gap: GapLaw, ttlSeconds: number, pods: number): SharedCache {
	if (!(Number.isSafeInteger(ttlSeconds) && ttlSeconds >= 1))
		throw new RangeError(`a TTL here is a whole number of seconds >= 1, got ${ttlSeconds}`);
	if (!(Number.isSafeInteger(pods) && pods >= 1)) throw new RangeError(`a number of pods is an integer >= 1, got ${pods}`);
	if (gap.tick !== SECOND) throw new RangeError('the TTL is counted in ticks of one second');
	const reads = readProcess(gap.probabilities, ttlSeconds);
	let states: State[] = [{ weight: new Float64Array(CELLS).fill(1 / CELLS), previous: reads.stationaryWait, rest: reads.stationaryWait }];
	let interval = 0;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const sums = emptySums(reads.longest);
		for (const state of states) addCycles(sums, reads, state, pods);
		const next = ttlSeconds + lateness(sums);
		if (Math.abs(next - interval) < TOLERANCE) return { meanFetchInterval: next * gap.tick, delay: delayOf(sums, ttlSeconds, next, gap) };
		interval = next;
		states = statesOf(sums, pods);
	}
	throw new Error(`the fetches of ${pods} pods with a TTL of ${ttlSeconds} s found no fixed point in ${MAX_ROUNDS} rounds`);
}

function emptySums(longest: number): Sums {
	const table = (width: number): Float64Array[] => Array.from({ length: longest + 1 }, () => new Float64Array(width));
	return { weight: table(CELLS), previous: table(longest + 1), rest: table(longest + 1), shown: table(longest + 1) };
}

function total(values: Float64Array): number {
	return values.reduce((sum, value) => sum + value, 0);
}

function lateness(sums: Sums): number {
	return sums.weight.reduce((sum, weight, u) => sum + u * total(weight), 0);
}

/** The states at the next fetch, one for each class of lateness. */
function statesOf(sums: Sums, pods: number): State[] {
	const classes = Math.min(LATENESS_CLASSES, sums.weight.length);
	const states: State[] = [];
	for (let index = 0; index < classes; index++) {
		const from = Math.ceil((index * sums.weight.length) / classes);
		const to = Math.ceil(((index + 1) * sums.weight.length) / classes);
		const weight = sumOf(sums.weight.slice(from, to));
		const chance = total(weight);
		if (chance < NEGLIGIBLE) continue;
		const mean = (laws: readonly Float64Array[], count: number): Float64Array =>
			sumOf(laws.slice(from, to)).map((value) => (count > 0 ? value / (count * chance) : 0));
		states.push({ weight, previous: mean(sums.previous, 1), rest: mean(sums.rest, pods - 2) });
	}
	return states;
}

function sumOf(tables: readonly Float64Array[]): Float64Array {
	const sum = new Float64Array((tables[0] as Float64Array).length);
	for (const table of tables) table.forEach((value, i) => (sum[i] = (sum[i] as number) + value));
	return sum;
}

/** Adds every way in which the next fetch can come after a fetch in `state`. */
function addCycles(sums: Sums, reads: ReadProcess, state: State, pods: number): void {
	const counts = [1, Math.min(1, pods - 1), Math.max(0, pods - 2)];
	const first = [reads.afterOwnRead, reads.afterWait(state.previous), reads.afterWait(state.rest)];
	for (let cell = 0; cell < CELLS; cell++) {
		const weight = state.weight[cell] as number;
		if (weight < NEGLIGIBLE) continue;
		// Where in the tick the last fetch came, as a share of all reads that come earlier in theirs.
		const moment = (cell + 0.5) / CELLS;
		const eligible = first.map((law) => withoutEarlyReads(law, moment, reads.gap));
		addCellCycles(sums, reads.gap, { weight, cell, moment, counts, first, eligible });
	}
}

/**
 * A read exactly one TTL after the fetch finds the object still fresh if it comes earlier in its tick than the fetch did in
 * its own (fresh is "strictly less than the TTL", K5.2); that pod is then served the old object and comes back a gap later.
 */
function withoutEarlyReads(law: Float64Array, moment: number, gap: Float64Array): Float64Array {
	const early = moment * (law[0] as number);
	const result = law.map((chance, u) => chance + early * (gap[u] as number));
	result[0] = (law[0] as number) - early;
	return result;
}

interface Cycle {
	readonly weight: number;
	readonly cell: number;
	readonly moment: number;
	/** Pods of each group: who fetched last, who fetched before, the rest. */
	readonly counts: readonly number[];
	/** First read at or after the expiry, of a pod of each group. */
	readonly first: readonly Float64Array[];
	/** The first read that finds the object expired. */
	readonly eligible: readonly Float64Array[];
}

function addCellCycles(sums: Sums, gap: Float64Array, cycle: Cycle): void {
	const [, second, n] = cycle.counts as Triple;
	// Chances that a pod of each group has not read before this tick; an empty group never does.
	let alive: Triple = [1, 1, 1];
	for (let u = 0; u < gap.length; u++) {
		const reading: Triple = [at(cycle, 0, u), second * at(cycle, 1, u), n > 0 ? at(cycle, 2, u) : 0];
		const still: Triple = [Math.max(0, alive[0] - reading[0]), Math.max(0, alive[1] - reading[1]), Math.max(0, alive[2] - reading[2])];
		const nobody = jointly(still, n);
		if (jointly(alive, n) - nobody > NEGLIGIBLE) {
			addFetch(sums, gap, cycle, u, alive, reading, still);
			addMoments(sums.weight[u] as Float64Array, cycle, u, alive, reading, nobody);
		}
		alive = still;
	}
}

function at(cycle: Cycle, group: number, u: number): number {
	return (cycle.eligible[group] as Float64Array)[u] as number;
}

/**
 * Adds a fetch in tick u: who shows the new object at once or later, and how the waits look then. The next "last" is a pod
 * that reads now, the one who fetched before if it does, else one of the rest, else the last fetcher again; the next
 * "previous" is the old last one, or stays who it was if that one fetches again.
 */
function addFetch(sums: Sums, gap: Float64Array, cycle: Cycle, u: number, alive: Triple, reading: Triple, still: Triple): void {
	const [, second, n] = cycle.counts as Triple;
	const { weight } = cycle;
	const pods = 1 + second + n;
	const restAlive = alive[2] ** n;
	const restStill = still[2] ** n;
	const othersAlive = n > 0 ? n * alive[2] ** (n - 1) : 0;
	const othersStill = n > 0 ? n * still[2] ** (n - 1) : 0;
	// Chance that somebody else reads now and nobody has before, for a pod of each group that waits on (times its pods).
	const waits: Triple = [
		alive[1] * restAlive - still[1] * restStill,
		second * (alive[0] * restAlive - still[0] * restStill),
		othersAlive * alive[0] * alive[1] - othersStill * still[0] * still[1],
	];
	const restReads = othersAlive * reading[2] * alive[0] * alive[1];
	// One of the rest becomes the fetcher when the one who fetched before does not read; that one then joins the rest.
	const restFetches = alive[0] * still[1] * (restAlive - restStill);
	const joins = alive[0] * (restAlive - restStill);
	const onlyLast = reading[0] * restStill;
	const shown = sums.shown[u] as Float64Array;
	const previous = sums.previous[u] as Float64Array;
	const rest = sums.rest[u] as Float64Array;
	const [lastLaw, previousLaw, restLaw] = cycle.eligible as [Float64Array, Float64Array, Float64Array];
	shown[0] = (shown[0] as number) + (weight * ((reading[0] * alive[1] + reading[1] * alive[0]) * restAlive + restReads)) / pods;
	for (let r = 1; u + r < gap.length; r++) {
		const a = (lastLaw[u + r] as number) * waits[0];
		const b = previousLaw[u + r] as number;
		const c = n > 0 ? (restLaw[u + r] as number) * waits[2] : 0;
		shown[r] = (shown[r] as number) + (weight * (a + b * waits[1] + c)) / pods;
		previous[r] = (previous[r] as number) + weight * (a + second * b * onlyLast);
		rest[r] = (rest[r] as number) + weight * (c + second * b * joins);
	}
	// Who reads now and is not the fetcher comes back a gap later.
	const renewedLast = weight * reading[0] * waits[0];
	const renewedRest = weight * (restReads - restFetches);
	for (let r = 1; r < gap.length; r++) {
		const chance = gap[r] as number;
		if (chance === 0) continue;
		previous[r] = (previous[r] as number) + renewedLast * chance;
		rest[r] = (rest[r] as number) + renewedRest * chance;
	}
}

type Triple = [number, number, number];

function jointly([last, previous, rest]: Readonly<Triple>, n: number): number {
	return last * previous * rest ** n;
}

/** Spreads the chance of a fetch in tick u over the cells of the tick: it is the earliest of the reads that find the object expired. */
function addMoments(weights: Float64Array, cycle: Cycle, u: number, alive: Triple, reading: Triple, nobody: number): void {
	const n = cycle.counts[2] as number;
	// In the tick of the expiry only what comes after `moment` counts, and early readers are no longer in question.
	const [from, hazards] =
		u > 0 ? [0, reading] : [cycle.moment, cycle.first.map((law, group) => (cycle.counts[group] === 0 ? 0 : (law[0] as number)))];
	let before = jointly(alive, n);
	for (let cell = u > 0 ? 0 : cycle.cell; cell < CELLS; cell++) {
		const share = (cell + 1) / CELLS - from;
		const survivors = alive.map((chance, group) => Math.max(0, chance - (hazards[group] as number) * share)) as unknown as Triple;
		const after = cell === CELLS - 1 ? nobody : jointly(survivors, n);
		weights[cell] = (weights[cell] as number) + cycle.weight * Math.max(0, before - after);
		before = after;
	}
}

/**
 * The delay: a write falls uniformly into an interval between two fetches (long ones are met more often), waits for the
 * fetch at its end and then for the pod's own read.
 */
function delayOf(sums: Sums, ttl: number, interval: number, gap: GapLaw): Law {
	const longest = gap.probabilities.length - 1;
	// No later than that: a pod that read just before the expiry reads again after a gap at most, and then shows it.
	const values = new Float64Array(ttl + longest + 1);
	for (let x = 0; x < values.length; x++) {
		let shown = 0;
		sums.shown.forEach((waits, u) => {
			waits.forEach((chance, wait) => {
				if (chance !== 0 && x > wait) shown += chance * Math.min(ttl + u, x - wait);
			});
		});
		values[x] = Math.min(1, shown / interval);
	}
	// What is missing to 1 are the states that were too rare to follow.
	values[values.length - 1] = 1;
	return piecewiseLinearLaw(gap.tick, values);
}
