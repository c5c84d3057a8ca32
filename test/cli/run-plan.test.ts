import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf } from '../../src/cli/exit-code.js';
import { defaultWorkers, runPlan } from '../../src/cli/run-plan.js';
import { optionsOf, unitsOf } from '../../src/cli/run-units.js';
import type { Engine } from '../../src/cli/services.js';
import * as realEngine from '../../src/index.js';
import { at, newPassword, study } from '../explain/study.js';
import { fakeEngine, planFixture, variantPlanFixture } from './fake-services.js';

const test = suite('running a plan');
const workerFile = new URL('./exiting-worker.js', import.meta.url);

async function failure(variant: string): Promise<Error> {
	const plan = planFixture({ variants: [variantPlanFixture(variant)] });
	try {
		await runPlan(fakeEngine(), plan, { workers: 2, workerFile });
	} catch (error) {
		return error as Error;
	}
	throw new Error('nothing was thrown');
}

test('a worker that ends is a clear error with exit code 3 and no call for a report', async () => {
	const error = await failure('exit');
	assert.match(error.message, /a worker thread was stopped from outside .*nothing was written/);
	assert.equal(failureOf(error, '1').exitCode, 3);
	assert.not.match(failureOf(error, '1').text, /report it/);
});

test('a worker that throws gives its own error', async () => {
	assert.match((await failure('throw')).message, /thrown in the worker/);
});

test('workers give the same bytes as this thread', async () => {
	const plan = { ...study({ strategy: 'Cache', nodes: 4, replicas: 12, actions: [at(300, 'rotate', newPassword)] }), replications: 3 };
	const engine = realEngine as Engine;
	const text = async (workers: number): Promise<string> => {
		const part = await runPlan(engine, plan, { workers });
		return JSON.stringify([engine.summarise(part), [...engine.sampleRows(part)], [...engine.loadRows(part)]]);
	};
	assert.is(await text(2), await text(1));
});

test('cutting a plan into units changes no byte', async () => {
	const plan = study({ strategy: 'Watch', nodes: 5, replicas: 20, actions: [at(300, 'rotate', newPassword)] });
	const parts = [0, 1, 2].map((index) => realEngine.simulate(plan, { shard: { index, count: 3 } }));
	assert.equal(realEngine.summarise(realEngine.merge(parts)), realEngine.summarise(realEngine.simulate(plan)));
});

test('large variants are cut by nodes, small ones are one unit per replication', () => {
	const workload = study({ strategy: 'Watch', replicas: 10_000, actions: [] }).variants[0]?.workloads ?? [];
	const large = { ...variantPlanFixture('large'), workloads: workload };
	const units = unitsOf(planFixture({ replications: 2, variants: [variantPlanFixture('small'), large] }));
	assert.is(units.filter((unit) => unit.variant === 'small').length, 2);
	const shards = units.filter((unit) => unit.variant === 'large' && unit.replication === 1);
	assert.ok(shards.length > 1 && shards.length <= large.cluster.nodes);
	assert.equal(
		shards.map((unit) => unit.shard.index),
		shards.map((_, index) => index),
	);
	assert.equal(optionsOf(units[0] as (typeof units)[0]), { variants: ['small'], replications: [0] });
});

test('small plans stay in this thread by default', () => {
	assert.is(defaultWorkers(study({ strategy: 'Watch', actions: [] })), 1);
});

test.run();
