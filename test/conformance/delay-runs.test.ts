import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Plan, VariantPlan } from '../../src/cluster/plan.js';
import { SECOND } from '../../src/core/time.js';
import { repositoryPath } from '../support/repository.js';
import type { Agreement } from './agreement.js';
import { readDelayFiles } from './delay-area.js';
import { delayPlan } from './delay-plan.js';
import { type DelayRecording, type DelayRunFiles, type RecordedNode, readDelayRun } from './delay-recording.js';
import { compareDelayRun, compareNode, delayRunAgreement } from './delay-runs.js';
import { type SimulatedNode, simulateNode } from './delay-simulation.js';

const test = suite('conformance: delay runs in law, one pod per object');

function filesOf(run: string): DelayRunFiles {
	return readDelayFiles(repositoryPath('test', 'recordings', 'e2e', run));
}

function agreementOf(run: string): Agreement {
	return delayRunAgreement(compareDelayRun(readDelayRun(filesOf(run))));
}

for (const [name, cases] of [
	['r1', 17],
	['r2', 17],
	['r4-l', 17],
	['r5a', 17],
	['r5b', 17],
] as const) {
	test(`${name}: the model agrees with the recording in every figure`, () => {
		const agreement = agreementOf(name);
		assert.equal(agreement.disagreements, []);
		assert.is(agreement.cases, cases);
	});
}

/** The plan of a recording with a mistake in each variant. */
function mistaken(change: (variant: VariantPlan) => VariantPlan): typeof delayPlan {
	return (recording, seed, replications) => {
		const plan: Plan = delayPlan(recording, seed, replications);
		return { ...plan, variants: plan.variants.map(change) };
	};
}

function disagreeing(recording: DelayRecording, planOf: typeof delayPlan): string[] {
	return compareDelayRun(recording, planOf).nodes.flatMap(({ node, comparisons }) =>
		comparisons.filter((comparison) => !comparison.holds).map((comparison) => `${node.name}: ${comparison.figure}`),
	);
}

test('a model with another sync period is found out on every node', () => {
	const recording = readDelayRun(filesOf('r5b'));
	const wrong = mistaken((variant) => ({
		...variant,
		cluster: { ...variant.cluster, kubelet: { ...variant.cluster.kubelet, syncFrequency: 11 * SECOND } },
	}));
	const found = disagreeing(recording, wrong);
	for (const { name } of recording.nodes)
		assert.ok(found.includes(`${name}: gaps between syncs in whole seconds (Kolmogorov-Smirnov distance)`), name);
});

test('a model with another strategy is found out by its requests', () => {
	const recording = readDelayRun(filesOf('r5a'));
	const wrong = mistaken((variant) => ({
		...variant,
		cluster: { ...variant.cluster, kubelet: { ...variant.cluster.kubelet, configMapAndSecretChangeDetectionStrategy: 'Get' } },
	}));
	assert.equal(disagreeing(recording, wrong), [
		'r5a-cache: requests GET rv=0',
		'r5a-cache: requests GET rv=unset',
		'r5a-watch: requests GET rv=unset',
	]);
});

test('a recording whose delays are longer by two seconds is found out', () => {
	const recording = readDelayRun(filesOf('r5b'));
	const late = (node: RecordedNode): RecordedNode => ({
		...node,
		samples: node.samples.map((sample) => ({ ...sample, delay: sample.delay + 2 })),
	});
	const found = disagreeing({ ...recording, nodes: recording.nodes.map(late) }, delayPlan);
	assert.equal(
		found,
		recording.nodes.map((node) => `${node.name}: delays (Kolmogorov-Smirnov distance)`),
	);
});

/** A simulated run in the place of a recorded one. */
function asRecorded(recording: DelayRecording, node: RecordedNode, simulated: SimulatedNode, replication: number): RecordedNode {
	const objects = simulated.replications[replication] as SimulatedNode['replications'][number];
	const counted = objects.slice(0, node.countedObjects);
	const requests = new Map<string, number>();
	for (const object of counted) for (const [kind, count] of object.requests) requests.set(kind, (requests.get(kind) ?? 0) + count);
	const samples = objects.flatMap(({ delays }, object) =>
		delays.map((delay, index) => ({ pod: `${node.name}-p${object}`, podIndex: object, object, version: index + 1, tWriteEnd: 0, delay })),
	);
	const { gaps } = simulateNode(delayPlan(recording, 1_000 + replication, 1), recording, node);
	return { ...node, samples, gaps, requests, fetchGaps: counted.flatMap((object) => object.fetchGaps) };
}

