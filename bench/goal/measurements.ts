// What one child process measures for the goals. Each heavy measurement has a process of its own, so that its peak resident set is its
// own too. `node build/bench/goal/child.js KIND JSON` runs one and prints its numbers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runPlan } from '../../src/cli/run-plan.js';
import type { Engine } from '../../src/cli/services.js';
import { controlPlane } from '../../src/cluster/control-plane.js';
import { PreparedRuns } from '../../src/cluster/prepared-run.js';
import type { Plan, Strategy, VariantPlan } from '../../src/index.js';
import * as program from '../../src/index.js';
import type { EnginePath } from '../../src/measure/partial.js';
import { loadScenario } from '../../src/node.js';
import { BARE, SWAP, SWAPS, tmpfsGroup } from '../atomic-writer.bench.js';
import { EFFORTS } from '../benchmark.js';
import { bareLoop } from '../fleet/bare-loop.js';
import { type FleetSize, fleet } from '../fleet/workload.js';
import { measureGroup } from '../harness.js';
import { repositoryPath } from '../repository.js';
import { median } from '../statistics.js';
import { missingFigures } from './figures.js';
import { MIXED_FILES, writeLargeScenario } from './inputs.js';
import { BARE_PIECES } from './sizes.js';

const MIB = 1024;
/** Nodes whose samples are looked at one by one. */
const ROWS_OF_NODES = 50;

/** CPU time of this process, all threads, in seconds. */
export function cpuSeconds(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
}

/** Peak resident set of this process in MiB. */
export function peakMiB(): number {
	return process.resourceUsage().maxRSS / MIB;
}

/** A fleet to simulate. */
export interface FleetRequest extends FleetSize {
	readonly strategy: Strategy;
	/** Pod syncs that the bare loop makes, in {@link BARE_PIECES} pieces; 0: it does not run. */
	readonly bareSyncs: number;
	/** Default: the fast path. */
	readonly engine?: EnginePath;
	/** Also summarises, and looks whether every figure of the result contract is there. */
	readonly figures: boolean;
}

/** What simulating it took. */
export interface FleetReport {
	readonly syncs: number;
	readonly cpuSeconds: number;
	readonly wallSeconds: number;
	/** Pod syncs a CPU second of the bare loop; null: it did not run. */
	readonly bareRate: number | null;
	readonly peakMiB: number;
	/** The peak when the simulation had ended, before anything was summarised. */
	readonly simulatedMiB: number;
	readonly path: string;
	/** Names of figures that are not there; null: not asked for. */
	readonly missing: readonly string[] | null;
}

/**
 * Simulates a fleet, with pieces of the bare loop between its nodes: what else the machine does slows both, however it comes and goes.
 * The bare loop's speed is the median of its pieces, since a thread that compiles or collects garbage for the fleet may fall on one of them.
 */
export function measureFleet(request: FleetRequest): FleetReport {
	const study = fleet(request.strategy, request);
	const bareSyncs = request.bareSyncs / BARE_PIECES;
	const bare = (): number => {
		const from = cpuSeconds();
		bareLoop(bareSyncs);
		return cpuSeconds() - from;
	};
	for (let piece = 0; piece < BARE_PIECES / 4; piece++) bare();
	const pieces: number[] = [];
	let bareWall = 0;
	const [fromCpu, fromWall] = [cpuSeconds(), performance.now()];
	const prepared = new PreparedRuns();
	const options = { engine: request.engine ?? 'fast', prepared } as const;
	const steps = program.simulateStepwise(study, options);
	let partial: program.Partial | null = null;
	while (partial === null) {
		const step = steps.next();
		if (step.done === true) partial = step.value;
		else if (bareSyncs > 0 && step.value.done * BARE_PIECES >= (pieces.length + 1) * step.value.total) {
			const from = performance.now();
			pieces.push(bare());
			bareWall += performance.now() - from;
		}
	}
	const cpu = cpuSeconds() - fromCpu - pieces.reduce((sum, seconds) => sum + seconds, 0);
	const wall = (performance.now() - fromWall - bareWall) / 1e3;
	const simulatedMiB = peakMiB();
	const segment = partial.segments[0] as (typeof partial.segments)[number];
	const slice = { index: 0, count: Math.ceil(request.nodes / ROWS_OF_NODES) };
	const withRows = (): program.Partial => program.simulate(study, { ...options, shard: slice, keepSamples: true });
	return {
		syncs: segment.counters.syncs,
		cpuSeconds: cpu,
		wallSeconds: wall,
		bareRate: pieces.length === 0 ? null : bareSyncs / median(pieces),
		simulatedMiB,
		path: segment.engine,
		missing: request.figures ? missingFigures(partial, request.rough, withRows()) : null,
		peakMiB: peakMiB(),
	};
}

