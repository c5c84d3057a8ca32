import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { referencesAgreement } from './references.js';

const test = suite('conformance: references');
const lines = readJsonLines('test', 'recordings', 'components', 'references.jsonl');

test('every recorded pod references the same objects in the same order', () => {
	const { cases, disagreements } = referencesAgreement(lines);
	assert.equal(disagreements[0], undefined);
	assert.is(cases, 23);
});

test('a recording that says otherwise is a disagreement, an unknown field an error', () => {
	const [header, first] = lines as object[];
	assert.is(
		referencesAgreement([
			{ ...header, count: 1 },
			{ ...first, secretNames: ['x'] },
		]).disagreements.length,
		1,
	);
	assert.throws(
		() =>
			referencesAgreement([
				{ ...header, count: 1 },
				{ ...first, surprise: 1 },
			]),
		/unknown field surprise/,
	);
});

test.run();
