// The fast path and the reference give the same figures bit for bit. Both run random plans; what they give is compared as text. The
// reference's trace tells which mechanisms each plan used, and the law fails when one was met too seldom to have been tested.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Partial, type Plan, type Strategy, simulate, type VariantPlan } from '../../src/index.js';
import { WaitingSyncs } from '../../src/kubelet/fast/cache/waiting-syncs.js';
import { RestartingNode } from '../../src/kubelet/fast/restart/restarting-node.js';
import { S } from '../support/plans.js';
import { MECHANISMS, type Mechanism, MechanismWatcher } from './mechanisms.js';
import { CHANGES, randomPlan, restartingPlan, smallClientPlan } from './random-plan.js';

const test = suite('fast path');

const SEED = 6;
/** Soak runs ask for more. */
const PLANS = Number(process.env['SECRETSIM_LAW_PLANS'] ?? 2_000);
const ROUGH_PLANS = PLANS / 4;
const LEAST_ROUGH_PER_STRATEGY = 50;
/** Plans in which pods are synced more often than what the fast path passes over at once. */
const LONG_PLANS = Math.ceil(PLANS / 10);
/** Strategies that the fast path knows. */
const SERVED: readonly Strategy[] = ['Watch', 'Cache', 'Get'];
const LEAST_PER_MECHANISM = 50;
const LEAST_SERVED_PER_STRATEGY = 100;

/** Everything that a partial holds but the name of the path, serialised with every bit of its typed arrays. */
function serialised(partial: Partial): string {
	const plain = (_key: string, value: unknown): unknown =>
		ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1') : value;
	return JSON.stringify({ ...partial, segments: partial.segments.map(({ engine: _, ...segment }) => segment) }, plain);
}

/** The same as text, to show what differs. */
function text({ segments }: Partial): string {
	const plain = (_key: string, value: unknown): unknown => (ArrayBuffer.isView(value) ? Array.from(value as Float64Array, String) : value);
	return segments
		.map(({ ledger, samples, counters, events }) => JSON.stringify({ counters, events, samples, ledger }, plain, 1))
		.join('\n');
}

test(`gives the same partial as the reference in ${PLANS} random plans, and every mechanism was met`, () => {
	const met = new Map<Mechanism, number>(MECHANISMS.map((mechanism) => [mechanism, 0]));
	const served = new Map<Strategy, number>(SERVED.map((strategy) => [strategy, 0]));
	for (let number = 0; number < PLANS; number++) {
		const plan = randomPlan(SEED, number);
		const watcher = new MechanismWatcher();
		const reference = simulate(plan, { engine: 'reference', trace: (event) => watcher.take(event) });
		watcher.takeSamples(reference);
		for (const mechanism of watcher.met) met.set(mechanism, (met.get(mechanism) as number) + 1);
		const fast = simulate(plan, { engine: 'fast' });
		const [strategy] = plan.variants.map(({ cluster }) => cluster.kubelet.configMapAndSecretChangeDetectionStrategy) as [Strategy];
		if (fast.segments.some(({ engine }) => engine === 'fast')) served.set(strategy, (served.get(strategy) ?? 0) + 1);
		if (serialised(fast) === serialised(reference)) continue;
		assert.is(text(fast), text(reference), `plan ${number}, ${strategy}`);
		assert.unreachable(`plan ${number}, ${strategy}: the bytes differ, the texts do not`);
	}
	const rare = [...met].filter(([, plans]) => plans < (LEAST_PER_MECHANISM * PLANS) / 2_000);
	assert.equal(rare, [], 'mechanisms that were met too seldom');
	const idle = [...served].filter(([, plans]) => plans < (LEAST_SERVED_PER_STRATEGY * PLANS) / 2_000);
	assert.equal(idle, [], 'strategies whose nodes the fast path served too seldom');
});

test(`gives the same partial as the reference in ${ROUGH_PLANS} plans with restarts, failing volumes and small clients`, () => {
	const served = new Map<Strategy, number>(SERVED.map((strategy) => [strategy, 0]));
	for (let number = 0; number < ROUGH_PLANS; number++) {
		const plan = randomPlan(SEED, number, true);
		const [strategy] = plan.variants.map(({ cluster }) => cluster.kubelet.configMapAndSecretChangeDetectionStrategy) as [Strategy];
		const reference = simulate(plan, { engine: 'reference' });
		const fast = simulate(plan, { engine: 'fast' });
		const restarts = plan.variants.some(({ actions }) => actions.some(({ effect }) => effect.kind === 'restartKubelet'));
		if (restarts && fast.segments.some(({ engine }) => engine === 'fast')) served.set(strategy, (served.get(strategy) ?? 0) + 1);
		if (serialised(fast) === serialised(reference)) continue;
		assert.is(text(fast), text(reference), `rough plan ${number}, ${strategy}`);
		assert.unreachable(`rough plan ${number}, ${strategy}: the bytes differ, the texts do not`);
	}
	const idle = [...served].filter(([, plans]) => plans < (LEAST_ROUGH_PER_STRATEGY * ROUGH_PLANS) / 1_000);
	assert.equal(idle, [], 'strategies whose restarting nodes the fast path served too seldom');
});

