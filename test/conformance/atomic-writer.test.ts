import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { ARMS } from './arms.js';
import { atomicWriterAgreement } from './atomic-writer.js';

const test = suite('conformance: atomic writer');
const lines = readJsonLines('test', 'recordings', 'components', 'atomic-writer.jsonl');

for (const arm of ARMS) {
	test(`every recorded sequence leaves the recorded trees (${arm.name})`, () => {
		const { cases, disagreements, notClaimed } = atomicWriterAgreement(lines, [arm]);
		assert.equal(disagreements[0], undefined, `${disagreements.length} of ${cases} disagree`);
		assert.is(cases + notClaimed.length, lines.length - 1);
	});
}

test('an unknown field or operation of a recording is an error', () => {
	const [header] = lines;
	const one = (step: object): unknown[] => [
		{ ...(header as object), count: 1 },
		{ id: 'x', kind: 'table', steps: [step] },
	];
	const result = { error: null, tsChanged: false, sameTree: true };
	assert.throws(() => atomicWriterAgreement(one({ op: 'write', surprise: 1, result })), /unknown field surprise/);
	assert.throws(() => atomicWriterAgreement(one({ op: 'explode', path: 'a', result })), /unknown operation explode/);
});

test('a wrong tree is a disagreement', () => {
	const steps = [{ op: 'write', payload: [{ path: 'a', mode: '0644', data: '1' }], result: { error: null, tsChanged: true, tree: [] } }];
	const { agreed, cases } = atomicWriterAgreement([
		{ ...(lines[0] as object), count: 1 },
		{ id: 'x', kind: 'table', steps },
	]);
	assert.equal([cases, agreed], [ARMS.filter(({ excuse }) => excuse('x') === null).length, 0]);
});

test.run();
