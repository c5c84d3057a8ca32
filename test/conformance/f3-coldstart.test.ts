import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJsonLines } from '../support/repository.js';
import { coldStartAgreement, recordedColdStart, simulatedColdStart } from './coldstart.js';
import { type LabNode, readLab } from './lab-recording.js';

const test = suite('conformance: cold start (F3)');
const lines = readJsonLines('test', 'recordings', 'e2e', 'f3-coldstart.jsonl');
const recording = readLab(lines);

/** The node of a strategy and rate, with 50 pods or with one. */
function startOf(
	name: string,
	change: Partial<LabNode> = {},
): { recorded: ReadonlyMap<string, number>; ours: ReadonlyMap<string, number> } {
	const node = recording.nodes.find((one) => one.name === name) as LabNode;
	const own = recording.lines.filter((line) => line.node === name);
	return { recorded: recordedColdStart(own), ours: simulatedColdStart(recording, { ...node, ...change }, own, 1) };
}

test('the model agrees with all twelve recorded nodes', () => {
	const agreement = coldStartAgreement(lines);
	assert.equal(agreement.disagreements, []);
	assert.ok(agreement.cases > 140, String(agreement.cases));
});

const LAST = 'creation of a container, quantile 1, s';

test('K20.27: the rate limit decides under Cache and Get and plays no role under Watch', () => {
	for (const strategy of ['cache', 'get']) {
		for (const { recorded, ours } of [startOf(`f3-${strategy}-q5`)]) {
			assert.ok((recorded.get(LAST) as number) > 20);
			assert.ok((ours.get(LAST) as number) > 20);
		}
		assert.ok((startOf(`f3-${strategy}-q50`).ours.get(LAST) as number) < 2.5);
	}
	for (const rate of ['q5', 'q50']) assert.ok((startOf(`f3-watch-${rate}`).ours.get(LAST) as number) < 0.5);
});

test('K20.15: a pod start reads twice: Get asks twice, Cache once without and once with resourceVersion 0, Watch once', () => {
	const { ours: get } = startOf('f3-get-q50');
	assert.is(get.get('GET secrets'), 100);
	const { ours: cache } = startOf('f3-cache-q50');
	assert.is(cache.get('GET secrets'), 50);
	assert.is(cache.get('GET secrets rv=0'), 50);
	const { ours: watch } = startOf('f3-watch-q50');
	assert.is(watch.get('WATCH secrets initial'), 50);
	assert.not(watch.has('GET secrets'));
});

test('a model without a rate limit would be found out', () => {
	const { recorded, ours } = startOf('f3-get-q5', { qps: 50, burst: 100 });
	assert.ok((recorded.get(LAST) as number) - (ours.get(LAST) as number) > 10);
});

test('an unknown source or field is an error', () => {
	const [header, first] = lines as [object, object];
	assert.throws(() => readLab([header, { ...first, src: 'gossip' }]), /unknown source gossip/);
	assert.throws(() => readLab([header, { ...first, surprise: 1 }]), /unknown field surprise/);
	assert.throws(() => readLab([{ ...header, surprise: 1 }, first]), /unknown field surprise/);
});

test.run();
