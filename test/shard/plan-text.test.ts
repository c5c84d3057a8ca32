import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate, summarise } from '../../src/index.js';
import { loadScenario } from '../../src/scenario/load.js';
import { digestOf } from '../../src/scenario/plan-value.js';
import { planLines, planOfLines } from '../../src/shard/plan-text.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('plans as text');

test('a plan comes back with its digest and gives the same result', async () => {
	const plan = await loadScenario(repositoryPath('scenarios', 'mixed-application.yaml'), { replications: 1 });
	const back = planOfLines(planLines(plan));
	const { digest, ...rest } = back;
	assert.is(digestOf(rest), plan.digest);
	assert.is(digest, plan.digest);
	assert.is(JSON.stringify(back), JSON.stringify(plan));
	assert.is(JSON.stringify(summarise(simulate(back))), JSON.stringify(summarise(simulate(plan))));
});

test('what variants share is there once', async () => {
	const plan = await loadScenario(repositoryPath('scenarios', 'rotate-database-password.yaml'));
	const [variant] = plan.variants;
	const shared = { ...plan, variants: [0, 1, 2].map((place) => ({ ...plan.variants[0], ...variant, name: `v${place}` })) } as typeof plan;
	assert.is(planLines(shared).length, 4);
	assert.is(JSON.stringify(planOfLines(planLines(shared)).variants[2]?.workloads), JSON.stringify(variant?.workloads));
});

test('long lists are many lines, and missing ones are an error', async () => {
	const plan = await loadScenario(repositoryPath('scenarios', 'rotate-database-password.yaml'), { replications: 1 });
	const many = {
		...plan,
		variants: plan.variants.map((variant) => ({ ...variant, actions: Array.from({ length: 25_000 }, () => variant.actions[0]) })),
	} as typeof plan;
	const lines = planLines(many);
	assert.ok(lines.length > 3 * 3);
	assert.is(planOfLines(lines).variants[0]?.actions.length, 25_000);
	assert.throws(() => planOfLines(lines.slice(0, -1)), /came with/);
});

test.run();
