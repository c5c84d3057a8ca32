import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { syncGapAgreement } from './sync-gap.js';

const test = suite('conformance: pod worker queue');
const lines = readJsonLines('test', 'recordings', 'components', 'sync-gap.jsonl');

test('every recorded GetWork returns the same pods, and the gaps follow the same law', () => {
	const { cases, disagreements } = syncGapAgreement(lines);
	assert.equal(disagreements[0], undefined);
	assert.is(cases, 16);
});

test('an unknown field and an unknown operation are errors', () => {
	const [header, , second] = lines as [object, object, object];
	const only = { ...header, count: 1 };
	assert.throws(() => syncGapAgreement([only, { ...second, surprise: 1 }]), /unknown field surprise/);
	assert.throws(() => syncGapAgreement([only, { ...second, steps: [{ op: 'surprise', atMs: 0 }] }]), /unknown operation surprise/);
});

test('a recording that says otherwise is a disagreement', () => {
	const [header, jitter, second] = lines as [object, { gaps: [number, number][] }, { steps: object[] }];
	const only = { ...header, count: 1 };
	const steps = [...second.steps.slice(0, -1), { ...second.steps.at(-1), got: ['a'] }];
	assert.is(syncGapAgreement([only, { ...second, steps }]).agreed, 0);
	assert.is(syncGapAgreement([only, { ...jitter, gaps: jitter.gaps.map(([gap, count]) => [gap + 1, count]) }]).agreed, 0);
});

test.run();
