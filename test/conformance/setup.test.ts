import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { ARMS } from './arms.js';
import { setupAgreement } from './setup.js';

const test = suite('conformance: setup');
const lines = readJsonLines('test', 'recordings', 'components', 'setup.jsonl');

for (const arm of ARMS) {
	test(`every recorded SetUp and TearDown leaves the recorded trees (${arm.name})`, () => {
		const { cases, disagreements, notClaimed } = setupAgreement(lines, [arm]);
		assert.equal(disagreements[0], undefined, `${disagreements.length} of ${cases} disagree`);
		assert.is(cases + notClaimed.length, lines.length - 1);
	});
}

test('an unknown volume source is an error', () => {
	const sequence = { id: 'x', kind: 'table', volume: { name: 'v', secret: { secretName: 's', shape: 'round' } }, steps: [] };
	assert.throws(() => setupAgreement([{ ...(lines[0] as object), count: 1 }, sequence]), /unknown field shape/);
});

test.run();
