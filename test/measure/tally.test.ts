import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { merge, type Partial, type Plan, type RunResult, sampleRows, simulate, summarise } from '../../src/index.js';
import type { GroupResult, Summary, VariantResult } from '../../src/measure/result.js';
import { withoutSharedFacts } from '../../src/shard/shared-facts.js';
import { busyPlan } from '../support/busy-plan.js';
import { action, object, plan, rotate, S, secretVolume, variant, workload } from '../support/plans.js';

const test = suite('tally');

/** Nodes on which nothing but writes happens: units of intervals. */
function quietPlan(nodes: number): Plan {
	const every = { kind: 'every', period: 40 * S, from: 0, until: 3_600 * S, times: null, jitter: 75 * S } as const;
	const names = ['a', 'b', 'c'];
	const quiet = (strategy: 'Watch' | 'Get') =>
		variant({
			strategy,
			duration: 1_800 * S,
			objects: names.map((name) => object(name, { k: '1' })),
			workloads: names.map((name) => workload(`app-${name}`, nodes, [secretVolume(name), secretVolume('a', {})])),
			actions: names.map((name) => action(`rotate-${name}`, every, rotate(name))),
			cluster: { nodes, network: { watchLatency: { min: 5_000, max: 20_000 } } },
		});
	return plan([quiet('Watch'), quiet('Get')]);
}

const counted = (study: Plan): Plan => ({ ...study, exactSamples: 0 });

/** Everything of a partial as text, typed arrays and values that JSON has no word for included. */
function bytes(partial: Partial): string {
	return JSON.stringify(partial, (_key, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array, String) : value));
}

const QUANTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999'] as const;

function checkSummary(name: string, exact: Summary, close: Summary): void {
	assert.is(close.exact, false, name);
	assert.ok(close.relativeError > 0 && close.relativeError <= 0.5, name);
	for (const field of ['count', 'min', 'max'] as const) assert.is(close[field], exact[field], `${name}.${field}`);
	for (const field of ['mean', ...QUANTILES] as const) {
		const [mine, theirs] = [close[field], exact[field]];
		if (mine === null || theirs === null) assert.is(mine, theirs, `${name}.${field}`);
		// Results are rounded to microseconds.
		else
			assert.ok(
				Math.abs(mine - theirs) <= (field === 'mean' ? 0 : close.relativeError * theirs) + 1e-6,
				`${name}.${field}: ${mine}, ${theirs}`,
			);
	}
}

function checkGroups(name: string, exact: readonly GroupResult[], close: readonly GroupResult[]): void {
	assert.equal(
		close.map(({ delaySeconds: _, ...group }) => group),
		exact.map(({ delaySeconds: _, ...group }) => group),
		name,
	);
	for (const [place, group] of close.entries())
		checkSummary(`${name} ${group.name}`, (exact[place] as GroupResult).delaySeconds, group.delaySeconds);
}

function checkResult(exact: RunResult, close: RunResult): void {
	for (const [place, variant] of close.variants.entries()) {
		const whole = exact.variants[place] as VariantResult;
		checkSummary('delay', whole.propagation.delaySeconds, variant.propagation.delaySeconds);
		checkSummary('shown', whole.propagation.shownDelaySeconds, variant.propagation.shownDelaySeconds);
		assert.equal(variant.propagation.outcomes, whole.propagation.outcomes);
		assert.equal(variant.timeToLastReplicaSeconds, whole.timeToLastReplicaSeconds, 'times to the last replica stay exact');
		assert.equal(variant.apiserver, whole.apiserver);
		assert.equal(variant.kubelet, whole.kubelet);
		checkGroups('byObject', whole.byObject, variant.byObject);
		checkGroups('byWorkload', whole.byWorkload, variant.byWorkload);
	}
}

