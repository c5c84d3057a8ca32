import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../src/cluster/plan.js';
import { UnitQueue } from '../../src/shard/unit-queue.js';
import { mostShards, partsOfShard, piecesOf, type RunPart } from '../../src/shard/work.js';
import { object, plan, S, secretVolume, variant, workload } from '../support/plans.js';

const test = suite('cutting work');

function studyOf(variants: readonly { readonly nodes: number; readonly pods: number }[], replications: number): Plan {
	const one = ({ nodes, pods }: { readonly nodes: number; readonly pods: number }, place: number): Plan['variants'][number] => ({
		...variant({
			strategy: place % 2 === 0 ? 'Watch' : 'Get',
			duration: 3_600 * S,
			objects: [object('a', { k: '1' })],
			workloads: [workload('web', pods, [secretVolume('a')])],
			cluster: { nodes },
		}),
		name: `variant-${place}`,
	});
	return plan(variants.map(one), { replications });
}

/** Every slice of every run, in the order of the study, as `variant/replication/slice`. */
function slicesOf(parts: readonly RunPart[]): string[] {
	return parts.flatMap(({ variant: name, replication, shard }) =>
		Array.from({ length: shard.parts }, (_, place) => `${name}/${replication}/${shard.index + place} of ${shard.count}`),
	);
}

const studies = fc
	.tuple(
		fc.array(fc.record({ nodes: fc.integer({ min: 1, max: 40 }), pods: fc.integer({ min: 0, max: 300 }) }), { minLength: 1, maxLength: 4 }),
		fc.integer({ min: 1, max: 5 }),
	)
	.map(([variants, replications]) => studyOf(variants, replications));

test('the shards of any study hold each node of each run exactly once and in order', () => {
	fc.assert(
		fc.property(studies, fc.integer({ min: 1, max: 70 }), (study, count) => {
			const shards = Array.from({ length: count }, (_, index) => partsOfShard(study, { index, count }));
			const whole = slicesOf(partsOfShard(study));
			assert.is(whole.length, mostShards(study));
			assert.equal(shards.flatMap(slicesOf), whole);
		}),
		{ seed: 11, numRuns: 300 },
	);
});

test('shards cost the same but for one node', () => {
	fc.assert(
		fc.property(studies, fc.integer({ min: 1, max: 20 }), (study, count) => {
			const costs = Array.from({ length: count }, (_, index) =>
				partsOfShard(study, { index, count }).reduce((sum, { cost }) => sum + cost, 0),
			);
			const dearest = Math.max(...partsOfShard(study).map(({ cost, nodes }) => cost / nodes));
			assert.ok(Math.max(...costs) - Math.min(...costs) <= 2 * dearest, JSON.stringify(costs));
		}),
		{ seed: 12, numRuns: 200 },
	);
});

test('a matrix of many small runs is cut between runs and a large fleet within one', () => {
	const matrix = studyOf(
		[
			{ nodes: 4, pods: 8 },
			{ nodes: 4, pods: 8 },
		],
		8,
	);
	const shard = partsOfShard(matrix, { index: 0, count: 4 });
	assert.ok(shard.length > 1 && shard.slice(0, -1).every((part) => part.shard.parts === part.shard.count));
	const fleet = partsOfShard(studyOf([{ nodes: 5_000, pods: 150_000 }], 1), { index: 63, count: 64 });
	assert.is(fleet.length, 1);
	assert.is(fleet[0]?.shard.index, Math.ceil((5_000 * 63) / 64));
});

test('pieces of a part are the part', () => {
	for (const part of partsOfShard(studyOf([{ nodes: 37, pods: 90 }], 2), { index: 1, count: 3 })) {
		for (const most of [1, 2, 7, 100]) {
			const pieces = piecesOf(part, most);
			assert.ok(pieces.length <= most);
			assert.equal(slicesOf(pieces), slicesOf([part]));
			assert.is(Math.round(pieces.reduce((sum, { cost }) => sum + cost, 0)), part.cost);
		}
	}
});

/** Two threads that take units in turn. */
function takenInTurn(parts: readonly RunPart[]): { readonly taken: RunPart[]; readonly seen: readonly string[][]; readonly most: number } {
	const queue = new UnitQueue(parts, 2);
	const most = queue.size;
	const seen: string[][] = [[], []];
	const at: (object | null)[] = [null, null];
	const taken: RunPart[] = [];
	for (let turn = 0; ; turn++) {
		const next = queue.next(at[turn % 2] ?? null);
		if (next === null) return { taken, seen, most };
		at[turn % 2] = next.run;
		seen[turn % 2]?.push(String(next.unit.replication));
		taken.push(next.unit);
	}
}

test('workers keep to a run of their own while there is one, then share what is left', () => {
	const parts = partsOfShard(studyOf([{ nodes: 200, pods: 60_000 }], 3));
	const { taken, seen, most } = takenInTurn(parts);
	assert.ok(taken.length <= most);
	assert.equal(slicesOf(taken).sort(), slicesOf(parts).sort());
	const changes = seen.map((list) => list.filter((replication, place) => replication !== list[place - 1]).length);
	assert.equal(
		seen.map((list) => list[0]),
		['0', '1'],
	);
	assert.ok(
		changes.every((count) => count <= 2),
		JSON.stringify(seen),
	);
});

test('units become smaller towards the end, and are never too small to be one', () => {
	const [whole] = partsOfShard(studyOf([{ nodes: 2_000, pods: 60_000 }], 1)) as [RunPart];
	const { taken } = takenInTurn([whole]);
	const sizes = taken.map(({ nodes }) => nodes);
	const least = Math.ceil((250_000 * whole.nodes) / whole.cost);
	assert.ok((sizes[0] as number) > whole.nodes / 4);
	for (let i = 1; i < sizes.length; i++) assert.ok((sizes[i] as number) <= (sizes[i - 1] as number), JSON.stringify(sizes));
	for (const size of sizes.slice(0, -1)) assert.ok(size >= least, JSON.stringify(sizes));
	assert.is(sizes.at(-2), least);
	assert.ok(taken.length < 20);
});

test('one thread takes every part whole, and small parts are not cut', () => {
	const parts = partsOfShard(studyOf([{ nodes: 200, pods: 60_000 }], 3));
	const queue = new UnitQueue(parts, 1);
	assert.equal([queue.next(null)?.unit, queue.next(null)?.unit, queue.next(null)?.unit, queue.next(null)], [...parts, null]);
	const small = partsOfShard(studyOf([{ nodes: 4, pods: 40 }], 3));
	assert.equal(takenInTurn(small).taken, small);
});

test.run();
