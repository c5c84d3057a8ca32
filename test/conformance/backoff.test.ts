import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { backoffAgreement } from './backoff.js';

const test = suite('conformance: back-off of volume operations');
const lines = readJsonLines('test', 'recordings', 'components', 'backoff.jsonl');

test('every recorded run starts or is refused with the same text', () => {
	const { cases, disagreements } = backoffAgreement(lines);
	assert.equal(disagreements[0], undefined);
	assert.is(cases, 41);
});

test('an unknown field and an unknown operation are errors', () => {
	const [header, , second] = lines as [object, object, { steps: object[] }];
	const only = { ...header, count: 1 };
	assert.throws(() => backoffAgreement([only, { ...second, surprise: 1 }]), /unknown field surprise/);
	assert.throws(() => backoffAgreement([only, { ...second, steps: [{ op: 'surprise', atMs: 0 }] }]), /unknown operation surprise/);
});

test('a recording that says otherwise is a disagreement', () => {
	const [header, durations, second] = lines as [object, { failures: { durationMs: number }[] }, { steps: object[] }];
	const only = { ...header, count: 1 };
	const failures = durations.failures.map((failure) => ({ ...failure, durationMs: failure.durationMs + 1 }));
	assert.is(backoffAgreement([only, { ...durations, failures }]).agreed, 0);
	const [first, ...rest] = second.steps;
	assert.is(backoffAgreement([only, { ...second, steps: [{ ...first, safeToRetryAfter: true }, ...rest] }]).agreed, 0);
});

test.run();
