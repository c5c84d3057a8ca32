// Every bundled scenario loads, says what it is, and its story is true: each `expect` line of it is met when it is run.

import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan } from '../../src/cluster/plan.js';
import { simulate } from '../../src/cluster/simulate.js';
import { summarise } from '../../src/measure/summarise.js';
import { loadScenario } from '../../src/scenario/load.js';
import { repositoryPath } from '../support/repository.js';

const test = suite('bundled scenarios');
const FOLDER = repositoryPath('scenarios');
const NAMES = readdirSync(FOLDER)
	.filter((name) => name.endsWith('.yaml') && /^kind: Scenario$/m.test(readFileSync(`${FOLDER}/${name}`, 'utf8')))
	.sort();

/** Texts of every Secret in scenarios/manifests, none of which may leave the loader. */
const SECRET_TEXTS: readonly string[] = [
	'first-password',
	'first-token',
	'first-license',
	'third-license',
	'not a certificate',
	'c2hvcDpwdWxs',
	'first-api-key',
];

const plans = new Map<string, Promise<Plan>>();
function planOf(name: string): Promise<Plan> {
	const known = plans.get(name) ?? loadScenario(`${FOLDER}/${name}`);
	plans.set(name, known);
	return known;
}

test('there are fourteen stories', () => {
	assert.is(NAMES.length, 14, NAMES.join(', '));
});

for (const name of NAMES) {
	test(`${name} loads and introduces itself`, async () => {
		const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
		assert.ok(text.startsWith('# yaml-language-server: $schema=./scenario.schema.json\n# '), 'schema line and story');
		const plan = await planOf(name);
		assert.is(`${plan.scenario.name}.yaml`, name);
		assert.ok(plan.expectations.length > 0, 'a story without a bound cannot be wrong');
		for (const secret of SECRET_TEXTS) assert.not.match(JSON.stringify(plan), secret);
	});

	test(`${name} tells the truth`, async () => {
		const result = summarise(simulate(await planOf(name)));
		const missed = result.expectations
			.filter(({ met }) => !met)
			.map(({ metric, variant, limit, value }) => `${variant}: ${metric} is ${value}, not ${limit}`);
		assert.equal(missed, []);
	});
}

test.run();