test(`gives the same partial as the reference in ${ROUGH_PLANS} plans whose kubelets restart, and tells restarts by their rules`, () => {
	const told = new Map<Strategy, number>(SERVED.map((strategy) => [strategy, 0]));
	let served = false;
	const run = RestartingNode.prototype.run;
	RestartingNode.prototype.run = function () {
		const restarted = run.call(this);
		served ||= restarted !== null;
		return restarted;
	};
	try {
		for (let number = 0; number < ROUGH_PLANS; number++) {
			const plan = restartingPlan(SEED, number);
			const [strategy] = plan.variants.map(({ cluster }) => cluster.kubelet.configMapAndSecretChangeDetectionStrategy) as [Strategy];
			served = false;
			const fast = simulate(plan, { engine: 'fast' });
			const reference = simulate(plan, { engine: 'reference' });
			if (served) told.set(strategy, (told.get(strategy) ?? 0) + 1);
			if (serialised(fast) === serialised(reference)) continue;
			assert.is(text(fast), text(reference), `restarting plan ${number}, ${strategy}`);
			assert.unreachable(`restarting plan ${number}, ${strategy}: the bytes differ, the texts do not`);
		}
	} finally {
		RestartingNode.prototype.run = run;
	}
	const idle = [...told].filter(([, plans]) => plans < (LEAST_ROUGH_PER_STRATEGY * ROUGH_PLANS) / 1_000);
	assert.equal(idle, [], 'strategies whose restarts were told too seldom');
});

test(`gives the same partial as the reference in ${ROUGH_PLANS} plans under Cache whose requests wait for client tokens`, () => {
	let [handedOver, waiting] = [0, 0];
	const handOver = WaitingSyncs.prototype.handOver;
	WaitingSyncs.prototype.handOver = function (...sync) {
		handedOver += 1;
		handOver.apply(this, sync);
	};
	try {
		for (let number = 0; number < ROUGH_PLANS; number++) {
			const plan = smallClientPlan(SEED, number);
			const before = handedOver;
			const fast = simulate(plan, { engine: 'fast' });
			const reference = simulate(plan, { engine: 'reference' });
			if (handedOver > before) waiting += 1;
			if (serialised(fast) === serialised(reference)) continue;
			assert.is(text(fast), text(reference), `small client, plan ${number}`);
			assert.unreachable(`small client, plan ${number}: the bytes differ, the texts do not`);
		}
	} finally {
		WaitingSyncs.prototype.handOver = handOver;
	}
	assert.ok(waiting >= ROUGH_PLANS / 10, `waits were followed in ${waiting} of ${ROUGH_PLANS} plans`);
});

/** An undisturbed plan under Cache or Get whose pods are synced a hundred times and more. */
function longPlan(number: number): Plan {
	const plan = randomPlan(SEED, number);
	const variants = plan.variants.map((variant): VariantPlan => {
		const { cluster, actions } = variant;
		const strategy = number % 2 === 0 ? 'Cache' : 'Get';
		const kubelet = {
			...cluster.kubelet,
			configMapAndSecretChangeDetectionStrategy: strategy,
			syncFrequency: (number % 3 === 0 ? 7.5 : 5) * S,
			kubeAPIQPS: number % 5 === 0 ? 3 : 0,
			kubeAPIBurst: number % 5 === 0 ? 12 : 0,
		} as const;
		return {
			...variant,
			coldStart: false,
			duration: 900 * S,
			actions: actions.filter(({ effect }) => CHANGES.has(effect.kind)),
			cluster: { ...cluster, kubelet, nodePools: [], previousNodes: null, nodeTTL: number % 4 === 0 ? null : 40 * S },
		};
	});
	return { ...plan, variants };
}

test(`gives the same partial as the reference in ${LONG_PLANS} plans whose pods are synced often`, () => {
	let served = 0;
	for (let number = 0; number < LONG_PLANS; number++) {
		const plan = longPlan(number);
		const reference = simulate(plan, { engine: 'reference' });
		const fast = simulate(plan, { engine: 'fast' });
		if (fast.segments.some(({ engine }) => engine === 'fast')) served += 1;
		if (serialised(fast) === serialised(reference)) continue;
		assert.is(text(fast), text(reference), `long plan ${number}`);
		assert.unreachable(`long plan ${number}: the bytes differ, the texts do not`);
	}
	assert.ok(served > LONG_PLANS / 3, `the fast path served ${served} of ${LONG_PLANS} plans`);
});

test.run();
