import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { environmentAgreement } from './environment.js';

const test = suite('conformance: env');
const lines = readJsonLines('test', 'recordings', 'components', 'env.jsonl');

test('every recorded container has the same environment or the same error', () => {
	const { cases, disagreements } = environmentAgreement(lines);
	assert.equal(disagreements[0], undefined);
	assert.is(cases, 284);
});

test('a recording that says otherwise is a disagreement, an unknown field an error', () => {
	const [header, first] = lines as object[];
	const one = { ...header, count: 1 };
	assert.is(environmentAgreement([one, { ...first, env: [['A', '1']] }]).disagreements.length, 1);
	assert.throws(() => environmentAgreement([one, { ...first, surprise: 1 }]), /unknown field surprise/);
});

test.run();
