import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { ttlControllerAgreement } from './ttl-controller.js';

const test = suite('conformance: ttl-controller');
const lines = readJsonLines('test', 'recordings', 'components', 'ttl-controller.jsonl');

test('every recorded cluster has the same annotations and patches', () => {
	const { cases, disagreements } = ttlControllerAgreement(lines);
	assert.equal(disagreements[0], undefined);
	assert.is(cases, 34);
});

test('a recording that says otherwise is a disagreement, an unknown field or operation an error', () => {
	const [header] = lines as object[];
	const one = { ...header, count: 1 };
	const sequence = (segment: object) => ({
		id: 'x',
		start: 0,
		startTTL: null,
		segments: [{ op: 'add', from: 0, to: 101, ttl: '0', ...segment }],
	});
	assert.is(ttlControllerAgreement([one, sequence({ to: 100 })]).agreed, 1);
	assert.equal(ttlControllerAgreement([one, sequence({})]).disagreements[0]?.ours, { ttl: '15', nodes: 101 });
	assert.throws(() => ttlControllerAgreement([one, sequence({ surprise: 1 })]), /unknown field surprise/);
	assert.throws(() => ttlControllerAgreement([one, sequence({ op: 'drain' })]), /unknown operation drain/);
});

test.run();
