import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SECOND } from '../../src/core/time.js';
import { repositoryPath } from '../support/repository.js';
import type { Agreement } from './agreement.js';
import { readDelayFiles } from './delay-area.js';
import { delayPlan } from './delay-plan.js';
import { type DelayRunFiles, readDelayRun } from './delay-recording.js';
import { compareDelayRun, delayRunAgreement } from './delay-runs.js';

const test = suite('conformance: delay runs in law, pods that share objects');

function filesOf(run: string): DelayRunFiles {
	return readDelayFiles(repositoryPath('test', 'recordings', 'e2e', run));
}

function agreementOf(run: string): Agreement {
	return delayRunAgreement(compareDelayRun(readDelayRun(filesOf(run))));
}

test('r3: 20 pods per object, TTL 15: the model agrees in every figure', () => {
	const agreement = agreementOf('r3');
	assert.equal(agreement.disagreements, []);
	assert.is(agreement.cases, 29);
});

test('r3b: TTL 60, alone, shared by 20, and without the annotation: the model agrees in every figure', () => {
	const agreement = agreementOf('r3b');
	assert.equal(agreement.disagreements, []);
	assert.is(agreement.cases, 22);
});

test('a model that does not heed the TTL is found out by delays, requests and fetches of every node', () => {
	const recording = readDelayRun(filesOf('r3b'));
	const ignoring: typeof delayPlan = (...input) => {
		const plan = delayPlan(...input);
		return { ...plan, variants: plan.variants.map((variant) => ({ ...variant, cluster: { ...variant.cluster, nodeTTL: 10 * SECOND } })) };
	};
	for (const { node, comparisons } of compareDelayRun(recording, ignoring).nodes) {
		const wrong = comparisons.filter((comparison) => !comparison.holds).map((comparison) => comparison.figure.split(/ \(|,/)[0]);
		assert.equal([...new Set(wrong)], ['delays', 'requests GET rv=0', 'times between GETs in whole seconds'], node.name);
	}
});

test.run();
