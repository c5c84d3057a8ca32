import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { costAgreement } from './cost.js';

const test = suite('conformance: cost');

test('what real processes cost is read line by line and named as not modelled', () => {
	const lines = readJsonLines('test', 'recordings', 'e2e', 'r5-cost.jsonl');
	const { cases, notClaimed } = costAgreement(lines);
	assert.is(cases, 0);
	assert.is(notClaimed.length, lines.length - 1);
	assert.ok(notClaimed.every((name) => name.endsWith(': CPU time and memory of real processes are not modelled')));
});

test('an unknown field of a recording is an error', () => {
	const [header, first] = readJsonLines('test', 'recordings', 'e2e', 'r5-cost.jsonl');
	assert.throws(() => costAgreement([header, { ...(first as object), surprise: 1 }]), /unknown field surprise/);
});

test.run();
