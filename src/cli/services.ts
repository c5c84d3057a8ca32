// What the commands need from the rest of the program, loaded only when a command asks: reading a scenario and the
// engine's pure functions. Narrow on purpose, so that a test can put a small engine in their place.

import type { Plan } from '../cluster/plan.js';
import type { PreparedRuns } from '../cluster/prepared-run.js';
import type { NodeShard, SimulationStep } from '../cluster/simulate.js';
import type { DelayCount, LoadRow, RunResult, SampleRow } from '../measure/result.js';
import type { TraceSink } from '../measure/trace.js';

/** Which part of a plan to simulate, and who listens. */
export interface SimulateOptions {
	readonly shard?: NodeShard;
	readonly variants?: readonly string[];
	readonly replications?: readonly number[];
	readonly prepared?: PreparedRuns;
	readonly factsOnce?: boolean;
	readonly engine?: 'fast' | 'reference';
	/** Keeps the rows of samples also where the result does not need them. */
	readonly keepSamples?: boolean;
	readonly trace?: TraceSink;
}

/** The engine; `Part` is its partial result, opaque here. */
export interface Engine<Part = unknown> {
	simulate(plan: Plan, options?: SimulateOptions): Part;
	/** The same node by node. */
	simulateStepwise(plan: Plan, options?: SimulateOptions): Iterator<SimulationStep, Part, void>;
	merge(parts: readonly Part[]): Part;
	summarise(part: Part): RunResult;
	sampleRows(part: Part): Iterable<SampleRow>;
	loadRows(part: Part): Iterable<LoadRow>;
	/** Delays of each variant, counted; of a partial that keeps all samples, none. */
	delayCounts(part: Part): Iterable<DelayCount>;
}

/** Settings of the command line that change a scenario. */
export interface ScenarioOverrides {
	readonly seed?: number;
	readonly replications?: number;
	/** `PATH=VALUE`, in the order given. */
	readonly set?: readonly string[];
}

/** The loaders; each is called at most once or twice by a command. */
export interface Services {
	/** @throws InputError with every problem of the file and of its manifests. */
	loadScenario(file: string, overrides: ScenarioOverrides): Promise<Plan>;
	engine(): Promise<Engine>;
	version(): string;
}
