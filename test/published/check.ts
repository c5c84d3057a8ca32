// What a published number is held against: the program (or a copy of it with a mistake), a scenario of scenarios/validation,
// and checks with the published and the simulated figure side by side.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { controlPlane } from '../../src/cluster/control-plane.js';
import type { Plan } from '../../src/cluster/plan.js';
import type * as Library from '../../src/index.js';
import type { createManager } from '../../src/kubelet/manager/create-manager.js';
import type { RunResult } from '../../src/measure/result.js';
import type { SecretVolume } from '../../src/mount/secret-volume.js';
import type { swapSteps } from '../../src/projection/swap-steps.js';
import { loadScenario } from '../../src/scenario/load.js';
import { type Mistake, mutant } from '../support/mutant.js';
import { repositoryPath } from '../support/repository.js';

/** The parts of the program that rows look at. */
export interface Program {
	readonly library: typeof Library;
	readonly controlPlane: typeof controlPlane;
	readonly swapSteps: typeof swapSteps;
	readonly createManager: typeof createManager;
	readonly SecretVolume: typeof SecretVolume;
}

/** One figure: what was published, what came out, and whether that is near enough. */
export interface Check {
	readonly what: string;
	readonly published: string;
	readonly simulated: string;
	readonly met: boolean;
}

/** One published number. */
export interface PublishedRow {
	readonly id: string;
	readonly fact: string;
	readonly source: string;
	/** File below scenarios/validation; null: nothing to run, the rule itself is looked at. */
	readonly scenario: string | null;
	readonly check: (study: Study) => Promise<readonly Check[]>;
	/** Mistakes with each of which the row must fail, or it would prove nothing. */
	readonly controls: readonly Control[];
}

/** A negative control: the row is checked in a copy of the program with a mistake in it. */
export interface Control {
	/** The mistake in words. */
	readonly mistake: string;
	readonly edits: readonly Mistake[];
	/** Settings that make the scenario smaller; the program without the mistake is held against the same ones. Default: none. */
	readonly set?: readonly string[];
}

/** One scenario in one program. */
export class Study {
	readonly program: Program;
	readonly #scenario: string;
	readonly #set: readonly string[];

	/** @param set settings for all plans of this study. */
	constructor(program: Program, scenario: string | null, set: readonly string[] = []) {
		this.program = program;
		this.#scenario = scenario ?? '';
		this.#set = set;
	}

	/** True: a negative control, for which a part of the row is enough. */
	get isSmall(): boolean {
		return this.#set.length > 0;
	}

	/** The plan, with settings. */
	plan(...set: readonly string[]): Promise<Plan> {
		return loadScenario(repositoryPath('scenarios', 'validation', this.#scenario), { set: [...this.#set, ...set] });
	}

	/** A plan, run. */
	async run(...set: readonly string[]): Promise<{ readonly partial: Library.Partial; readonly result: RunResult }> {
		const { simulate, summarise } = this.program.library;
		const partial = simulate(await this.plan(...set));
		return { partial, result: summarise(partial) };
	}
}

/** The program as it is. */
export async function theProgram(): Promise<Program> {
	return programIn(repositoryPath('build', 'src'));
}

/** A copy of the program with mistakes in it. */
export async function wrongProgram(name: string, edits: readonly Mistake[]): Promise<Program> {
	await mutant(`published-${name}`, 'index', edits);
	return programIn(repositoryPath('build', 'mutants', `published-${name}`));
}

async function programIn(folder: string): Promise<Program> {
	const load = async <T>(entry: string): Promise<T> => (await import(pathToFileURL(join(folder, `${entry}.js`)).href)) as T;
	return {
		library: await load<typeof Library>('index'),
		controlPlane: (await load<{ controlPlane: typeof controlPlane }>('cluster/control-plane')).controlPlane,
		swapSteps: (await load<{ swapSteps: typeof swapSteps }>('projection/swap-steps')).swapSteps,
		createManager: (await load<{ createManager: typeof createManager }>('kubelet/manager/create-manager')).createManager,
		SecretVolume: (await load<{ SecretVolume: typeof SecretVolume }>('mount/secret-volume')).SecretVolume,
	};
}

/** A figure that must lie near a published one. */
export function near(what: string, published: number, simulated: number | null, tolerance: number, unit = 's'): Check {
	return {
		what,
		published: `${published} ${unit}`,
		simulated: simulated === null ? 'not finite' : `${simulated.toFixed(2)} ${unit}`,
		met: simulated !== null && Math.abs(simulated - published) <= tolerance,
	};
}

/** A figure that must not exceed a published bound. */
export function atMost(what: string, bound: number, simulated: number | null, unit = 's'): Check {
	return {
		what,
		published: `at most ${bound} ${unit}`,
		simulated: simulated === null ? 'not finite' : `${simulated.toFixed(2)} ${unit}`,
		met: simulated !== null && simulated <= bound,
	};
}

/** Something that must be exactly so. */
export function exactly(what: string, published: string | number, simulated: string | number): Check {
	return { what, published: String(published), simulated: String(simulated), met: published === simulated };
}

/** The `expect` lines of a scenario, as one check. */
export function expectations(result: RunResult): Check {
	const missed = result.expectations.filter((line) => !line.met);
	const shown = missed.map((line) => `${line.variant}: ${line.metric} is ${line.value ?? 'not finite'}, not ${line.limit}`);
	return {
		what: 'bounds of the scenario',
		published: `all ${result.expectations.length} met`,
		simulated: missed.length === 0 ? 'all met' : shown.join('; '),
		met: missed.length === 0,
	};
}