test('the tests keep their level: a run of the model itself is seldom rejected', () => {
	const recording = readDelayRun(filesOf('r5a'));
	const [runs, level] = [40, 0.05];
	let [tests, rejected] = [0, 0];
	for (const node of recording.nodes) {
		const law = simulateNode(delayPlan(recording, 1, 8), recording, node);
		const others = simulateNode(delayPlan(recording, 2, runs), recording, node);
		for (let run = 0; run < runs; run++) {
			for (const { chance } of compareNode(recording, asRecorded(recording, node, others, run), law, level).comparisons) {
				if (chance === null) continue;
				tests += 1;
				if (chance < level) rejected += 1;
			}
		}
	}
	// Binomial with 5 %: mean and five standard deviations. The tests are dependent in part, and conservative in part.
	const expected = tests * level;
	assert.ok(tests >= 10 * runs, `${tests} tests`);
	assert.ok(rejected <= expected + 5 * Math.sqrt(expected * (1 - level)), `${rejected} of ${tests} rejected`);
	assert.ok(rejected > 0, 'a test that never rejects anything tests nothing');
});

test('settings that no recorded run has: the plan follows the header', () => {
	const recorded = readDelayRun(filesOf('r5a'));
	for (const [syncFrequencySeconds, ttlSeconds, kubeAPIQPS] of [
		[5, 15, 50],
		[8, null, 20],
		[14, 0, 50],
	] as const) {
		const nodes = recorded.nodes.map((node) => ({
			...node,
			ttlSeconds: node.strategy === 'Cache' && ttlSeconds === null ? 5 : ttlSeconds,
		}));
		const recording = { ...recorded, syncFrequencySeconds, conditions: { kubeAPIQPS, kubeAPIBurst: 2 * kubeAPIQPS }, nodes };
		for (const node of nodes) {
			const law = simulateNode(delayPlan(recording, 1, 8), recording, node);
			const other = simulateNode(delayPlan(recording, 3, 1), recording, node);
			const { comparisons } = compareNode(recording, asRecorded(recording, node, other, 0), law, 1e-5);
			const figures = comparisons.filter(({ holds }) => !holds).map(({ figure }) => figure);
			assert.equal(figures, [], `${node.name}, S ${syncFrequencySeconds}, TTL ${ttlSeconds}`);
		}
	}
});

test('what the reader does not understand is an error', () => {
	const files = filesOf('r5a');
	const [header, first, ...rest] = files.samples as [object, object, ...object[]];
	const withHeader = (fields: object): unknown => ({ ...files, samples: [{ ...header, ...fields }, first, ...rest] });
	const read = (changed: unknown): void => void readDelayRun(changed as typeof files);
	assert.throws(() => read({ ...files, samples: [header, { ...first, surprise: 1 }, ...rest] }), /unknown field surprise/);
	assert.throws(() => read({ ...files, samples: [header, { ...first, pod: 'r5a-cache-p001' }, ...rest] }), /pod should be r5a-cache-p020/);
	assert.throws(() => read(withHeader({ surprise: 1 })), /unknown field surprise/);
	assert.throws(() => read(withHeader({ conditions: 'two kube-apiservers, kubeAPIQPS 50 burst 100' })), /unknown condition/);
	assert.throws(() => read(withHeader({ conditions: 'loopback' })), /do not tell kubeAPIQPS/);
	assert.throws(() => read(withHeader({ fields: { surprise: 'what it is' } })), /documents an unknown field surprise/);
	assert.throws(() => read({ ...files, gaps: filesOf('r5b').gaps }), /the header has no node|not of one run/);
	assert.throws(() => read({ ...files, load: { ...(files.load as object), surprise: 1 } }), /unknown field surprise/);
});

test.run();
