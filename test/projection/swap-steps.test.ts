import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Content } from '../../src/kubernetes/content.js';
import { contentOf } from '../../src/kubernetes/content.js';
import type { PayloadFile } from '../../src/projection/payload.js';
import { swapSteps } from '../../src/projection/swap-steps.js';

const test = suite('swap steps');

function file(path: string, text: string): PayloadFile<Content> {
	return { path, mode: 0o644, content: contentOf(new TextEncoder().encode(text)) };
}

test('the first write makes the directory, the link and the visible names', () => {
	assert.equal(swapSteps(null, [file('a', '1'), file('d/x', '2')]), [
		'read the link ..data',
		'make the directory ..new',
		'write ..new/a',
		'make the directory ..new/d',
		'write ..new/d/x',
		'link ..data_tmp -> ..new',
		'rename ..data_tmp over ..data: from here on readers see the new files',
		'link a -> ..data/a',
		'link d -> ..data/d',
	]);
});

test('an update compares until the first difference, swaps, and removes what is obsolete', () => {
	const steps = swapSteps([file('a', '1'), file('b', '1')], [file('a', '2'), file('c', '1')]);
	assert.equal(steps, [
		'read the link ..data',
		'compare a with what is on disk',
		'make the directory ..new',
		'write ..new/a',
		'write ..new/c',
		'link ..data_tmp -> ..new',
		'rename ..data_tmp over ..data: from here on readers see the new files',
		'link c -> ..data/c',
		'remove the link b',
		'remove ..old with all that is in it',
	]);
});

test('equal files are only compared', () => {
	const steps = swapSteps([file('a', '1'), file('b', '1')], [file('a', '1'), file('b', '1')]);
	assert.equal(steps, ['read the link ..data', 'compare a with what is on disk', 'compare b with what is on disk']);
});

test.run();
