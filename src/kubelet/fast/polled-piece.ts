// A stretch of time in which the fast path serves pods of a node under Get or Cache: all of them, or all but some that the reference
// path serves beside it.

import type { ConnectionInput, NodeConnection } from '../../apiserver/node-connection.js';
import type { Micros } from '../../core/time.js';
import type { Node } from '../node.js';
import type { PodInput } from '../node-input.js';
import { AskingNode } from './asking-node.js';
import { BesideReference, type Drive } from './beside-reference.js';
import { ExactBudget, neverWaits } from './client-budget.js';
import type { NodeBooks } from './node-books.js';
import type { NodeTables } from './node-tables.js';
import { knowsItsObjects, type PodLoan } from './pod-loan.js';
import { PolledObjects } from './polled-objects.js';
import { apartNode, polledNode } from './polled-path.js';
import type { Refresher } from './refresher.js';

/**
 * How pods are followed: apart from each other where that is possible, so that the end shows whether a request waited; in the order
 * of time, so that it is seen soon; or in the order of time beside a reference path that makes the syncs which may have to wait.
 */
export type Way = 'apart' | 'ordered' | 'waiting';

/** Pods of one node under Get or Cache from some instant to another one. */
export class PolledPiece {
	readonly #node: Node;
	readonly #connection: NodeConnection;
	readonly #wire: ConnectionInput;
	readonly #tables: NodeTables;
	readonly #loan: PodLoan;

	/** @param tables know the instant and the end of the stretch. */
	constructor(node: Node, connection: NodeConnection, wire: ConnectionInput, tables: NodeTables, loan: PodLoan) {
		this.#node = node;
		this.#connection = connection;
		this.#wire = wire;
		this.#tables = tables;
		this.#loan = loan;
	}

	/** The pods that can be taken over now. */
	candidates(): number[] {
		const { inputs } = this.#node.parts.pods;
		const pods = [...inputs.keys()].filter((pod) => this.#loan.isResting(pod) && this.#knows(inputs[pod] as PodInput));
		return this.#others(pods).every((pod) => this.#readsOnlyVolumes(inputs[pod] as PodInput)) ? pods : [];
	}

	/**
	 * Simulates pods, and all others, to the end of the stretch.
	 *
	 * @param way in which the pods are followed.
	 * @param paid client tokens that the reference path has asked for before the stretch, when its bucket was full again.
	 * @returns false when the node needs the reference path.
	 */
	run(pods: readonly number[], books: NodeBooks, refresher: Refresher, drive: Drive, way: Way, paid: number): boolean {
		const { input } = this.#tables;
		const objects = new PolledObjects(this.#tables, this.#wire, books, false);
		const bucket = way === 'waiting' ? this.#node.parts.managers.bucket : null;
		const others = this.#others(pods);
		const { requestLatency } = this.#wire.latencies;
		const beside = new BesideReference(
			this.#node,
			this.#connection,
			drive,
			this.#tables,
			this.#loan,
			objects,
			others,
			requestLatency,
			paid,
			bucket,
		);
		for (const pod of pods) beside.learn(pod);
		const alone = others.length === 0 && bucket === null;
		const make = way === 'apart' && (alone || objects.caches) ? apartNode : polledNode;
		let budget: ExactBudget | null = null;
		if (bucket !== null) {
			objects.sent = [];
			budget = new ExactBudget(bucket, objects.sent);
		}
		const engine = make(this.#tables, this.#wire, books, refresher, objects, budget);
		if (!(engine instanceof AskingNode ? engine.run(pods) : engine.run(pods, alone ? null : beside))) return false;
		if (make === apartNode) {
			const asked = (this.#node.parts.state.tokensAsked as readonly Micros[]).slice(paid);
			if (!neverWaits(input.settings, books, input.end, requestLatency.max, asked)) return false;
		}
		beside.tellAll();
		return !this.#tables.meetsEnd;
	}

	#others(pods: readonly number[]): number[] {
		return [...this.#node.parts.pods.inputs.keys()].filter((pod) => !pods.includes(pod));
	}

	/** Reads of pull secrets would keep a sync waiting for the API server. */
	#knows(input: PodInput): boolean {
		const { managers } = this.#node.parts;
		const { model } = input;
		if (model.pullSecrets.length > 0 || !knowsItsObjects(input)) return false;
		return [...model.secrets, ...model.configMaps].every(
			(object) => managers.standing(this.#tables.input.localObjects.get(object) as number) !== null,
		);
	}

	/** True when it is known from a pod's volumes when it reads an object. */
	#readsOnlyVolumes({ model }: PodInput): boolean {
		return model.pullSecrets.length === 0 && model.containers.every(({ environment }) => environment.length === 0);
	}
}
