import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { simulate, summarise } from '../../src/index.js';
import { loadScenario } from '../../src/scenario/load.js';
import { digestOf } from '../../src/scenario/plan-value.js';
import { planBytes, planOfBytes } from '../../src/shard/plan-bytes.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('plans as bytes');

for (const name of ['mixed-application.yaml', 'rotate-database-password.yaml']) {
	test(`${name} comes back with its digest and gives the same result`, async () => {
		const plan = await loadScenario(repositoryPath('scenarios', name), { replications: 1 });
		const back = planOfBytes(planBytes(plan));
		const { digest, ...rest } = back;
		assert.is(digestOf(rest), plan.digest);
		assert.is(digest, plan.digest);
		assert.equal(back, plan);
		assert.is(JSON.stringify(summarise(simulate(back))), JSON.stringify(summarise(simulate(plan))));
	});
}

test('what variants share is there once', async () => {
	const plan = await loadScenario(repositoryPath('scenarios', 'rotate-database-password.yaml'), { replications: 1 });
	const [variant] = plan.variants;
	const shared = { ...plan, variants: [0, 1, 2].map((place) => ({ ...variant, name: `v${place}` })) } as typeof plan;
	const { variants } = planOfBytes(planBytes(shared));
	assert.is(variants[0]?.workloads, variants[2]?.workloads);
	assert.is(variants[0]?.objects, variants[2]?.objects);
});

test.run();
