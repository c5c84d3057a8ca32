// The table of peers: one unit for all, from the recorded costs as they are.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CostLine, hollowKubelet, type Peer, peerTable, perPodHour } from '../../bench/peers/table.js';
import { readJsonLines } from '../support/repository.js';

const test = suite('benchmark peers');

const peer = (fields: Partial<Peer>): Peer => ({
	name: 'one',
	work: 'all',
	evidence: 'measured here',
	cpuPerPodHour: 0.024,
	mebibytesPerNode: null,
	time: 'virtual',
	method: 'as said',
	...fields,
});

test('a tenth of a core for 30 pods is 12 CPU seconds a pod and hour', () => {
	assert.is(Math.round(perPodHour(0.1, 30) * 1e9) / 1e9, 12);
});

test('in real time the large cluster needs cores, in virtual time one core goes through its time', () => {
	const text = peerTable([
		peer({ cpuPerPodHour: 12, time: 'real', mebibytesPerNode: 220 }),
		peer({ cpuPerPodHour: 0.024 }),
		peer({ cpuPerPodHour: 0.000024 }),
		peer({ cpuPerPodHour: null, evidence: 'not run' }),
	]);
	assert.match(text, /\| 12 \| 220 \| 500 cores, in real time \|/);
	assert.match(text, /\| 0\.024 \| {2}\| one core at 1 times real time \|/);
	assert.match(text, /\| one core at 1,000 times real time \|/);
	assert.match(text, /\| \? \| {2}\| \? \| not run: as said \|/);
});

test('the kubelet costs what was recorded, with its fake container runtime', () => {
	const [, ...lines] = readJsonLines('test', 'recordings', 'e2e', 'r5-cost.jsonl') as unknown as CostLine[];
	const row = hollowKubelet(lines, 'r2', 'file');
	// Kubelets: 0.014701, 0.01443, 0.015215 of a core; runtimes: 0.003944, 0.003937, 0.004.
	assert.ok(Math.abs((row.cpuPerPodHour ?? 0) - ((0.014701 + 0.003944) * 3_600) / 100) < 1e-12);
	assert.is(row.mebibytesPerNode, Math.round(106.336 + 78.656));
	assert.match(row.name, /100 pods, syncFrequency 60 s/);
	assert.throws(() => hollowKubelet(lines, 'r99', 'file'), /no whole run r99/);
});

test.run();
