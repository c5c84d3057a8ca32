import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { validationAgreement } from './validation.js';

const test = suite('conformance: validation');
const lines = readJsonLines('test', 'recordings', 'components', 'validation.jsonl');

test('every recorded create and update has the same messages, causes, warnings and stored form', () => {
	const { cases, disagreements } = validationAgreement(lines);
	assert.equal(disagreements[0], undefined);
	assert.is(cases, 451);
});

test('a recording that says otherwise is a disagreement, an unknown field or verb an error', () => {
	const [header, first] = lines as object[];
	const one = { ...header, count: 1 };
	assert.is(validationAgreement([one, { ...first, stored: { type: 'x' } }]).disagreements.length, 1);
	assert.is(validationAgreement([one, { ...first, warnings: ['x'] }]).disagreements.length, 1);
	assert.throws(() => validationAgreement([one, { ...first, surprise: 1 }]), /unknown field surprise/);
	assert.throws(() => validationAgreement([one, { ...first, verb: 'replace' }]), /unknown verb replace/);
});

test('in a message whose order is random, each part must still be there', () => {
	const [header] = lines as object[];
	const line = lines.find((one) => (one as { anyOrder?: boolean }).anyOrder) as { message: string };
	const changed = { ...line, message: line.message.replace("must not start with '..'", "must not start with ',,'") };
	assert.is.not(changed.message, line.message);
	assert.is(validationAgreement([{ ...header, count: 1 }, changed]).disagreements.length, 1);
});

test.run();
