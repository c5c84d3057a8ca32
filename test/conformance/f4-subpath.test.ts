import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { mountsBlocked, subPathAgreement, subPathBlock } from './f4-subpath.js';
import { readLab } from './lab-recording.js';
import { blocksAgreement } from './timelines.js';

type Line = Record<string, unknown>;

const test = suite('conformance: subPath, environment and restarts (F4 a to c)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f4-subpath.jsonl') as Line[];

test('model, real bind mounts and hard links agree with every container, look and snapshot (K20.28 to K20.30)', () => {
	const agreement = subPathAgreement(lines);
	assert.equal(agreement.disagreements, []);
	const blocked = mountsBlocked() === null ? 0 : 1;
	// 3 nodes, 11 pods each on two kinds of directories; a path that a Secret names is beyond hard links.
	assert.is(agreement.cases, blocked === 0 ? 3 + 33 + 30 : agreement.cases);
	if (blocked === 0)
		assert.ok(
			agreement.notClaimed.every((text) => /-expr on hard links: its subPathExpr/.test(text)),
			agreement.notClaimed.join(),
		);
});

test('the model reproduces some hundred lines a node', () => {
	const recording = readLab(lines);
	const { blocks } = blocksAgreement(recording.nodes.map((node) => subPathBlock(recording, node)));
	for (const { id, matched } of blocks) assert.ok(matched > 300, `${id}: ${matched}`);
});

/** The recording with one line of a pod replaced. */
function changed(wanted: (line: Line) => boolean, change: (line: Line) => Line): unknown[] {
	const index = lines.findIndex((line) => line['header'] !== true && wanted(line));
	assert.ok(index > 0);
	return lines.with(index, change(lines[index] as Line));
}

function found(changedLines: readonly unknown[]): readonly string[] {
	return subPathAgreement(changedLines).disagreements.map(({ id }) => id);
}

test('a restarted container that saw the old file is a disagreement', () => {
	const restarted = (line: Line): boolean => line['what'] === 'CreateContainer' && line['pod'] === 'sub-get-up' && line['attempt'] === 1;
	const old = JSON.stringify({ file: '2' }).slice(1, -1);
	const ids = found(changed(restarted, (line) => JSON.parse(JSON.stringify(line).replace(old, '"file":"1"')) as Line));
	assert.ok(ids.includes('sub-get'));
	if (mountsBlocked() === null)
		assert.ok(ids.includes('sub-get-up on real bind mounts') && ids.includes('sub-get-up on hard links'), ids.join());
});

test('a variable that was not read anew is a disagreement', () => {
	const restarted = (line: Line): boolean => line['what'] === 'CreateContainer' && line['pod'] === 'sub-watch-env' && line['attempt'] === 1;
	const ids = found(changed(restarted, (line) => ({ ...line, env: [['K', '1']] })));
	assert.ok(ids.includes('sub-watch'), ids.join());
});

test('another mode in a snapshot is a disagreement', () => {
	if (mountsBlocked() !== null) return;
	const ids = found(
		changed(
			(line) => line['what'] === 'snapshot' && line['pod'] === 'sub-cache-fsg',
			(line) => JSON.parse(JSON.stringify(line).replace('"0440"', '"0400"')) as Line,
		),
	);
	assert.equal(ids, ['sub-cache-fsg on real bind mounts']);
});

test('a pod that the recorder does not make is an error', () => {
	assert.throws(
		() =>
			subPathAgreement(
				changed(
					(line) => line['what'] === 'create pod',
					(line) => ({ ...line, pod: 'sub-watch-surprise' }),
				),
			),
		/makes no pod sub-watch-surprise/,
	);
});

test.run();
