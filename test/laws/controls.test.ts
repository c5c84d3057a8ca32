// Negative controls of published numbers whose row is exact: what the rule says, and that the check fails for a program in
// which the rule is broken.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MINUTE, SECOND } from '../../src/core/time.js';
import { simulate } from '../../src/index.js';
import { contentOfText } from '../../src/kubernetes/content.js';
import { swapSteps } from '../../src/projection/swap-steps.js';
import { WATCH_PER_POD, WRITTEN_IN_PLACE } from '../support/mistakes.js';
import { mutant } from '../support/mutant.js';
import { planOf, requestCount } from './study.js';

const references = suite('P6: further references cause no further requests');

/** LISTs and WATCHes for one Secret on one node whose pods start together. */
function startRequests(run: typeof simulate, pods: number): readonly [number, number] {
	const plan = planOf({
		strategy: 'Watch',
		syncFrequency: 60 * SECOND,
		nodes: 1,
		podsPerNode: pods,
		from: MINUTE,
		period: MINUTE,
		writes: 3,
		jitter: 0,
		coldStart: true,
		seed: 1,
	});
	const partial = run(plan);
	return [requestCount(partial, 'LIST', 0, 240), requestCount(partial, 'WATCH', 0, 240)];
}

references('one watch per object and node, whether 1 or 21 pods reference it', () => {
	assert.equal(startRequests(simulate, 1), [0, 1]);
	assert.equal(startRequests(simulate, 21), [0, 1]);
});

references('negative control: one watch per pod is noticed', async () => {
	const wrong = await mutant<{ simulate: typeof simulate }>('watch-per-pod', 'index', WATCH_PER_POD.edits);
	assert.equal(startRequests(wrong.simulate, 21), [0, 21]);
});

references.run();

const swaps = suite('P19: order of one swap');

type SwapSteps = typeof swapSteps;

/** The steps that change something, for an update of one key. */
function changes(steps: SwapSteps): readonly string[] {
	const files = (text: string): Parameters<SwapSteps>[1] => [{ path: 'key', content: contentOfText(text), mode: 0o644 }];
	return steps(files('old'), files('new')).filter((step) => !step.startsWith('read') && !step.startsWith('compare'));
}

const ORDER = [
	'make the directory ..new',
	'write ..new/key',
	'link ..data_tmp -> ..new',
	'rename ..data_tmp over ..data: from here on readers see the new files',
	'remove ..old with all that is in it',
];

swaps('new directory, new link, rename, removal of the old directory', () => {
	assert.equal(changes(swapSteps), ORDER);
});

swaps('negative control: writing the files in place is noticed', async () => {
	const wrong = await mutant<{ swapSteps: SwapSteps }>('in-place', 'projection/swap-steps', WRITTEN_IN_PLACE.edits);
	const steps = changes(wrong.swapSteps);
	assert.not.equal(steps, ORDER);
	assert.ok(steps.includes('write ..old/key'));
});

swaps.run();
