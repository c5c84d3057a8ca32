// A small engine and two captured streams, for the tests of the command line that are not about the engine. The engine
// counts what it was asked to simulate; its result says so, so that a test can see whether every unit ran exactly once.

import { Writable } from 'node:stream';
import type { Engine, ScenarioOverrides, Services, SimulateOptions } from '../../src/cli/services.js';
import type { OutputStream, System } from '../../src/cli/system.js';
import type { Plan, VariantPlan } from '../../src/cluster/plan.js';
import { MILLISECOND, MINUTE, SECOND } from '../../src/core/time.js';
import type { LoadRow, RunResult, SampleRow } from '../../src/measure/result.js';
import { runFixture, variantFixture } from '../report/fixture.js';
import { loadFixture, samplesFixture } from '../report/series-fixture.js';

const moment = { min: MILLISECOND, max: 2 * MILLISECOND };

/** A variant with nothing in it but nodes. */
export function variantPlanFixture(name: string, change: Partial<VariantPlan> = {}): VariantPlan {
	return {
		name,
		settings: {},
		kubernetes: '1.36',
		warmUp: 3 * MINUTE,
		duration: 30 * MINUTE,
		drain: null,
		coldStart: false,
		cluster: {
			nodes: 20,
			nodeLabels: {},
			nodePools: [],
			kubelet: {
				syncFrequency: MINUTE,
				configMapAndSecretChangeDetectionStrategy: 'Watch',
				kubeAPIQPS: 50,
				kubeAPIBurst: 100,
				allocatableMemoryBytes: 2 ** 33,
			},
			network: { watchLatency: moment, requestLatency: moment, watchCacheLag: moment, podWatchLatency: moment },
			timing: {
				syncDuration: moment,
				syncToReprocess: moment,
				loopRunTime: moment,
				setUp: moment,
				containerCreate: moment,
				containerStop: moment,
				imagePull: moment,
				plegRelist: moment,
				kubeletRestart: { min: SECOND, max: SECOND },
			},
			nodeTTL: null,
			previousNodes: null,
			accountsWithoutToken: [],
		},
		objects: [],
		workloads: [],
		actions: [],
		...change,
	};
}

/** A plan with two variants and three replications. */
export function planFixture(change: Partial<Plan> = {}): Plan {
	return {
		schema: 'secretsim.plan/v1',
		scenario: { name: 'fixture', file: 'fixture.yaml' },
		seed: 1,
		replications: 3,
		variants: [variantPlanFixture('Watch'), variantPlanFixture('Get')],
		expectations: [],
		assumptions: [],
		warnings: [],
		digest: '0123456789abcdef0123456789abcdef',
		...change,
	};
}

/** What the fake engine keeps: the plan and a label per simulated unit. */
export interface FakePart {
	readonly plan: Plan;
	readonly units: readonly string[];
}

/** An engine that simulates nothing and remembers everything. */
export function fakeEngine(change: Partial<Engine<FakePart>> = {}): Engine {
	const engine: Engine<FakePart> = {
		simulate(plan: Plan, options: SimulateOptions = {}) {
			return { plan, units: [`${options.variants?.join()}/${options.replications?.join()}/${options.shard?.index ?? 0}`] };
		},
		*simulateStepwise(plan, options) {
			yield { done: 1, total: 1, syncs: 0 };
			return engine.simulate(plan, options);
		},
		merge(parts) {
			return { plan: (parts[0] as FakePart).plan, units: parts.flatMap((part) => part.units) };
		},
		summarise({ plan, units }): RunResult {
			const met = plan.seed !== 666;
			return runFixture({
				scenario: {
					...runFixture().scenario,
					name: plan.scenario.name,
					file: plan.scenario.file,
					seed: plan.seed,
					replications: plan.replications,
				},
				variants: plan.variants.map(({ name }) => variantFixture(name)),
				expectations: [{ metric: 'propagation.delaySeconds.p99', variant: 'Get', limit: 'max 92s', value: 93, met }],
				assumptions: units,
			});
		},
		sampleRows: ({ plan }): Iterable<SampleRow> => samplesFixture(plan.variants.map(({ name }) => name)),
		delayCounts: () => [],
		loadRows: ({ plan }): Iterable<LoadRow> => loadFixture(plan.variants.map(({ name }) => name)),
		...change,
	};
	return engine as Engine;
}

/** Services around the fake engine; `load` decides what a file is. */
export function fakeServices(load: (file: string, overrides: ScenarioOverrides) => Plan, engine: Engine = fakeEngine()): Services {
	return { loadScenario: async (file, overrides) => load(file, overrides), engine: async () => engine, version: () => '9.9.9' };
}

class Capture extends Writable {
	text = '';

	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		this.text += chunk.toString('utf8');
		done();
	}
}

/** Two captured streams. */
export function captureSystem(env: System['env'] = {}, isTTY = false): { system: System; out: () => string; err: () => string } {
	const stdout = new Capture();
	const stderr = new Capture();
	const asOutput = (stream: Capture): OutputStream => Object.assign(stream, { isTTY });
	return { system: { stdout: asOutput(stdout), stderr: asOutput(stderr), env }, out: () => stdout.text, err: () => stderr.text };
}
