// What has been simulated of a run, and how far it is: shared by the ways of running a plan, in this thread and on workers.

import type { SimulationStep } from '../cluster/simulate.js';
import type { RunPart } from '../shard/work.js';
import type { RunProgress } from './progress.js';
import type { Engine, SimulateOptions } from './services.js';

/** Partial results that are kept apart before they are merged: few enough that a fleet's load series need little memory. */
const KEPT_APART = 32;

/** The engine's options for one part. @param engine the engine's path, where one was asked for. @param keepSamples rows are asked for. */
export function optionsOf(
	{ variant, replication, shard }: RunPart,
	engine: SimulateOptions['engine'],
	keepSamples: boolean,
): SimulateOptions {
	return {
		variants: [variant],
		replications: [replication],
		shard,
		factsOnce: true,
		keepSamples,
		...(engine === undefined ? {} : { engine }),
	};
}

const NOTHING_BEGUN = { part: { nodes: 0, cost: 0 }, share: 0, syncs: 0 } as const;

/** Collects partial results and tells how much of the work they are. */
export class FinishedParts {
	readonly #engine: Engine;
	readonly #rows: ((partial: unknown) => unknown) | undefined;
	readonly #allNodes: number;
	readonly #allCost: number;
	#partials: unknown[] = [];
	/** The part that is being simulated in this thread, and how far it is. */
	#begun: { readonly part: RunPart; readonly share: number; readonly syncs: number } | null = null;
	#nodes = 0;
	#cost = 0;
	#syncs = 0;

	/** @param rows takes the rows of each partial result, and gives back what is kept of it. */
	constructor(engine: Engine, parts: readonly RunPart[], rows?: (partial: unknown) => unknown) {
		this.#engine = engine;
		this.#rows = rows;
		this.#allNodes = parts.reduce((sum, { nodes }) => sum + nodes, 0);
		this.#allCost = parts.reduce((sum, { cost }) => sum + cost, 0);
	}

	/** The part that is being simulated in this thread is so far. */
	goOn(part: RunPart, { done, total, syncs }: SimulationStep): void {
		this.#begun = { part, share: done / total, syncs };
	}

	/** Syncs of that part so far. */
	get begunSyncs(): number {
		return this.#begun?.syncs ?? 0;
	}

	/** One part is done. */
	add(part: RunPart, partial: unknown, syncs: number): void {
		if (this.#begun?.part === part) this.#begun = null;
		this.#nodes += part.nodes;
		this.#cost += part.cost;
		this.#syncs += syncs;
		this.#partials.push(this.#rows === undefined ? partial : this.#rows(partial));
		if (this.#partials.length >= KEPT_APART) this.#partials = [this.#engine.merge(this.#partials)];
	}

	/** How far the run is. */
	progress(): RunProgress {
		const { part, share, syncs } = this.#begun ?? NOTHING_BEGUN;
		return {
			nodes: this.#nodes + Math.floor(part.nodes * share),
			allNodes: this.#allNodes,
			syncs: this.#syncs + syncs,
			share: Math.min(1, (this.#cost + part.cost * share) / this.#allCost),
		};
	}

	/** Everything as one partial result. */
	whole(): unknown {
		return this.#engine.merge(this.#partials);
	}
}
