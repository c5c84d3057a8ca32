import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf } from '../../src/cli/exit-code.js';
import type { RunProgress } from '../../src/cli/progress.js';
import { type RunPlanOptions, runPlan } from '../../src/cli/run-plan.js';
import type { Engine } from '../../src/cli/services.js';
import * as realEngine from '../../src/index.js';
import { at, newPassword, study } from '../explain/study.js';
import { fakeEngine, planFixture, variantPlanFixture } from './fake-services.js';

const test = suite('running a plan');
const workerFile = new URL('./exiting-worker.js', import.meta.url);

/** An engine that is never done in this thread, so that a worker thread meets what is left; gives up after a minute. */
function busyEngine(): Engine {
	const nap = new Int32Array(new SharedArrayBuffer(4));
	return fakeEngine({
		*simulateStepwise(plan) {
			for (let naps = 0; naps < 2_400; naps++) {
				Atomics.wait(nap, 0, 0, 25);
				yield { done: 0, total: 1, syncs: 0 };
			}
			return { plan, units: [] };
		},
	});
}

async function failure(variant: string, options: Partial<RunPlanOptions> = {}): Promise<Error> {
	const plan = planFixture({ variants: [variantPlanFixture(variant)] });
	try {
		await runPlan(busyEngine(), plan, { workers: 2, workerFile, ...options });
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

test('an error in this thread ends the worker threads', async () => {
	const engine = fakeEngine({
		simulateStepwise() {
			throw new RangeError('thrown in this thread');
		},
	});
	const plan = planFixture({ variants: [variantPlanFixture('memory')] });
	let message = '';
	try {
		await runPlan(engine, plan, { workers: 2, workerFile });
	} catch (error) {
		message = (error as Error).message;
	}
	assert.is(message, 'thrown in this thread');
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

test('a worker without memory is a clear error that names the remedy', async () => {
	const error = await failure('memory', { workerHeapMiB: 40 });
	assert.match(error.message, /ran out of its 40 MiB of memory; nothing was written\. Use fewer --workers/);
	assert.equal(failureOf(error, '1').exitCode, 3);
});

test('progress counts every node of every run once, with any number of workers', async () => {
	const plan = { ...study({ strategy: 'Watch', nodes: 6, replicas: 20, actions: [] }), replications: 3 };
	const syncs = realEngine.simulate(plan).segments.reduce((sum, { counters }) => sum + counters.syncs, 0);
	const told: RunProgress[] = [];
	await runPlan(realEngine as Engine, plan, { workers: 2, onProgress: (progress) => told.push(progress) });
	assert.equal(told.at(-1), { nodes: 18, allNodes: 18, syncs, share: 1 });
	assert.ok(told.every(({ nodes }, place) => nodes >= (told[place - 1]?.nodes ?? 0)));
});

test('small plans stay in this thread unless workers are asked for', async () => {
	const small = study({ strategy: 'Watch', actions: [] });
	assert.ok(await runPlan(realEngine as Engine, small, { workers: null, workerFile: new URL('./nowhere.js', import.meta.url) }));
});

test.run();
