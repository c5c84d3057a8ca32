import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { restartAgreement } from './f4-restart.js';

type Line = Record<string, unknown>;

const test = suite('conformance: restarts right after an update (F4 d)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f4-restart.jsonl') as Line[];

test('K20.30: environment, directory and subPath of 216 restarted containers are what the model gives', () => {
	const agreement = restartAgreement(lines);
	assert.equal(agreement.disagreements, []);
	// 108 pods, and 215 times a directory that follows; one restart is left out by name.
	assert.is(agreement.cases, 108 + 215);
	assert.equal(agreement.notClaimed.length, 1);
	assert.match(agreement.notClaimed[0] as string, /^race-get-l13, round 2: held back/);
});

test('a file that is newer or older than the recorded steps allow is a disagreement', () => {
	for (const [from, to] of [
		['0', '1'],
		['1', '0'],
	] as const) {
		const index = lines.findIndex((line) => line['round'] === 1 && line['subPath'] === from && line['kind'] === 'liveness');
		const { disagreements } = restartAgreement(lines.with(index, { ...lines[index], subPath: to }));
		assert.equal(
			disagreements.map(({ id }) => id),
			[lines[index]?.['pod']],
		);
	}
});

test('an old environment is a disagreement', () => {
	const { disagreements } = restartAgreement(lines.with(1, { ...lines[1], env: '0' }));
	assert.is(disagreements.length, 1);
});

test('what is not known is an error, and what the recorder did not see is named', () => {
	assert.throws(() => restartAgreement(lines.with(1, { ...lines[1], surprise: 1 })), /unknown field surprise/);
	assert.throws(() => restartAgreement(lines.with(1, { ...lines[1], kind: 'surprise' })), /unknown kind surprise/);
	const unseen = lines.with(1, {
		strategy: 'Cache',
		pod: 'race-cache-c00',
		kind: 'crash',
		round: 1,
		stopSeconds: null,
		tWriteEnd: 1,
		restarted: false,
	});
	assert.ok(restartAgreement(unseen).notClaimed.includes('race-cache-c00, round 1: the recorder did not see the restart'));
});

test.run();