/** Plans 5,000 nodes of 30 pods (or another size) from manifests: files to plan, and plan to pods on nodes. */
export async function measurePlanning(request: { readonly nodes: number }): Promise<{ readonly seconds: number; readonly pods: number }> {
	const folder = mkdtempSync(join(tmpdir(), 'secretsim-bench-'));
	try {
		const file = writeLargeScenario(folder, request.nodes);
		const from = cpuSeconds();
		const plan = await loadScenario(file);
		const plane = controlPlane(plan.variants[0] as VariantPlan, plan.seed, 0);
		return { seconds: cpuSeconds() - from, pods: plane.pods.length };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/**
 * How much faster two processes that share nothing simulate a half of a fleet each than one of them would both: what this machine gives to
 * two workers at most. Its processors may be two threads of one core, or not its own, and each process has helper threads that collect garbage.
 */
export async function measureHalves(request: FleetSize & { readonly strategy: Strategy }): Promise<{ readonly times: number }> {
	const file = fileURLToPath(new URL('child.js', import.meta.url));
	const half: FleetRequest = { ...request, nodes: Math.ceil(request.nodes / 2), bareSyncs: 0, figures: false };
	const seconds = async (): Promise<number> => {
		const child = spawn(process.execPath, [file, 'fleet', JSON.stringify(half)], { stdio: ['ignore', 'pipe', 'inherit'] });
		let said = '';
		child.stdout.on('data', (chunk: Buffer) => {
			said += chunk.toString();
		});
		await once(child, 'close');
		return (JSON.parse(said) as FleetReport).wallSeconds;
	};
	const alone = await seconds();
	const together = await Promise.all([seconds(), seconds()]);
	return { times: (2 * alone) / Math.max(...together) };
}

/** Runs a fleet on worker threads as `secretsim run --workers N` does. Wall-clock time. */
export async function measureWorkers(
	request: FleetSize & { readonly strategy: Strategy; readonly workers: number },
): Promise<{ readonly wallSeconds: number; readonly peakMiB: number }> {
	const study = fleet(request.strategy, request);
	const from = performance.now();
	await runPlan(program as unknown as Engine, study, { workers: request.workers });
	return { wallSeconds: (performance.now() - from) / 1e3, peakMiB: peakMiB() };
}

/** One round of swaps on tmpfs beside the bare calls. */
export async function measureSwap(request: { readonly smoke: boolean; readonly turn: number }): Promise<{
	readonly ratio: number;
	readonly milliseconds: number;
}> {
	const rounds = await measureGroup(tmpfsGroup(SWAPS), EFFORTS[request.smoke ? 'smoke' : 'full'], request.turn);
	const [swap, bare] = [rounds.get(SWAP), rounds.get(BARE)];
	if (swap === undefined || bare === undefined) throw new Error('the swaps were not measured');
	return { ratio: swap.ratio, milliseconds: swap.nanoseconds / 1e6 };
}

/** From the start of `secretsim mount` on the bundled application to its line that the pod is mounted. Wall-clock time. */
export async function measureMount(): Promise<{ readonly seconds: number; readonly files: number }> {
	const folder = mkdtempSync(join(tmpdir(), 'secretsim-bench-'));
	try {
		const args = ['mount', repositoryPath('scenarios/manifests/shop'), '--pod', 'api', '--dir', join(folder, 'volumes')];
		const from = performance.now();
		const child = spawn(process.execPath, [repositoryPath('dist/cli/main.js'), ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
		const ended = once(child, 'close');
		let said = '';
		const up = new Promise<number | null>((resolve) => {
			for (const stream of [child.stdout, child.stderr]) {
				stream.on('data', (chunk: Buffer) => {
					said += chunk.toString();
					if (said.includes('is mounted at')) resolve((performance.now() - from) / 1e3);
				});
			}
			child.once('close', () => resolve(null));
		});
		const seconds = await up;
		if (seconds === null) throw new Error(`secretsim mount did not come up: ${said}`);
		child.kill('SIGTERM');
		await ended;
		return { seconds, files: MIXED_FILES };
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** The run of the main job: nodes of 30 pods for an hour under all three strategies, one replication, from plan to result. */
export function measureMainJob(request: { readonly nodes: number }): { readonly cpuSeconds: number; readonly syncs: number } {
	const from = cpuSeconds();
	let syncs = 0;
	for (const strategy of ['Watch', 'Cache', 'Get'] as const) {
		const study: Plan = fleet(strategy, { nodes: request.nodes, hours: 1, rough: false });
		syncs += program.summarise(program.simulate(study)).variants[0]?.kubelet.syncs ?? 0;
	}
	return { cpuSeconds: cpuSeconds() - from, syncs };
}
