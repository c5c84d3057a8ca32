import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { pullAgreement, pullOutcomes } from './f4-restart.js';
import { type LabNode, readLabHeader } from './lab-recording.js';

type Line = Record<string, unknown>;

const test = suite('conformance: restarts with an image pull (F4 d, extra)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f4-pull.jsonl') as Line[];

test('K15.3, K20.30: each of 40 recorded outcomes is one that the model gives', () => {
	const agreement = pullAgreement(lines);
	assert.equal(agreement.disagreements, []);
	assert.is(agreement.cases, 40);
});

test('a pull that takes longer than both loops gives new files, always, and none gives an old environment', () => {
	const [node] = readLabHeader(lines[0]).nodes as [LabNode];
	const pull = { pullSeconds: 0.5, tWriteEnd: 45, tExit: 45.001, tPullBegins: 45.5, tCreate: 46.005 };
	const outcomes = [...pullOutcomes(node, 'pull-get-c99', pull)];
	assert.equal(outcomes, ['environment [["K","1"]]; /mnt/v: directory [["k","1"]]; /sub: file "1"']);
	const short = [...pullOutcomes(node, 'pull-get-c98', { ...pull, pullSeconds: 0.1, tCreate: 45.605 })];
	assert.is(short.length, 2);
	assert.ok(short.every((text) => text.startsWith('environment [["K","1"]]')));
});

test('an outcome that no phase of the loops allows is a disagreement', () => {
	const long = lines.findIndex((line) => line['pullSeconds'] === 0.5);
	assert.is(pullAgreement(lines.with(long, { ...lines[long], directoryAtCreate: '0', subPath: '0' })).disagreements.length, 1);
	assert.is(pullAgreement(lines.with(1, { ...lines[1], env: '0' })).disagreements.length, 1);
});

test('an unknown field is an error', () => {
	assert.throws(() => pullAgreement(lines.with(1, { ...lines[1], surprise: 1 })), /unknown field surprise/);
});

test.run();
