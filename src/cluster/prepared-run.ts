// What follows from the plan alone for one run, that is one replication of one variant: the control plane's timeline, which
// pods each node has, and the facts that results name them by. Simulating a run in parts needs it for every part, and for a
// large fleet it costs as much as hours of virtual time, so callers with many parts keep it between them.

import type { PartialHeader, PlaneFacts, WriteRow } from '../measure/partial.js';
import { type ControlPlane, controlPlane } from './control-plane.js';
import { podsByNode } from './node-inputs.js';
import type { Plan, VariantPlan } from './plan.js';
import { headerOf } from './plan-header.js';
import { planeFacts, writeRows } from './plane-facts.js';
import type { PodRecord } from './pod-record.js';

/** One replication of one variant, ready to be simulated node by node. */
export interface PreparedRun {
	readonly plane: ControlPlane;
	/** The pods of each node, by the node's number. */
	readonly podsOf: readonly (readonly PodRecord[])[];
	readonly writes: readonly WriteRow[];
	/** Made when they are first asked for: counting what there is at the beginning looks at every pod. */
	facts(): PlaneFacts;
}

/** Keeps the header of the last plan and the last prepared run, so that the next part of the same run finds it. */
export class PreparedRuns {
	#last: { readonly variant: VariantPlan; readonly seed: number; readonly replication: number; readonly run: PreparedRun } | null = null;

	#header: { readonly plan: Plan; readonly header: PartialHeader } | null = null;

	/** The header of a plan's partials is known from elsewhere. @internal */
	knowHeader(plan: Plan, header: PartialHeader): void {
		this.#header = { plan, header };
	}

	/** The header of a plan's partials. @internal */
	header(plan: Plan): PartialHeader {
		if (this.#header?.plan !== plan) this.#header = { plan, header: headerOf(plan) };
		return this.#header.header;
	}

	/** The prepared run of a variant in one replication. @internal */
	of({ seed }: Plan, variant: VariantPlan, replication: number): PreparedRun {
		const last = this.#last;
		if (last !== null && last.variant === variant && last.seed === seed && last.replication === replication) return last.run;
		// Lets go of the old one before the new one is made: two of a large fleet need not fit into memory.
		this.#last = null;
		const plane = controlPlane(variant, seed, replication);
		const writes = writeRows(plane);
		let facts: PlaneFacts | null = null;
		const run: PreparedRun = {
			plane,
			podsOf: podsByNode(plane),
			writes,
			facts: () => {
				facts ??= planeFacts(plane, writes, variant.cluster);
				return facts;
			},
		};
		this.#last = { variant, seed, replication, run };
		return run;
	}
}
