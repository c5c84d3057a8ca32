import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { restartOfKubeletAgreement } from './f7-restart.js';
import { recordedRestart, simulatedRestart } from './kubelet-restart.js';
import { type LabNode, readLab } from './lab-recording.js';

type Line = Record<string, unknown>;

const test = suite('conformance: restart of a kubelet (F7)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f7-restart.jsonl') as Line[];

test('the model agrees with three restarts, line by line and in law (K16, K20.33)', () => {
	const agreement = restartOfKubeletAgreement(lines);
	assert.equal(agreement.disagreements, []);
	assert.ok(agreement.cases > 45, String(agreement.cases));
});

test('everything is refreshed within 1 s of the first sync, recorded and simulated; under Get each pod asks at least once', () => {
	const recording = readLab(lines);
	for (const node of recording.nodes) {
		const own = recording.lines.filter((line) => line.node === node.name);
		for (const figures of [recordedRestart(own), simulatedRestart(recording, node, own, 1)]) {
			assert.is(figures.get('syncs'), 60);
			assert.is(figures.get('swaps'), 30);
			assert.ok((figures.get('swap, quantile 1, s') as number) < 1);
			assert.is(figures.get('GET pods'), 60);
			assert.not(figures.has('PATCH pods'));
			if (node.strategy === 'Get') assert.ok((figures.get('GET secrets') as number) >= 60);
			if (node.strategy === 'Watch') assert.is(figures.get('WATCH secrets initial'), 60);
		}
	}
});

test('a model with another rate limit would be found out', () => {
	const recording = readLab(lines);
	const node = recording.nodes.find(({ strategy }) => strategy === 'Get') as LabNode;
	const own = recording.lines.filter((line) => line.node === node.name);
	const slow = simulatedRestart(recording, { ...node, qps: 5, burst: 10 }, own, 1);
	assert.ok((slow.get('swap, quantile 0.75, s') as number) > 2);
});

test('a refresh less, or other content, is a disagreement', () => {
	const done = lines.findIndex((line) => line['what'] === 'SetUp succeeded' && (line['t'] as number) > 0);
	assert.ok(restartOfKubeletAgreement(lines.toSpliced(done, 1)).disagreements.length > 0);
	const swap = lines.findIndex((line) => line['what'] === '..data swapped');
	assert.ok(restartOfKubeletAgreement(lines.with(swap, { ...lines[swap], content: { k: '2' } })).disagreements.length > 0);
});

test.run();