test('counts what samples say, and tells quantiles within the error that it states', () => {
	for (const study of [busyPlan(), busyPlan(1), quietPlan(9)]) {
		const [exact, close] = [simulate(study), simulate(counted(study))];
		assert.is(close.header.samples.exact, false);
		assert.ok(close.segments.every(({ samples }) => samples.write.length === 0));
		checkResult(summarise(exact), summarise(close));
	}
});

test('gives the same bytes for any split, in any node order, and whatever is joined first', () => {
	for (const study of [counted(busyPlan()), counted(quietPlan(23))]) {
		const whole = bytes(merge([simulate(study)]));
		const text = JSON.stringify(summarise(simulate(study)));
		const reversed = simulate(study, { nodeOrder: (count) => Array.from({ length: count }, (_, place) => count - 1 - place) });
		assert.is(bytes(merge([reversed])), whole);
		for (const count of [1, 2, 5]) {
			const parts = Array.from({ length: count }, (_, index) => withoutSharedFacts(simulate(study, { shard: { index, count } })));
			const joined = merge([merge(parts.slice(2).length > 0 ? parts.slice(2) : parts), ...(count > 2 ? parts.slice(0, 2) : [])]);
			assert.is(bytes(joined), whole, `${count} shards`);
			assert.is(JSON.stringify(summarise(joined)), text);
		}
	}
});

test('takes blocks of nodes as units of intervals, and pairs them between variants', () => {
	const study = quietPlan(800);
	const [exact, close] = [summarise(simulate({ ...study, exactSamples: Number.MAX_SAFE_INTEGER })), summarise(simulate(counted(study)))];
	const [mine, theirs] = [close, exact].map((result) => result.variants[0]?.propagation.delaySeconds as Summary) as [Summary, Summary];
	assert.equal(theirs.units, { kind: 'node', count: 800 });
	assert.equal(mine.units, { kind: 'nodeBlock', count: 512 });
	for (const field of ['mean', 'p50', 'p95', 'p99']) {
		const [[low, high], [from, to]] = [mine.interval95[field], theirs.interval95[field]] as [[number, number], [number, number]];
		const value = mine[field as 'p50'] as number;
		assert.ok(low <= value && value <= high, `${field}: ${low} ${value} ${high}`);
		// Blocks of neighbours make the same interval up to the luck of the draws.
		assert.ok(
			Math.abs(high - low - (to - from)) < 0.3 * (to - from) + 2 * mine.relativeError * value,
			`${field}: ${low}..${high}, ${from}..${to}`,
		);
	}
	assert.is(mine.needs['p999'], 3_688);
	const paired = close.comparisons.find(({ metric }) => metric === 'propagation.delaySeconds.p50');
	const other = exact.comparisons.find(({ metric }) => metric === 'propagation.delaySeconds.p50');
	assert.ok(paired?.interval95 && other?.interval95);
	assert.ok(Math.abs((paired?.pairedDifference ?? 0) - (other?.pairedDifference ?? 0)) < 0.1);
});

test('decides from the plan alone', () => {
	const study = quietPlan(4);
	const { samples } = simulate(study).header;
	// 45 firings of each of three actions; a is shown by all three apps and twice by its own.
	assert.equal(samples, { bound: 2 * 4 * 46 * 6, limit: 250_000, exact: true });
	const at = (exactSamples: number): boolean =>
		simulate({ ...study, exactSamples }, { shard: { index: 3, count: 4 } }).header.samples.exact;
	assert.is(at(samples.bound), true);
	assert.is(at(samples.bound - 1), false);
	const rows = [...sampleRows(simulate(study))].length;
	assert.ok(rows <= samples.bound && rows > 0.9 * samples.bound, `${rows} of ${samples.bound}`);
});

test('keeps the rows beside the counts for those who ask', () => {
	const study = busyPlan(1);
	const asked = simulate(counted(study), { keepSamples: true });
	assert.equal([...sampleRows(asked)], [...sampleRows(simulate(study))]);
	assert.is(JSON.stringify(summarise(asked)), JSON.stringify(summarise(simulate(counted(study)))));
});

test.run();
