import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { payloadAgreement } from './payload.js';

const test = suite('conformance: payload');

test('every recorded MakePayload gives the same files or the same error', () => {
	const { cases, disagreements, notClaimed } = payloadAgreement(readJsonLines('test', 'recordings', 'components', 'payload.jsonl'));
	assert.equal(disagreements[0], undefined);
	assert.equal(notClaimed, []);
	assert.is(cases, 165);
});

test('an unknown field of a recording is an error', () => {
	const [header, first] = readJsonLines('test', 'recordings', 'components', 'payload.jsonl');
	const lines = [
		{ ...(header as object), count: 1 },
		{ ...(first as object), surprise: 1 },
	];
	assert.throws(() => payloadAgreement(lines), /unknown field surprise/);
});

test('a recording that says otherwise is a disagreement', () => {
	const [header, first] = readJsonLines('test', 'recordings', 'components', 'payload.jsonl');
	const { cases, agreed } = payloadAgreement([
		{ ...(header as object), count: 1 },
		{ ...(first as object), payload: {} },
	]);
	assert.equal([cases, agreed], [1, 0]);
});

test.run();
